"""The published quantisation of c_up, tested directly: snap it to {-1, 0, 1} and run on."""

from core.analysis.lstm.snap import SnapResult, compute_snap
from core.checkpoints.store import Checkpoint
from core.reproduce.claims import ClaimRecord
from core.reproduce.studies import Claim, Study, name_corpus
from core.tokens.encoded import EncodedSentences

SEED = "000"
KEPT = 0.95  # of |r|: what a reader would still call the same counter


def _depth_kept(result: SnapResult) -> dict:
    snapped, drawn = result.score("ternary", 3), result.score("random", 3)
    bare = result.score("untrained-ternary", 3)
    return {"ours": snapped["kept"], "low": snapped["kept_low"], "high": snapped["kept_high"], "n": result.n_tokens,
            "control": f"random levels {drawn['kept']:.3f}, untrained LSTM {bare['kept']:.3f}",
            "holds": bool(snapped["kept"] >= KEPT and snapped["kept_low"] > max(drawn["kept"], bare["kept"]))}


CLAIMS = (
    Claim(ClaimRecord("lstm.snap.depth_r_kept", SEED, "Abstract of the paper", "The update c_up is nearly ternary: |r| "
                      "of the depth cell with c_up snapped to -1, 0, 1, relative to |r| before.",
                      "binary or ternary (no number)"), 1, _depth_kept),
)


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str) -> SnapResult:
    """Every grid of levels on one source."""
    return compute_snap(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source))


STUDY = Study("snap", SnapResult, compute, claims=CLAIMS)
