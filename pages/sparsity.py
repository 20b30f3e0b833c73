"""Sparse LSTMs: what an L1 penalty leaves of the cells, what it costs, and what the survivors follow."""

import streamlit as st

from core.ui import frame
from core.ui.cards import list_cards
from core.ui.language import tr
from core.ui.lstm.pickers import pick_source
from core.ui.lstm.sparsity import (
    SeriesView,
    explain_training,
    find_series,
    load_members,
    pick_member,
    pick_series,
    say_finding,
    show_kept,
    show_series,
    show_survivors,
)
from core.ui.messages import guard
from core.ui.output import page_header, show_guide

frame.ensure()
page_header("sparsity")
with guard():
    series = find_series(list_cards("lstm")[0])
    if not series:
        explain_training()
        st.stop()
    left, right = st.columns(2)
    with left:
        chosen = pick_series(series)
    with right:
        source = pick_source("ssrc", stored=True)
    with st.spinner(tr("Reading the sentences and measuring every model, once …"), show_time=True):
        cards, members = zip(*load_members(chosen, source), strict=True)
    view = SeriesView(source, cards, members)
    say_finding(view)
    picked = pick_member(view)
    show_series(view, picked)
    show_survivors(view, picked)
    show_kept(view)
    show_guide(tr("Look for a bend: strengths at which the cells fall away and the perplexity hardly rises. If few "
                  "cells do the work, the line of k cells reaches the whole model's perplexity early. A penalty can "
                  "also make every cell smaller without silencing one; so the cells are counted by what the model "
                  "loses without them, not by their size. A perplexity that rises as soon as cells fall away, or "
                  "survivors that follow neither depth nor phrases, speak against a small grammar inside."))
