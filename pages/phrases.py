"""Inside or outside: what one cell, and what few cells together, know of an open phrase."""

import streamlit as st

from core.ui import frame
from core.ui.language import tr
from core.ui.lstm.cached import get_study
from core.ui.lstm.phrases import STUDY, show_phrases
from core.ui.lstm.pickers import pick_checkpoint, pick_source
from core.ui.lstm.probe import fit_probe, show_probe
from core.ui.messages import guard
from core.ui.output import page_header

frame.ensure()
page_header("phrases")
with guard():
    card = pick_checkpoint()
    source = pick_source("phsrc", stored=True)
    with guard():
        with st.spinner(tr("Reading the sentences and measuring every cell, once …"), show_time=True), st.skeleton(400):
            result = get_study(card.id, source, STUDY)
        show_phrases(card, source, result)
    st.divider()
    with guard():
        show_probe(card, source, fit_probe(card, source))
