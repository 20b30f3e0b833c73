"""Windows of one sentence: their answers are the network's own, and what they add makes up its scores."""

import numpy as np
import pytest
import torch

from core.analysis.saliency.filters import find_answers
from core.analysis.saliency.windows import cut_window, read_windows
from core.models.cnn import TextCNN, TextCNNConfig
from core.tokens.labelled import EncodedTexts

IDS = np.array([3, 7, 1, 5, 2], np.int32)


def make_network(heights, n_classes=3):
    return TextCNN(TextCNNConfig(10, 6, n_classes, heights, 5), seed=1).eval().requires_grad_(False)


@pytest.mark.parametrize("heights", [(3,), (2, 4), (1,)])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_what_filters_add_makes_up_the_scores(heights, n):
    model, ids = make_network(heights), IDS[:n]
    torch.nn.init.normal_(model.output.bias)
    found = read_windows(model, ids)
    scores = model(torch.from_numpy(ids.astype(np.int64))[None], torch.tensor([n]))[0].numpy()
    np.testing.assert_allclose(found.added.sum(0) + found.bias, scores - scores.mean(), atol=1e-5)


@pytest.mark.parametrize("heights", [(3,), (2, 4)])
def test_the_largest_answer_is_the_one_that_the_network_keeps(heights):
    model = make_network(heights)
    found = read_windows(model, IDS)
    whole = find_answers(model, EncodedTexts(IDS, np.array([0, 5]), np.array([0])))
    np.testing.assert_allclose(found.values.max(1), whole.values[0], atol=1e-6)
    answered = whole.values[0] > 0
    assert (found.places[answered] == whole.places[0][answered]).all()


def test_an_answer_is_the_product_of_filter_and_words():
    model = make_network((2,))
    found, vectors = read_windows(model, IDS), model.words.detach().numpy()
    by_hand = vectors[IDS[2]] @ model.filters[0][3, 0].numpy() + vectors[IDS[3]] @ model.filters[0][3, 1].numpy()
    assert found.values[3, 3] == pytest.approx(max(0.0, float(by_hand)), abs=1e-6)


def test_filters_are_ranked_by_what_they_add_either_way():
    found = read_windows(make_network((3,)), IDS)
    moved = np.abs(found.added[found.rank(1), 1])
    assert (np.diff(moved) <= 0).all() and sorted(found.rank(1)) == list(range(5))


def test_a_window_shows_the_words_within_the_sentence():
    words = tuple("abcd")
    assert cut_window(words, 0, 3) == ("a",) and cut_window(words, 2, 3) == ("a", "b", "c")
    assert cut_window(words, 5, 3) == ("d",)
