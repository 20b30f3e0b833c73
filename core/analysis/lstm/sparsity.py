"""How many cells do the work of an LSTM, and what the survivors of an L1 penalty follow (seed 000, "future work").

A penalty on activations makes them small, and the softmax can make up for that by growing. So nothing here
depends on the scale of a cell: shares of the variance, levels, and what the model loses when all cells but
the first k are held at their mean.
"""

import copy
from dataclasses import dataclass

import numpy as np
import torch

from core.analysis.lstm.correlation import collect_properties, compute_correlations
from core.analysis.lstm.heldout import group_tokens, split_groups
from core.analysis.lstm.prediction import compute_predictions
from core.analysis.quantisation import count_levels, explain_variance
from core.checkpoints.store import Checkpoint
from core.models.lstm import LSTMLanguageModel
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences

ACTIVE = 0.01            # standard deviation of h from which a cell counts as active; h lies in (-1, 1)
WORK = 0.95              # share of the variance of h, or of what the model knows
SAMPLE_TOKENS = 40_000   # tokens read: half of them rank the cells, half are scored
BINS = 128


@dataclass(frozen=True)
class Sparsity:
    """Cells at work in one checkpoint on one selection. H cells, K numbers of cells, P properties.

    Attributes
    ----------
    corpus : str
    n_tokens, n_groups, n_scored : int
        Tokens of the sample, documents (or sentences) in it, and tokens of the scored half.
    perplexity, unigram : float
        Of the whole model on the scored half, and of the frequencies of the tokens there.
    active : int
        Cells whose h has a standard deviation of `ACTIVE` or more.
    carrying : int
        Fewest cells that carry 95 % of the variance of h.
    needed : int
        Fewest cells, of those tried, that keep 95 % of what the whole model gains on the frequencies, in nats.
    kept : int64 array of shape (K,)
    perplexities : float64 array of shape (K,)
        Of the model with its first k cells, the others held at their mean.
    order : int32 array of shape (H,)
        Cells by the movement they hand on: the variance of h times the squared length of the weights that read it.
    deviation : float32 array of shape (H,)
        Standard deviation of h.
    r : float32 array of shape (H, P)
        Correlation of c with each property on the scored half, in the order of the cells' numbers.
    levels : uint8 array of shape (2, H)
        Levels that c_up and h of each cell need for 95 % of their variance.
    """

    corpus: str
    n_tokens: int
    n_groups: int
    n_scored: int
    perplexity: float
    unigram: float
    active: int
    carrying: int
    needed: int
    kept: np.ndarray
    perplexities: np.ndarray
    order: np.ndarray
    deviation: np.ndarray
    r: np.ndarray
    levels: np.ndarray

    @property
    def median_levels(self) -> float:
        """Median levels of c_up over the cells that are active, or over all where none is."""
        active = self.deviation >= ACTIVE
        return float(np.median(self.levels[0, active if active.any() else slice(None)]))


def compute_sparsity(checkpoint: Checkpoint, sentences: EncodedSentences, *, corpus: str) -> Sparsity:
    """Rank the cells on one half of the documents and score the model with fewer and fewer of them on the other."""
    model = checkpoint.model
    sample = take_sentences(sentences, np.arange(0, sentences.n_sentences,
                                                 max(1, round(sentences.n_tokens / SAMPLE_TOKENS))))
    groups = group_tokens(sample)
    chosen_on = split_groups(groups)
    states = record_states(model, sample)
    h = states["layer0.h"]
    mean, variance = h[chosen_on].mean(0), h[chosen_on].var(0)
    order = np.argsort(-variance * measure_reach(model), kind="stable")
    scored = take_sentences(sample, np.flatnonzero(~chosen_on[sample.starts[:-1]]))
    whole = compute_predictions(model, h[~chosen_on], scored)
    steps = 2 ** np.arange(0, np.log2(len(order)), 0.5)  # two to every doubling
    kept = np.unique([*np.round(steps).astype(np.int64), len(order)])
    perplexities = np.array([_score(hold_cells(model, order[k:], mean), scored) for k in kept[:-1]]
                            + [whole.perplexity])
    unigram = _unigram_perplexity(whole.target)
    gain = np.log(unigram / perplexities) / max(np.log(unigram / whole.perplexity), 1e-9)
    shares = np.cumsum(np.sort(variance)[::-1]) / max(variance.sum(), 1e-12)
    return Sparsity(
        corpus=corpus, n_tokens=sample.n_tokens, n_groups=len(np.unique(groups)), n_scored=scored.n_tokens,
        perplexity=whole.perplexity, unigram=unigram, active=int((np.sqrt(variance) >= ACTIVE).sum()),
        carrying=int((shares < WORK).sum()) + 1, needed=int(kept[(gain >= WORK).argmax()]) if (gain >= WORK).any()
        else len(order), kept=kept, perplexities=perplexities, order=order.astype(np.int32),
        deviation=np.sqrt(variance).astype(np.float32),
        r=compute_correlations(states["layer0.c"][~chosen_on], collect_properties(scored)),
        levels=np.stack([count_levels(explain_variance(_count(states[f"layer0.{v}"]))) for v in ("c_up", "h")]))


def take_sentences(sentences: EncodedSentences, chosen: np.ndarray) -> EncodedSentences:
    """Some of the sentences, in the order given, with the documents' names as they are."""
    rows = np.concatenate([np.arange(sentences.starts[s], sentences.starts[s + 1]) for s in chosen]
                          or [np.zeros(0, np.int64)]).astype(np.int64)
    return EncodedSentences(
        ids=sentences.ids[rows], starts=np.concatenate([[0], np.cumsum(sentences.lengths[chosen])]).astype(np.int64),
        depth=sentences.depth[rows], phrase_depth=sentences.phrase_depth[rows],
        tags=tuple(sentences.tags[row] for row in rows), tokens=tuple(sentences.tokens[row] for row in rows),
        document=sentences.document[chosen], documents=sentences.documents)


def measure_reach(model: LSTMLanguageModel) -> np.ndarray:
    """Squared length of the recurrent and softmax weights that read each cell's h, (H,)."""
    return (model.layers[-1].w_hh.square().sum(0) + model.decoder.weight.square().sum(0)).detach().numpy()


@torch.no_grad()
def hold_cells(model: LSTMLanguageModel, cells: np.ndarray, mean: np.ndarray) -> LSTMLanguageModel:
    """A copy of a one-layer model in which nothing reads some cells: their h counts as its mean.

    The mean moves into the biases, and the weights that read the cells become 0; exact from the second token on,
    as h before the first token is 0 and not the mean.
    """
    held = copy.deepcopy(model)
    cells, mean = torch.from_numpy(np.asarray(cells, np.int64)), torch.from_numpy(np.asarray(mean, np.float32))
    for weight, bias in ((held.layers[-1].w_hh, held.layers[-1].b), (held.decoder.weight, held.decoder.bias)):
        bias += weight[:, cells] @ mean[cells]
        weight[:, cells] = 0
    return held


def _score(model: LSTMLanguageModel, sentences: EncodedSentences) -> float:
    states = record_states(model, sentences, names=("layer0.h",))
    return compute_predictions(model, states["layer0.h"], sentences).perplexity


def _unigram_perplexity(target: np.ndarray) -> float:
    p = np.unique(target, return_counts=True)[1] / max(len(target), 1)
    return float(np.exp(-(p * np.log(p)).sum()))


def _count(values: np.ndarray) -> np.ndarray:
    """Histogram of each cell over its own range, (H, BINS)."""
    low, high = values.min(0), values.max(0)
    place = ((values - low) * (BINS / np.maximum(high - low, 1e-9))).astype(np.int32).clip(0, BINS - 1)
    hidden = values.shape[1]
    return np.bincount((place + np.arange(hidden, dtype=np.int32) * BINS).ravel(),
                       minlength=hidden * BINS).reshape(hidden, BINS)
