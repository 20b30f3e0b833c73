"""How internal vectors are distributed: seven at a glance, one in large, and how many levels they need."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots
from scipy import stats

from core.analysis.lstm.distribution import FEW, VECTORS, Distributions
from core.figures.palette import ACCENT, NEUTRAL, VECTOR_COLOURS

COLUMNS = 4
REFERENCES = {"uniform": 5, "normal": 7}  # levels that keep 95 % of the variance of these densities


def _outline(edges: np.ndarray, density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A histogram as a closed outline that starts and ends on the axis."""
    return np.repeat(edges, 2).astype(np.float32), np.concatenate([[0], np.repeat(density, 2), [0]]).astype(np.float32)


def _fill(colour: str, alpha: float) -> str:
    return f"rgba({','.join(str(int(colour[i:i + 2], 16)) for i in (1, 3, 5))},{alpha})"


def draw_vectors(result: Distributions, *, cell: int | None = None, trained_name: str = "trained",
                 untrained_name: str = "untrained") -> go.Figure:
    """All seven vectors, trained filled and untrained as a line; heights are square roots of the density.

    Parameters
    ----------
    cell : int, optional
        One trained cell in the place of all; the line is then that of all trained cells.
    """
    figure = make_subplots(rows=2, cols=COLUMNS, horizontal_spacing=0.04, vertical_spacing=0.27,
                           specs=[[{}] * COLUMNS, [*[{}] * (COLUMNS - 1), None]])
    for v, vector in enumerate(VECTORS):
        row, column = divmod(v, COLUMNS)
        place = {"row": row + 1, "col": column + 1}
        front = result.density(vector) if cell is None else result.cell_density(vector, cell)
        back = result.density(vector, "untrained" if cell is None else "trained")
        colour = VECTOR_COLOURS[vector]
        for (edges, density), name, style in (
                (front, trained_name, {"line": {"color": colour, "width": 1}, "fill": "tozeroy",
                                       "fillcolor": _fill(colour, 0.55)}),
                (back, untrained_name, {"line": {"color": NEUTRAL, "width": 1.4}})):
            x, y = _outline(edges, np.sqrt(density))
            figure.add_scatter(x=x, y=y, mode="lines", name=name, legendgroup=name, showlegend=False,
                               hoverinfo="skip", **style, **place)
        top = np.sqrt(max(front[1].max(), np.sort(back[1])[-3]))  # a lone bin of the control may leave the panel
        low, high = result.limits[v].tolist()
        figure.update_xaxes(range=[low, high], tickvals=_ticks(low, high), showgrid=False, zeroline=False,
                            tickformat=".3~g", fixedrange=True, **place)
        figure.update_yaxes(range=[0, 1.08 * top], visible=False, fixedrange=True, **place)
        domain = "x domain" if v == 0 else f"x{v + 1} domain"
        figure.add_annotation(x=0.5, y=1.0, xref=domain, yref=domain.replace("x", "y", 1), yanchor="bottom",
                              showarrow=False, text=f"<b>{vector}</b>", font={"size": 15, "color": colour})
    for name, style in ((trained_name, {"symbol": "square", "size": 12, "color": _fill(NEUTRAL, 0.55)}),
                        (untrained_name, {"symbol": "line-ew", "size": 12, "line": {"color": NEUTRAL, "width": 2}})):
        figure.add_scatter(x=[None], y=[None], mode="markers", name=name, marker=style)
    figure.update_layout(height=380, margin={"l": 12, "r": 12, "t": 36, "b": 28}, hovermode=False,
                         legend={"yanchor": "middle", "y": 0.2, "xanchor": "left", "x": 0.78})  # the eighth place
    return figure


def _ticks(low: float, high: float) -> list[float]:
    """0, and round ends that leave room for the neighbour's."""
    if low == 0:
        return [0, 0.5, 1]
    power = 10.0 ** np.floor(np.log10(high))
    end = next(k * power for k in (5, 2, 1) if k * power <= high)
    return [-end, 0, end]


def draw_vector(result: Distributions, vector: str, *, cell: int | None = None, root: bool = False,
                names: dict[str, str] | None = None) -> go.Figure:
    """One vector in large: trained, untrained, and for f and c the seed's densities.

    Parameters
    ----------
    cell : int, optional
        One trained cell, before all trained cells.
    root : bool
        Square roots of the densities, which show the small beside the tall.
    names : dict, optional
        Shown names: ``trained``, ``untrained``, ``cell``, ``Beta``, ``normal``, ``peaks``, ``density``, ``root``.
    """
    names = {"trained": "trained", "untrained": "untrained", "cell": f"cell {cell}", "Beta": "Beta density",
             "normal": "normal density", "peaks": "peaks", "density": "density", "root": "√ density"} | (names or {})
    scale: Callable = np.sqrt if root else np.asarray
    figure, colour = go.Figure(), VECTOR_COLOURS[vector]
    front = result.density(vector) if cell is None else result.cell_density(vector, cell)
    back = result.density(vector, "untrained" if cell is None else "trained")
    bars = {"color": _fill(colour, 0.65), "line": {"width": 0}}
    figure.add_bar(x=((front[0][:-1] + front[0][1:]) / 2).astype(np.float32), y=scale(front[1]).astype(np.float32),
                   width=np.diff(front[0]).astype(np.float32), marker=bars,
                   name=names["trained" if cell is None else "cell"], customdata=front[1].astype(np.float32),
                   hovertemplate=f"{vector} = %{{x:.3f}}<br>{names['density']} %{{customdata:.3f}}<extra></extra>")
    x, y = _outline(*back)
    figure.add_scatter(x=x, y=scale(y), mode="lines", line={"color": NEUTRAL, "width": 1.6}, hoverinfo="skip",
                       name=names["untrained" if cell is None else "trained"])
    fitted = _add_fit(figure, result, vector, scale, names) if cell is None else np.zeros(1)
    top = 1.12 * float(scale(max(front[1].max(), np.quantile(fitted, 0.97))))
    low, high = result.limits[VECTORS.index(vector)].tolist()
    if cell is not None:
        low, high = min(low, float(front[0][0])), max(high, float(front[0][-1]))
    figure.update_layout(
        height=400, margin={"l": 56, "r": 16, "t": 40, "b": 48}, bargap=0, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": vector}, "range": [low, high], "showgrid": False, "zeroline": False},
        yaxis={"title": {"text": names["root" if root else "density"]}, "range": [0, top], "zeroline": False})
    return figure


def _add_fit(figure: go.Figure, result: Distributions, vector: str, scale: Callable, names: dict) -> np.ndarray:
    """The seed's density over the histogram, and the peaks of c; returns the density's values."""
    if vector not in ("f", "c"):
        return np.zeros(1)
    edges, _ = result.density(vector)
    x = (edges[:-1] + edges[1:]) / 2
    y = stats.beta(*result.beta[:2]).pdf(x) if vector == "f" else stats.norm(*result.normal[:2]).pdf(x)
    name = names["Beta" if vector == "f" else "normal"]
    figure.add_scatter(x=x.astype(np.float32), y=scale(y).astype(np.float32), mode="lines", name=name,
                       line={"color": ACCENT, "width": 2.4, "dash": "dash"},
                       hovertemplate=f"{name} %{{y:.3f}}<extra></extra>")
    if vector == "c" and len(result.peaks):
        figure.add_scatter(x=result.peaks[:, 0], y=scale(result.peaks[:, 1]), mode="markers", name=names["peaks"],
                           marker={"symbol": "triangle-down", "size": 11, "color": ACCENT, "standoff": 6},
                           hovertemplate="c = %{x:.2f}<extra></extra>")
    return y


def draw_level_counts(result: Distributions, vector: str, *, trained_name: str = "trained",
                      untrained_name: str = "untrained", x_title: str = "levels for 95 % of the variance",
                      y_title: str = "share of cells", references: dict[str, str] | None = None) -> go.Figure:
    """How many levels the cells need, trained beside untrained; two or three is the paper's claim."""
    levels = result.levels[:, VECTORS.index(vector)]
    top = result.explained.shape[2] + 1
    counts = np.stack([np.bincount(row, minlength=top + 1)[1:] for row in levels]) / levels.shape[1]
    ticks = [*map(str, range(1, top)), f"≥ {top}"]
    figure = go.Figure()
    for row, name, colour in zip(counts, (trained_name, untrained_name), (VECTOR_COLOURS[vector], NEUTRAL),
                                 strict=True):
        figure.add_bar(x=np.arange(1, top + 1), y=row.astype(np.float32), name=name, marker_color=colour,
                       hovertemplate=f"{name}<br>%{{x}}: %{{y:.1%}}<extra></extra>")
    figure.add_vrect(x0=0.5, x1=FEW + 0.5, fillcolor=ACCENT, opacity=0.1, line_width=0, layer="below")
    for key, at in REFERENCES.items():
        figure.add_annotation(x=at, y=1, yref="y domain", yanchor="bottom", text=(references or {}).get(key, key),
                              showarrow=False, font={"size": 12, "color": NEUTRAL})
        figure.add_vline(x=at, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    figure.update_layout(
        height=360, barmode="group", bargap=0.25, margin={"l": 56, "r": 16, "t": 64, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.09, "x": 0},
        xaxis={"title": {"text": x_title}, "tickvals": list(range(1, top + 1)), "ticktext": ticks,
               "range": [0.4, top + 0.6], "showgrid": False},
        yaxis={"title": {"text": y_title}, "tickformat": ".0%", "rangemode": "tozero", "zeroline": False})
    return figure


def draw_near(result: Distributions, vector: str = "c_up", *, zero_name: str = "near 0",
              one_name: str = "near ±1", between_name: str = "neither", untrained_name: str = "untrained",
              x_title: str = "eps", y_title: str = "share of values") -> go.Figure:
    """Share of values within eps of 0 and of ±1; what is left lies between."""
    eps, zero, one = result.near(vector)
    figure = go.Figure()
    colour = VECTOR_COLOURS[vector]
    for y, name, dash in ((zero, zero_name, "dot"), (one, one_name, "dash"), (zero + one, f"{zero_name} + {one_name}",
                                                                                    "solid")):
        figure.add_scatter(x=eps.astype(np.float32), y=y.astype(np.float32), mode="lines", name=name,
                           line={"color": colour, "width": 3 if dash == "solid" else 2, "dash": dash},
                           hovertemplate=f"{name}, eps %{{x:.2f}}: %{{y:.1%}}<extra></extra>")
    _, zero, one = result.near(vector, "untrained")
    for y, name, dash in ((zero, zero_name, "dot"), (one, one_name, "dash")):
        figure.add_scatter(x=eps.astype(np.float32), y=y.astype(np.float32), mode="lines",
                           name=f"{untrained_name}, {name}", line={"color": NEUTRAL, "width": 2, "dash": dash},
                           hovertemplate=f"{untrained_name}, {name}, eps %{{x:.2f}}: %{{y:.1%}}<extra></extra>")
    figure.update_layout(
        height=360, margin={"l": 56, "r": 16, "t": 64, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "showgrid": False, "zeroline": False, "range": [0, 0.5]},
        yaxis={"title": {"text": y_title}, "tickformat": ".0%", "range": [0, 1.03], "zeroline": False})
    return figure
