"""Claim of seed 000 that one cell tells the inside of a VP from its outside."""

from core.analysis.lstm.phrases import SIZES, PhraseCells, compute_phrase_cells
from core.checkpoints.store import Checkpoint
from core.reproduce.claims import ClaimRecord
from core.reproduce.studies import Claim, Study, name_corpus
from core.tokens.encoded import EncodedSentences

SEED = "000"


def _overlap(at_most: float):
    """The overlap over all tokens: the slide names no selection, and all tokens are the more demanding one."""
    def read(result: PhraseCells) -> dict:
        best, words = (result.read_cell("c", selection, "VP") for selection in ("all", "words"))
        if best is None:
            return {}  # no VP in these documents
        b = SIZES.index(best.n_bins)
        ours, (low, high) = best.overlap(best.n_bins), best.intervals[b].tolist()
        control = {"words only": words.overlap(words.n_bins) if words else None,
                   "rotated labels": best.controls["null"], "untrained LSTM": best.controls["untrained"],
                   "position only": best.controls["position"]}
        rivals = [best.controls[name] for name in ("null", "untrained", "position")]
        return {"ours": ours, "low": low, "high": high, "n": int(best.counts.sum()),
                "control": ", ".join(f"{name} {value:.3f}" for name, value in control.items() if value is not None),
                "holds": bool(ours <= at_most and high < min(rivals))}
    return read


CLAIMS = (
    Claim(ClaimRecord("lstm.k4.vp_overlap", SEED, "Histogram inside and outside VP", "One cell tells the inside of a "
                      "VP from its outside: overlap of its two histograms, over all tokens.", "0.12"),
          4, _overlap(0.12)),
)


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str) -> PhraseCells:
    """Overlaps of every cell on one source."""
    return compute_phrase_cells(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source))


STUDY = Study("phrases", PhraseCells, compute, claims=CLAIMS)
