"""Your corpus: the concepts of a text that the reader brings along."""

import streamlit as st

from core.ui import frame
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.qwem.concepts import show_concepts
from core.ui.qwem.your_corpus import (
    find_text_concepts,
    pick_settings,
    pick_text_data,
    show_command,
    show_summary,
    show_training_button,
)

frame.ensure()
page_header("your_corpus")
with guard():
    st.markdown(tr("Give a text. Its words are counted, the matrix M* is made of the counts, and its eigenvectors are "
                   "shown as concepts. The text is not stored unless you train on it, and links do not carry it."))
    source, data = pick_text_data()
    settings, cut = pick_settings()
    if data is None:
        st.info(tr("Paste or upload a text; up to 10 MB take a few seconds."), icon=":material/info:")
    else:
        view, found = find_text_concepts(source, data, settings, cut)
        show_summary(found, settings)
        with guard():
            show_training_button(source, data, n_words=len(view.space.words), settings=settings, cut=cut)
        show_concepts(view)
show_command()
