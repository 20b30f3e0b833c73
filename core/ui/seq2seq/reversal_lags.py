"""What reversing a sentence does to its time lags: a scene that turns round, and the lags of all words."""

import pandas as pd
import streamlit as st

from core.analysis.seq2seq.lags import find_lags
from core.figures.seq2seq.lags import LagTexts, draw_lags, draw_scene
from core.ui.controls import pick_number
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.playing import let_stop

# A sentence whose translation follows it word by word, and the words of it that make shorter sentences.
_ENGLISH = "you say that my two young brothers sing before the long dinner".split()
_FRENCH = "vous dites que mes deux jeunes frères chantent avant le long dîner".split()
_KEPT = {2: (6, 7), 3: (3, 6, 7), 4: (3, 4, 6, 7), 5: (3, 4, 5, 6, 7), 6: (3, 6, 7, 8, 9, 11),
         7: (3, 4, 6, 7, 8, 9, 11), 8: (3, 4, 5, 6, 7, 8, 9, 11), 9: (0, 1, 2, 3, 6, 7, 8, 9, 11),
         10: (0, 1, 2, 3, 4, 6, 7, 8, 9, 11), 11: (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11), 12: tuple(range(12))}
_SCENE = """\
from core.figures.seq2seq.lags import draw_scene

draw_scene({source}, {target}).show()
"""
_LAGS = """\
from core.figures.seq2seq.lags import draw_lags

draw_lags({n}).show()
"""


def choose_words(n: int) -> tuple[list[str], list[str]]:
    """A sentence of n words, 2 to 12, and its translation, word for word.

    >>> choose_words(4)
    (['my', 'two', 'brothers', 'sing'], ['mes', 'deux', 'frères', 'chantent'])
    """
    return [_ENGLISH[i] for i in _KEPT[n]], [_FRENCH[i] for i in _KEPT[n]]


@st.fragment
@guard()
def show_lags() -> None:
    """The scene, and beside it the lag of every word."""
    n = pick_number(tr("Words in the sentence, K"), min(_KEPT), max(_KEPT), "rvk", default=7)
    source, target = choose_words(n)
    texts = LagTexts(reads=tr("reads"), writes=tr("writes"), forward=tr("forward"), reversed=tr("reversed"),
                     moment=tr("{direction}: least lag {least}, mean {mean:g}"), lag=tr("lag in steps"),
                     word=tr("word k"), mean=tr("mean of either"))
    let_stop("rv-scene")
    left, right = st.columns([6, 5], gap="large")
    with left:
        show_figure(draw_scene(source, target, texts=texts), key="rv-scene", table=lambda: tabulate_lags(n),
                    recipe=_SCENE.format(source=source, target=target),
                    alt=tr("{n} words read and {n} words written, one below the other in time, each linked to its "
                           "translation; two buttons turn the order of reading round.", n=n))
    with right:
        st.markdown(tr("Between reading word k and writing its translation, the network must carry it through **{n} "
                       "steps** when it reads forwards, whichever word it is. Read backwards, it carries word k "
                       "through **2k − 1** steps: the first word through 1, the last through {last}. The least lag "
                       "falls from {n} to 1, and **the mean stays {n}**: what the first words gain, the last ones "
                       "lose.", n=n, last=2 * n - 1))
        show_figure(draw_lags(n, texts=texts), key="rv-lags", table=lambda: tabulate_lags(n),
                    recipe=_LAGS.format(n=n),
                    alt=tr("Lag of word k: {n} for every word read forwards; from 1 to {last} read backwards; the mean "
                           "is {n} in both.", n=n, last=2 * n - 1))
        st.caption(tr("So counted in the paper. The networks of this lab read an end marker between the two sentences, "
                      "which adds one step to every lag; and real translations do not follow word by word."))
    show_guide(tr("Press ▶: the sentence turns round. Read forwards, all arcs are equally long; read backwards, they "
                  "nest, and those of the first words are short. The paper supposes that these short links are learned "
                  "first and hold on to the rest. Whether the reversed network is better, and whether its gradients "
                  "show why, is measured below."))


def tabulate_lags(n: int) -> pd.DataFrame:
    """A row a word."""
    source, target = choose_words(n)
    lags = {name: find_lags(n, n, reverse=reverse).diagonal()
            for name, reverse in (("forward", False), ("reversed", True))}
    return pd.DataFrame({"k": range(1, n + 1), "source": source, "target": target} | lags)
