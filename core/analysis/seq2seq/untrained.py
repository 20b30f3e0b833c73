"""The network that a training began with."""

from dataclasses import replace

from core.analysis.untrained import draw_untrained
from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.models.seq2seq import Seq2Seq
from core.training.seq2seq import UNIFORM


def untrain(checkpoint: Seq2SeqCheckpoint, *, seed: int | None = None) -> Seq2SeqCheckpoint:
    """The same words and sizes with the weights that the training began with, or would have with another seed."""
    own = int(checkpoint.card.training.get("seed", 0)) if seed is None else seed
    return replace(checkpoint, model=draw_untrained(lambda: _begin(checkpoint), seed=own))


def _begin(checkpoint: Seq2SeqCheckpoint) -> Seq2Seq:
    model, training = Seq2Seq(checkpoint.model.config), checkpoint.card.training
    if training.get("recipe") == "paper":
        model.initialise_uniformly(UNIFORM)
    elif "forget_bias" in training:
        model.open_forget_gates(training["forget_bias"])
        model.spread_embeddings(training["embedding_std"])
    return model
