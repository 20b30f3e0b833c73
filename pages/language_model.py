"""Both ways: what each direction expects of a text, and what surprises it."""

from core.ui import frame
from core.ui.elmo.both_ways import show_text
from core.ui.elmo.pickers import pick_model
from core.ui.messages import guard
from core.ui.output import page_header

frame.ensure()
page_header("language_model")
with guard():
    show_text(pick_model(predicts=True))
