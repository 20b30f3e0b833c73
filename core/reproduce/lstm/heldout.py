"""Claims of seed 000 read from correlations and confusion matrices."""

from collections.abc import Callable

import numpy as np
from safetensors.torch import load_file

from core.analysis.lstm.heldout import HeldOut, compute_epochs, compute_held_out
from core.checkpoints.assemble import fill_model, plan_model
from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint, load_snapshots
from core.corpora.library import corpus_family
from core.errors import AnalysisError
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.reproduce.claims import ClaimRecord
from core.reproduce.studies import HELD_OUT, Claim, Study, load_study, name_corpus
from core.settings import cache_folder
from core.states.sources import encode_source, read_held_out
from core.tokens.encoded import EncodedSentences
from core.training.lstm import LSTMTraining

SEED = "000"
EPOCH_TOKENS = 30_000  # per-epoch curves read this much of the held-out text: 0.02 in r, seconds a model


def _depth_r(name: str, at_least: float) -> Callable[[HeldOut], dict]:
    def read(result: HeldOut) -> dict:
        best = result.best_cell("c", name)
        return {"ours": abs(best["r"]), "low": best["low"], "high": best["high"], "n": result.n_scored,
                "control": f"rotated labels {best['null']:.3f}, untrained LSTM {best['untrained']:.3f}, "
                           f"given position {abs(best['partial']):.3f}",
                "holds": bool(abs(best["r"]) >= at_least and best["low"] > max(best["null"], best["untrained"]))}
    return read


def _ed_accuracy(at_least: float) -> Callable[[HeldOut], dict]:
    def read(result: HeldOut) -> dict:
        ed = result.class_accuracy("ED")
        return {"ours": ed["accuracy"], "low": ed["low"], "high": ed["high"], "n": int(ed["n"]),
                "control": f"share of ED among all tokens {ed['base_rate']:.3f}, precision {ed['precision']:.4f}",
                "holds": bool(min(ed["accuracy"], ed["precision"]) >= at_least)}
    return read


def _close_beats_open(result: HeldOut) -> dict:
    ours, low, high = result.close_minus_open.tolist()
    opening, closing = result.class_accuracy("("), result.class_accuracy(")")
    return {"ours": ours, "low": low, "high": high, "n": int(opening["n"] + closing["n"]),
            "control": f"closing {closing['accuracy']:.3f}, opening {opening['accuracy']:.3f}, "
                       f"precision {closing['precision']:.3f} and {opening['precision']:.3f}",
            "holds": bool(low > 0)}


def _c_beats_h(result: HeldOut) -> dict:
    ours, low, high = result.c_minus_h.tolist()
    c, h = result.best_cell("c", "depth"), result.best_cell("h", "depth")
    return {"ours": ours, "low": low, "high": high, "n": result.n_scored,
            "control": f"c {abs(c['r']):.3f}, h {abs(h['r']):.3f}, rotated labels {h['null']:.3f}",
            "holds": bool(low > 0)}


def _is_lisp(card: CheckpointCard) -> bool:
    return all(corpus_family(c.name) == "lisp" for c in card.corpora) and not card.training.get("l1", 0)


CLAIMS = (
    Claim(ClaimRecord("lstm.k1.depth_r", SEED, "Depth correlation", "In a bracket model one cell of c counts the "
                      "depth: |r| of the best cell with depth.", "very high (no number)"), 1, _depth_r("depth", 0.995)),
    Claim(ClaimRecord("lstm.k1.ed_accuracy", SEED, "Confusion matrix, type 1", "The end of the sentence is predicted: "
                      "share of true ED predicted.", "about 100 %"), 1, _ed_accuracy(0.999)),
    Claim(ClaimRecord("lstm.k1.c_beats_h", SEED, "Best dimension against depth", "c follows depth more closely than h: "
                      "difference of |r|.", "c far above h (no number)"), 1, _c_beats_h),
    Claim(ClaimRecord("lstm.k2.depth_r", SEED, "Depth correlation", "With labelled brackets one cell of c still counts "
                      "the depth: |r| of the best cell.", "not printed for type 2"), 2, _depth_r("depth", 0.9)),
    Claim(ClaimRecord("lstm.k2.close_beats_open", SEED, "Confusion matrix, type 2", "Closing brackets are predicted "
                      "better than opening ones: difference of accuracy.", "XP) above (XP (no number)"),
          2, _close_beats_open),
    Claim(ClaimRecord("lstm.k3.ed_accuracy", SEED, "Confusion matrix, type 3", "With words between plain brackets the "
                      "end is still predicted: share of true ED predicted.", "still high"), 3, _ed_accuracy(0.99)),
    Claim(ClaimRecord("lstm.k4.ed_accuracy", SEED, "Confusion matrix, type 4", "With words and labels the end is "
                      "predicted: share of true ED predicted.", "100 %"), 4, _ed_accuracy(0.999)),
    Claim(ClaimRecord("lstm.k4.vp_r", SEED, "VP depth correlation", "One cell of 1,000 follows the depth of VP: |r| of "
                      "the best cell of c.", "0.92"), 4, _depth_r("VP", 0.92)),
    Claim(ClaimRecord("lstm.lisp.depth_r", SEED, "Future work: nested code", "Reading only the brackets of Lisp "
                      "source, one cell of c counts their depth: |r| of the best cell.", "not measured (a wish)"),
          1, _depth_r("depth", 0.95), _is_lisp),
)


def compute(checkpoint: Checkpoint, sentences: EncodedSentences, source: str) -> HeldOut:
    """Correlations and confusion; on held-out documents also over training."""
    epochs = _measure_epochs(checkpoint, sentences.n_tokens) if source == HELD_OUT else None
    return compute_held_out(checkpoint, sentences, corpus=name_corpus(checkpoint.card, source), epochs=epochs)


def _measure_epochs(checkpoint: Checkpoint, n_tokens: int) -> np.ndarray | None:
    """Curves over training on every k-th held-out document, about EPOCH_TOKENS in all.

    The weights of every epoch of a large model are only where it was trained; elsewhere the stored
    curves are kept.
    """
    card = checkpoint.card
    models = _epoch_models(card)
    if not models:
        try:
            return load_held_out(card).epochs
        except AnalysisError:
            return None
    documents = read_held_out(card)[::max(1, n_tokens // EPOCH_TOKENS)]
    return compute_epochs(models, encode_source(checkpoint, documents))


def _epoch_models(card: CheckpointCard) -> list[LSTMLanguageModel]:
    """Models after every epoch: shipped snapshots, else the run's own folder, else what was stored."""
    if card.snapshots is not None:
        return load_snapshots(card.id)
    settings = LSTMTraining(**{k: tuple(v) if isinstance(v, list) else v for k, v in card.training.items()})
    files = sorted((cache_folder() / "training" / settings.run_id).glob("epoch*.safetensors"))
    return [fill_model(plan_model(lambda: LSTMLanguageModel(LSTMConfig(**card.model))),
                       {n: t.float() for n, t in load_file(file).items()}) for file in files]


STUDY = Study("", HeldOut, compute, claims=CLAIMS)


def load_held_out(card: CheckpointCard, source: str = HELD_OUT) -> HeldOut:
    """Stored correlations and confusion of one checkpoint; raises as `load_study`."""
    return load_study(STUDY, card, source)
