"""Words by how unsettled their saliency is: against frequency, and over the epochs."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, FAINT, LINE_COLOURS, NEUTRAL, write_token
from core.figures.spectrum import WEBGL_FROM

CHOSEN, N_NAMED = LINE_COLOURS[0], 8


def draw_words(occurrences: np.ndarray, wac: np.ndarray, words: Sequence[str], *, rows: np.ndarray,
               chosen: int | None = None, expected: np.ndarray | None = None,
               titles: Sequence[str] = ("occurrences in T1", "wac"),
               names: Sequence[str] = ("a word", "chosen word", "mean of words as frequent")) -> go.Figure:
    """wac against word frequency, both on logarithmic axes; the highest are named.

    Parameters
    ----------
    occurrences, wac : arrays of shape (V,)
    rows : int array
        Words to draw, the most unsettled first; those with wac 0 have no place on the axis.
    chosen : int, optional
        A word to mark.
    expected : array of shape (V,), optional
        What frequency alone leads to expect, drawn as a line.

    Returns
    -------
    plotly Figure
        Markers carry ``customdata`` [row].
    """
    figure, kept = go.Figure(), rows[wac[rows] > 0]
    kind = go.Scattergl if len(kept) >= WEBGL_FROM else go.Scatter
    figure.add_trace(kind(
        x=occurrences[kept].astype(np.float32), y=wac[kept].astype(np.float32), mode="markers", name=names[0],
        text=[write_token(words[i]) for i in kept], customdata=kept[:, None],
        marker={"color": LINE_COLOURS[1], "size": 5, "opacity": 0.45, "line": {"width": 0}},
        hovertemplate="%{text}<br>%{x:,.0f} ×<br>%{y:.3g}<extra></extra>"))
    if expected is not None and len(kept):
        x, places = np.unique(occurrences[kept], return_index=True)
        figure.add_scatter(x=x.astype(np.float32), y=expected[kept[places]].astype(np.float32), mode="lines",
                           name=names[2], line={"color": ACCENT, "width": 2, "shape": "hv"}, hoverinfo="skip")
    if chosen is not None and wac[chosen] > 0:
        figure.add_scatter(x=[float(occurrences[chosen])], y=[float(wac[chosen])], mode="markers", name=names[1],
                           customdata=[[chosen]], text=[write_token(words[chosen])],
                           marker={"color": CHOSEN, "size": 13, "symbol": "circle-open", "line": {"width": 3}},
                           hovertemplate="%{text}<br>%{x:,.0f} ×<br>%{y:.3g}<extra></extra>")
        figure.add_annotation(x=float(np.log10(occurrences[chosen])), y=float(np.log10(wac[chosen])), yshift=18,
                              text=f"<b>{write_token(words[chosen][:30])}</b>", showarrow=False)
    figure.update_layout(
        height=440, margin={"l": 64, "r": 16, "t": 40, "b": 48}, hovermode="closest", clickmode="event+select",
        dragmode="pan", legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": titles[0]}, "type": "log", "showgrid": False, "dtick": "D2" if len(
            kept) and occurrences[kept].max() < 30 * max(occurrences[kept].min(), 1) else 1},
        yaxis={"title": {"text": titles[1]}, "type": "log", "exponentformat": "power", "dtick": 1})
    return figure


def draw_course(course: np.ndarray, usual: np.ndarray | None = None, *, word: str = "",
                titles: Sequence[str] = ("epoch", "mean saliency"),
                names: Sequence[str] = ("words as frequent: middle half", "their median")) -> go.Figure:
    """Mean saliency of one word after every epoch, before that of words about as frequent.

    Parameters
    ----------
    course : array of shape (K,)
    usual : array of shape (3, K), optional
        Lower quartile, median and upper quartile of the others.
    """
    epochs, figure = np.arange(1, len(course) + 1, dtype=np.float32), go.Figure()
    if usual is not None:
        low, middle, high = np.asarray(usual, np.float32)
        figure.add_scatter(x=epochs, y=high, mode="lines", line={"width": 0}, hoverinfo="skip", showlegend=False)
        figure.add_scatter(x=epochs, y=low, mode="lines", line={"width": 0}, fill="tonexty", fillcolor=FAINT,
                           hoverinfo="skip", name=names[0])
        figure.add_scatter(x=epochs, y=middle, mode="lines", name=names[1], line={"color": NEUTRAL, "dash": "dot"},
                           hovertemplate="%{y:.3g}<extra></extra>")
    figure.add_scatter(x=epochs, y=np.asarray(course, np.float32), mode="lines+markers", name=write_token(word),
                       line={"color": CHOSEN, "width": 2.4}, marker={"size": 5},
                       hovertemplate=f"{titles[0]} %{{x}}<br>%{{y:.3g}}<extra></extra>")
    figure.update_layout(height=300, margin={"l": 64, "r": 16, "t": 40, "b": 48}, hovermode="closest",
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
                         xaxis={"title": {"text": titles[0]}, "showgrid": False},
                         yaxis={"title": {"text": titles[1]}, "rangemode": "tozero", "exponentformat": "power"})
    return figure
