"""Analogies and linear directions: what b - a + c finds, and what a relation is made of."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.qwem.analogies import show_accuracy, show_question
from core.ui.qwem.pickers import pick_concepts
from core.ui.qwem.relations import show_first, show_relation

frame.ensure()
page_header("analogies")
with guard():
    card = pick_concepts()
    with guard():
        show_accuracy(card)
    show_question(card)
    show_relation(card)
    show_first(card)
