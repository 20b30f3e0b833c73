"""Settings of runs that take a second."""

from core.checkpoints.card import CheckpointCard
from core.corpora.demo import read_demo_treebank
from core.training.lstm import LSTMTraining, train_lstm

BANK = read_demo_treebank()


def quick(**changes) -> LSTMTraining:
    """Eight cells, a few dozen batches; tokens of kind 1 unless `changes` say otherwise."""
    return LSTMTraining(**{"kind": 1, "hidden_size": 8, "embedding_size": 6, "corpora": ("demo",), "epochs": 2,
                           "batch_tokens": 800, "learning_rate": 0.02, "device": "cpu", **changes})


def train(**changes) -> CheckpointCard:
    """Train on the demo treebank in the current cache."""
    return train_lstm(quick(**changes), treebanks=(BANK,))
