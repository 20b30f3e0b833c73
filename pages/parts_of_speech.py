"""Parts of speech: which of them the model tells apart, in which vector, and how the words lie."""

import streamlit as st

from core.reproduce.lstm.word_classes import reads_words
from core.ui import frame
from core.ui.language import tr
from core.ui.lstm.cached import get_study
from core.ui.lstm.pickers import pick_checkpoint, pick_source
from core.ui.lstm.word_classes import (
    STUDY,
    pick_pair,
    show_densities,
    show_headline,
    show_pairs,
    show_sizes,
    show_words,
)
from core.ui.lstm.word_planes import show_planes
from core.ui.messages import guard
from core.ui.output import page_header, show_guide
from core.ui.registry import find_page


@st.fragment
@guard()
def show_result(card, source: str, result) -> None:
    """Everything about one pair of tags."""
    if not len(result.pairs):
        st.info(tr("No two parts of speech come often enough in both halves of this text. Choose other sentences."),
                icon=":material/info:")
        return
    view = pick_pair(card, source, result)
    show_headline(view)
    show_densities(view)
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_sizes(view)
    with right:
        show_words(view)
    show_guide(tr("The farther the two humps lie apart, the better one line through the vectors tells the tags apart. "
                  "With two components the figure says what dominates the vector; with all cells, what can be read "
                  "from it at all. c is f·c + c_up, so c contains c_up, mixed with everything read before: a lead of "
                  "c_up that vanishes when all cells may be used means that c has the same knowledge, only not in its "
                  "large directions. The claim would be refuted if c were as good with few components too, or if the "
                  "embedding or an untrained LSTM did as well."))
    show_pairs(view)


frame.ensure()
page_header("parts_of_speech")
with guard():
    card = pick_checkpoint(default_kind=5)
    if not reads_words(card):
        st.info(tr("This model reads brackets and no words, so there is no part of speech to see in it. Choose a model "
                   "of kind 3, 4 or 5 above."), icon=":material/info:")
    else:
        source = pick_source("ysrc", stored=True)
        with st.spinner(tr("Reading the sentences and telling all pairs of tags apart, once …"), show_time=True), \
                st.skeleton(400):
            result = get_study(card.id, source, STUDY)
        show_result(card, source, result)
        show_planes(card, source, result)
        show_guide(tr("Each tag should form a cloud of its own. In re-PCA, where every word type counts once, frequent "
                      "words no longer bend the axes: look whether singular and plural nouns, and the forms of the "
                      "verb, part there. Function words should form tight clusters far from nouns and verbs. If all "
                      "colours mixed, and the share of neighbours of the same tag were near chance, the model would "
                      "not sort words into these classes."))
        roles = find_page("word_roles")
        st.page_link(roles.path, label=tr("One word that carries several tags"), icon=roles.icon,
                     query_params={"kind": str(card.kind), "model": card.id})
