"""Meanings: all examples of one word, coloured by sense, under any mix of the layers."""

import streamlit as st

from core.ui import frame
from core.ui.elmo.meanings import show_meanings
from core.ui.elmo.meanings_source import pick_choice, pick_source
from core.ui.elmo.pickers import pick_model
from core.ui.messages import guard
from core.ui.output import page_header

frame.ensure()
page_header("meanings")
with guard():
    with st.container(horizontal=True, gap="medium"):
        checkpoint = pick_model()
        choice = pick_choice(pick_source())
    show_meanings(checkpoint, choice)
