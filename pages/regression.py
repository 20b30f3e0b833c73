"""Depth regression: how much of the depth all cells, few cells and one cell give, and what else could explain it."""

import math

import streamlit as st

from core.analysis.lstm.depth_split import PROPERTIES
from core.analysis.lstm.heldout import VECTORS
from core.states.sources import card_family
from core.ui import frame
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.lstm.findings import name_property
from core.ui.lstm.pickers import pick_checkpoint, pick_source
from core.ui.lstm.regression import (
    RegressionView,
    get_regression,
    show_headline,
    show_path,
    show_predicted,
    show_readouts,
    show_shape,
    show_survivors,
)
from core.ui.messages import guard
from core.ui.output import page_header, show_guide


def pick_view(card, source: str, result) -> RegressionView:
    """Which depth, from which vector."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        own = "VP" if card_family(card) == "english" else "depth"  # Lisp and generated brackets have no phrases
        name = pick_segment(tr("Depth to read off"), PROPERTIES, "rgprop", own,
                            format=lambda p: name_property(p, short=True),
                            help=tr("Open brackets of all phrases, or of one phrase alone."))
        vector = pick_segment(tr("Internal vector"), VECTORS, "rgvec", "c")
    return RegressionView(card, source, result, vector, name)


@st.fragment
def show_result(card, source: str, result) -> None:
    """Everything that needs no new computation."""
    view = pick_view(card, source, result)
    if not math.isfinite(view.scores["linear"]["r2"]):
        st.info(tr("There is nothing to read off: {property} has one value only in half of this text. Choose another "
                   "depth, or other sentences.", property=name_property(view.name)), icon=":material/info:")
        return
    show_headline(view)
    show_predicted(view)
    show_readouts(view)
    show_path(view)
    show_survivors(view)
    show_shape(view)
    show_guide(tr("Narrow columns along the dashes: the depth is in the state, in a form a weighted sum can read. Look "
                  "at how soon the Lasso curve comes near the line of all cells: few cells mean a code of few "
                  "counters, many mean that the depth is spread out. An untrained LSTM or the position that reaches as "
                  "far, or a control task that is as easy, would refute that training put the depth there. On raw text "
                  "the model never sees a bracket: look at whether the medians still rise, and where they bend away "
                  "from the dashes."))


frame.ensure()
page_header("regression")
with guard():
    card = pick_checkpoint()
    source = pick_source("rgsrc", stored=True)
    with st.skeleton(400):
        result = get_regression(card, source)
    show_result(card, source, result)
