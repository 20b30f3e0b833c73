"""What came against what the model thought most probable (seed 000, the confusion matrices of types 1 to 4)."""

import numpy as np
import plotly.graph_objects as go

from core.analysis.lstm.prediction import OTHER, ConfusionMatrix
from core.figures.heatmap import add_click_grid
from core.figures.palette import ACCENT, name_axis_tokens, show_token
from core.tokens.linearise import ED, UNK

NUMBERED_CLASSES = 12  # with so few, the share stands in its field


def order_classes(classes: tuple[str, ...]) -> np.ndarray:
    """Indices in reading order: ED, then each opening bracket beside its closing one, words, the rest."""
    place = {token: k for k, token in enumerate(classes)}
    openings = [t for t in classes if t.startswith("(")]
    pairs = [t for o in openings for t in (o, o[1:] + ")") if t in place]
    rest = [t for t in classes if t not in set(pairs)]
    first = [t for t in rest if t == ED]
    last = [t for t in rest if t == OTHER]
    words = [t for t in rest if t not in (*first, *last)]
    return np.array([place[t] for t in (*first, *pairs, *words, *last)], int)


def draw_confusion(confusion: ConfusionMatrix, *, picked: tuple[str, str] | None = None,
                   x_title: str = "predicted", y_title: str = "true", share_title: str = "share of the row",
                   other_name: str = "other tokens") -> go.Figure:
    """Row-normalised matrix, true classes down, predicted across.

    Parameters
    ----------
    picked : tuple of two str, optional
        True and predicted class of the field to frame.

    Returns
    -------
    plotly Figure
        The markers of the last trace carry ``customdata`` [true, predicted, count], the first two as
        indices into ``confusion.classes``.
    """
    order = order_classes(confusion.classes)
    names = [other_name if confusion.classes[k] == OTHER else show_token(confusion.classes[k]) for k in order]
    shares, counts = confusion.shares[np.ix_(order, order)], confusion.counts[np.ix_(order, order)]
    size, places = len(order), np.arange(len(order))
    axis = name_axis_tokens([_plain(name) for name in names])
    numbered = size <= NUMBERED_CLASSES
    text = np.array([["" if not np.isfinite(v) else f"{v:.1%}" if 0 < v < 0.9995 else f"{v:.0%}" for v in row]
                     for row in shares])
    figure = go.Figure(go.Heatmap(
        z=shares.astype(np.float32), x=axis, y=axis, zmin=0, zmax=1, autocolorscale=True, xgap=1, ygap=1,
        text=text if numbered else None, texttemplate="%{text}" if numbered else None, hoverinfo="skip",
        colorbar={"title": {"text": share_title, "side": "right"}, "thickness": 12, "tickformat": ".0%", "nticks": 5,
                  "outlinewidth": 0, "xpad": 6, "lenmode": "pixels", "len": 220, "y": 1, "yanchor": "top"}))
    rows, columns = np.repeat(order, size), np.tile(order, size)
    hover = np.array([[f"{y_title}: {_plain(names[a])}<br>{x_title}: {_plain(names[b])}<br>"
                       f"{text[a, b] or '–'} ({counts[a, b]:,})" for b in places] for a in places], object)
    add_click_grid(figure, axis, axis, np.column_stack([rows, columns, counts.ravel()]),
                   hovertemplate="%{text}<extra></extra>", text=hover.ravel())
    if picked is not None and set(picked) <= set(confusion.classes):
        row, column = (int(np.flatnonzero(order == confusion.classes.index(token))[0]) for token in picked)
        figure.add_shape(type="rect", x0=column - 0.5, x1=column + 0.5, y0=row - 0.5, y1=row + 0.5,
                         line={"color": ACCENT, "width": 3})
    ticks = {"type": "category", "showgrid": False, "zeroline": False,  # a category axis thins its own labels
             "tickfont": {"size": 14 if numbered else 11}}
    side = 64 if size <= 6 else 46 if numbered else 17  # px a field
    figure.update_layout(
        height=max(300, side * size + 110), hovermode="closest", margin={"l": 70, "r": 8, "t": 12, "b": 84},
        xaxis=ticks | {"title": {"text": x_title}, "range": [-0.5, size - 0.5], "tickangle": 0 if size <= 6 else -90},
        yaxis=ticks | {"title": {"text": y_title}, "range": [size - 0.5, -0.5]})
    return figure


def draw_bracket_pairs(confusion: ConfusionMatrix, *, opening_name: str = "opening", closing_name: str = "closing",
                       x_title: str = "label", y_title: str = "predicted exactly") -> go.Figure:
    """Share of ``(XP`` and of ``XP)`` predicted exactly, by label in falling frequency; n in the hover."""
    classes, shares, totals = confusion.classes, confusion.shares, confusion.counts.sum(1)
    labels = sorted((t[1:] for t in classes if t.startswith("(") and len(t) > 1 and t[1:] + ")" in classes),
                    key=lambda label: -totals[classes.index("(" + label)])
    figure = go.Figure()
    for name, write, pattern in ((opening_name, "({}", "/"), (closing_name, "{})", "")):
        rows = [classes.index(write.format(label)) for label in labels]
        figure.add_bar(
            x=[_plain(label) for label in labels], y=shares[rows, rows].astype(np.float32), name=name,
            customdata=[[f"{totals[k]:,}", _plain(classes[k])] for k in rows],
            marker={"pattern": {"shape": pattern, "fillmode": "overlay", "solidity": 0.25}},
            hovertemplate="%{customdata[1]}: %{y:.1%}<br>n = %{customdata[0]}<extra></extra>")
    figure.update_layout(
        height=340, barmode="group", bargap=0.3, margin={"l": 60, "r": 16, "t": 36, "b": 48},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": x_title}, "type": "category"},
        yaxis={"title": {"text": y_title}, "range": [0, 1.02], "tickformat": ".0%"})
    return figure


def _plain(token: str) -> str:
    return token.replace("&", "&amp;").replace("<", "&lt;")


def largest_mistake(confusion: ConfusionMatrix) -> tuple[str, str]:
    """True and predicted class of the most frequent mistake between two tokens; the first class twice if none."""
    wrong = confusion.counts.copy()
    np.fill_diagonal(wrong, 0)
    pooled = [k for k, token in enumerate(confusion.classes) if token in (OTHER, UNK)]  # no one token
    wrong[pooled], wrong[:, pooled] = 0, 0
    true, predicted = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return confusion.classes[true], confusion.classes[predicted]
