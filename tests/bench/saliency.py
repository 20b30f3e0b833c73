"""Saliency over training: phase one with its record, the record beside the training, and beside captum."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import Saliency as CaptumSaliency

from core.analysis.saliency.experiment import run_phase_one, start_model
from core.analysis.saliency.material import Material
from core.models.cnn import TextCNN
from core.states.saliency import record_saliency
from core.tokens.labelled import EncodedTexts, WordList, split_three
from core.training.cnn import CNNRun, CNNTraining
from tests.bench.row import Row, compare_speed, time_interleaved

PHASE_LIMIT = 60.0    # seconds of 50 epochs, training and record
CAPTUM_FLOOR = 20.0   # times faster than captum, sentence by sentence


@dataclass(frozen=True)
class Sizes:
    """Generated sentences as many and as long as rt-polarity's."""

    n_sentences: int = 10_662
    vocabulary: int = 20_000
    dimension: int = 50
    epochs: int = 50
    repeats: int = 5
    captum_sentences: int = 400


def generate_material(sizes: Sizes) -> Material:
    """Words by Zipf's law, 1 to 56 a sentence and 21 on average, labels at random."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.normal(21, 9, sizes.n_sentences).round().astype(int), 1, 56)
    shares = 1 / (np.arange(sizes.vocabulary - 2) + 2.7)
    ids = rng.choice(sizes.vocabulary - 2, lengths.sum(), p=shares / shares.sum()).astype(np.int32) + 2
    texts = EncodedTexts(ids, np.concatenate([[0], np.cumsum(lengths)]), rng.integers(0, 2, sizes.n_sentences))
    vectors = rng.uniform(-0.25, 0.25, (sizes.vocabulary, sizes.dimension)).astype(np.float32)
    words = WordList(tuple(f"w{i}" for i in range(sizes.vocabulary)))
    return Material("generated", words, texts, ("no", "yes"), vectors, "generated", 0)


def bench_phase(material: Material, sizes: Sizes = Sizes()) -> Row:
    """Seconds of training on T1 and of its record; that T2 and T3 are read too belongs to the experiment."""
    one = run_phase_one(material, CNNTraining(epochs=sizes.epochs))
    seconds = one.seconds + one.recording
    return Row("saliency.phase", seconds, PHASE_LIMIT, PHASE_LIMIT / seconds, 1.0, "s")


def bench_record(material: Material, t1: EncodedTexts, sizes: Sizes = Sizes()) -> Row:
    """Sentences a second of the record, beside those of the epoch that comes before it."""
    model = start_model(material, CNNTraining())

    def train() -> None:
        CNNRun(CNNTraining(epochs=1), model, t1).train()

    return compare_speed("saliency.record", lambda: record_saliency(model, t1), train, amount=len(t1), unit="sent./s",
                         floor=1.0, repeats=sizes.repeats)


def read_with_captum(model: TextCNN, texts: EncodedTexts) -> np.ndarray:
    """wa of every occurrence, captum's absolute gradient of the predicted class's log-probability."""
    captum = CaptumSaliency(lambda words, lengths: model.classify(words, lengths).log_softmax(1))
    found = []
    for row in range(len(texts)):
        ids, lengths = map(torch.from_numpy, texts.pad(np.array([row])))
        words = model.embed(ids).detach().requires_grad_()
        label = int(model.classify(words, lengths).argmax())
        found.append(captum.attribute(words, target=label, additional_forward_args=(lengths,)).mean(2)[0].detach())
    return torch.cat(found).numpy()


def bench_captum(material: Material, t1: EncodedTexts, sizes: Sizes = Sizes()) -> Row:
    """Sentences a second of both; they agree to six digits."""
    model, few = start_model(material, CNNTraining()), t1.take(np.arange(sizes.captum_sentences))
    begin = time.perf_counter()
    theirs = read_with_captum(model, few)
    other = len(few) / (time.perf_counter() - begin)
    if not np.allclose(record_saliency(model, few).words, theirs, rtol=1e-4, atol=1e-7):
        raise AssertionError("The two saliencies differ.")
    (seconds,) = time_interleaved(lambda: record_saliency(model, t1), repeats=sizes.repeats)
    ours = len(t1) / seconds
    return Row("saliency.captum", ours, other, ours / other, CAPTUM_FLOOR, "sent./s")


def run(sizes: Sizes = Sizes()) -> list[Row]:
    """Every row of this system."""
    material = generate_material(sizes)
    t1 = material.texts.take(split_three(len(material.texts), seed=0).t1)
    return [bench_phase(material, sizes), bench_record(material, t1, sizes), bench_captum(material, t1, sizes)]
