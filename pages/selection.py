"""Does it pay? Whether sentences with unsettled words teach more than others, over many seeds."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.saliency.selection import show_selection
from core.ui.saliency.settling import show_settling
from core.ui.saliency.sizes import show_sizes

frame.ensure()
page_header("selection")
with guard():
    if show_selection():
        show_settling()
        show_sizes()
