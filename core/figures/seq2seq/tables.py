"""The paper's BLEU and ours, two panels of bars with the same rows."""

from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.palette import LINE_COLOURS, NEUTRAL

ROW_PIXELS = 46


@dataclass(frozen=True)
class TableTexts:
    """Words of the figure, translated: what each panel shows, and on which texts."""

    reported: str
    reported_on: str
    ours: str
    ours_on: str
    bleu: str
    unreported: str
    unmeasured: str


def draw_tables(labels: list[str], reported: list[float | None], ours: list[float | None],
                ends: list[tuple[float, float] | None], texts: TableTexts) -> go.Figure:
    """Bars of both columns, the first row on top; the panels have scales of their own.

    Names of rows stand above their bars, which leaves the panels the whole width of a phone.

    Parameters
    ----------
    labels : list of R str
    reported, ours : lists of R floats
        BLEU, or None where there is none.
    ends : list of R pairs
        Interval of `ours`.
    """
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06)
    y, panels = list(range(len(labels))), (
        (texts.reported, texts.reported_on, texts.unreported), (texts.ours, texts.ours_on, texts.unmeasured))
    for column, (values, colour) in enumerate(((reported, NEUTRAL), (ours, LINE_COLOURS[1])), start=1):
        name, where, nothing = panels[column - 1]
        errors = None
        if column == 2:
            errors = {"type": "data", "symmetric": False, "thickness": 1.2, "width": 3,
                      "array": [e[1] - v if e and v is not None else 0 for e, v in zip(ends, values, strict=True)],
                      "arrayminus": [v - e[0] if e and v is not None else 0 for e, v in zip(ends, values, strict=True)]}
        figure.add_trace(go.Bar(
            x=values, y=y, orientation="h", marker_color=colour, error_x=errors, width=0.46, showlegend=False,
            text=["" if v is None else f"{v:.1f}" for v in values], textposition="inside", insidetextanchor="start",
            hoverinfo="skip"), row=1, col=column)
        for row in (row for row, v in zip(y, values, strict=True) if v is None):
            figure.add_annotation(text=nothing, x=0, y=row, xanchor="left", showarrow=False, font_color=NEUTRAL,
                                  row=1, col=column)
        figure.update_xaxes(title_text=texts.bleu, rangemode="tozero", nticks=5, tickangle=0, row=1, col=column)
        figure.add_annotation(text=f"<b>{name}</b><br>{where}", x=0, xref=f"x{'2' * (column == 2)} domain", y=1,
                              yref="paper", xanchor="left", yanchor="bottom", align="left", showarrow=False)
    for row, label in zip(y, labels, strict=True):
        figure.add_annotation(text=label, x=0, xref="paper", y=row - 0.24, yref="y", xanchor="left", yanchor="bottom",
                              showarrow=False, font_size=12)
    figure.update_yaxes(range=[len(labels) - 0.6, -0.75], visible=False)
    figure.update_layout(height=ROW_PIXELS * len(labels) + 110, margin={"l": 10, "r": 10, "t": 50, "b": 50})
    return figure
