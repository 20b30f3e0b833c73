"""A second page with nothing of its own."""

from core.ui import frame
from core.ui.output import page_header

frame.ensure()
page_header("correlations")
