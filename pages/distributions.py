"""Distributions: what values the internal vectors take, and whether they are nearly discrete."""

import streamlit as st

from core.ui import frame
from core.ui.language import tr
from core.ui.lstm.cached import get_study
from core.ui.lstm.distribution import DistributionView, pick_cell, show_vector, show_vectors, show_verdict
from core.ui.lstm.pickers import pick_checkpoint, pick_source
from core.ui.messages import guard
from core.ui.output import page_header, show_guide

frame.ensure()
page_header("distributions")
with guard():
    card = pick_checkpoint()
    left, right = st.columns(2)
    with left:
        source = pick_source("dsrc", stored=True)
    with st.spinner(tr("Reading the sentences and counting every value, once …"), show_time=True):
        result = get_study(card.id, source, "distributions")
    with right:
        view = DistributionView(card, source, result, pick_cell(result))
    show_vectors(view)
    show_verdict(card, source, result)
    show_vector(view)
    show_guide(tr("Look for narrow spikes at the ends of i, f and o and at −1, 0 and 1 of c_up, with little between "
                  "them: a cell that adds one, takes one away or leaves its memory alone. The band marks two or three "
                  "levels. The count is fair to quiet cells: their levels may lie as close together as they like. If "
                  "most cells need as many levels as a uniform or a normal density, or as an untrained LSTM, c_up is "
                  "not discrete, whatever the spikes of all cells together look like."))
