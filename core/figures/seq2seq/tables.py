"""The paper's BLEU and ours, two panels of bars with the same rows."""

from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.palette import LINE_COLOURS, NEUTRAL

ROW_PIXELS = 34


@dataclass(frozen=True)
class TableTexts:
    """Words of the figure, translated."""

    reported: str
    ours: str
    bleu: str
    nothing: str


def draw_tables(labels: list[str], reported: list[float | None], ours: list[float | None],
                ends: list[tuple[float, float] | None], texts: TableTexts) -> go.Figure:
    """Bars of both columns, the first row on top; the panels have scales of their own.

    Parameters
    ----------
    labels : list of R str
    reported, ours : lists of R floats
        BLEU, or None where there is none.
    ends : list of R pairs
        Interval of `ours`.
    """
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06,
                           subplot_titles=(f"<b>{texts.reported}</b>", f"<b>{texts.ours}</b>"))
    y = list(range(len(labels)))
    for column, values, colour in ((1, reported, NEUTRAL), (2, ours, LINE_COLOURS[1])):
        errors = None
        if column == 2:
            errors = {"type": "data", "symmetric": False, "thickness": 1.2, "width": 3,
                      "array": [e[1] - v if e and v is not None else 0 for e, v in zip(ends, values, strict=True)],
                      "arrayminus": [v - e[0] if e and v is not None else 0 for e, v in zip(ends, values, strict=True)]}
        figure.add_trace(go.Bar(
            x=[v if v is not None else 0 for v in values], y=y, orientation="h", marker_color=colour, error_x=errors,
            text=[texts.nothing if v is None else f"{v:.1f}" for v in values], textposition="inside",
            insidetextanchor="start", hoverinfo="skip", width=0.72, showlegend=False), row=1, col=column)
        figure.update_xaxes(title_text=texts.bleu, rangemode="tozero", row=1, col=column)
    figure.update_yaxes(tickvals=y, ticktext=labels, autorange="reversed", automargin=True)
    figure.update_layout(height=ROW_PIXELS * len(labels) + 110, margin={"l": 10, "r": 10, "t": 40, "b": 50},
                         bargap=0.2)
    return figure
