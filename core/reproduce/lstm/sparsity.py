"""How many cells a checkpoint uses: the study behind the series of L1-regularised LSTMs (seed 000, "future work")."""

from core.analysis.lstm.sparsity import Sparsity, compute_sparsity
from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint
from core.reproduce.studies import HELD_OUT, Study, load_study, name_corpus
from core.tokens.encoded import EncodedSentences


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str) -> Sparsity:
    """Active cells, cells needed, levels, and what the cells follow."""
    return compute_sparsity(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source))


def applies(card: CheckpointCard) -> bool:
    """Members of a series, and small models; a large one without penalty takes many minutes and stands alone."""
    return card.training.get("l1", 0) > 0 or card.model["hidden_size"] <= 300


STUDY = Study("sparsity", Sparsity, compute, applies)


def load_sparsity(card: CheckpointCard, source: str = HELD_OUT) -> Sparsity:
    """Stored cells at work of one checkpoint; raises as `load_study`."""
    return load_study(STUDY, card, source)
