"""Vectors of one word in many sentences."""

from collections import Counter

import numpy as np
import pytest

from core.analysis.elmo import word_tokens
from core.analysis.elmo.word_tokens import draw_examples, record_tokens
from core.corpora.senses import SenseExample, read_demo_senses
from core.states.bilm import encode_words, record_bilm
from tests.analysis.elmo.test_purity import make_model

EXAMPLES = [*(e for e in read_demo_senses() if e.lemma == "bank"), SenseExample(("bank",), 0, "bank", "alone"),
            SenseExample(("a", "bank", "is", "a", "bank"), 1, "bank", "x"),
            SenseExample(("a", "bank", "is", "a", "bank"), 4, "bank", "y")]


@pytest.mark.parametrize("chunk", [256, 3])
def test_rows_are_those_of_the_words_in_question(monkeypatch, chunk):
    monkeypatch.setattr(word_tokens, "CHUNK", chunk)
    model, seen = make_model(), []
    tokens = record_tokens(model, EXAMPLES, progress=lambda *done: seen.append(done))
    assert tokens.layers.shape == (3, len(EXAMPLES), 12) and seen[-1] == (len(EXAMPLES) - 1,) * 2
    for row in (0, 5, -3, -2, -1):
        example = EXAMPLES[row]
        states = record_bilm(model, [example.words])
        np.testing.assert_allclose(tokens.layers[:, row], states.layers[:, example.position], atol=1e-6)
        others = [w for k, w in enumerate(example.words) if k != example.position]
        mean = encode_words(model, others).numpy().mean(0) if others else np.zeros(6)
        np.testing.assert_allclose(tokens.around[row], mean, atol=1e-6)
    assert tokens.forms[-3:] == ["bank"] * 3 and tokens.senses[-1] == "y"


def test_no_example_and_five_thousand_words_are_recorded():
    assert record_tokens(make_model(), []).layers.shape == (3, 0, 12)
    long = SenseExample(("bank",) * 5000, 4999, "bank", "x")
    assert np.isfinite(record_tokens(make_model(), [long]).layers).all()


def test_a_drawn_part_is_random_in_its_order_and_stays_the_same():
    drawn = draw_examples(EXAMPLES, 10)
    assert drawn == draw_examples(EXAMPLES, 10) != tuple(EXAMPLES[:10]) and len(set(map(id, drawn))) == 10
    places = [EXAMPLES.index(e) for e in drawn]
    assert places == sorted(places) and draw_examples(EXAMPLES, 99) == tuple(EXAMPLES)


def test_balanced_senses_have_as_many_examples_as_the_rarest():
    uneven = [SenseExample(("w", str(k)), 0, "w", "common" if k < 30 else "rare") for k in range(35)]
    assert Counter(e.sense for e in draw_examples(uneven, 99, balanced=True)) == {"common": 5, "rare": 5}
    assert Counter(e.sense for e in draw_examples(uneven, 6, balanced=True)) == {"common": 3, "rare": 3}
    single = draw_examples(uneven[:31], 99, balanced=True)
    assert Counter(e.sense for e in single) == {"common": 2, "rare": 1} and draw_examples([], 5, balanced=True) == ()
