"""Try it: a text CNN learns labelled sentences, the reader's own or others, and its saliency is followed."""

import streamlit as st

from core.ui import frame
from core.ui.language import tr
from core.ui.output import page_header
from core.ui.saliency.try_it import show_trainer

frame.ensure()
page_header("try_it")
st.markdown(tr("Choose sentences with labels. A small network learns from 45 % of them (T1), and a tenth (T3) tests "
               "it; the rest (T2) is kept back, as in the paper. After every epoch the saliency of every word of T1 is "
               "recorded."))
show_trainer()
st.caption(tr("A table of your own is kept on this server only when you start a training, under the hash of its "
              "bytes, and goes with the last run on it; links do not carry it. Every visitor of this server sees the "
              "same runs and may stop them; one trains at a time. A run whose page is closed stops after three "
              "minutes, with its state saved. The last 30 runs are kept."))
