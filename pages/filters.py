"""Filters: which of them decide, which word sequences they answer to, and where they fire in a sentence."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.saliency.filter_windows import show_windows
from core.ui.saliency.filters import show_filters
from core.ui.saliency.pickers import pick_cnn

frame.ensure()
page_header("filters")
with guard():
    card = pick_cnn()
    show_filters(card)
    show_windows(card)
