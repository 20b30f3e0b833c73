"""The causal ranking of cells beside the correlational one."""

from core.analysis.lstm.ablation import AblationResult, compute_ablation
from core.checkpoints.store import Checkpoint
from core.reproduce.studies import Study, name_corpus
from core.tokens.encoded import EncodedSentences


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str) -> AblationResult:
    """Every cell of c on one source."""
    return compute_ablation(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source))


STUDY = Study("ablation", AblationResult, compute)
