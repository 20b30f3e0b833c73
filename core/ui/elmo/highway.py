"""The highway layers between filters and vector: how much of a word they transform."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.elmo.filter_hits import rank_changes
from core.analysis.elmo.reference import QUANTILES
from core.figures.elmo.characters import GateTexts, draw_gates
from core.ui.elmo.word_choice import WordView
from core.ui.language import tr
from core.ui.output import show_figure, show_guide
from core.ui.wording import join_sentences

N_CHANGED = 5  # dimensions listed of each layer


def show_gates(view: WordView) -> None:
    """Gates of the word against those of all words, and the dimensions that change most."""
    st.header(tr("Highway gates"), anchor=False)
    gates = view.inside.gates
    if not len(gates):
        st.info(tr("This model has no highway layer: what the filters say goes straight to the vector."),
                icon=":material/info:")
        return
    st.markdown(_say_gates(view))
    left, right = st.columns([4, 5], gap="medium")
    with left:
        texts = GateTexts(title=tr("highway layer {n}"), x=tr("dimensions, sorted"), y=tr("gate"),
                          word=tr("this word"), usual=tr("middle of all words"), band=tr("90 % of all words"))
        show_figure(
            draw_gates(gates, view.reference.open_gates, QUANTILES, texts=texts), key="ch-gates",
            table=lambda: _tabulate(view),
            recipe=view.write_recipe("draw_gates", "draw_gates(inside.gates, reference.open_gates, QUANTILES).show()",
                                     reference="QUANTILES, build_reference").replace("list_widths, ", ""),
            alt=tr("How far the gates of {n} highway layers stand open, for this word and for all words.",
                   n=len(gates)))
    with right:
        _show_changes(view)
    show_guide(tr("A gate at 0 lets a dimension pass as the filter left it, a gate at 1 replaces it by something new "
                  "made of all filters. Training begins with every gate at 0.12, so look first at how far the band of "
                  "all words has left that line: only then is the layer in use. A word above the band is rebuilt more "
                  "than others, one inside it is treated like any word."))


def _say_gates(view: WordView) -> str:
    said = []
    for k, (own, usual) in enumerate(zip(view.inside.gates, view.reference.open_gates, strict=True)):
        means = np.trapezoid(usual, QUANTILES, axis=1)
        said.append(tr("**Layer {k}** transforms {share:.0%} (the mean of its gates; all words: {low:.0%} to "
                       "{high:.0%}), more than for {rank:.0%} of all words; {open:.0%} of its gates are more open than "
                       "closed.", k=k + 1, share=float(own.mean()), low=float(np.quantile(means, 0.025)),
                       high=float(np.quantile(means, 0.975)), rank=float((means < own.mean()).mean()),
                       open=float((own > 0.5).mean())))
    return join_sentences(said)


def _tabulate(view: WordView) -> pd.DataFrame:
    """A row a layer and dimension."""
    gates, values = view.inside.gates, view.inside.values
    return pd.DataFrame([{"layer": k + 1, "dimension": f, "gate": gates[k, f], "before": values[k, f],
                          "after": values[k + 1, f]} for k in range(len(gates)) for f in range(gates.shape[1])])


def _show_changes(view: WordView) -> None:
    rows = rank_changes(view.word, view.inside, view.reference, view.widths, n=N_CHANGED)
    table = pd.DataFrame([{"layer": c.layer + 1, "dimension": c.dimension, "ngram": "".join(c.gram), "gate": c.gate,
                           "before": c.before, "after": c.after, "usual": c.usual} for c in rows])
    column = st.column_config
    st.caption(tr("The dimensions that change most; beside them the mean change over all words."))
    said = tr("Dimensions that the highway changes most")
    st.dataframe(table, hide_index=True, height="content", alt=said, column_config={
        "layer": column.NumberColumn(tr("layer"), width=45),
        "dimension": column.NumberColumn(tr("filter"), width=72, help=tr(
            "Dimensions have the numbers of the filters they come from.")),
        "ngram": column.TextColumn(tr("n-gram"), width=75),
        "before": column.NumberColumn(tr("in"), format="%.2f", width=55),
        "after": column.NumberColumn(tr("out"), format="%.2f", width=50),
        "gate": column.NumberColumn(tr("gate"), format="%.2f", width=50),
        "usual": column.NumberColumn(tr("usual change"), format="%.2f", width=105)})
