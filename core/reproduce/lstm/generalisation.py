"""Study ``generalisation``: how deep a model counts beyond its training, on Dyck words, embeddings and text."""

from core.analysis.lstm.generalisation import TIMES, Generalisation, measure_generalisation
from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint
from core.corpora.library import corpus_family
from core.reproduce.claims import ClaimRecord
from core.reproduce.studies import HELD_OUT, Claim, Study, load_study, name_corpus
from core.tokens.encoded import EncodedSentences

SEED = "000"
COUNTS = 0.9  # share of ends found from which a model is said to count


def applies(card: CheckpointCard) -> bool:
    """Brackets alone, and everything that is not English text."""
    return card.kind == 1 or (card.kind <= 4 and corpus_family(card.corpora[0].name) != "english")


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str) -> Generalisation:
    """Counter and end of sentence to three times the depth of training."""
    card = checkpoint.card
    return measure_generalisation(checkpoint, sentences, name=card.corpora[0].name, corpus=name_corpus(card, source),
                                  limit=int(card.training.get("max_depth", 0)))


def _still_counts(result: Generalisation) -> dict:
    ours, low, high, n = result.beyond.tolist()
    error = result.depth_column("error")[result.depth_column("depth") > (TIMES - 1) * result.trained_depth]
    return {"ours": ours, "low": low, "high": high, "n": int(n),
            "control": f"at trained depths {result.practised[0]:.3f}, untrained LSTM {result.untrained_beyond:.3f}, "
                       f"error of the counter {error.mean() if len(error) else float('nan'):.3f}",
            "holds": bool(ours >= COUNTS and low > result.untrained_beyond)}


CLAIMS = (
    Claim(ClaimRecord("lstm.dyck.generalisation", SEED, "Future work: nested structures", "Trained on Dyck-1 to depth "
                      "d, it still counts between 2 d and 3 d: share of sequences whose end is predicted there and "
                      "nowhere before.", "not measured (a wish)"),
          1, _still_counts,
          lambda card: {corpus.name for corpus in card.corpora} == {"dyck-1"} and not card.training.get("l1", 0)),
)
STUDY = Study("generalisation", Generalisation, compute, applies, CLAIMS)


def load_generalisation(card: CheckpointCard, source: str = HELD_OUT) -> Generalisation:
    """Stored result of one checkpoint; raises as `load_study`."""
    return load_study(STUDY, card, source)
