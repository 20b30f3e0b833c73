"""Translate: a sentence, its translation, the words that stood to choice, and the beam as a tree."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.seq2seq.pickers import pick_checkpoint
from core.ui.seq2seq.translate import show_translation

frame.ensure()
page_header("translate")
with guard():
    show_translation(pick_checkpoint())
