"""Effects of order and voice, against vectors whose effects are known."""

import numpy as np
import pytest
import torch
from scipy.spatial import distance
from sklearn.decomposition import PCA

from core.analysis.seq2seq.phrases import (
    COMPARISONS,
    MEASURES,
    PARTS,
    average_words,
    compare_meanings,
    join_parts,
    list_wordings,
    measure_distance,
    measure_quadruples,
    project_phrases,
    record_quadruples,
)
from core.analysis.seq2seq.untrained import untrain
from core.corpora.phrases import PhraseQuadruple
from core.errors import AnalysisError
from tests.translate.toy import build_checkpoint

RNG = np.random.default_rng(0)
QUADRUPLES = [PhraseQuadruple(f"the {a} sees the {b}", f"the {b} sees the {a}", f"the {b} hears a {a}",
                              f"the {a} hears a {b}") for a, b in (("cat", "dog"), ("man", "woman"), ("man", "cat"))]


def build(meaning: float, form: float, n: int = 60) -> np.ndarray:
    """Vectors (4 n, D) of quadruples: a topic, plus a part for who acts and a part for the voice."""
    topic = RNG.normal(size=(n, 1, 20))
    acts, voice = RNG.normal(size=(2, n, 1, 20))
    meanings, forms = np.array([0, 1, 0, 1])[None, :, None], np.array([0, 0, 1, 1])[None, :, None]
    return (topic + meaning * acts * meanings + form * voice * forms).reshape(4 * n, 20)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_vector_of_meaning_moves_with_order_and_not_with_voice(measure):
    found = measure_quadruples(build(1.0, 0.1), measure=measure)
    assert found.order_to_voice[1] > 1 and found.looks_to_voice[1] > 1 and found.share[0] > 0.95
    assert (found.relative[0] > found.relative[1]).all()


@pytest.mark.parametrize("measure", MEASURES)
def test_a_vector_of_form_moves_with_voice_and_not_with_order(measure):
    found = measure_quadruples(build(0.1, 1.0), measure=measure)
    assert found.order_to_voice[2] < 1 and found.share[2] < 0.05


def test_equal_effects_have_a_ratio_whose_interval_holds_1():
    found = measure_quadruples(build(0.5, 0.5, n=200))
    ratio, low, high = found.order_to_voice
    assert low < 1 < high and low < ratio < high and 0.3 < found.share[0] < 0.7


def test_distances_are_means_of_the_two_pairs_of_each_quadruple():
    vectors = build(0.7, 0.4, n=5)
    found = measure_quadruples(vectors, n_draws=50)
    for q in range(5):
        a, swapped, passive, both = vectors[4 * q:4 * q + 4]
        wanted = {"order": [(a, swapped), (passive, both)], "voice": [(a, passive), (swapped, both)],
                  "looks": [(a, both), (swapped, passive)]}
        for k, name in enumerate(COMPARISONS):
            assert found.distances[k, q] == pytest.approx(
                np.mean([distance.cosine(*pair) for pair in wanted[name]]), rel=1e-4)
    assert found.relative[:, 0] == pytest.approx(found.distances.mean(1) / found.random.mean(), rel=1e-5)
    assert found.scaled("random").mean() == pytest.approx(1, rel=1e-5)
    assert found.scaled("voice") == pytest.approx(found.distances[1] / found.random.mean(), rel=1e-5)


def test_distances_agree_with_scipy_and_equal_rows_are_exactly_0_apart():
    a, b = RNG.normal(size=(2, 7, 5))
    assert measure_distance(a, b) == pytest.approx([distance.cosine(*p) for p in zip(a, b, strict=True)], rel=1e-5)
    assert measure_distance(a, b, "euclidean") == pytest.approx(np.linalg.norm(a - b, axis=1), rel=1e-5)
    assert all((measure_distance(a, a, measure) == 0).all() for measure in MEASURES)


def test_intervals_shrink_with_quadruples_and_draws_repeat():
    few, many = (measure_quadruples(build(0.5, 0.5, n=n)).order_to_voice for n in (15, 400))
    assert few[2] - few[1] > 2 * (many[2] - many[1])
    vectors = build(0.5, 0.2)
    assert np.array_equal(measure_quadruples(vectors, seed=3).relative, measure_quadruples(vectors, seed=3).relative)


def test_a_bag_of_words_does_not_know_order_at_all():
    checkpoint = build_checkpoint()
    bags = average_words(checkpoint, list_wordings(QUADRUPLES))
    for measure in MEASURES:
        found = measure_quadruples(bags, measure=measure)
        assert (found.distances[0] == 0).all() and found.order_to_voice.tolist() == [0, 0, 0]
        assert (found.distances[1] > 0).all() and np.allclose(found.distances[1], found.distances[2])
    table, ids = checkpoint.model.encoder.embedding.weight.numpy(), checkpoint.vocabulary.source.ids
    assert average_words(checkpoint, [["cat", "dog"]])[0] == pytest.approx((table[ids["cat"]] + table[ids["dog"]]) / 2)
    assert not average_words(checkpoint, [[]]).any()


def test_an_encoder_is_not_a_bag_of_words():
    recorded = record_quadruples(build_checkpoint(n_layers=2), QUADRUPLES)
    for part in PARTS:
        for layer in (0, 1, None):
            vectors = join_parts(recorded, part, layer)
            assert vectors.shape == (12, 8 * (1 + (part == "both")) * (1 + (layer is None)))
            assert (measure_quadruples(vectors).distances[0] > 0).all()
    assert np.array_equal(join_parts(recorded, "both", 1), np.hstack([recorded["layer1.h"], recorded["layer1.c"]]))


def test_an_untrained_network_has_the_same_words_and_sizes_and_leaves_the_random_state_alone():
    checkpoint = build_checkpoint()
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, same, other = untrain(checkpoint), untrain(checkpoint), untrain(checkpoint, seed=1)
    assert torch.equal(before, torch.get_rng_state())
    assert one.vocabulary == checkpoint.vocabulary and one.model.config == checkpoint.model.config
    weights = [list(c.model.parameters()) for c in (one, same, other, checkpoint)]
    assert all(torch.equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
    assert not any(torch.equal(a, b) for k in (2, 3) for a, b in zip(weights[0], weights[k], strict=True) if a.ndim > 1)


def test_too_few_or_equal_phrases_have_no_scale():
    with pytest.raises(AnalysisError, match="no scale"):
        measure_quadruples(np.ones((4, 3)))
    with pytest.raises(AnalysisError, match="same vector"):
        measure_quadruples(np.ones((12, 3)))


def test_the_plane_is_that_of_principal_components():
    vectors = RNG.normal(size=(9, 30)) * np.linspace(5, 0.1, 30)
    plane, oracle = project_phrases(vectors), PCA(2)
    wanted = oracle.fit_transform(vectors)
    for k in range(2):
        assert min(np.abs(plane.points[:, k] - sign * wanted[:, k]).max() for sign in (1, -1)) < 1e-4
    assert plane.shares == pytest.approx(oracle.explained_variance_ratio_, rel=1e-4)


def test_equal_phrases_lie_at_one_point():
    plane = project_phrases(np.ones((4, 6)))
    assert not plane.points.any() and not plane.shares.any()


def test_meanings_are_compared_over_all_pairs():
    vectors = np.array([[1.0, 0], [1, 0], [0, 1]])
    assert compare_meanings(vectors, ["a", "a", "b"]) == (0.0, 1.0)
    same, other = compare_meanings(vectors, ["a", "b", "c"])
    assert np.isnan(same) and other == pytest.approx(2 / 3)
