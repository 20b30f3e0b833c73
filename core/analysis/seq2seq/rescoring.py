"""Order the n-best lists of one model by others (Sutskever et al. 2014, Table 2).

The paper takes the 1,000-best lists of a phrase-based system. Ours are the lists of the model that reads forwards, the
weaker one, and their length is the width of its beam.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.analysis.results import load_result, save_result
from core.corpora.pairs import SentencePairs
from core.translate.beam import BeamSettings
from core.translate.bleu import BLEUCounts, compute_bleu, count_ngrams
from core.translate.force import score_translations
from core.translate.translator import Translator

LISTED = 50  # hypotheses of a list: the widest beam


@dataclass(frozen=True)
class Rescoring:
    """What is picked from the lists of S sentences, four ways.

    Attributes
    ----------
    source_name, pairs_sha256, lister : str
        The sentences, and the checkpoint whose lists these are.
    scorers : tuple of str
        Checkpoints that order them: the first alone, then all together.
    matched, possible : int32 arrays of shape (4, S, 4)
        n-grams as in `core.translate.bleu.BLEUCounts`, for the picks of `PICKS`.
    length, reference_length : int32 arrays of shape (4, S)
    n_listed : int32 array of shape (S,)
    """

    source_name: str
    pairs_sha256: str
    lister: str
    scorers: tuple[str, ...]
    matched: np.ndarray
    possible: np.ndarray
    length: np.ndarray
    reference_length: np.ndarray
    n_listed: np.ndarray

    def counts(self, pick: str) -> BLEUCounts:
        """Counts of one of `PICKS`."""
        k = PICKS.index(pick)
        return BLEUCounts(self.matched[k], self.possible[k], self.length[k], self.reference_length[k])


# The lister's own best; by the even average with the first scorer; with all of them; the best by sentence BLEU.
PICKS = ("first", "single", "ensemble", "oracle")


def measure_rescoring(lister: Translator, scorers: Translator, pairs: SentencePairs, *,
                      progress: Callable[[int, int], None] | None = None) -> Rescoring:
    """List translations with one model, order them by others, and count what the picks share with the references.

    Parameters
    ----------
    scorers : Translator
        An ensemble; its first checkpoint is also asked alone.
    """
    sources = [lister.vocabulary.split_source(text) for text in pairs.sources]
    found = lister.translate_all(sources, BeamSettings(beam=LISTED, n_best=LISTED), progress=progress)
    starts = np.concatenate([[0], np.cumsum([len(f.hypotheses) for f in found])])
    words = [[lister.vocabulary.target.tokens[i] for i in h.ids] for f in found for h in f.hypotheses]
    texts = [lister.write(h) for f in found for h in f.hypotheses]
    own = np.array([h.score for f in found for h in f.hypotheses])
    repeated = [sources[s] for s, f in enumerate(found) for _ in f.hypotheses]
    single, together = (np.array([row.sum() for row in score_translations(t, repeated, words)])
                        for t in (Translator(scorers.checkpoints[:1]), scorers))
    counts = count_ngrams(texts, [pairs.targets[s] for s, f in enumerate(found) for _ in f.hypotheses])
    bleu = np.array([compute_bleu(counts[np.array([i])]) for i in range(len(texts))])
    scores = {"first": own, "single": own + single, "ensemble": own + together, "oracle": bleu}
    rows = np.array([[starts[s] + int(scores[pick][starts[s]:starts[s + 1]].argmax()) for s in range(len(found))]
                     for pick in PICKS])
    return Rescoring(
        source_name=pairs.name, pairs_sha256=pairs.sha256, lister=lister.checkpoints[0].card.id,
        scorers=tuple(c.card.id for c in scorers.checkpoints), matched=counts.matched[rows],
        possible=counts.possible[rows], length=counts.length[rows], reference_length=counts.reference_length[rows],
        n_listed=np.diff(starts).astype(np.int32))


def name_rescoring(lister: str) -> str:
    """Name under which the picks from one checkpoint's lists are stored."""
    return f"{lister}-rescored"


def save_rescoring(result: Rescoring) -> None:
    """Store the picks from one checkpoint's lists."""
    save_result(name_rescoring(result.lister), result, parents={"pairs": result.pairs_sha256})


def load_rescoring(lister: str) -> Rescoring:
    """Stored picks; errors as `load_result`."""
    return load_result(name_rescoring(lister), Rescoring)
