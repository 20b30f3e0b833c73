"""Correlations: which cells follow a syntactic property, how closely, and what else could explain it."""

import math

import streamlit as st

from core.analysis.lstm.correlation import PROPERTIES
from core.analysis.lstm.heldout import VECTORS
from core.ui import frame
from core.ui.controls import pick_segment, pick_switch
from core.ui.language import tr
from core.ui.lstm.cached import get_held_out
from core.ui.lstm.cells import CellView, show_cells, show_headline, show_levels, show_spectrum, show_training
from core.ui.lstm.findings import name_property
from core.ui.lstm.pickers import pick_checkpoint, pick_source
from core.ui.messages import guard
from core.ui.output import page_header, show_guide


def pick_view(card, source: str, result) -> CellView:
    """Internal vector, property, and whether the position is held constant."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        vector = pick_segment(tr("Internal vector"), VECTORS, "cvec", "c")
        name = pick_segment(
            tr("Property"), PROPERTIES, "cprop", "depth", format=lambda p: name_property(p, short=True),
            help=tr("Open brackets of all phrases, or of one phrase alone, or the place in the sentence."))
        given = pick_switch(
            tr("Given position"), "cgiven",
            help=tr("Partial correlation: what is left of r when the position in the sentence is held constant."))
    if given and name == "position":
        st.caption(tr("The position cannot be held constant and be asked for at once; this is the plain correlation."))
    return CellView(card, source, result, vector, name, given and name != "position")


@st.fragment
def show_result(card, source: str, result) -> None:
    """Everything that needs no new computation."""
    view = pick_view(card, source, result)
    if not math.isfinite(view.best["r"]):
        st.info(tr("There is nothing to follow: {property} has one value only in this text. Choose another property, "
                   "or other sentences.", property=name_property(view.name)), icon=":material/info:")
        return
    show_headline(view)
    show_spectrum(view)
    show_cells(view)
    left, right = st.columns(2, gap="large")
    with left:
        show_levels(view)
    with right:
        show_training(view)
    show_guide(tr("Look for a stem far outside the grey band: one cell that follows the property while its neighbours "
                  "do not. The band is what the best of all cells reaches when the labels are shifted; a stem inside "
                  "it says nothing. In the map, a cell that is strong in every row, position included, follows the "
                  "length of the sentence rather than one phrase. A counter climbs in even steps over the levels, with "
                  "narrow bands. Bands as wide as the climb, an r that falls once the position is given, or an "
                  "untrained LSTM that is as good would refute it."))


frame.ensure()
page_header("correlations")
with guard():
    card = pick_checkpoint()
    source = pick_source("csrc", stored=True)
    with st.spinner(tr("Reading the sentences and measuring every cell, once …"), show_time=True), st.skeleton(400):
        result = get_held_out(card.id, source)
    show_result(card, source, result)
