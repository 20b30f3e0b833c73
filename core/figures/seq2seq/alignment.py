"""Two translations laid side by side, with the words in which they differ marked."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.analysis.seq2seq.swap import Aligned
from core.figures.palette import ACCENT, FAINT, write_token
from core.figures.seq2seq.columns import MARGIN, Columns, lay_columns, write_label, write_share

_ROW_PX, _GAP = 48, 8


def lay_alignment(places: Sequence[Aligned]) -> Columns:
    """Columns for both words of every place."""
    return lay_columns([[word or "" for word in (a.before, a.after)] for a in places], start=0.0)


def draw_alignment(places: Sequence[Aligned], p: tuple[Sequence[float], Sequence[float]], *,
                   names: tuple[str, str] = ("before", "after"), hover: str = "{word}: p = {p}") -> go.Figure:
    """Before above, after below; a frame round what differs.

    Parameters
    ----------
    p : two sequences of float
        Probability of every word of each sentence, in its order.
    """
    columns, figure = lay_alignment(places), go.Figure()
    left, width, y, texts, hovers, colours = [], [], [], [], [], []
    for row, own in enumerate(p):
        chances = iter(own)
        for s, place in enumerate(places):
            word = (place.before, place.after)[row]
            if word is None:
                continue
            chance = float(next(chances))
            left.append(columns.left[s])
            width.append(columns.width[s] - _GAP)
            y.append(-row)
            shown = write_label(word)
            texts.append(f"{shown if place.same else f'<b>{shown}</b>'}"
                         f"<br><span style='font-size:0.8em'>{write_share(chance)}</span>")
            hovers.append(hover.format(word=shown, p=f"{chance:.3g}"))
            colours.append("rgba(0,0,0,0)" if place.same else ACCENT)
    figure.add_bar(x=np.array(width, np.float32), base=np.array(left, np.float32), y=np.array(y, np.float32),
                   width=0.84, orientation="h", text=hovers, textposition="none", showlegend=False,
                   hovertemplate="%{text}<extra></extra>",
                   marker={"color": FAINT, "cornerradius": 4, "line": {"width": 2, "color": colours}})
    figure.add_scatter(x=np.array(left, np.float32) + 6, y=np.array(y, np.float32), mode="text", text=texts,
                       textposition="middle right", textfont={"size": 13}, hoverinfo="skip", showlegend=False)
    figure.update_layout(
        height=_ROW_PX * 2 + 16, margin={"l": 2 * MARGIN, "r": MARGIN, "t": 8, "b": 8}, hovermode="closest",
        dragmode=False, barmode="overlay",
        xaxis={"range": [-4, columns.total], "visible": False, "fixedrange": True},
        yaxis={"range": [-1.5, 0.5], "tickvals": [0, -1], "ticktext": [write_token(n) for n in names],
               "showgrid": False, "zeroline": False, "fixedrange": True})
    return figure
