"""Batched beam search, left to right, that keeps every hypothesis it ever held (Sutskever et al. 2014, section 3.2).

A step extends all partial hypotheses of a sentence by all words and keeps the B most probable; one that ends goes to
the finished ones. Scores are sums of log-probabilities, so that they only fall: a partial hypothesis below the last of
the finished ones that are wanted can never enter them and is given up, which changes no result. With a length penalty
(Wu et al. 2016, equation 14) this no longer holds, and the search ends with B finished hypotheses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from core.errors import AnalysisError
from core.translate.choose import choose_best
from core.translate.stepper import States, Stepper

MAX_BEAM = 50
START, END, UNKNOWN = 0, 1, 2  # as `core.tokens.vocabulary` puts them


@dataclass(frozen=True)
class BeamSettings:
    """How to search."""

    beam: int = 12                     # the paper's best
    n_best: int = 1                    # finished hypotheses wanted, at most as many as the beam is wide
    length_penalty: float = 0.0        # exponent α; 0 is the paper's: none
    allow_unknown: bool = True         # the paper's models may write <UNK>
    longest: float = 2.0               # times the source, plus ten: where a hypothesis is cut

    def check(self) -> None:
        """Refuse what cannot be searched.

        Raises
        ------
        AnalysisError
            Naming the setting, its value and what is allowed.
        """
        for name, low, high in (("beam", 1, MAX_BEAM), ("n_best", 1, self.beam), ("length_penalty", 0, 2),
                                ("longest", 0.1, 10)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise AnalysisError("{name} = {value} is out of range.", "Choose {low} to {high}.",
                                    name=name, value=value, low=low, high=high)


@dataclass(frozen=True)
class Hypothesis:
    """A translation.

    Attributes
    ----------
    ids : tuple of int
        Words, without the markers.
    log_p : tuple of float
        Of every word in nats given those before, and of the end where it is finished.
    finished : bool
        False for one that was cut.
    leaf : int
        Its last node in the tree; -1 where none was kept.
    """

    ids: tuple[int, ...]
    log_p: tuple[float, ...]
    finished: bool
    leaf: int = -1

    @property
    def score(self) -> float:
        """log p(y | x) in nats."""
        return float(np.sum(self.log_p))


@dataclass(frozen=True)
class BeamTree:
    """Every hypothesis the beam of one sentence ever held; node 0 is the start. N nodes.

    Attributes
    ----------
    token, parent : int32 arrays of shape (N,)
        The start's parent is -1.
    log_p, score : float32 arrays of shape (N,)
        Of the token, and summed from the start.
    step : int32 array of shape (N,)
        0 for the start.
    rank : int32 array of shape (N,)
        Among those that the beam kept at that step, from 0.
    """

    token: np.ndarray
    parent: np.ndarray
    log_p: np.ndarray
    score: np.ndarray
    step: np.ndarray
    rank: np.ndarray

    def path(self, node: int) -> list[int]:
        """Nodes from the first word to ``node``."""
        nodes = []
        while node > 0:
            nodes.append(node)
            node = int(self.parent[node])
        return nodes[::-1]


@dataclass(frozen=True)
class BeamResult:
    """What was found for one sentence, best first, and how."""

    hypotheses: tuple[Hypothesis, ...]
    tree: BeamTree = field(repr=False)

    @property
    def best(self) -> Hypothesis:
        return self.hypotheses[0]


@dataclass
class _Search:
    """One sentence on its way."""

    limit: int
    token: list[int]
    parent: list[int]
    log_p: list[float]
    score: list[float]
    step: list[int]
    rank: list[int]
    live: list[int] = field(default_factory=list)      # nodes, one a row of the states
    finished: list[int] = field(default_factory=list)  # nodes whose token is the end

    @classmethod
    def begin(cls, limit: int, prefix: Sequence[int], log_p: Sequence[float]) -> "_Search":
        """A search whose hypotheses all begin with some words."""
        score = np.cumsum([0.0, *log_p]).tolist()
        n = len(prefix) + 1
        return cls(limit, [START, *prefix], list(range(-1, n - 1)), [0.0, *log_p], score, list(range(n)), [0] * n,
                   live=[n - 1])

    def add(self, parent: int, token: int, log_p: float, rank: int) -> int:
        self.token.append(token)
        self.parent.append(parent)
        self.log_p.append(log_p)
        self.score.append(self.score[parent] + log_p)
        self.step.append(self.step[parent] + 1)
        self.rank.append(rank)
        return len(self.token) - 1

    def tree(self) -> BeamTree:
        return BeamTree(*(np.array(a, np.int32) for a in (self.token, self.parent)),
                        *(np.array(a, np.float32) for a in (self.log_p, self.score)),
                        *(np.array(a, np.int32) for a in (self.step, self.rank)))

    def read(self, node: int) -> Hypothesis:
        ids, log_p, finished = [], [], self.token[node] == END and node > 0
        end = node
        while node > 0:
            ids.append(self.token[node])
            log_p.append(self.log_p[node])
            node = self.parent[node]
        ids.reverse()
        return Hypothesis(tuple(ids[:-1] if finished else ids), tuple(reversed(log_p)), finished, end)


@torch.inference_mode()
def search_beams(stepper: Stepper, states: States, lengths: Sequence[int], settings: BeamSettings = BeamSettings(), *,
                 prefixes: Sequence[Sequence[int]] | None = None) -> list[BeamResult]:
    """Search the most probable continuations of S started sentences.

    Parameters
    ----------
    states : States
        From `Stepper.start`; rows are sentences.
    lengths : sequence of int
        Words of each source, which bound its hypotheses.
    prefixes : sequence of sequences of int, optional
        Words that each sentence's hypotheses begin with; counted in their scores.

    Raises
    ------
    AnalysisError
        On a setting outside its range.
    """
    settings.check()
    searches, tokens, states = _begin(stepper, states, lengths, settings, prefixes)
    banned = (START,) if settings.allow_unknown else (START, UNKNOWN)
    rows = None
    while any(s.live for s in searches):
        scores, states = stepper.expand(tokens, states, banned, rows)
        rows, tokens = _extend([s for s in searches if s.live], scores, settings)
    return [_finish(s, settings) for s in searches]


def _begin(stepper: Stepper, states: States, lengths: Sequence[int], settings: BeamSettings,
           prefixes: Sequence[Sequence[int]] | None) -> tuple[list[_Search], torch.Tensor, States]:
    """Searches at the ends of their prefixes, with the tokens to read next and the states before them."""
    prefixes = prefixes if prefixes is not None else [()] * len(lengths)
    limits = [int(settings.longest * n) + 10 + len(p) for n, p in zip(lengths, prefixes, strict=True)]
    tokens = torch.tensor([START] * len(lengths))
    given: list[list[float]] = [[] for _ in prefixes]
    for t in range(max(map(len, prefixes), default=0)):
        log_p, after = stepper.advance(tokens, states)
        going = [s for s, prefix in enumerate(prefixes) if t < len(prefix)]
        for s in going:
            given[s].append(float(log_p[s, prefixes[s][t]]))
            tokens[s] = prefixes[s][t]
        keep = torch.zeros(len(lengths), 1, dtype=torch.bool)
        keep[going] = True
        states = tuple(tuple((torch.where(keep, h, h0), torch.where(keep, c, c0))
                             for (h, c), (h0, c0) in zip(new, old, strict=True))
                       for new, old in zip(after, states, strict=True))
    searches = [_Search.begin(limit, p, g) for limit, p, g in zip(limits, prefixes, given, strict=True)]
    return searches, tokens, states


def _extend(searches: list[_Search], scores: torch.Tensor,
            settings: BeamSettings) -> tuple[torch.Tensor, torch.Tensor]:
    """Move every search one step on, given the scores of all words after each of its hypotheses, one after the other in
    the rows of (R, V'); returns the rows its hypotheses come from and their last tokens."""
    live = [node for search in searches for node in search.live]
    before = torch.tensor([search.score[node] for search in searches for node in search.live], dtype=torch.float64)
    best = choose_best(scores, before, [len(search.live) for search in searches], settings.beam)
    rows, tokens = [], []
    for search, own_rows, own_words, values in zip(searches, *(a.tolist() for a in best), strict=True):
        search.live, own = [], []
        for rank, (row, word, value) in enumerate(zip(own_rows, own_words, values, strict=True)):
            if value == -np.inf:
                break
            node = search.add(live[row], word, value, rank)
            if word == END:
                search.finished.append(node)
            else:
                search.live.append(node)
                own.append(row)
        del search.live[_prune(search, settings):]
        rows += own[:len(search.live)]
        tokens += [search.token[node] for node in search.live]
    return torch.tensor(rows, dtype=torch.long), torch.tensor(tokens, dtype=torch.long)


def _prune(search: _Search, settings: BeamSettings) -> int:
    """How many of the live hypotheses, which stand best first, may still matter."""
    if not search.live or search.step[search.live[0]] >= search.limit:
        return 0
    if settings.length_penalty:
        return 0 if len(search.finished) >= settings.beam else len(search.live)
    if len(search.finished) < settings.n_best:
        return len(search.live)
    bar = sorted((search.score[f] for f in search.finished), reverse=True)[settings.n_best - 1]
    return sum(search.score[node] > bar for node in search.live)


def _finish(search: _Search, settings: BeamSettings) -> BeamResult:
    nodes = search.finished
    if not nodes:  # cut before any came to an end: the most probable of the longest
        longest = max(search.step)
        nodes = [n for n, step in enumerate(search.step) if step == longest]
    return BeamResult(rank_hypotheses([search.read(n) for n in nodes], settings)[:settings.n_best], search.tree())


def rank_hypotheses(found: Sequence[Hypothesis], settings: BeamSettings) -> tuple[Hypothesis, ...]:
    """Hypotheses by falling score, divided by their length to the power of the penalty."""
    return tuple(sorted(found, key=lambda h: -h.score / ((5 + len(h.log_p)) / 6) ** settings.length_penalty))


def without_tree(result: BeamResult) -> BeamResult:
    """The same hypotheses without the tree, for thousands of sentences."""
    empty = BeamTree(*(np.zeros(0, t) for t in (np.int32, np.int32, np.float32, np.float32, np.int32, np.int32)))
    return BeamResult(tuple(replace(h, leaf=-1) for h in result.hypotheses), empty)
