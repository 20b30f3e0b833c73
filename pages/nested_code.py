"""Code and deep nesting: does a cell count the brackets of Lisp, and how deep can a counter count?"""

import streamlit as st

from core.ui import frame
from core.ui.language import tr
from core.ui.lstm.nested import load_result, pick_model, show_depths, show_form, show_headline, show_models
from core.ui.messages import guard
from core.ui.output import page_header, show_guide

frame.ensure()
page_header("nested_code")
with guard():
    card = pick_model()
    with st.spinner(tr("Reading the sentences and measuring every cell, once …"), show_time=True):
        result, source = load_result(card)
    show_headline(card, result, source)
    show_form(card, result)
    show_depths(card, result, source)
    show_guide(tr("Look at where the red line leaves the dashed diagonal. A counter that has understood brackets goes "
                  "on in even steps past the dotted line of training; one that has learnt a table of depths bends or "
                  "stops there. Compare the error with that of the same pieces side by side: if both grow, it is the "
                  "length that wears the count down, not the depth. The end of a sequence can be predicted only by a "
                  "count that returns to where it began, so the share of ends found falls before the cell itself goes "
                  "astray. An untrained LSTM that does as well, or an error that is no smaller at depths of training, "
                  "would refute that there is a counter."))
    show_models()
