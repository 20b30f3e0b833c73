"""Learning curves of encoder–decoders that read forwards and backwards (seed 001, section 3.3 of the paper)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.intervals import estimate_mean
from core.analysis.seq2seq.runs import MeasuredRun
from core.checkpoints.card import Seq2SeqCard

REPORTED = {False: 5.8, True: 4.7}  # test perplexity, forward and reversed: the paper, section 3.3, WMT'14 En→Fr


@dataclass(frozen=True, eq=False)
class Curve:
    """One training run.

    Attributes
    ----------
    run : str
        Id of a checkpoint, or the name of a run whose weights are not kept.
    reverse : bool
    seed : int
    n_layers : int
    epochs : int array of shape (E,)
        1 for the first.
    validation, train : float arrays of shape (E,)
        Perplexity of a target word; that of training was gathered while learning, with dropout.
    test : float, optional
        Perplexity of the best epoch on the test part.
    size : str
        What runs must share to be averaged besides the direction: layers, units and plan of training.
    """

    run: str
    reverse: bool
    seed: int
    n_layers: int
    epochs: np.ndarray
    validation: np.ndarray
    train: np.ndarray
    test: float | None = None
    size: str = ""


def collect_curves(cards: Iterable[Seq2SeqCard]) -> list[Curve]:
    """The histories that cards hold; a card without one is left out."""
    return [curve for card in cards if len((curve := read_curve(card)).epochs)]


def read_curve(card: Seq2SeqCard) -> Curve:
    """The history of one card."""
    rows = [row for row in card.history if "validation_perplexity" in row]  # the last epoch may be unfinished
    column = {name: np.array([row[name] for row in rows], float)
              for name in ("epoch", "validation_perplexity", "train_loss", "train_tokens")}
    train = np.exp(np.minimum(column["train_loss"] / np.maximum(column["train_tokens"], 1), 50.0))
    layers, units = int(card.model["n_layers"]), int(card.model["hidden_size"])
    size = f"{layers} × {units}, {card.training.get('epochs', card.epochs)}"
    return Curve(card.id, card.reverse, int(card.training.get("seed", 0)), layers, column["epoch"].astype(int) + 1,
                 column["validation_perplexity"], train, card.perplexity.get("test"), size)


def read_run(run: MeasuredRun) -> Curve:
    """The curve of a run whose weights need not be here."""
    return Curve(run.checkpoint_id, run.reverse, run.seed, run.n_layers, run.epochs, run.validation, run.train,
                 run.perplexity, f"{run.n_layers} × {run.hidden_size}, {run.epochs_planned}")


def list_sizes(curves: Iterable[Curve]) -> list[str]:
    """Sizes among the runs, those with most runs first."""
    counts: dict[str, int] = {}
    for curve in curves:
        counts[curve.size] = counts.get(curve.size, 0) + 1
    return sorted(counts, key=lambda size: -counts[size])


def average_curves(curves: Sequence[Curve]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Epochs that all runs have, and the geometric means over runs of validation and training perplexity, (E,) each.

    A perplexity is the exponential of a mean loss, so losses are averaged.
    """
    epochs = sorted(set.intersection(*(set(c.epochs.tolist()) for c in curves))) if curves else []
    means = [np.exp(np.mean([np.log(getattr(c, name)[np.isin(c.epochs, epochs)]) for c in curves], axis=0))
             if epochs else np.zeros(0) for name in ("validation", "train")]
    return np.array(epochs, int), *means


@dataclass(frozen=True)
class Contrast:
    """Test perplexity forward against reversed.

    Attributes
    ----------
    forward, reversed : float
        Geometric means over seeds.
    ratio, low, high : float
        reversed / forward, and its 95 % interval over paired seeds by Student's t; NaN with fewer than two pairs.
    n : tuple of int
        Runs in each direction.
    pairs : int
        Seeds that both have.
    """

    forward: float
    reversed: float
    ratio: float
    low: float
    high: float
    n: tuple[int, int]
    pairs: int


def contrast_test(curves: Iterable[Curve]) -> Contrast | None:
    """Compare the directions; None where one has no test perplexity."""
    logs: dict[bool, dict[int, list[float]]] = {False: {}, True: {}}
    for curve in curves:
        if curve.test is not None:
            logs[curve.reverse].setdefault(curve.seed, []).append(float(np.log(curve.test)))
    if not (logs[False] and logs[True]):
        return None
    means = [float(np.mean(np.concatenate(list(logs[reverse].values())))) for reverse in (False, True)]
    shared = sorted(set(logs[False]) & set(logs[True]))
    low = high = float("nan")
    difference = means[1] - means[0]
    if len(shared) > 1:
        own = np.array([np.mean(logs[True][seed]) - np.mean(logs[False][seed]) for seed in shared])
        difference, low, high = (float(v) for v in estimate_mean(own))
    return Contrast(*np.exp(means).tolist(), *np.exp([difference, low, high]).tolist(),
                    tuple(sum(map(len, logs[reverse].values())) for reverse in (False, True)), len(shared))
