"""How surprised models are by the words of translations: −log p of each word, model beside model."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.seq2seq.surprise import Judged
from core.figures.palette import LINE_COLOURS, name_axis_tokens, write_token

COLOURS = (LINE_COLOURS[1], LINE_COLOURS[3], LINE_COLOURS[2])
_PANEL_PX = 190


def draw_surprise(judged: Sequence[Judged], models: Sequence[str], *, titles: Sequence[str] = (),
                  y_title: str = "−log p, nats", unknown: str = "read as UNK") -> go.Figure:
    """A panel a translation, a group of bars a word, a bar a model; all panels share one scale.

    Parameters
    ----------
    models : sequence of str
        Names, in the order of the rows of `Judged`.
    titles : sequence of str
        Of the panels.
    """
    figure = make_subplots(rows=len(judged), cols=1, vertical_spacing=0.0)
    top = max((float(-j.log_p.min(initial=0)) for j in judged), default=1.0)
    total = _PANEL_PX * len(judged)
    for row, own in enumerate(judged, 1):
        names = name_axis_tokens(own.words)
        for m, model in enumerate(models):
            notes = ["" if known else f"<br>{write_token(unknown)}" for known in own.known[m]]
            figure.add_bar(
                x=names, y=-own.log_p[m].astype(np.float32), name=write_token(model), legendgroup=str(m),
                showlegend=row == 1, marker={"color": COLOURS[m % len(COLOURS)], "line": {"width": 0}},
                customdata=notes, row=row, col=1,
                hovertemplate=f"%{{x}}: %{{y:.2f}}%{{customdata}}<extra>{write_token(model)}</extra>")
        low, high = 1 - row / len(judged), 1 - (row - 1) / len(judged)
        domain = [low + 70 / total, high - 30 / total]
        figure.update_yaxes(domain=domain, range=[0, 1.05 * top], title_text=y_title, fixedrange=True, row=row, col=1)
        figure.update_xaxes(type="category", categoryorder="array", categoryarray=names, tickangle=-45, row=row, col=1,
                            showgrid=False)
        if row <= len(titles):
            figure.add_annotation(x=0, xref="paper", y=domain[1], yref="paper", yanchor="bottom", xanchor="left",
                                  text=f"<b>{write_token(titles[row - 1])}</b>", showarrow=False)
    figure.update_layout(height=total + 44, barmode="group", hovermode="closest", bargap=0.3,
                         margin={"l": 56, "r": 16, "t": 40, "b": 4},
                         legend={"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 0})
    return figure
