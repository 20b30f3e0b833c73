"""Beam search against every sequence there is, against greedy choice, and as a tree that adds up."""

from itertools import product

import numpy as np
import pytest
import torch

from core.errors import AnalysisError, CheckpointError
from core.models.seq2seq import Seq2Seq
from core.translate.beam import END, MAX_BEAM, START, UNKNOWN, BeamSettings, search_beams
from core.translate.stepper import Stepper
from tests.translate.toy import build_model

SOURCES = ([0, 3, 5, 1], [0, 7, 1], [0, 4, 6, 8, 9, 1])


def start(stepper: Stepper, sources):
    """States of sources one by one, put together: no padding is involved."""
    alone = [stepper.start([torch.tensor(s)[:, None]] * len(stepper.models))
             for s in sources]
    return tuple(tuple((torch.cat([a[m][k][0] for a in alone]), torch.cat([a[m][k][1] for a in alone]))
                       for k in range(len(alone[0][m]))) for m in range(len(stepper.models)))


def log_p(models: list[Seq2Seq], source: list[int], target: tuple[int, ...]) -> float:
    """log p(target, end | source) by the model's own loss, one probability at a time."""
    ids = torch.tensor([START, *target])[:, None]
    expected = []
    for model in models:
        h, _ = model.decoder.read(ids, states=model.encode(torch.tensor(source)[:, None]))
        expected.append(model.decoder.decoder(h)[:, 0].softmax(-1))
    mean = torch.stack(expected).mean(0).log()
    return sum(float(mean[t, w]) for t, w in enumerate((*target, END)))


@pytest.mark.parametrize("n_layers", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_a_wide_beam_finds_the_best_of_all_sequences(seed, n_layers):
    model = build_model(seed, n_layers=n_layers, n_target=5)  # two words besides the markers
    stepper = Stepper([model])
    # the beam holds all 36 sequences of 3 tokens, so that of up to 2 words none is overlooked
    settings = BeamSettings(beam=MAX_BEAM, n_best=5, longest=0.1)
    limit = 3
    every = [t for n in range(limit) for t in product((UNKNOWN, 3, 4), repeat=n)]
    scores = {t: log_p([model], SOURCES[0], t) for t in every}
    found = search_beams(stepper, start(stepper, SOURCES[:1]), [0], settings)[0]
    short = [h for h in found.hypotheses if len(h.ids) < limit and h.finished]
    best = sorted(scores, key=scores.get, reverse=True)
    assert short and [h.ids for h in short] == best[:len(short)]
    for h in short:
        assert h.score == pytest.approx(scores[h.ids], abs=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_a_beam_of_one_is_the_greedy_choice(seed):
    model = build_model(seed)
    stepper = Stepper([model])
    for source, found in zip(SOURCES, search_beams(stepper, start(stepper, SOURCES), [2, 1, 4], BeamSettings(beam=1)),
                             strict=True):
        states, token, ids = model.encode(torch.tensor(source)[:, None]), START, []
        for _ in range(2 * 4 + 10):
            h, states = model.decoder.read(torch.tensor([[token]]), states=states)
            scores = model.decoder.decoder(h)[0, 0]
            scores[START] = -torch.inf
            token = int(scores.argmax())
            if token == END:
                break
            ids.append(token)
        assert found.best.ids == tuple(ids[:len(found.best.ids)]) and len(found.hypotheses) == 1
        assert found.best.finished == (token == END)


@pytest.mark.parametrize("n_models", [1, 3])
def test_scores_are_the_models_own_log_probabilities(n_models):
    models = [build_model(seed) for seed in range(n_models)]
    stepper = Stepper(models)
    found = search_beams(stepper, start(stepper, SOURCES), [3, 3, 3], BeamSettings(beam=6, n_best=4))
    for source, result in zip(SOURCES, found, strict=True):
        for h in result.hypotheses:
            if h.finished:
                assert h.score == pytest.approx(log_p(models, source, h.ids), abs=1e-4)


def test_sentences_of_a_batch_find_what_they_find_alone():
    stepper = Stepper([build_model(5)])
    together = search_beams(stepper, start(stepper, SOURCES), [3, 1, 5], BeamSettings(beam=5, n_best=3))
    for source, n, result in zip(SOURCES, (3, 1, 5), together, strict=True):
        alone = search_beams(stepper, start(stepper, [source]), [n], BeamSettings(beam=5, n_best=3))[0]
        assert [h.ids for h in alone.hypotheses] == [h.ids for h in result.hypotheses]
        np.testing.assert_allclose(alone.tree.score, result.tree.score, atol=1e-5)


def test_the_best_is_the_same_however_many_are_wanted():
    # fewer wanted, more given up on the way: it must change nothing
    stepper = Stepper([build_model(2)])
    found = {n: search_beams(stepper, start(stepper, SOURCES), [3, 3, 3], BeamSettings(beam=8, n_best=n))
             for n in (1, 2, 8)}
    for few, some, all_ in zip(*found.values(), strict=True):
        assert few.best.ids == all_.best.ids
        assert [h.ids for h in some.hypotheses] == [h.ids for h in all_.hypotheses[:2]]
        assert len(few.tree.token) <= len(all_.tree.token)


def test_the_tree_adds_up():
    stepper = Stepper([build_model(3)])
    result = search_beams(stepper, start(stepper, SOURCES[:1]), [3], BeamSettings(beam=7, n_best=7))[0]
    tree = result.tree
    assert tree.parent[0] == -1 and tree.token[0] == START
    children = np.arange(1, len(tree.token))
    parents = tree.parent[children]
    assert (parents < children).all() and (tree.step[children] == tree.step[parents] + 1).all()
    np.testing.assert_allclose(tree.score[children], tree.score[parents] + tree.log_p[children], atol=1e-5)
    for step in range(1, tree.step.max() + 1):
        own = np.flatnonzero(tree.step == step)
        assert len(own) <= 7 and (np.diff(tree.score[own]) <= 1e-6).all()
        assert tree.rank[own].tolist() == list(range(len(own)))
    for h in result.hypotheses:
        path = tree.path(h.leaf)
        assert tuple(tree.token[path][:len(h.ids)].tolist()) == h.ids
        assert float(tree.score[h.leaf]) == pytest.approx(h.score, abs=1e-4)


def test_a_prefix_is_kept_and_counted():
    models = [build_model(1), build_model(4)]
    stepper = Stepper(models)
    prefixes = [(4, 5), (), (3,)]
    found = search_beams(stepper, start(stepper, SOURCES), [3, 3, 3], BeamSettings(beam=4, n_best=2), prefixes=prefixes)
    free = search_beams(stepper, start(stepper, SOURCES[1:2]), [3], BeamSettings(beam=4, n_best=2))[0]
    assert [h.ids for h in found[1].hypotheses] == [h.ids for h in free.hypotheses]
    for source, prefix, result in zip(SOURCES, prefixes, found, strict=True):
        for h in result.hypotheses:
            assert h.ids[:len(prefix)] == prefix
            if h.finished:
                assert h.score == pytest.approx(log_p(models, source, h.ids), abs=1e-4)


def test_unknown_words_can_be_forbidden_and_the_start_never_comes():
    stepper = Stepper([build_model(seed) for seed in (0, 6)])
    found = search_beams(stepper, start(stepper, SOURCES), [3] * 3, BeamSettings(beam=9, n_best=9, allow_unknown=False))
    for result in found:
        assert UNKNOWN not in result.tree.token[1:] and START not in result.tree.token[1:]


def test_a_length_penalty_prefers_longer_ones():
    stepper = Stepper([build_model(0)])
    lengths = [np.mean([len(r.best.ids) for r in search_beams(
        stepper, start(stepper, SOURCES), [5, 5, 5], BeamSettings(beam=10, n_best=1, length_penalty=a))])
        for a in (0.0, 2.0)]
    assert lengths[1] >= lengths[0]


@pytest.mark.parametrize("wrong", [{"beam": 0}, {"beam": MAX_BEAM + 1}, {"beam": 3, "n_best": 4}, {"n_best": 0},
                                   {"length_penalty": -1.0}])
def test_settings_out_of_range_are_named(wrong):
    stepper = Stepper([build_model(0)])
    with pytest.raises(AnalysisError, match=f"{list(wrong)[-1]} = "):
        search_beams(stepper, start(stepper, SOURCES), [3] * 3, BeamSettings(**wrong))


def test_models_of_other_vocabularies_are_refused():
    with pytest.raises(CheckpointError, match="2 different vocabularies"):
        Stepper([build_model(0), build_model(0, n_target=20)])
