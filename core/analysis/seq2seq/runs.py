"""What is kept of a training run besides its weights: its curve, and what it makes of every test sentence.

Weights of many seeds would fill the repository; their numbers do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.results import ResultKind
from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.corpora.pairs import SentencePairs
from core.translate.force import score_translations
from core.translate.translator import Translator


@dataclass(frozen=True)
class MeasuredRun:
    """One run. E epochs, S test sentences.

    Attributes
    ----------
    checkpoint_id, corpus, source_name, pairs_sha256 : str
        The checkpoint, what it read, and what it was tested on.
    reverse : bool
    seed, n_layers, hidden_size, epochs_planned : int
    epochs : int64 array of shape (E,)
        From 1.
    validation, train : float64 arrays of shape (E,)
        Perplexities of a target word; that of training was gathered while learning, with dropout.
    seconds : float
    nll : float32 array of shape (S,)
        -log p(reference, end | source) in nats.
    n_tokens : int32 array of shape (S,)
        Words of each reference, and its end.
    """

    checkpoint_id: str
    corpus: str
    source_name: str
    pairs_sha256: str
    reverse: bool
    seed: int
    n_layers: int
    hidden_size: int
    epochs_planned: int
    epochs: np.ndarray
    validation: np.ndarray
    train: np.ndarray
    seconds: float
    nll: np.ndarray
    n_tokens: np.ndarray

    @property
    def perplexity(self) -> float:
        """On the test sentences."""
        return float(np.exp(self.nll.sum() / self.n_tokens.sum()))


def measure_run(checkpoint: Seq2SeqCheckpoint, pairs: SentencePairs) -> MeasuredRun:
    """Score the references of pairs the run has not read."""
    card, vocabulary = checkpoint.card, checkpoint.vocabulary
    scores = score_translations(Translator([checkpoint]), [vocabulary.split_source(t) for t in pairs.sources],
                                [vocabulary.split_target(t) for t in pairs.targets])
    rows = [row for row in card.history if "validation_perplexity" in row]
    return MeasuredRun(
        checkpoint_id=card.id, corpus=card.corpus.name, source_name=pairs.name, pairs_sha256=pairs.sha256,
        reverse=card.reverse, seed=int(card.training.get("seed", 0)), n_layers=int(card.model["n_layers"]),
        hidden_size=int(card.model["hidden_size"]), epochs_planned=int(card.training.get("epochs", card.epochs)),
        epochs=np.array([int(row["epoch"]) + 1 for row in rows], np.int64),
        validation=np.array([row["validation_perplexity"] for row in rows]),
        train=np.exp([row["train_loss"] / max(row["train_tokens"], 1) for row in rows]), seconds=card.seconds,
        nll=np.array([-row.sum() for row in scores], np.float32),
        n_tokens=np.array([len(row) for row in scores], np.int32))


def keep_usual_size(runs: Sequence[MeasuredRun]) -> list[MeasuredRun]:
    """Those of the layers, units and epochs that were trained most often."""
    sizes = [(r.n_layers, r.hidden_size, r.epochs_planned) for r in runs]
    return [r for r, size in zip(runs, sizes, strict=True) if size == max(sizes, key=sizes.count)]


_RESULTS = ResultKind("-run", MeasuredRun)


def save_run(run: MeasuredRun) -> str:
    """Store a measured run; returns its name."""
    return _RESULTS.save(run, pairs=run.pairs_sha256)


def load_measured_run(checkpoint_id: str) -> MeasuredRun:
    """A stored run; errors as `load_result`."""
    return _RESULTS.load(checkpoint_id)


def list_measured_runs(corpus: str | None = None) -> list[MeasuredRun]:
    """All stored runs that can be read, by corpus, size, direction and seed."""
    return sorted((r for r in _RESULTS.load_all("seq2seq") if corpus in (None, r.corpus)),
                  key=lambda r: (r.corpus, r.n_layers, r.hidden_size, not r.reverse, r.seed))


def pair_seeds(runs: Sequence[MeasuredRun]) -> list[tuple[MeasuredRun, MeasuredRun]]:
    """(forward, reversed) runs of the same corpus, sizes and seed."""
    def key(run: MeasuredRun) -> tuple:
        return run.corpus, run.source_name, run.n_layers, run.hidden_size, run.epochs_planned, run.seed

    forward = {key(r): r for r in runs if not r.reverse}
    return [(forward[key(r)], r) for r in runs if r.reverse and key(r) in forward]
