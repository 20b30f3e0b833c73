"""One word swapped: neighbours, both translations, and how they are laid side by side."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.seq2seq.swap import align_words, find_near_words, swap_word
from core.errors import TextError
from core.translate.beam import BeamSettings
from core.translate.translator import Translator
from tests.translate.toy import SOURCE, build_checkpoint

WORDS = ("the", "cat", "sees", "a", "dog", ".")
sentences = st.lists(st.sampled_from("abcd"), max_size=9)


def test_near_words_are_those_of_the_largest_cosine_without_markers_and_the_word_itself():
    checkpoint = build_checkpoint(0)
    vectors = checkpoint.model.encoder.embedding.weight.numpy().astype(np.float64)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = checkpoint.vocabulary.source.ids
    wanted = sorted(((float(unit[ids["cat"]] @ unit[ids[w]]), w) for w in SOURCE if w != "cat"), reverse=True)
    found = find_near_words(checkpoint, "cat", n=50)
    assert [w for w, _ in found] == [w for _, w in wanted]
    assert [c for _, c in found] == pytest.approx([c for c, _ in wanted], abs=1e-5)
    assert find_near_words(checkpoint, "cat", n=2) == found[:2]


@pytest.mark.parametrize("word", ["zebra", "<UNK>", "<ST>", ""])
def test_a_word_without_an_embedding_has_no_neighbours(word):
    with pytest.raises(TextError, match="does not know"):
        find_near_words(build_checkpoint(0), word)


@pytest.mark.parametrize("seed", range(3))
def test_both_translations_are_those_of_the_sentences_alone_and_scores_are_crossed(seed):
    translator, settings = Translator([build_checkpoint(seed)]), BeamSettings(beam=5)
    found = swap_word(translator, WORDS, 1, ["man"], settings=settings)
    after = ("the", "man", *WORDS[2:])
    assert (found.before, found.after) == (WORDS, after)
    for words, own in ((WORDS, found.old), (after, found.new)):
        alone = translator.translate(words, settings).best
        assert alone.ids == own.ids and alone.score == pytest.approx(own.score, abs=1e-5)
    same = swap_word(translator, WORDS, 1, ["cat"], settings=settings)
    assert same.old == same.new and same.old_log_p == pytest.approx(same.old.score, abs=1e-4) == same.new_log_p
    back = swap_word(translator, after, 1, ["cat"], settings=settings)
    assert (back.old_log_p, back.new_log_p) == pytest.approx((found.new_log_p, found.old_log_p), abs=1e-4)


def test_a_word_can_be_taken_away_or_become_several_but_something_must_be_left():
    translator = Translator([build_checkpoint(0)])
    assert swap_word(translator, WORDS, 5, []).after == WORDS[:5]
    assert swap_word(translator, WORDS, 1, ["big", "man"]).after == ("the", "big", "man", *WORDS[2:])
    with pytest.raises(TextError, match="No word"):
        swap_word(translator, ["cat"], 0, [])
    for place in (-1, 6):
        with pytest.raises(TextError, match="has no word"):
            swap_word(translator, WORDS, place, ["man"])


@given(sentences, sentences)
def test_both_sentences_can_be_read_off_an_alignment(before, after):
    places = align_words(before, after)
    assert [a.before for a in places if a.before is not None] == before
    assert [a.after for a in places if a.after is not None] == after
    assert all(a.before is not None or a.after is not None for a in places)


@given(sentences)
def test_a_sentence_meets_itself(words):
    assert all(a.same for a in align_words(words, words))


@given(sentences, st.data())
def test_one_word_more_is_one_place_more(words, data):
    at = data.draw(st.integers(0, len(words)))
    places = align_words(words, [*words[:at], "new", *words[at:]])
    assert len(places) == len(words) + 1 and sum(not a.same for a in places) == 1
