"""Do the places found share more with the selection than any place does?"""

from dataclasses import dataclass

import numpy as np

from core.search.rank import Places
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import Linearised

FEATURES = ("token", "tag", "last_tag", "depth", "rise", "VP_depth")
_DRAWS = 2000     # random places, and resamples


@dataclass(frozen=True)
class Enrichment:
    """Shares of places that are like the selection, one row a feature of `FEATURES` that the selection has.

    Attributes
    ----------
    features : tuple of str
        ``token``, ``tag``, ``depth``, ``VP_depth``: the same at the first token; ``last_tag``: the same at the last;
        ``rise``: the same change of depth from the token before the place to its last token.
    share, low, high : float64 arrays of shape (F,)
        Among the places found, with a 95 % interval over resampled documents (or sentences).
    base : float64 array of shape (F,)
        Among random places of the same lengths that stay inside a sentence.
    n : int
        Places found.
    """

    features: tuple[str, ...]
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    base: np.ndarray
    n: int


def measure_enrichment(places: Places, sentences: EncodedSentences, groups: np.ndarray, query: Linearised,
                       run: tuple[int, int], *, seed: int = 0) -> Enrichment:
    """Compare places with a selection, and random places with it.

    Parameters
    ----------
    groups : int array of shape (N,)
        What is drawn again for the intervals: the document or sentence of each token.
    query, run : Linearised, (int, int)
        The sentence of the selection; first and last token of it.
    """
    rng = np.random.default_rng(seed)
    asked = [f for f in FEATURES if f not in ("tag", "last_tag") or query.tags[run[0 if f == "tag" else 1]]]
    alike = _compare(places.starts, places.lengths, sentences, query, run, asked)
    random = _draw_places(places.lengths, sentences, rng)
    base = _compare(*random, sentences, query, run, asked)
    low, high = _resample(alike, groups[places.starts], rng)
    share = alike.mean(0) if len(alike) else np.full(len(asked), np.nan)
    return Enrichment(tuple(asked), share, low, high, base.mean(0) if len(base) else np.full(len(asked), np.nan),
                      len(places))


def _compare(starts: np.ndarray, lengths: np.ndarray, sentences: EncodedSentences, query: Linearised,
             run: tuple[int, int], features: list[str]) -> np.ndarray:
    """Whether each place is like the selection, bool (M, F)."""
    first, last = run
    lasts, begins = starts + lengths - 1, sentences.position[starts] == 0
    depth, vp = sentences.depth, sentences.phrase_depth[:, 0]
    before = np.where(begins, 0, depth[np.maximum(starts - 1, 0)])
    own_rise = query.depth[last] - (query.depth[first - 1] if first else 0)
    found = {"token": [sentences.tokens[a] == query.tokens[first] for a in starts.tolist()],
             "tag": [sentences.tags[a] == query.tags[first] for a in starts.tolist()],
             "last_tag": [sentences.tags[b] == query.tags[last] for b in lasts.tolist()],
             "depth": depth[starts] == query.depth[first], "rise": depth[lasts] - before == own_rise,
             "VP_depth": vp[starts] == query.phrase_depth[first, 0]}
    return np.column_stack([np.asarray(found[f], bool) for f in features])


def _draw_places(lengths: np.ndarray, sentences: EncodedSentences, rng: np.random.Generator
                 ) -> tuple[np.ndarray, np.ndarray]:
    """Random places with the lengths of those found."""
    if not len(lengths) or not sentences.n_tokens:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    drawn = rng.choice(lengths, _DRAWS)
    starts = rng.integers(0, sentences.n_tokens, _DRAWS)
    left = np.repeat(sentences.starts[1:], sentences.lengths)[starts] - starts  # tokens to the end of the sentence
    inside = drawn <= left
    return starts[inside], drawn[inside]


def _resample(alike: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """2.5 and 97.5 % quantiles of the shares over resamples of whole groups."""
    if not len(alike):
        return (np.full(alike.shape[1], np.nan),) * 2
    _, index = np.unique(groups, return_inverse=True)
    n = np.bincount(index)
    sums = np.column_stack([np.bincount(index, weights=column) for column in alike.T])
    draws = rng.multinomial(len(n), np.full(len(n), 1 / len(n)), _DRAWS)
    shares = (draws @ sums) / (draws @ n)[:, None]
    low, high = np.quantile(shares, (0.025, 0.975), axis=0)
    return low, high
