"""Everything a page shows of one relation: spectrum, strength and accuracy of its word pairs against d."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.analysis.qwem.analogies import index_questions, place_answers
from core.analysis.qwem.directions import (
    TaskSpectrum,
    compute_snr,
    compute_spectrum,
    compute_task_vectors,
    double_dimensions,
    draw_control_pairs,
    index_pairs,
)
from core.corpora.word_pairs import PairFamily

CONTROLS = 20  # random families behind the control curve


@dataclass(frozen=True)
class Relation:
    """One family of word pairs in an embedding. N known pairs, D dimensions looked at.

    Attributes
    ----------
    known : tuple of (str, str), length N
        The pairs whose two words the vocabulary has.
    unknown : tuple of str
        The words it has not.
    spectrum : TaskSpectrum
    dimensions : int64 array of shape (D,)
        4, 8, 16 … and all.
    snr, control : float64 arrays of shape (D,)
        Of the pairs, and the mean over families of random words of the same frequencies.
    accuracy : float64 array of shape (D,)
        Share of right answers to a : b :: c : ? over all ordered two pairs.
    """

    known: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    spectrum: TaskSpectrum
    dimensions: np.ndarray
    snr: np.ndarray
    control: np.ndarray
    accuracy: np.ndarray


def measure_relation(embedding: np.ndarray, words: Sequence[str], pairs: Sequence[tuple[str, str]], *,
                     seed: int = 0) -> Relation:
    """Measure pairs in W = V Λ^½ (V, d), words by falling count, columns by falling eigenvalue.

    Raises
    ------
    AnalysisError
        Fewer than three pairs of two different words are known.
    """
    rows, have = index_pairs(pairs, words), set(words)
    known = tuple((words[a], words[b]) for a, b in rows)
    unknown = tuple(dict.fromkeys(word for pair in pairs for word in pair if word not in have))
    dimensions = double_dimensions(embedding.shape[1])
    rng = np.random.default_rng(seed)
    control = [compute_snr(compute_task_vectors(embedding, draw_control_pairs(rows, len(words), rng)), dimensions)
               for _ in range(CONTROLS)]
    asked = index_questions([PairFamily("", known).ask()], words)
    return Relation(known, unknown, compute_spectrum(embedding, rows, seed=seed), np.array(dimensions),
                    compute_snr(compute_task_vectors(embedding, rows), dimensions), np.nanmean(control, axis=0),
                    (place_answers(embedding, asked, ranks=dimensions) == 1).mean(1))
