"""Where the filters of a text CNN fire in one sentence."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.course import read_sentence
from core.analysis.saliency.windows import WindowAnswers, read_windows
from core.checkpoints.card import CNNCard
from core.figures.saliency.filters import draw_windows
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.saliency.cached import get_cnn
from core.ui.saliency.sentence_choice import ChosenSentence, pick_sentence
from core.ui.wording import join_sentences, plain

N_SHOWN = 16  # filters
_RECIPE = """\
from core.analysis.saliency.course import read_sentence
{imports}from core.analysis.saliency.windows import read_windows
from core.checkpoints.cnn import load_cnn
from core.figures.saliency.filters import draw_windows

checkpoint = load_cnn("{id}")
{material}words = read_sentence({text})
found = read_windows(checkpoint.model, checkpoint.words.encode(words))
draw_windows(found, words, found.rank({label})[:{n}], label={label}).show()
"""


@st.fragment
@guard()
def show_windows(card: CNNCard) -> None:
    """A sentence, and what each filter makes of each of its windows."""
    st.header(tr("Where they fire"), anchor=False)
    chosen = pick_sentence(card, "fw")
    if chosen is None:
        return
    checkpoint = get_cnn(card.id)
    words = read_sentence(chosen.text)
    found = read_windows(checkpoint.model, checkpoint.words.encode(words))
    scores = (found.added.astype(np.float64).sum(0) + found.bias)
    label, names = int(scores.argmax()), checkpoint.label_names
    shown = [f for f in found.rank(label)[:N_SHOWN].tolist() if found.values[f].max() > 0]
    st.markdown(_say_windows(found, scores, label, names, chosen))
    if not shown:
        st.info(tr("No filter answers to this sentence."), icon=":material/info:")
        return
    show_figure(
        draw_windows(found, words, shown, label=label, x_title=tr("last word of the window"), y_title=tr("filter"),
                     value=tr("adds to {label}", label=names[label])),
        key="f-windows", table=lambda: _tabulate(found, words, shown),
        recipe=_RECIPE.format(id=card.id, label=label, n=len(shown), **chosen.write_source(card)),
        alt=tr("Answers of {n} filters to {windows} windows of the sentence, coloured by what they add to {label}.",
               label=names[label], n=len(shown), windows=found.values.shape[1]))
    show_guide(tr("A row is a filter, a column the window that ends with this word: green speaks for the prediction, "
                  "magenta against it. Only the ringed window of a row counts, the others are passed over by the "
                  "maximum. Change or take away a word outside every ring and nothing happens, unless it makes a "
                  "new largest answer; hover to read the window."))


def _say_windows(found: WindowAnswers, scores: np.ndarray, label: int, names: tuple[str, ...],
                 chosen: ChosenSentence) -> str:
    odds = np.exp(scores - scores.max())
    added = found.added[:, label]
    most = np.abs(added).sum()
    top = np.abs(added[found.rank(label)[:N_SHOWN]]).sum()
    parts = [tr("Read as **{label}**, {share:.0%}.", label=plain(names[label]), share=float(odds[label] / odds.sum()))]
    if chosen.label is not None:
        parts.append(tr("That is right.") if chosen.label == label else
                     tr("That is wrong: it is {right}.", right=plain(names[chosen.label])))
    parts.append(tr("Over the mean of all labels its score gains {plus:.2f} from {n} filters and loses {minus:.2f} to "
                    "{m} others.", plus=float(added[added > 0].sum()), n=int((added > 0).sum()),
                    minus=float(-added[added < 0].sum()), m=int((added < 0).sum())))
    if most:
        parts.append(tr("The {n} shown make up {share:.0%} of all that is added or taken.", n=min(N_SHOWN, len(added)),
                        share=float(top / most)))
    return join_sentences(parts)


def _tabulate(found: WindowAnswers, words: list[str], shown: list[int]) -> pd.DataFrame:
    """A row a filter, a column a window."""
    ends = [f"{p + 1}_{words[p]}" if p < len(words) else f"{p + 1}" for p in range(found.values.shape[1])]
    return pd.DataFrame(found.values[shown], columns=ends, index=pd.Index(shown, name="filter"))
