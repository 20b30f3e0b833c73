"""Train a text CNN, record how saliency moves, and save both: from labelled sentences to a checkpoint."""

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch

from core.analysis.saliency.experiment import share_errors
from core.analysis.saliency.instability import measure_instability, score_sentences, sum_movement
from core.analysis.saliency.material import DEMO, POLARITY, Material, prepare_material, read_labelled
from core.analysis.saliency.phase_one import EpochRecord, PhaseOne, Say, run_phase_one, start_model
from core.checkpoints.card import CNNCard, LabelledCard
from core.checkpoints.cnn import TrainingRecord, choose_epochs, save_cnn
from core.corpora.labelled import LabelledSentences
from core.corpora.registry import corpus_entry
from core.tokens.labelled import split_three
from core.training.cnn import CNNRun, CNNTraining


@dataclass(frozen=True)
class RecordedTraining:
    """What ``python -m core.training cnn`` does; the rest as in `CNNTraining`."""

    corpus: str = DEMO
    vectors: str = "glove-6b-50d"
    training: CNNTraining = field(default_factory=CNNTraining)


def record_corpus(settings: RecordedTraining, *, say: Say = lambda line: None) -> CNNCard:
    """Train on T1 of a known corpus and save the record."""
    sentences = read_labelled(settings.corpus)
    return record_training(sentences, prepare_material(sentences, settings.vectors), settings.training, say=say)


def record_training(sentences: LabelledSentences, material: Material, settings: CNNTraining, *,
                    say: Say = lambda line: None, after_epoch: Callable[[CNNRun], None] | None = None,
                    after_record: Callable[[CNNRun, list[EpochRecord]], None] | None = None,
                    after_batch: Callable[[], None] | None = None, folder: Path | None = None) -> CNNCard:
    """Phase one with its record, saved as a checkpoint; the parameters are `run_phase_one`'s."""
    one = run_phase_one(material, settings, say=say, after_epoch=after_epoch, after_record=after_record,
                        after_batch=after_batch, folder=folder)
    start = start_model(material, settings)
    begun = {n: p.detach() for n, p in start.named_parameters() if p.requires_grad}
    weights = {e: one.weights[e] if e else begun for e in choose_epochs(settings.epochs, start)}
    parts = split_three(len(material.texts), seed=settings.seed)
    return save_cnn(material.words.words, one.model, weights, build_record(one, material, parts.t1), card_fields={
        "corpus": describe_sentences(sentences), "vectors": material.vectors_name, "n_found": material.n_found,
        "training": asdict(settings) | {"heights": list(settings.heights)},
        "parts": {"t1": len(parts.t1), "t2": len(parts.t2), "t3": len(parts.t3)},
        "history": [{"loss": loss, "accuracy": float(own), "test": float(test)} for loss, own, test in
                    zip(one.losses, one.learned, one.accuracy, strict=True)],
        "seconds": {"training": round(one.seconds, 1), "recording": round(one.recording, 1)},
        "versions": {"python": platform.python_version(), "numpy": np.__version__,
                     "torch": torch.__version__.split("+")[0]}})


def build_record(one: PhaseOne, material: Material, rows: np.ndarray) -> TrainingRecord:
    """What a checkpoint keeps of phase one."""
    texts, found, v = one.texts, one.evidence.instability, len(material.words)
    course = np.zeros((v, one.wa.shape[1]))
    np.add.at(course, texts.ids, one.wa)
    course /= np.maximum(found.occurrences, 1)[:, None]
    errors, doubt = share_errors(one, v)
    margin = measure_instability(one.wa / one.doubt[texts.sentence], texts.ids, v).wac
    return TrainingRecord(
        found.wac.astype(np.float32), margin.astype(np.float32), found.occurrences.astype(np.int32),
        course.astype(np.float32), errors, doubt, rows.astype(np.int32), texts.labels, one.predicted, one.doubt,
        sum_movement(one.wa, texts), score_sentences(found.wac, found.known, texts).astype(np.float32),
        texts.lengths.astype(np.int32))


def describe_sentences(sentences: LabelledSentences) -> LabelledCard:
    """What a card says of labelled sentences."""
    content = json.dumps([list(sentences.texts), sentences.labels.tolist(), list(sentences.label_names)])
    licence = {DEMO: "as Wordglass itself", POLARITY: ""}.get(sentences.name, "the reader's own")
    return LabelledCard(name=sentences.name, licence=licence or corpus_entry(sentences.name).licence,
                        sha256=hashlib.sha256(content.encode()).hexdigest(), n_sentences=len(sentences),
                        label_names=list(sentences.label_names))
