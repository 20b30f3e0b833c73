"""Pieces of text as pages write them: signs of Markdown as they stand, lists and sentences in the reader's language."""

import re
from collections.abc import Iterable

from core.figures.palette import show_token
from core.ui.language import language

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|<>~$:&-])")


def plain(text: str) -> str:
    r"""Text that Markdown shows as it stands.

    >>> print(plain("a*b"))
    a\*b
    """
    return _MARKUP.sub(r"\\\1", show_token(text))


def list_words(words: Iterable[str]) -> str:
    """Words in a row, in the reader's punctuation."""
    return ("、" if language() == "ja" else ", ").join(words)


def join_sentences(sentences: Iterable[str]) -> str:
    """Sentences in a row: Japanese puts no blanks between them."""
    return ("" if language() == "ja" else " ").join(sentences)
