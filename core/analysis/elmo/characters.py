"""One word inside the character encoder: which filters answer, where in the word, and what the highway lets through
(Peters et al. 2018, section 3.4)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.errors import TextError
from core.models.character_encoder import CharacterConfig, CharacterEncoder
from core.tokens.characters import (
    MAX_CHARACTERS,
    SENTENCE_END,
    SENTENCE_START,
    encode_characters,
    name_characters,
)

PADDING_SIGN = "▫"
MAX_BYTES = MAX_CHARACTERS - 2  # the two ends of a word are characters too


@dataclass(frozen=True)
class TypedWord:
    """The word of a typed text.

    Attributes
    ----------
    word : str
    ignored : str
        What stood behind the first blank.
    unread : str
        Letters at the end of the word that the model does not read to their end, since it reads 48 bytes.
    """

    word: str
    ignored: str = ""
    unread: str = ""

    @property
    def is_right_to_left(self) -> bool:
        """Whether a letter belongs to a script that is written from right to left."""
        return any(unicodedata.bidirectional(c) in ("R", "AL") for c in self.word)


def read_word(text: str) -> TypedWord:
    """The first word of a text, as the model reads it: up to a blank, in its own case.

    Raises
    ------
    TextError
        When there is no word, or it is one of the model's own signs.
    """
    parts = unicodedata.normalize("NFC", text).split(maxsplit=1)
    if not parts:
        raise TextError("There is no word.", "Type one, with letters of any script.")
    word = parts[0]
    if word in (SENTENCE_START, SENTENCE_END):
        raise TextError("{word} is the model's own sign for an end of a sentence, not a word.", "Type another word.",
                        word=word)
    kept = word.encode("utf-8", "replace")[:MAX_BYTES].decode("utf-8", "ignore")
    return TypedWord(word, parts[1].strip() if len(parts) > 1 else "", word[len(kept):])


@dataclass(frozen=True, eq=False)
class InsideWord:
    """F filters, K highway layers, P numbers in a word's vector.

    Attributes
    ----------
    answers : float32 array of shape (F,)
        The largest answer of each filter, activated; filters by rising width.
    places : int64 array of shape (F,)
        The first character of the window with that answer, as `name_characters` counts; the first of the padding where
        it lies in the padding whole.
    values : float32 array of shape (K + 1, F)
        What enters each highway layer, and what leaves the last.
    gates : float32 array of shape (K, F)
        1 where a layer transforms, 0 where it lets pass.
    vector : float32 array of shape (P,)
    """

    answers: np.ndarray
    places: np.ndarray
    values: np.ndarray
    gates: np.ndarray
    vector: np.ndarray


def list_widths(config: CharacterConfig) -> np.ndarray:
    """The width of each filter in characters, int64 (F,)."""
    return np.repeat([w for w, _ in config.filters], [n for _, n in config.filters])


@torch.inference_mode()
def find_windows(encoder: CharacterEncoder, words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Answers and places as in `InsideWord`, each (W, F)."""
    numbers = torch.from_numpy(encode_characters(words))
    best = [answer.max(2) for answer in encoder.respond(numbers)]
    largest = torch.cat([own.values for own in best], dim=1)
    answers = torch.tanh(largest) if encoder.config.activation == "tanh" else largest.relu()
    lengths = np.array([len(name_characters(word)) for word in words], np.int64)
    places = torch.cat([own.indices for own in best], dim=1).numpy()
    return answers.numpy(), np.minimum(places, lengths[:, None])  # all windows of padding answer the same


@torch.inference_mode()
def look_inside(encoder: CharacterEncoder, word: str) -> InsideWord:
    """Everything between a word's characters and its vector."""
    answers, places = find_windows(encoder, [word])
    x, gates = torch.from_numpy(answers), []
    values = [x]
    for layer in encoder.highway:
        gates.append(layer.open_gate(x))
        x = layer(x)
        values.append(x)
    opened = torch.cat(gates).numpy() if gates else np.zeros((0, answers.shape[1]), np.float32)
    return InsideWord(answers[0], places[0], torch.cat(values).numpy(), opened, encoder.projection(x)[0].numpy())


def cut_gram(word: str, place: int, width: int) -> tuple[str, ...]:
    """What stands in a window, one entry a character; padding as ``▫``.

    >>> "".join(cut_gram("cat", 3, 4))
    't⊣▫▫'
    """
    inside = name_characters(word)[place:place + width]
    return (*inside, *[PADDING_SIGN] * (width - len(inside)))


def is_padding(word: str, place: int) -> bool:
    """Whether a window that begins there holds padding alone."""
    return place >= len(name_characters(word))


def mark_window(word: str, place: int, width: int) -> str:
    """A word with its window in brackets; the signs of its ends are shown where the window holds them.

    >>> mark_window("cat", 0, 2), mark_window("cat", 2, 4), mark_window("cat", 5, 2)
    ('[⊢c]at', 'c[at⊣▫]', 'cat[▫▫]')
    """
    names = name_characters(word)
    before, after = ([name for name in part if name not in ("⊣", "·")]
                     for part in (names[1:place], names[max(place + width, 1):]))
    return "".join([*before, "[", *cut_gram(word, place, width), "]", *after])
