"""Concepts: the eigenvectors of M*, which word2vec learns one after the other, as words."""

import streamlit as st

from core.ui import frame
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.qwem.cached import get_space
from core.ui.qwem.concepts import show_concepts
from core.ui.qwem.pickers import pick_concepts
from core.ui.qwem.view import ConceptView
from core.ui.registry import find_page

RECIPE = """from core.analysis.qwem.reading import read_space
from core.checkpoints.embeddings import load_concepts

space = read_space(load_concepts("{id}"))"""

frame.ensure()
page_header("concepts")
with guard():
    st.markdown(tr("Count how often two words stand near each other, {pair}, and how often they would by chance, "
                   "{chance}. The matrix {matrix} is what word2vec, from a small start, learns: one eigenvector after "
                   "the other, the largest eigenvalue first. Each of them is read here as a concept.",
                   pair="$P_{ij}$", chance="$p_i p_j$",
                   matrix=r"$M^*_{ij} = 2\,\frac{P_{ij} - p_i p_j}{P_{ij} + p_i p_j}$"))
    card = pick_concepts()
    show_concepts(ConceptView("q", card.id.rsplit("-", 1)[-1], get_space(card.id), RECIPE.format(id=card.id)))
    for stem, label, query in (
            ("dynamics", tr("Watch these concepts being learned"), {"qwem": card.id}),
            ("your_corpus", tr("Find the concepts of a text of your own"), {})):
        st.page_link(find_page(stem).path, label=label, icon=find_page(stem).icon, query_params=query)
