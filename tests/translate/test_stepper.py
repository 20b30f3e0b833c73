"""Steps of the decoder: words that never come, coarse searches, and scoring again."""

import numpy as np
import pytest
import torch

from core.models import products
from core.models.packing import pack_rows
from core.translate import translator as translating
from core.translate.beam import BeamSettings, search_beams
from core.translate.choose import CHUNK, take_logs
from core.translate.force import score_translations
from core.translate.scores import TOGETHER, score_ids
from core.translate.stepper import ROWS, Stepper, select_rows
from core.translate.translator import AT_ONCE, Translator
from tests.translate.toy import build_checkpoint, build_model


def test_tied_words_are_read_as_in_the_model():
    model = build_model(tied_scale=4.0)
    source, inputs = torch.tensor([[0], [3], [1]]), torch.tensor([[0], [4], [5]])
    stepper, log_p = Stepper([model]), []
    states = stepper.start([source])
    for tokens in inputs:
        found, states = stepper.advance(tokens, states)
        log_p.append(found.clone())
    h, _ = model.decoder.read(inputs, states=model.encode(source))
    torch.testing.assert_close(torch.stack(log_p), model.decoder.decoder(h).log_softmax(-1))


@pytest.mark.parametrize("n_layers", [1, 2])
def test_an_encoder_reads_as_the_model_does(n_layers):
    model = build_model(n_layers=n_layers)
    for source in (torch.tensor([[0, 0], [3, 4], [1, 1]]), pack_rows(map(np.array, ([0, 1], [0, 3, 4, 1], [0, 5, 1])))):
        torch.testing.assert_close(Stepper([model]).start([source])[0], model.encode(source))


@pytest.mark.parametrize("n_models", [1, 2])
def test_given_words_score_together_as_one_by_one(n_models):
    stepper = Stepper([build_model(seed, n_layers=2) for seed in range(n_models)])
    rng, n_rows = np.random.default_rng(0), TOGETHER + 7
    sources = torch.from_numpy(rng.integers(3, 7, (4, n_rows)))
    states = stepper.start([sources] * n_models)
    rows = [rng.integers(1, 8, k % 12).tolist() for k in rng.permutation(n_rows)]
    assert sum(map(len, rows)) > ROWS  # more than one piece of the softmax
    for r, scores in enumerate(score_ids(stepper, states, rows)):
        own, token, expected = select_rows(states, torch.tensor([r])), 0, []
        for word in rows[r]:
            log_p, own = stepper.advance(torch.tensor([token]), own)
            expected.append(float(log_p[0, word]))
            token = word
        np.testing.assert_allclose(scores, np.array(expected, np.float32), atol=1e-5)


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("n_models", [1, 2])
def test_hypotheses_of_one_parent_go_on_from_its_states(n_models, coarse):
    models, rng = [build_model(seed, n_layers=2) for seed in range(n_models)], np.random.default_rng(1)
    stepper = Stepper(models, coarse=coarse)
    states = stepper.start([torch.tensor([[0] * 5, [3, 4, 5, 6, 7]])] * n_models)
    rows = torch.from_numpy(rng.integers(0, 5, ROWS + 9))  # more than one piece of the softmax
    tokens = torch.from_numpy(rng.integers(0, 8, len(rows)))
    found = stepper.expand(tokens, states, (), rows)
    torch.testing.assert_close(found, stepper.expand(tokens, select_rows(states, rows)))
    alone = [stepper.expand(tokens[i:i + 1], select_rows(states, rows[i:i + 1])) for i in (0, len(rows) - 1)]
    for i, (log_p, after) in zip((0, len(rows) - 1), alone, strict=True):
        torch.testing.assert_close(take_logs(found[0][i]), take_logs(log_p[0]), atol=0.05 if coarse else 1e-5,
                                   rtol=1e-4)
        torch.testing.assert_close(found[1][0][1][0][i], after[0][1][0][0], atol=0.02 if coarse else 1e-5, rtol=1e-3)


@pytest.mark.parametrize("coarse", [False, True])
@pytest.mark.parametrize("n_models", [1, 2])
@pytest.mark.parametrize("n_layers", [1, 2])
def test_banned_words_and_those_that_do_not_exist_never_come(n_models, n_layers, coarse):
    models = [build_model(seed, n_layers=n_layers) for seed in range(n_models)]
    stepper = Stepper(models, coarse=coarse)
    states = stepper.start([torch.tensor([[0, 0], [3, 4], [1, 1]])] * n_models)
    tokens = torch.tensor([0, 5])
    log_p, after = stepper.advance(tokens, states)
    log_p = log_p.clone()  # may be written to
    scores, again = stepper.expand(tokens, states, banned=(0, 2))
    padded, n_words = take_logs(scores), log_p.shape[1]
    assert padded.shape[1] % CHUNK == 0 and (padded[:, [0, 2]] == -torch.inf).all()
    assert (padded[:, n_words:] == -torch.inf).all()
    log_p[:, [0, 2]] = -torch.inf
    torch.testing.assert_close(padded[:, :n_words], log_p)
    torch.testing.assert_close(again, after)


@pytest.mark.parametrize("n_models", [1, 3])
@pytest.mark.parametrize("runs_bytes", [True, False])
def test_a_coarse_step_is_near(n_models, runs_bytes, monkeypatch):
    if not runs_bytes:
        monkeypatch.setattr(products, "runs_bytes", lambda: False)
    models = [build_model(seed, n_layers=2, sharp=2.0) for seed in range(n_models)]
    sources = [torch.tensor([[0, 0], [3, 4], [1, 1]])] * n_models
    exact, coarse = Stepper(models), Stepper(models, coarse=True)
    states = exact.start(sources)
    for tokens in ([0, 0], [4, 5], [3, 7]):
        one, after = exact.advance(torch.tensor(tokens), states)
        other, _ = coarse.advance(torch.tensor(tokens), states)
        assert one.shape == other.shape and other.dtype == torch.float32
        torch.testing.assert_close(one, other, atol=0.1, rtol=0)
        states = after


def test_what_a_coarse_search_finds_is_scored_in_full(monkeypatch):
    monkeypatch.setattr(translating, "runs_half", lambda: True)
    translator = Translator([build_checkpoint(0), build_checkpoint(3, reverse=False)])
    rng = np.random.default_rng(0)
    words = ("the", "a", "cat", "dog", "man", "woman", "sees", "hears", ".")
    sources = [tuple(rng.choice(words, rng.integers(1, 9))) for _ in range(AT_ONCE + 9)]
    settings_ = BeamSettings(beam=4, n_best=3)
    found = translator.translate_all(sources, settings_)
    monkeypatch.setattr(translating, "runs_half", lambda: False)
    exact = translator.translate_all(sources, settings_)
    same = np.mean([a.best.ids == b.best.ids for a, b in zip(found, exact, strict=True)])
    assert same > 0.9
    best = [r.best for r in found]
    assert all(a.score >= b.score for r in found for a, b in zip(r.hypotheses, r.hypotheses[1:], strict=False))
    texts = [[translator.vocabulary.target.tokens[i] for i in h.ids] for h in best]
    for h, scores in zip(best, score_translations(translator, sources, texts), strict=True):
        np.testing.assert_allclose(h.log_p, scores[:len(h.log_p)], atol=1e-4)


def test_an_unfinished_beam_is_scored_too():
    stepper = Stepper([build_model(1)])
    states = stepper.start([torch.tensor([[0], [3], [1]])])
    result = search_beams(stepper, states, [1], BeamSettings(beam=1, longest=0.1))[0]
    assert result.hypotheses and len(result.best.log_p) == len(result.best.ids) + result.best.finished
