"""Parts of speech in vectors: the result is complete, honest about words, and finds what was put there."""

import dataclasses

import numpy as np
import pytest

from core.analysis.lstm.word_classes import (
    COMPARED,
    EDGES,
    SIZES,
    VECTORS,
    _measure_vector,
    _Split,
    compute_word_classes,
)
from core.analysis.lstm.word_roles import (
    build_word_space,
    compute_overlap,
    find_roles,
    locate_forms,
    rank_contrasts,
)
from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.errors import AnalysisError
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.reproduce.lstm.word_classes import CLAIMS, STUDY, reads_words
from core.states.lstm import record_states
from core.states.sources import encode_source


@pytest.fixture(scope="module")
def made(tiny_checkpoint):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        checkpoint = load_checkpoint(tiny_checkpoint.words)
        sentences = encode_source(checkpoint, read_demo_treebank().documents)
        return compute_word_classes(checkpoint, sentences, corpus="demo"), checkpoint, sentences


def test_arrays_have_the_shapes_they_say(made):
    result = made[0]
    m, s = len(result.pairs), len(result.sizes)
    assert m > 10 and result.sizes.tolist() == [*(k for k in SIZES if k < 8), 8]
    assert result.auc.shape == (m, len(VECTORS), s) and result.interval.shape == (m, len(COMPARED), s, 2)
    assert result.difference.shape == (m, s, 3) and result.accuracy.shape == (m, len(VECTORS), 2)
    assert result.density.shape == (m, 2, 2, 2, len(EDGES) - 1) and result.controls.shape == (m, 2, 5)
    assert np.isfinite(result.auc).all() and np.isfinite(result.accuracy).all()
    assert (result.pairs[:, 0] < result.pairs[:, 1]).all() and (np.diff(result.counts) <= 0).all()


def test_intervals_hold_their_values_and_differences_are_differences(made):
    result = made[0]
    auc = np.stack([result.auc[:, VECTORS.index(v)] for v in COMPARED], 1)
    assert ((result.interval[..., 0] <= auc + 1e-6) & (auc <= result.interval[..., 1] + 1e-6)).mean() > 0.99
    assert result.difference[..., 0] == pytest.approx(auc[:, 1] - auc[:, 0], abs=1e-5)
    assert (result.difference[..., 1] <= result.difference[..., 2]).all()


def test_densities_count_the_scored_words_of_each_tag(made):
    result = made[0]
    sums = result.density.astype(int).sum(-1)
    assert (sums == sums[:, :1, :1]).all()
    first, second = result.counts[result.pairs[:, 0]], result.counts[result.pairs[:, 1]]
    assert (sums[:, 0, 0, 0] < first).all() and (sums[:, 0, 0, 1] < second).all()


def test_a_result_names_no_sentence_and_stays_small(made):
    result, checkpoint, _ = made
    fields = {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}
    assert {n for n, v in fields.items() if isinstance(v, (str, tuple))} == {"corpus", "tags"}
    assert sum(v.nbytes for v in fields.values() if isinstance(v, np.ndarray)) < 340_000
    assert result.token_id.max() < len(checkpoint.vocabulary) and len(set(result.type_id.tolist())) == \
        len(result.type_id)


def test_pairs_are_found_either_way_round(made):
    result = made[0]
    row, first = result.find_pair("VB", "NN")
    assert result.find_pair("NN", "VB") == (row, not first) and row >= 0
    assert {result.tags[k] for k in result.pairs[row]} == {"VB", "NN"}
    assert result.find_pair("NN", "NN")[0] == result.find_pair("NN", "XX")[0] == -1
    assert set(result.paired_tags) <= set(result.tags)


def test_parted_classes_are_told_apart_and_noise_is_not():
    rng = np.random.default_rng(0)
    labels, groups = rng.integers(0, 2, 600).astype(np.int8), np.arange(600) // 20
    split = _Split(labels, groups, groups % 2 == 0, np.array([[0, 1]], np.int8), 2, 0)
    noise = rng.normal(size=(600, 8)).astype(np.float32)
    far = noise.copy()
    far[:, 3] += 8 * labels
    told, blind = (_measure_vector(x, split, [1, 2, 3, 5], shuffles=True) for x in (far, noise))
    assert (told.auc[0] > 0.99).all() and told.accuracy.min() > 0.98
    assert abs(blind.auc[0, -1] - 0.5) < 0.12 and np.quantile(blind.draws[0, -1], 0.975) > 0.5
    assert 0.5 <= told.shuffled[0] < 0.9


def test_tags_too_rare_for_both_halves_are_no_pair(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.words)
    document = read_demo_treebank().documents[0]
    few = encode_source(checkpoint, (dataclasses.replace(document, trees=document.trees[:3]),))
    result = compute_word_classes(checkpoint, few, corpus="demo")
    assert len(result.pairs) == 0 and result.auc.shape[0] == 0 and result.paired_tags == ()
    assert CLAIMS[0].read(result) == {}


def test_an_embedding_narrower_than_a_size_gives_all_it_has(made):
    _, checkpoint, sentences = made
    model = LSTMLanguageModel(LSTMConfig(len(checkpoint.vocabulary.tokens), embedding_size=2, hidden_size=12)).eval()
    result = compute_word_classes(dataclasses.replace(checkpoint, model=model), sentences, corpus="demo")
    embedding = result.auc[:, VECTORS.index("embedding")]
    assert result.sizes.tolist() == [1, 2, 3, 5, 10, 12] and np.isfinite(embedding).all()
    assert np.allclose(embedding[:, 1:-1], embedding[:, 1:2])


def test_claims_read_the_difference_and_its_controls(made):
    result = made[0]
    row, _ = result.find_pair("VB", "NN")
    for claim, size in zip(CLAIMS, (-1, result.sizes.tolist().index(2)), strict=True):
        read = claim.read(result)
        assert [read["ours"], read["low"], read["high"]] == pytest.approx(result.difference[row, size].tolist())
        assert read["holds"] <= (read["low"] > 0) and "embedding" in read["control"]


def test_only_models_that_read_words_are_measured(tiny_cache):
    cards = [load_checkpoint(i).card for i in (tiny_cache.brackets, tiny_cache.words)]
    assert [reads_words(card) for card in cards] == [False, True] == [STUDY.applies(card) for card in cards]


@pytest.fixture(scope="module")
def space(made):
    _, checkpoint, sentences = made
    states = record_states(checkpoint.model, sentences, names=("layer0.c_up",))
    return build_word_space(states["layer0.c_up"], sentences), sentences


def test_roles_hold_every_token_of_a_word_once(space):
    words, sentences = space
    roles = find_roles(words, sentences, "That")
    rows = words.rows[np.concatenate([role.members for role in roles])]
    assert sorted(rows.tolist()) == [i for i, t in enumerate(sentences.tokens) if t.lower() == "that"]
    for role in roles:
        assert {sentences.tags[row] for row in words.rows[role.members]} == {role.tag}
    assert [len(r.members) for r in roles] == sorted((len(r.members) for r in roles), reverse=True)


def test_nearest_words_are_the_nearest_by_brute_force(space):
    words, sentences = space
    role = find_roles(words, sentences, "that")[0]
    middle = words.points[role.members].mean(0)
    names = [f for f, n in words.count_forms(3).items() if f != "that" and f[0].isalpha()]
    distance = {f: np.linalg.norm(words.points[words.forms == f].mean(0) - middle) for f in names}
    assert [form for form, _ in role.nearest] == sorted(names, key=lambda f: (distance[f], f))[:6]


def test_a_word_that_is_not_there_is_refused_in_words(space):
    with pytest.raises(AnalysisError, match="does not occur"):
        find_roles(*space, "xylophone-")


def test_places_of_forms_are_their_means(space):
    words, _ = space
    places = locate_forms(words, ["the", "that"], words.points[:, :2])
    assert places[1] == pytest.approx(words.points[words.forms == "that", :2].mean(0))
    assert locate_forms(words, [], words.points[:, :2]).shape == (0, 2)


def test_contrast_finds_the_cell_that_tells_the_selection():
    rng = np.random.default_rng(0)
    x, selected = rng.normal(size=(80, 5)), np.arange(80) < 30
    x[selected, 2] -= 20
    auc = rank_contrasts(x, selected)
    assert auc[2] == 0 and np.abs(auc - 0.5).argmax() == 2
    assert (rank_contrasts(x, np.ones(80, bool)) == 0.5).all() and (rank_contrasts(x, ~np.ones(80, bool)) == 0.5).all()


def test_overlap_is_one_with_itself_and_zero_apart():
    a, edges = np.array([0.1, 0.2, 0.9]), np.linspace(0, 2, 21)
    assert compute_overlap(a, a, edges) == 1 and compute_overlap(a, a + 1, edges) == 0
    assert np.isnan(compute_overlap(a, a[:0], edges))
