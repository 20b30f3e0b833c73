"""What each layer keeps: tasks by layer, the learned mix, and how much data a task wants."""

from core.ui import frame
from core.ui.elmo.layers import show_layers
from core.ui.elmo.pickers import pick_model
from core.ui.messages import guard
from core.ui.output import page_header

frame.ensure()
page_header("layers")
with guard():
    show_layers(pick_model())
