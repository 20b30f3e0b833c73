"""Pieces of text in the reader's language."""

import pytest

from core.ui import wording
from core.ui.wording import join_sentences, list_words, plain


def test_plain_text_has_no_markup_left():
    assert plain("[a](b) **c** <d> $e$ `f`") == r"\[a\]\(b\) \*\*c\*\* \<d\> \$e\$ \`f\`"


@pytest.mark.parametrize(("language", "sentences", "words"), [("en", "A. B.", "a, b"), ("ja", "A.B.", "a、b")])
def test_rows_have_the_readers_punctuation(monkeypatch, language, sentences, words):
    monkeypatch.setattr(wording, "language", lambda: language)
    assert join_sentences(["A.", "B."]) == sentences and list_words(["a", "b"]) == words
