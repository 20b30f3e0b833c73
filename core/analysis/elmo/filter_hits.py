"""The filters for which a word is unusual, the n-gram each of them answered to, and which other words do the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.elmo.characters import InsideWord, cut_gram, find_windows, is_padding, mark_window
from core.analysis.elmo.reference import WordReference
from core.models.character_encoder import CharacterEncoder

UNUSUAL = 100  # a filter "fires" where no more than one word in so many makes it answer as much


@dataclass(frozen=True)
class FilterHit:
    """One filter and one word.

    Attributes
    ----------
    filter : int
        Counted over all widths.
    width : int
        Characters of its window.
    place : int
        The first of them.
    gram : tuple of str
        What stands in the window, one entry a character.
    answer : float
        Activated; 0 or less is none.
    one_in : float
        One word in so many is answered at least so much.
    padding : bool
        Whether the window lies behind the word whole.
    """

    filter: int
    width: int
    place: int
    gram: tuple[str, ...]
    answer: float
    one_in: float
    padding: bool

    @property
    def end(self) -> int:
        """The place behind the window."""
        return self.place + self.width


@dataclass(frozen=True)
class HitWords:
    """Words beside a hit, each with its own window in brackets.

    Attributes
    ----------
    sharing : tuple of str
        Those with the same n-gram that the filter answers to most.
    strongest : tuple of str
        Those it answers to most of all.
    """

    sharing: tuple[str, ...]
    strongest: tuple[str, ...]


def list_hits(word: str, inside: InsideWord, reference: WordReference, widths: np.ndarray, *,
              n: int = 3) -> list[FilterHit]:
    """The n filters of each width for which the word is rarest, widths rising, the rarest first; silent ones never."""
    one_in, hits = reference.one_in(inside.answers), []
    for width in np.unique(widths).tolist():
        own = np.flatnonzero((widths == width) & (inside.answers > 0))
        order = own[np.lexsort((-inside.answers[own], -one_in[own]))][:n]
        hits += [FilterHit(f, width, place, cut_gram(word, place, width), float(inside.answers[f]), float(one_in[f]),
                           is_padding(word, place)) for f, place in zip(order.tolist(), inside.places[order].tolist(),
                                                                         strict=True)]
    return hits


def find_hit_words(encoder: CharacterEncoder, reference: WordReference, word: str, hits: Sequence[FilterHit], *,
                   n: int = 4) -> list[HitWords]:
    """Other words that make the same filters answer."""
    own = reference.ids.get(word, -1)
    sharing = [[i for i in reference.rank_words(h.filter, n + 1, reference.find_words(word, h.place, h.width)).tolist()
                if i != own][:n] for h in hits]
    strongest = [reference.rank_words(h.filter, n).tolist() for h in hits]
    rows = sorted({i for group in (*sharing, *strongest) for i in group})
    places = find_windows(encoder, [reference.words[i] for i in rows])[1] if rows else np.zeros((0, 1), np.int64)
    at = {i: k for k, i in enumerate(rows)}

    def mark(group: list[int], hit: FilterHit) -> tuple[str, ...]:
        return tuple(mark_window(reference.words[i], int(places[at[i], hit.filter]), hit.width) for i in group)

    return [HitWords(mark(same, hit), mark(most, hit)) for same, most, hit in zip(sharing, strongest, hits,
                                                                                  strict=True)]


@dataclass(frozen=True)
class Changed:
    """A dimension of a highway layer: what entered, what left, how far its gate stood open, what is usual.

    Attributes
    ----------
    layer, dimension : int
    before, after, gate : float
    usual : float
        The mean change over the words of the reference.
    gram : tuple of str
        What the filter of this number answered to. A layer keeps most of what enters, so that a dimension goes on
        standing for its filter, if less and less.
    """

    layer: int
    dimension: int
    before: float
    after: float
    gate: float
    usual: float
    gram: tuple[str, ...]


def rank_changes(word: str, inside: InsideWord, reference: WordReference, widths: np.ndarray, *,
                 n: int = 6) -> list[Changed]:
    """The n dimensions that each highway layer changes most."""
    changes = np.diff(inside.values, axis=0)
    return [Changed(layer, f, float(inside.values[layer, f]), float(inside.values[layer + 1, f]),
                    float(inside.gates[layer, f]), float(reference.changes[layer, f]),
                    cut_gram(word, int(inside.places[f]), int(widths[f])))
            for layer, own in enumerate(changes) for f in np.argsort(-np.abs(own), kind="stable")[:n].tolist()]
