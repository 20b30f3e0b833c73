"""Words as characters, in the numbering of the published ELMo weights (bilm-tf; Peters et al. 2018, section 3.1).

A word is the bytes of its UTF-8, between a sign for its beginning and one for its end, filled up to 50. Every number is
one more than the byte or sign it stands for, since 0 is nothing at all: 262 numbers.
"""

from collections.abc import Iterable

import numpy as np

MAX_CHARACTERS = 50
N_CHARACTERS = 262
SENTENCE_START, SENTENCE_END = "<S>", "</S>"  # words of one sign each

_BOUNDARY = {SENTENCE_START: 256, SENTENCE_END: 257}
_WORD_START, _WORD_END, _PADDING = 258, 259, 260
PADDING = _PADDING + 1


def encode_characters(words: Iterable[str], *, width: int = MAX_CHARACTERS) -> np.ndarray:
    """Numbers of words' characters, int64 of shape (W, width).

    A word of more than width - 2 bytes loses the rest, as in the published code; `is_cut` says which do.
    """
    words = list(words)
    numbers = np.full((len(words), width), PADDING, np.int64)
    for row, word in zip(numbers, words, strict=True):
        inside = [_BOUNDARY[word]] if word in _BOUNDARY else list(word.encode("utf-8", "replace")[:width - 2])
        row[0] = _WORD_START + 1
        row[1:1 + len(inside)] = np.array(inside, np.int64) + 1
        row[1 + len(inside)] = _WORD_END + 1
    return numbers


def is_cut(word: str, *, width: int = MAX_CHARACTERS) -> bool:
    """Whether a word has more bytes than are read."""
    return word not in _BOUNDARY and len(word.encode("utf-8", "replace")) > width - 2


def name_characters(word: str, *, width: int = MAX_CHARACTERS) -> tuple[str, ...]:
    """What stands at each place that is not padding, to be shown: characters, ``⊢`` and ``⊣`` for the ends of the word,
    ``·`` for the further bytes of a character.

    >>> name_characters("né")
    ('⊢', 'n', 'é', '·', '⊣')
    """
    if word in _BOUNDARY:
        return ("⊢", word, "⊣")
    shown = [c if k == 0 else "·" for c in word for k in range(len(c.encode("utf-8", "replace")))]
    return ("⊢", *shown[:width - 2], "⊣")
