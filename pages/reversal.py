"""The reversal trick: why a model translates better when it reads its source backwards, and whether it does."""

import streamlit as st

from core.corpora.pairs import MULTI30K
from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.seq2seq.pickers import pick_checkpoint
from core.ui.seq2seq.reversal_curves import show_learning
from core.ui.seq2seq.reversal_gradients import show_gradients
from core.ui.seq2seq.reversal_lags import show_lags
from core.ui.seq2seq.reversal_toy import show_trainer

frame.ensure()
page_header("reversal")
show_lags()
st.divider()
with guard():
    card = pick_checkpoint(default_corpus=MULTI30K)  # trained in both directions
    show_learning(card)
    show_gradients(card)
show_trainer()
