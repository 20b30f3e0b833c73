"""One word, many roles: all tokens of a word in the plane of c_up, and what a selection of them shares."""

import streamlit as st

from core.reproduce.lstm.word_classes import reads_words
from core.ui import frame
from core.ui.language import tr
from core.ui.lstm.pickers import pick_checkpoint, pick_source
from core.ui.lstm.word_roles import get_space, show_word
from core.ui.messages import guard
from core.ui.output import page_header, show_guide

frame.ensure()
page_header("word_roles")
with guard():
    card = pick_checkpoint(default_kind=5)
    if not reads_words(card):
        st.info(tr("This model reads brackets and no words, so there is no word to look at. Choose a model of kind 3, "
                   "4 or 5 above."), icon=":material/info:")
    else:
        source = pick_source("wosrc")
        with st.spinner(tr("Reading the sentences, once …"), show_time=True), st.skeleton(400):
            get_space(card.id, source)
        show_word(card, source)
        show_guide(tr("All coloured points are the same word; the word's embedding puts them all on one spot. If they "
                      "part by colour, the model took the role from what came before. Look at who stands near each "
                      "group: “that” as a determiner should be near “this”, as a conjunction near “if”, as a relative "
                      "pronoun near “which”. If the colours mix, or an untrained LSTM parts them as well, the model "
                      "tells nothing by them. A point among the wrong colour is worth a click: read its sentence."))
