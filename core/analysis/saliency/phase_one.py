"""Phase one of the experiment: training on T1, and what is recorded after each epoch.

The records can be kept on disk, so that a training that was stopped goes on where it was.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from core.analysis.saliency.instability import measure_instability
from core.analysis.saliency.material import Material
from core.analysis.saliency.selection import Evidence
from core.checkpoints.artefacts import write_atomically
from core.checkpoints.cnn import choose_epochs
from core.errors import TrainingError
from core.models.cnn import TextCNN
from core.states.saliency import record_saliency
from core.tokens.labelled import EncodedTexts, split_three
from core.training.cnn import CNNRun, CNNTraining, measure_accuracy, predict_texts

Say = Callable[[str], None]

_ARRAYS = ("wa", "doubt", "predicted", "unread")


@dataclass(frozen=True)
class EpochRecord:
    """Phase one after one epoch. N occurrences and S sentences of T1, U sentences of T2, C classes.

    Attributes
    ----------
    wa : float32 array of shape (N,)
        Saliency of every occurrence.
    doubt : float32 array of shape (S,)
        1 - p_R.
    predicted : uint8 array of shape (S,)
    unread : float32 array of shape (U, C)
        Log-probabilities of T2's classes, from which nothing was learned.
    accuracy : float
        On T3.
    weights : dict
        What learns, by parameter name; empty where this epoch's is not kept.
    seconds : float
        Of recording the saliency.
    """

    wa: np.ndarray
    doubt: np.ndarray
    predicted: np.ndarray
    unread: np.ndarray
    accuracy: float
    weights: dict[str, torch.Tensor]
    seconds: float


@dataclass(frozen=True)
class PhaseOne:
    """What phase one leaves. N occurrences and S sentences in T1, K epochs.

    Attributes
    ----------
    model : TextCNN
        After the last epoch.
    texts : EncodedTexts
        T1.
    wa, doubt : float32 arrays of shape (N, K) and (S, K)
        Saliency of every occurrence, and 1 - p_R, after every epoch.
    predicted : uint8 array of shape (S, K)
    missed : bool array
        Sentences of T2 that the last epoch gets wrong.
    accuracy, learned : float32 arrays of shape (K,)
        Share of right predictions on T3 and on T1.
    losses : list of float, length K
        Of learning, dropout on.
    evidence : Evidence
    weights : dict
        What learns, by epoch and parameter name, of the epochs that a checkpoint keeps.
    seconds, recording : float
        Of training and of recording T1's saliency.
    """

    model: TextCNN
    texts: EncodedTexts
    wa: np.ndarray
    doubt: np.ndarray
    predicted: np.ndarray
    missed: np.ndarray
    accuracy: np.ndarray
    learned: np.ndarray
    losses: list[float]
    evidence: Evidence
    weights: dict[int, dict[str, torch.Tensor]]
    seconds: float
    recording: float

    @property
    def right(self) -> np.ndarray:
        """Sentences of T1 whose last prediction is right, bool (S,)."""
        return self.predicted[:, -1] == self.texts.labels


def run_phase_one(material: Material, settings: CNNTraining, *, say: Say = lambda line: None,
                  after_epoch: Callable[[CNNRun], None] | None = None,
                  after_record: Callable[[CNNRun, list[EpochRecord]], None] | None = None,
                  after_batch: Callable[[], None] | None = None, folder: Path | None = None) -> PhaseOne:
    """Train on T1; after every epoch record T1's saliency and read T2 and T3.

    Parameters
    ----------
    after_record : callable, optional
        Called after every epoch with the run and the records so far.
    after_batch : callable, optional
        May raise to stop the run.
    folder : Path, optional
        Where state and records are kept after every epoch. A run that was stopped goes on from there, the same to the
        last bit.
    """
    parts = split_three(len(material.texts), seed=settings.seed)
    t1, t2, t3 = (material.texts.take(rows) for rows in (parts.t1, parts.t2, parts.t3))
    model = start_model(material, settings)
    kept, run = set(choose_epochs(settings.epochs, model)), CNNRun(settings, model, t1, folder)
    records = read_records(folder, run.epoch, t1, t2) if run.resume() else []

    def record(run: CNNRun) -> None:
        records.append(record_epoch(run.model, t1, t2, t3, keep=run.epoch in kept))
        say(f"T1, epoch {run.epoch} of {settings.epochs}: {records[-1].accuracy:.3f}")
        if after_epoch:
            after_epoch(run)
        if after_record:
            after_record(run, records)
        if folder:
            write_record(folder, run.epoch, records[-1])
            run.save()

    run.train(record, after_batch)
    return _gather(run, records, t1, t2)


def _gather(run: CNNRun, records: list[EpochRecord], t1: EncodedTexts, t2: EncodedTexts) -> PhaseOne:
    """The records of all epochs side by side."""
    wa, doubt, predicted = (np.stack([getattr(record, name) for record in records], 1)
                            for name in ("wa", "doubt", "predicted"))
    last, own = records[-1].unread, (np.arange(len(t2)), t2.labels)
    right = np.exp(np.stack([record.unread[own] for record in records], 1))
    found = measure_instability(wa, t1.ids, run.model.config.vocabulary_size)
    learned = (predicted == t1.labels[:, None]).mean(0, dtype=np.float32)
    return PhaseOne(run.model, t1, wa, doubt, predicted, last.argmax(1) != t2.labels,
                    np.array([record.accuracy for record in records], np.float32), learned, run.losses,
                    Evidence(t2, found, right, np.exp(last.max(1))),
                    {e: record.weights for e, record in enumerate(records, 1) if record.weights}, run.seconds,
                    sum(record.seconds for record in records))


def start_model(material: Material, settings: CNNTraining) -> TextCNN:
    """The untrained network of a seed."""
    config = settings.configure(*material.vectors.shape, material.n_classes)
    return TextCNN(config, torch.from_numpy(material.vectors), seed=settings.seed).eval()


def record_epoch(model: TextCNN, t1: EncodedTexts, t2: EncodedTexts, t3: EncodedTexts, *, keep: bool) -> EpochRecord:
    """Look at a network; ``keep`` says whether its weights are taken along."""
    start = time.monotonic()
    saliency = record_saliency(model, t1)
    seconds = time.monotonic() - start
    weights = {n: p.detach().clone() for n, p in model.named_parameters() if p.requires_grad} if keep else {}
    return EpochRecord(saliency.words, saliency.doubt, saliency.predicted.astype(np.uint8), predict_texts(model, t2),
                       measure_accuracy(model, t3), weights, seconds)


def write_record(folder: Path, epoch: int, record: EpochRecord) -> None:
    """Keep the record of one epoch, under a temporary name first."""
    tensors = {name: torch.from_numpy(getattr(record, name)) for name in _ARRAYS}
    tensors["numbers"] = torch.tensor([record.accuracy, record.seconds], dtype=torch.float64)
    tensors |= {f"weights.{name}": tensor for name, tensor in record.weights.items()}
    write_atomically(_path(folder, epoch), save({name: t.contiguous() for name, t in tensors.items()}))


def read_records(folder: Path, n_epochs: int, t1: EncodedTexts, t2: EncodedTexts) -> list[EpochRecord]:
    """The records of the first epochs.

    Raises
    ------
    TrainingError
        One is missing or damaged, or belongs to other sentences.
    """
    return [_read_record(_path(folder, epoch), t1, t2) for epoch in range(1, n_epochs + 1)]


def _read_record(path: Path, t1: EncodedTexts, t2: EncodedTexts) -> EpochRecord:
    try:
        tensors = load_file(path)
        arrays = {name: tensors[name].numpy() for name in _ARRAYS}
        sizes = [len(arrays[name]) for name in _ARRAYS]
        if sizes != [len(t1.ids), len(t1), len(t1), len(t2)]:
            raise ValueError(f"it has {sizes} rows")
        accuracy, seconds = tensors["numbers"].tolist()
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise TrainingError("The saved record {path} does not fit this run: {why}.",
                            "Delete the folder {folder} to start anew.", path=str(path), folder=str(path.parent),
                            why=" ".join(str(error).split())[:160]) from error
    weights = {name.removeprefix("weights."): t for name, t in tensors.items() if name.startswith("weights.")}
    return EpochRecord(**arrays, accuracy=accuracy, seconds=seconds, weights=weights)


def _path(folder: Path, epoch: int) -> Path:
    return folder / f"epoch-{epoch:04d}.safetensors"
