"""What the pointer does in a figure: it clicks points, or draws round them.

Where a drag selects, Streamlit takes no clicks; the reader chooses which of the two a figure takes.
"""

from typing import Literal

import plotly.graph_objects as go

from core.ui.controls import pick_segment
from core.ui.language import tr

CLICKS, DRAWS = "click", "draw"


def pick_pointer(key: str, default: str = CLICKS) -> bool:
    """Whether a drag draws round points in a figure; else a click chooses one, and a drag moves the plane."""
    return pick_segment(tr("Pointer"), (CLICKS, DRAWS), key, default,
                        format=lambda p: tr("clicks") if p == CLICKS else tr("draws round")) == DRAWS


def set_pointer(figure: go.Figure, tool: Literal["lasso", "select"], *, draws: bool) -> None:
    """Let a drag draw with a tool of Plotly, or leave the pointer to clicks."""
    figure.update_layout(dragmode=tool if draws else "pan", clickmode="event+select")
