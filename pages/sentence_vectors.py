"""Sentence vectors: what the one vector for a sentence keeps of it."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.seq2seq.effects import show_effects
from core.ui.seq2seq.neighbours import show_neighbours
from core.ui.seq2seq.pickers import pick_checkpoint
from core.ui.seq2seq.sentence_vectors import show_planes
from core.ui.seq2seq.vectors import pick_vector

frame.ensure()
page_header("sentence_vectors")
with guard():
    card = pick_checkpoint()
    choice = pick_vector(card)
    show_planes(card, choice)
    show_effects(card, choice)
    show_neighbours(card, choice)
