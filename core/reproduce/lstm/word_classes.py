"""Claims of seed 000 on parts of speech: the update of the context vector tells them apart better."""

from core.analysis.lstm.word_classes import VECTORS, WordClasses, compute_word_classes
from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint
from core.reproduce.claims import ClaimRecord
from core.reproduce.studies import Claim, Study, name_corpus
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import Kind

SEED = "000"


def _compare(size: int | None):
    """Read the difference with so many principal components, or with all cells."""
    def read(result: WordClasses) -> dict:
        p, _ = result.find_pair("VB", "NN")
        if p < 0:
            return {}
        s = -1 if size is None else result.sizes.tolist().index(size)
        ours, low, high = (float(v) for v in result.difference[p, s])
        c, c_up = (float(result.auc[p, VECTORS.index(v), s]) for v in ("c", "c_up"))
        bare, word = (float(result.auc[p, VECTORS.index(v), s]) for v in ("untrained c_up", "embedding"))
        n = int(result.density[p, 0, 0].sum())
        chance = f", shuffled labels {result.shuffled[p, 1]:.3f}" if size is None else ""
        return {"ours": ours, "low": low, "high": high, "n": n,
                "control": f"c_up {c_up:.3f}, c {c:.3f}, untrained c_up {bare:.3f}, embedding {word:.3f}{chance}",
                "holds": bool(low > 0 and c_up > max(bare, word))}
    return read


CLAIMS = (
    Claim(ClaimRecord("lstm.k5.pos_cup_beats_c", SEED, "Learning parts of speech (1)", "From raw text, verbs (VB) and "
                      "nouns (NN) separate better in c_up than in c: difference of AUC, all cells.",
                      "c_up better than c (no number)"), 5, _compare(None)),
    Claim(ClaimRecord("lstm.k5.pos_cup_beats_c_plane", SEED, "Learning parts of speech (1)",
                      "The same in the plane of the first two principal components: difference of AUC.",
                      "c_up better than c (no number)"), 5, _compare(2)),
)


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str) -> WordClasses:
    """Pairs of tags and planes of words."""
    return compute_word_classes(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source))


def reads_words(card: CheckpointCard) -> bool:
    """Whether a model reads words: kinds 3 to 5."""
    return Kind(card.kind).has_words


STUDY = Study("word-classes", WordClasses, compute, applies=reads_words, claims=CLAIMS)
