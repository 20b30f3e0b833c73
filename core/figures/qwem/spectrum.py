"""Eigenvalues by their rank, on logarithmic axes, with the concept that is looked at."""

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import ACCENT, LINE_COLOURS, NEUTRAL

COLOUR = LINE_COLOURS[2]


def draw_eigenvalues(values: np.ndarray, *, chosen: int | None = None, twins: np.ndarray | None = None,
                     decay: tuple[float, float] | None = None, chance: np.ndarray | None = None,
                     names: tuple[str, str, str] = ("eigenvalue", "near another", "words shuffled"),
                     axes: tuple[str, str] = ("rank k", "eigenvalue λ"), concept_name: str = "concept") -> go.Figure:
    """λ_k over k.

    Parameters
    ----------
    values : float array of shape (K,)
        Falling, above 0.
    chosen : int, optional
        Ringed and named, from 0.
    twins : bool array of shape (K,), optional
        Drawn hollow: eigenvalues so close to the next that the vectors may rotate.
    decay : exponent and factor, optional
        A dotted line λ = factor · k^exponent.
    chance : float array, optional
        Eigenvalues without any order in the text, for comparison.

    Returns
    -------
    plotly Figure
        Markers carry ``customdata`` [k], from 0.
    """
    k = np.arange(1, len(values) + 1)
    twins = np.zeros(len(values), bool) if twins is None else twins
    figure = go.Figure()
    if chance is not None and (above := chance > values[-1] / 3).any():  # the rest would press the others together
        figure.add_scatter(x=np.flatnonzero(above).astype(np.float32) + 1, y=chance[above].astype(np.float32),
                           mode="lines", name=names[2], line={"color": NEUTRAL, "width": 2, "dash": "dot"},
                           hovertemplate="k = %{x}: %{y:.4g}<extra></extra>")
    if decay is not None:
        ends = np.array([1, len(values)], np.float32)
        figure.add_scatter(x=ends, y=decay[1] * ends ** np.float32(decay[0]), mode="lines", hoverinfo="skip",
                           name=f"k<sup>{decay[0]:.2f}</sup>".replace("-", "−"),
                           line={"color": NEUTRAL, "width": 1.5, "dash": "dash"})
    for which, name, symbol in ((~twins, names[0], "circle"), (twins, names[1], "circle-open")):
        if which.any():
            figure.add_scatter(
                x=k[which].astype(np.float32), y=values[which].astype(np.float32), mode="markers", name=name,
                customdata=(k[which] - 1).astype(np.int32)[:, None],
                marker={"color": COLOUR, "size": 7, "symbol": symbol, "line": {"width": 1.2, "color": COLOUR}},
                hovertemplate=f"{concept_name} %{{x}}<br>λ = %{{y:.4g}}<extra></extra>")
    if chosen is not None:
        figure.add_scatter(x=[chosen + 1], y=[float(values[chosen])], mode="markers", showlegend=False,
                           hoverinfo="skip", marker={"symbol": "circle-open", "size": 17, "color": ACCENT,
                                                     "line": {"width": 3}})
        right = chosen + 1 > np.sqrt(len(values))
        figure.add_annotation(x=np.log10(chosen + 1), y=np.log10(values[chosen]),
                              text=f"{concept_name} {chosen + 1}<br>λ = {values[chosen]:,.4g}", showarrow=False,
                              xanchor="right" if right else "left", yanchor="top" if right else "bottom",
                              xshift=-8 if right else 8, yshift=-8 if right else 6, font={"size": 13},
                              align="right" if right else "left")
    figure.update_layout(
        height=380, hovermode="closest", margin={"l": 64, "r": 16, "t": 40, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"type": "log", "title": {"text": axes[0]},
               "tickvals": [tick for tick in _list_ticks(1, len(values)) if tick >= 1]},
        yaxis={"type": "log", "title": {"text": axes[1]},
               "tickvals": _list_ticks(float(values[-1]), float(values[0])), "tickformat": ",~g"})
    return figure


def _list_ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times the powers of ten, all digits within one power, from a little below to a little above.

    >>> _list_ticks(1, 30)
    [1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
    """
    powers = 10.0 ** np.arange(np.floor(np.log10(low)) - 1, np.ceil(np.log10(high)) + 1)
    ticks = np.outer(powers, [1, 2, 5] if high > 10 * low else range(1, 10)).ravel()
    return ticks[(ticks > low / 2) & (ticks < 2 * high)].tolist()
