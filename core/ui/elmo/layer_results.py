"""What was measured of a model's layers, as rows that a page shows."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.analysis.elmo.layer_study import EQUAL, GLOVE_NAME, LEARNED, UNTRAINED, LayerStudy, load_layers
from core.analysis.elmo.sense_study import FREQUENT, SenseStudy, load_senses
from core.analysis.intervals import draw_groups
from core.errors import AnalysisError
from core.ui.language import tr

CONTROLS = (GLOVE_NAME, FREQUENT, UNTRAINED)
SENSES = "senses-"  # what choices of a set of senses begin with
DRAWS = 500         # of sentences or words, for the intervals


@dataclass(frozen=True, eq=False)
class TaskResult:
    """One task. R representations.

    Attributes
    ----------
    ends : float64 array of shape (R, 3)
        Score and its 95 % interval over drawn sentences, or words for senses; NaN where it was not measured.
    n, n_train : int
        Test examples, and what was learned from.
    corpus : str
    base : float or None
    """

    name: str
    representations: tuple[str, ...]
    ends: np.ndarray
    n: int
    n_train: int
    corpus: str
    base: float | None

    def score(self, name: str) -> float:
        """NaN where it was not measured."""
        return float(self.ends[self.representations.index(name), 0]) if name in self.representations else float("nan")


@st.cache_data(max_entries=16, show_spinner=False)
def find_studies(checkpoint_id: str) -> tuple[LayerStudy | None, SenseStudy | None]:
    """Stored results of a model; None where there are none that can be read."""
    found = []
    for load in (load_layers, load_senses):
        try:
            found.append(load(checkpoint_id))
        except AnalysisError:
            found.append(None)
    return found[0], found[1]


@st.cache_data(max_entries=64, show_spinner=False)
def read_results(checkpoint_id: str) -> tuple[TaskResult, ...]:
    """Every measured task and set of senses; 0.3 s the first time."""
    layers, senses = find_studies(checkpoint_id)
    results = []
    for t, task in enumerate(layers.tasks if layers else ()):
        rows = slice(layers.starts[t], layers.starts[t + 1])
        ends = 1 - measure_ends(layers.error[rows], layers.groups[rows])[:, [0, 2, 1]]
        results.append(TaskResult(task, layers.representations, ends, rows.stop - rows.start,
                                  int(layers.n_train[t]), layers.corpora[t], float(layers.base[t])))
    for t, name in enumerate(senses.sets if senses else ()):
        rows = senses.rows(name)
        ends = measure_ends(senses.right[rows], senses.groups[rows])
        results.append(TaskResult(SENSES + name, senses.representations, ends, rows.stop - rows.start,
                                  int(senses.n_seen[t]), name, None))
    return tuple(results)


def measure_ends(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """`draw_means` of every column by the same draws, made once: drawing takes longer than all the rest.

    Parameters
    ----------
    values : array of shape (N, R)
    groups : int array of shape (N,)

    Returns
    -------
    float64 array of shape (R, 3)
        Mean, and the ends of its interval.
    """
    values, counts = np.asarray(values, np.float64), np.bincount(groups)
    kept = counts > 0
    sums = np.stack([np.bincount(groups, column)[kept] for column in values.T], 1)
    drawn = draw_groups(int(kept.sum()), draws=DRAWS).astype(np.float64)
    low, high = np.quantile(drawn @ sums / (drawn @ counts[kept])[:, None], (0.025, 0.975), axis=0)
    return np.stack([values.mean(0), low, high], 1)


def corpus_name(corpus: str) -> str:
    """As its makers write it; our own sentences in the reader's language."""
    names = {"gum": "GUM", "conll2000": "CoNLL-2000", "coarsewsd": "CoarseWSD-20", "semcor": "SemCor",
             "demo": tr("our own sentences")}
    return names.get(corpus, corpus)


def task_name(task: str) -> str:
    """In the reader's language, for menus and axes."""
    names = {"pos": tr("part of speech"), "chunk": tr("chunks"), "depth": tr("depth"), "polarity": tr("polarity"),
             "senses-demo": tr("senses, ours"), "senses-coarsewsd": tr("senses, Wikipedia"),
             "senses-semcor": tr("senses, Brown")}
    return names.get(task, task)


def explain_task(task: str) -> str:
    """What is asked, in a sentence."""
    return {"pos": tr("The part of speech of a word, by a linear classifier on its vector."),
            "chunk": tr("The chunk a word begins, goes on with or stands outside of, by a linear classifier."),
            "depth": tr("How many phrases of its tree stand open round a word, by linear regression: R² is the share "
                        "of the variance it explains."),
            "polarity": tr("Whether a sentence of a film review is for or against, by a linear classifier on the mean "
                           "of its words' vectors."),
            "senses-demo": tr("Which of its senses a word has: the one whose mean vector is nearest. Our own "
                              "sentences, every sense equally frequent; ten of twelve are seen, two are asked."),
            "senses-coarsewsd": tr("Which of its senses a noun has in Wikipedia: the one whose mean vector over the "
                                   "train part is nearest."),
            "senses-semcor": tr("Which sense of WordNet a word of the Brown corpus has: the nearest mean over the "
                                "documents that are seen. Only words seen with two senses or more.")}.get(task, "")


def name_representation(name: str) -> str:
    """In the reader's language."""
    if name.startswith("layer "):
        n = int(name.removeprefix("layer "))
        return tr("layer 0, the word alone") if n == 0 else tr("layer {n}", n=n)
    return {GLOVE_NAME: tr("GloVe, 50 numbers"), EQUAL: tr("equal mix"), LEARNED: tr("learned mix"),
            UNTRAINED: tr("untrained, equal mix"), FREQUENT: tr("most frequent sense")}[name]
