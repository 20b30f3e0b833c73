"""Learning dynamics: concepts that come one after another, in theory, in recorded trainings and in the reader's."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.qwem.dynamics import show_theory
from core.ui.qwem.live import show_live
from core.ui.qwem.pickers import pick_concepts
from core.ui.qwem.training import show_training

frame.ensure()
page_header("dynamics")
with guard():
    show_theory(pick_concepts())
with guard():
    show_training()
show_live()
