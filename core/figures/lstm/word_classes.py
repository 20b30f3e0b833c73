"""Two parts of speech told apart: densities of a score, AUC by number of components, all pairs at once."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.figures.heatmap import add_click_grid
from core.figures.palette import ACCENT, FAINT, LINE_COLOURS, NEUTRAL, VECTOR_COLOURS


def draw_densities(density: np.ndarray, edges: np.ndarray, *, tags: tuple[str, str], titles: Sequence[str],
                   x_title: str = "score", y_title: str = "density") -> go.Figure:
    """A panel a vector, the density of the discriminant score of both tags in each.

    Parameters
    ----------
    density : int array of shape (P, 2, B)
        Tokens of the first and of the second tag in each bin.
    edges : array of shape (B + 1,)
    titles : sequence of str, length P
        Written above the panels.
    """
    figure = make_subplots(rows=1, cols=len(density), shared_yaxes=True, horizontal_spacing=0.03,
                           subplot_titles=list(titles))
    width, middles = edges[1] - edges[0], ((edges[:-1] + edges[1:]) / 2).astype(np.float32)
    for panel, counts in enumerate(density):
        for k, tag in enumerate(tags):
            share = (counts[k] / max(counts[k].sum(), 1) / width).astype(np.float32)
            figure.add_scatter(
                x=middles, y=share, name=tag, mode="lines", legendgroup=tag, showlegend=panel == 0,
                line={"color": LINE_COLOURS[k], "width": 2.2, "shape": "hvh", "dash": "solid" if k == 0 else "dot"},
                fill="tozeroy", fillcolor=_with_alpha(LINE_COLOURS[k], 0.22), customdata=counts[k].astype(np.int32),
                hovertemplate=f"<b>{tag}</b><br>%{{x:.2f}}: n = %{{customdata:,}}<extra></extra>",
                row=1, col=panel + 1)
        figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1, "dash": "dash"}, row=1, col=panel + 1)
    figure.update_layout(height=340, hovermode="closest", margin={"l": 56, "r": 16, "t": 64, "b": 48},
                         legend={"orientation": "h", "yanchor": "bottom", "y": 1.1, "x": 0})
    figure.update_xaxes(title_text=x_title, zeroline=False, showgrid=False)
    figure.update_yaxes(zeroline=False, rangemode="tozero")
    figure.update_yaxes(title_text=y_title, row=1, col=1)
    return figure


def draw_sizes(auc: np.ndarray, interval: np.ndarray, sizes: Sequence[str], *, names: Sequence[str],
               vectors: Sequence[str], chance: float | None = None, x_title: str = "components", y_title: str = "AUC",
               chance_name: str = "shuffled labels") -> go.Figure:
    """AUC over the number of principal components, one line a vector.

    Parameters
    ----------
    auc : float array of shape (V, S)
    interval : float array of shape (W, S, 2)
        95 % intervals of the first W vectors.
    vectors : sequence of str, length V
        ``c``, ``h`` or ``c_up`` have their colours; other vectors are controls, in grey.
    names : sequence of str, length V
        Shown names.
    chance : float, optional
        What shuffled labels reach.
    """
    figure, x = go.Figure(), list(sizes)
    dashes = iter(("dash", "dot", "dashdot", "longdash"))
    if chance is not None:
        figure.add_scatter(x=[x[0], x[-1], x[-1], x[0]], y=[chance, chance, 1 - chance, 1 - chance], fill="toself",
                           fillcolor=FAINT, mode="lines", line={"width": 0}, name=chance_name, hoverinfo="skip")
    for v, bounds in enumerate(interval):
        figure.add_scatter(x=[*x, *x[::-1]], y=np.concatenate([bounds[:, 0], bounds[::-1, 1]]).astype(np.float32),
                           fill="toself", mode="lines", line={"width": 0}, showlegend=False, hoverinfo="skip",
                           fillcolor=_with_alpha(VECTOR_COLOURS[vectors[v]], 0.22))
    for v, (vector, name) in enumerate(zip(vectors, names, strict=True)):
        own = vector in VECTOR_COLOURS
        bounds = [f" [{a:.3f}, {b:.3f}]" for a, b in interval[v]] if v < len(interval) else [""] * len(x)
        figure.add_scatter(
            x=x, y=auc[v].astype(np.float32), name=name, mode="lines+markers", text=bounds,
            line={"color": VECTOR_COLOURS.get(vector, NEUTRAL), "width": 2.6 if v < len(interval) else 1.6,
                  "dash": "solid" if own else next(dashes)},
            marker={"size": 7 if v < len(interval) else 5, "symbol": "circle" if own else "circle-open"},
            hovertemplate=f"<b>{name}</b><br>{x_title} %{{x}}: %{{y:.3f}}%{{text}}<extra></extra>")
    figure.update_layout(
        height=400, hovermode="closest", margin={"l": 56, "r": 16, "t": 60, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"type": "category", "categoryorder": "array", "categoryarray": x, "title": {"text": x_title},
               "showgrid": False},
        yaxis={"title": {"text": y_title}, "range": [min(0.4, float(np.nanmin(auc)) - 0.03), 1.02], "zeroline": False})
    return figure


def draw_pairs(values: np.ndarray, pairs: np.ndarray, tags: Sequence[str], *, picked: int | None = None,
               signed: bool = False, value_title: str = "AUC", hover: Sequence[str] = ()) -> go.Figure:
    """One number for every pair of tags, a square map; the same number on both sides of its diagonal.

    Parameters
    ----------
    values : float array of shape (M,)
    pairs : int array of shape (M, 2)
        Indices into `tags`.
    picked : int, optional
        A pair to frame.
    signed : bool
        Whether the colours part at 0.
    hover : sequence of str, length M
        What to say of each pair.

    Returns
    -------
    plotly Figure
        The markers of the last trace carry ``customdata`` [first tag, second tag].
    """
    used = np.unique(pairs)
    place = {int(tag): n for n, tag in enumerate(used)}
    grid = np.full((len(used), len(used)), np.nan, np.float32)
    texts = np.full(grid.shape, "", object)
    for m, (a, b) in enumerate(pairs.tolist()):
        for i, j in ((a, b), (b, a)):
            grid[place[i], place[j]] = values[m]
            texts[place[i], place[j]] = f"{tags[i]} – {tags[j]}<br>" + (hover[m] if len(hover) else f"{values[m]:.3f}")
    names = [tags[k] for k in used]
    limit = max(0.05, float(np.nanmax(np.abs(values)))) if signed else 1.0
    scale = {"zmid": 0, "zmin": -limit, "zmax": limit} if signed else {"zmin": 0.5, "zmax": 1.0}
    figure = go.Figure(go.Heatmap(
        z=grid, x=names, y=names, autocolorscale=True, xgap=1, ygap=1, hoverinfo="skip", hoverongaps=False,
        colorbar={"title": {"text": value_title, "side": "right"}, "thickness": 12, "outlinewidth": 0, "nticks": 5,
                  "xpad": 6}, **scale))
    add_click_grid(figure, names, names, np.stack([np.repeat(used, len(used)), np.tile(used, len(used))], 1),
                   hovertemplate="%{text}<extra></extra>", text=texts.ravel())
    if picked is not None:
        a, b = (place[int(k)] for k in pairs[picked])
        for i, j in ((a, b), (b, a)):
            figure.add_shape(type="rect", x0=i - 0.5, x1=i + 0.5, y0=j - 0.5, y1=j + 0.5,
                             line={"color": ACCENT, "width": 2.5})
    figure.update_layout(
        height=max(280, 24 * len(names) + 110), hovermode="closest", margin={"l": 60, "r": 8, "t": 12, "b": 56},
        xaxis={"type": "category", "showgrid": False, "tickangle": -90, "range": [-0.5, len(names) - 0.5]},
        yaxis={"type": "category", "showgrid": False, "range": [len(names) - 0.5, -0.5]})
    return figure


def _with_alpha(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"
