"""The network that a training began with: the control of everything that is said about a trained one."""

from dataclasses import replace

import torch

from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.models.seq2seq import Seq2Seq
from core.training.seq2seq import UNIFORM


def untrain(checkpoint: Seq2SeqCheckpoint, *, seed: int | None = None) -> Seq2SeqCheckpoint:
    """The same words and sizes with the weights that the training began with, or would have with another seed."""
    training = checkpoint.card.training
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(training.get("seed", 0)) if seed is None else seed)
        model = Seq2Seq(checkpoint.model.config)
        if training.get("recipe") == "paper":
            model.initialise_uniformly(UNIFORM)
        elif "forget_bias" in training:
            model.open_forget_gates(training["forget_bias"])
            model.spread_embeddings(training["embedding_std"])
    return replace(checkpoint, model=model.eval().requires_grad_(False))
