"""Characters: one word, known or not, from its letters to its vector."""

from core.ui import frame
from core.ui.elmo.characters import show_word
from core.ui.elmo.pickers import pick_model
from core.ui.messages import guard
from core.ui.output import page_header

frame.ensure()
page_header("characters")
with guard():
    show_word(pick_model())
