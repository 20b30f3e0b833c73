"""A model looked at again and again while it learns: which cell comes to follow the depth, and when.

Seed 000's correlation of every cell of c with the bracket depth ("which dimension correlates with depth"),
measured at many moments of training on sentences the model never reads.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from core.analysis.lstm.correlation import compute_correlations, null_band
from core.analysis.lstm.heldout import group_tokens, split_groups
from core.analysis.lstm.prediction import compute_predictions
from core.errors import AnalysisError
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences

PROBE_TOKENS = 3_000        # 40 ms a look at 100 units
FIXED_LENGTH = (16, 40)     # tokens of the sentence drawn at every look


@dataclass(frozen=True)
class Look:
    """The model at one moment. H cells, T tokens of the fixed sentence.

    Attributes
    ----------
    perplexity : float
        Of the probe sentences.
    r : float32 array of shape (H,)
        Correlation of every cell of c with the depth, over all probe tokens.
    best : int
        The cell with the largest |r| on one half of the probe.
    score : float
        Its |r| on the other half.
    null : float
        95th percentile of the largest |r| of any cell when the labels are rotated.
    trace : float32 array of shape (T, H)
        Every cell after each token of the fixed sentence.
    """

    perplexity: float
    r: np.ndarray
    best: int
    score: float
    null: float
    trace: np.ndarray


@dataclass(frozen=True)
class Probe:
    """Sentences a model is looked at with; ``fixed`` is the index of the one that is drawn."""

    sentences: EncodedSentences
    fixed: int

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.sentences.sentence(self.fixed).tokens

    @property
    def depth(self) -> np.ndarray:
        return self.sentences.sentence(self.fixed).depth

    def look(self, model: LSTMLanguageModel) -> Look:
        """Measure a model; it is only read, also in the midst of training."""
        data = self.sentences
        states = record_states(model, data, names=("layer0.c", "layer0.h"))
        c, depth = states["layer0.c"], data.depth[:, None].astype(np.float32)
        chosen_on = split_groups(group_tokens(data))
        chosen = int(np.abs(compute_correlations(c[chosen_on], depth[chosen_on])[:, 0]).argmax())
        scored = compute_correlations(c[~chosen_on][:, [chosen]], depth[~chosen_on])[0, 0]
        a, b = data.starts[self.fixed:self.fixed + 2]
        return Look(perplexity=compute_predictions(model, states["layer0.h"], data).perplexity,
                    r=compute_correlations(c, depth)[:, 0], best=chosen, score=abs(float(scored)),
                    null=float(null_band(c, depth)[0]), trace=c[a:b].copy())


def choose_probe(sentences: EncodedSentences, *, n_tokens: int = PROBE_TOKENS) -> Probe:
    """Sentences spread evenly over a text, up to ``n_tokens`` tokens, and the deepest readable one among them.

    Raises
    ------
    AnalysisError
        When there are fewer than four sentences, or no depth to follow.
    """
    n_wanted = max(4, round(sentences.n_sentences * min(1, n_tokens / max(1, sentences.n_tokens))))
    kept = np.unique(np.linspace(0, sentences.n_sentences - 1, n_wanted).round().astype(int))
    part = take_sentences(sentences, kept) if sentences.n_sentences >= 4 else sentences
    if part.n_sentences < 4 or np.ptp(part.depth) == 0:
        raise AnalysisError("There is too little text to look at the model with.", "Choose a larger corpus.")
    low, high = FIXED_LENGTH
    fitting = np.flatnonzero((part.lengths >= low) & (part.lengths <= high))
    rows = fitting if len(fitting) else np.array([int(np.abs(part.lengths - high).argmin())])
    deepest = [int(part.depth[part.starts[s]:part.starts[s + 1]].max()) for s in rows]
    return Probe(part, int(rows[int(np.argmax(deepest))]))


def take_sentences(sentences: EncodedSentences, kept: np.ndarray) -> EncodedSentences:
    """Some of the sentences, in order."""
    rows = np.concatenate([np.arange(sentences.starts[s], sentences.starts[s + 1]) for s in kept])
    return replace(
        sentences, ids=sentences.ids[rows], starts=np.concatenate([[0], np.cumsum(sentences.lengths[kept])]),
        depth=sentences.depth[rows], phrase_depth=sentences.phrase_depth[rows],
        tags=tuple(sentences.tags[i] for i in rows), tokens=tuple(sentences.tokens[i] for i in rows),
        document=sentences.document[kept])


@dataclass(frozen=True)
class Learning:
    """A model over its training. K looks, H cells, T tokens of the fixed sentence.

    Attributes
    ----------
    tokens, depth : tuple of T str, int array of shape (T,)
        The fixed sentence.
    epoch : float32 array of shape (K,)
        Passes through the training text; 0 is the untrained network.
    perplexity, train, score, null : float32 arrays of shape (K,)
        As in `Look`; ``train`` is the perplexity of what was read since the look before, NaN where unknown.
    best : int array of shape (K,)
    r : float32 array of shape (K, H)
    traces : float32 array of shape (K, T, H)
    """

    tokens: tuple[str, ...]
    depth: np.ndarray
    epoch: np.ndarray
    perplexity: np.ndarray
    train: np.ndarray
    score: np.ndarray
    null: np.ndarray
    best: np.ndarray
    r: np.ndarray
    traces: np.ndarray

    @property
    def n_looks(self) -> int:
        return len(self.epoch)

    @property
    def counter(self) -> int:
        """The cell chosen at the last look."""
        return int(self.best[-1])

    def in_depth_units(self) -> np.ndarray:
        """The counter on the fixed sentence, (K, T), on the scale that fits its last look to the depth.

        Least squares of the last trace on the depth; before the cell counts, its line is flat or astray.
        """
        values = self.traces[:, :, self.counter].astype(np.float64)
        last, depth = values[-1], self.depth.astype(np.float64)
        spread = depth.var()
        slope = ((depth - depth.mean()) * (last - last.mean())).mean() / spread if spread > 0 else 0.0
        slope = slope if abs(slope) > 1e-3 else 1.0
        return ((values - (last.mean() - slope * depth.mean())) / slope).astype(np.float32)

    def birth(self, share: float = 0.9) -> float:
        """Epoch from which on the best cell's |r| stays above ``share`` of its last value."""
        below = np.flatnonzero(self.score < share * self.score[-1])
        return float(self.epoch[min(below[-1] + 1, self.n_looks - 1)]) if len(below) else float(self.epoch[0])


def collect_learning(probe_tokens: tuple[str, ...], depth: np.ndarray,
                     looks: Iterable[tuple[float, Look, float]]) -> Learning:
    """Stack looks, each with its epoch and the training perplexity since the one before."""
    rows = list(looks)
    column = {name: np.array([getattr(look, name) for _, look, _ in rows], np.float32)
              for name in ("perplexity", "score", "null", "r")}
    return Learning(tokens=tuple(probe_tokens), depth=np.asarray(depth, np.int16),
                    epoch=np.array([e for e, _, _ in rows], np.float32),
                    train=np.array([t for _, _, t in rows], np.float32),
                    best=np.array([look.best for _, look, _ in rows]),
                    traces=np.array([look.trace for _, look, _ in rows], np.float32), **column)


def compute_learning(models: Iterable[LSTMLanguageModel], probe: Probe) -> Learning:
    """Looks at models after 0, 1, 2, … epochs."""
    def look() -> Iterator[tuple[float, Look, float]]:
        for epoch, model in enumerate(models):
            yield float(epoch), probe.look(model), np.nan
    return collect_learning(probe.tokens, probe.depth, look())
