"""Does the character layer put a misspelt word beside its original? Against spelling alone, and an untrained encoder.

A word of the vocabulary is misspelt by a rule and looked for again among all words of the vocabulary: by the cosine of
character vectors, by the share of three-letter strings (a strong control, which knows spelling and nothing else), and
by the vectors of an untrained encoder of the same size.
"""

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.elmo.reference import embed_words
from core.analysis.elmo.spelling import TrigramIndex
from core.analysis.elmo.untrained import draw_encoder
from core.analysis.intervals import Estimate, estimate_share
from core.checkpoints.bilm import BiLMCheckpoint
from core.errors import AnalysisError

RULES = ("swap", "drop", "double", "ending")
SPACES = ("trained", "trigrams", "untrained")
KS = (1, 10)
_LEAST, _MOST = 6, 14      # letters: shorter words have others one letter away
_ENDINGS = ("s", "ed", "ing")
_AT_ONCE = 256


@dataclass(frozen=True)
class Misspelling:
    """A written form that is none of the model's words, the word it stands for, and the rule that made it."""

    written: str
    original: str
    rule: str


@dataclass(frozen=True, eq=False)
class OovNeighbours:
    """Q misspellings looked for among V words.

    Attributes
    ----------
    asked : tuple of Misspelling, length Q
    n_words : int
        V.
    hits : dict of float64 arrays of shape (Q, 2)
        Space of `SPACES` → whether the original is the nearest word, and whether it is among the ten nearest. Where
        others are exactly as near, the chance that it is, if they stand in a random order.
    """

    asked: tuple[Misspelling, ...]
    n_words: int
    hits: dict[str, np.ndarray]

    def recall(self, space: str, k: int = 1, *, rule: str | None = None) -> Estimate:
        """Share of misspellings whose original is among the k nearest (1 or 10), with its 95 % interval by Wilson."""
        own = self.hits[space][self._pick(rule), KS.index(k)]
        return estimate_share(float(own.sum()), len(own))

    def difference(self, space: str, k: int = 1, *, rule: str | None = None, n_draws: int = 2000,
                   seed: int = 0) -> Estimate:
        """Recall of the trained encoder less that of another space, with its 95 % bootstrap interval over words."""
        rows = self._pick(rule)
        gains = (self.hits["trained"] - self.hits[space])[rows, KS.index(k)]
        originals = np.unique([self.asked[q].original for q in np.flatnonzero(rows)], return_inverse=True)[1]
        sums, counts = np.bincount(originals, gains), np.bincount(originals)
        drawn = np.random.default_rng(seed).integers(len(sums), size=(n_draws, len(sums)))
        means = sums[drawn].sum(1) / counts[drawn].sum(1)
        low, high = np.quantile(means, (0.025, 0.975))
        return Estimate(float(gains.mean()), float(low), float(high))

    def _pick(self, rule: str | None) -> np.ndarray:
        return np.array([rule in (None, own.rule) for own in self.asked])


def misspell_words(words: Sequence[str], known: Sequence[str], *, seed: int = 0) -> tuple[Misspelling, ...]:
    """Each word by each rule, as far as a form comes out that is none of `known`.

    ``swap`` exchanges two neighbouring letters, ``drop`` leaves one out, ``double`` writes one twice, all behind the
    first letter; ``ending`` adds -s, -ed or -ing, by chance.
    """
    taken, rng, made = frozenset(known), np.random.default_rng(seed), []
    for word in words:
        for rule in RULES:
            forms = [form for form in _list_forms(word, rule) if form not in taken and form != word]
            if forms:
                made.append(Misspelling(forms[int(rng.integers(len(forms)))], word, rule))
    return tuple(made)


def _list_forms(word: str, rule: str) -> list[str]:
    inside = range(1, len(word))
    if rule == "swap":
        forms = [word[:i] + word[i + 1] + word[i] + word[i + 2:] for i in inside[:-1] if word[i] != word[i + 1]]
    elif rule == "drop":
        forms = [word[:i] + word[i + 1:] for i in inside]
    elif rule == "double":
        forms = [word[:i] + word[i] + word[i:] for i in inside]
    else:
        forms = [word + ending for ending in _ENDINGS]
    return list(dict.fromkeys(forms))


def choose_words(words: Sequence[str], n: int, *, seed: int = 0) -> list[str]:
    """Words of 6 to 14 small Latin letters, drawn; all of them if there are fewer."""
    letters = frozenset(string.ascii_lowercase)
    fit = [word for word in words if _LEAST <= len(word) <= _MOST and letters.issuperset(word)]
    rows = np.sort(np.random.default_rng(seed).permutation(len(fit))[:n])
    return [fit[i] for i in rows]


def measure_oov_neighbours(checkpoint: BiLMCheckpoint, words: Sequence[str] | None = None, *, n_words: int = 1000,
                           seed: int = 0, progress: Callable[[int, int], None] | None = None) -> OovNeighbours:
    """Look for the originals of misspellings among the words that a model can predict.

    Parameters
    ----------
    checkpoint : BiLMCheckpoint
        With words to predict.
    words : sequence of str, optional
        What is misspelt, out of the model's words; drawn by `choose_words` if None.
    n_words : int
        How many are drawn.
    seed : int
        Of words, rules and the untrained encoder.
    progress : callable, optional
        Called with (misspellings done, misspellings in all) in each of the three spaces.

    Raises
    ------
    AnalysisError
        No words to look among, a word that is none of them, or nothing that can be misspelt.
    """
    known = checkpoint.words[3:]  # without the markers
    ids = {word: i for i, word in enumerate(known)}
    words = choose_words(known, n_words, seed=seed) if words is None else list(words)
    strange = next((word for word in words if word not in ids), None)
    if strange is not None:
        raise AnalysisError("“{word}” is none of the words that {id} can predict.", "Leave it out.", word=strange[:60],
                            id=checkpoint.id)
    asked = misspell_words(words, known, seed=seed)
    if not asked:
        raise AnalysisError("No word of {id} can be misspelt.", "Take a model with words of six letters or more.",
                            id=checkpoint.id)
    targets = np.array([ids[own.original] for own in asked])
    encoders = {"trained": checkpoint.model.encoder,
                "untrained": draw_encoder(checkpoint.model.config.characters, seed)}
    written, index, hits = [own.written for own in asked], TrigramIndex(known), {}
    for space in SPACES:
        if space in encoders:
            vectors = embed_words(encoders[space], written), embed_words(encoders[space], known)
        rows = []
        for start in range(0, len(asked), _AT_ONCE):
            own = slice(start, start + _AT_ONCE)
            near = vectors[0][own] @ vectors[1].T if space in encoders else index.compare(written[own])
            rows.append(_count_hits(near, targets[own]))
            if progress is not None:
                progress(min(start + _AT_ONCE, len(asked)), len(asked))
        hits[space] = np.concatenate(rows)
    return OovNeighbours(asked, len(known), hits)


def _count_hits(near: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Chances of being among the k nearest, (Q, 2), from nearness (Q, V)."""
    own = near[np.arange(len(targets)), targets][:, None]
    nearer, equal = (near > own).sum(1), (near == own).sum(1)
    return np.stack([np.clip((k - nearer) / equal, 0, 1) for k in KS], axis=1)
