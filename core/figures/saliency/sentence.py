"""A sentence while a network learns to read it: words as shaded cells and the prediction, epoch by epoch (seed 004)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.analysis.saliency.course import SentenceCourse
from core.figures.palette import ACCENT, NEUTRAL, write_token
from core.figures.saliency.cells import LINE, Cells, lay_cells

CLASS_COLOURS = ("#D1495B", "#3D85C6", "#B4762C", "#8E6BBF", "#6F8A2F", "#4F9CA8")
# Veils, so that the theme's own text stays legible on them by day and by night.
SHADES = [[0, "rgba(208,138,24,0.04)"], [1, "rgba(208,138,24,0.78)"]]
# Green for, magenta against: no class has these two, and they are told apart by colour-blind eyes.
SIGNED = [[0, "rgba(194,85,156,0.8)"], [0.5, "rgba(127,135,148,0.04)"], [1, "rgba(42,157,116,0.8)"]]
_LINE_PX, _TOP, _MOMENT, _CHANCES, _GAPS, _FOOT = 42, 52, 56, 150, 14, 48


@dataclass(frozen=True)
class CourseTexts:
    """What the figures write, translated."""

    epoch: str = "epoch"
    value: str = "saliency"
    chance: str = "probability"
    moment: str = "epoch {epoch}: {label} {share:.0%}"
    right: str = "right"
    wrong: str = "wrong"
    doubt: str = "left to doubt: {doubt:.1%}"
    unknown: str = "not among the network's words"
    flip: str = "the prediction changes"


ENGLISH = CourseTexts()


def draw_sentence(course: SentenceCourse, values: np.ndarray, label_names: Sequence[str], *, right: int | None = None,
                  signed: bool = False, opening: int | None = None, texts: CourseTexts = ENGLISH) -> go.Figure:
    """Words shaded by their values, above the probability of each class; a slider and ▶ move the epoch.

    Slider and ▶ work in the browser alone. One scale of shades holds for all epochs.

    Parameters
    ----------
    course : SentenceCourse
        T words, K epochs, C classes.
    values : float array of shape (T, K)
        What shades the words: `course.saliency`, or that standardised or divided by doubt.
    right : int, optional
        The class that is right.
    signed : bool
        Whether values speak for and against, green and magenta.
    opening : int, optional
        Place among the epochs that the figure opens with; the last if not given.
    """
    cells, figure = lay_cells(course.words, course.known.tolist()), go.Figure()
    opening = len(course.epochs) - 1 if opening is None else opening
    _add_chances(figure, course, label_names, right, texts)
    _add_cells(figure, course, values, cells, signed=signed, texts=texts)
    still = len(figure.data)
    looks = [{"mode": "text", "xaxis": "x3", "yaxis": "y3", "textposition": "middle right", "hoverinfo": "skip",
              "cliponaxis": False, "textfont": {"size": 15}},
             {"mode": "lines", "line": {"color": ACCENT, "width": 2}, "hoverinfo": "skip", "xaxis": "x2",
              "yaxis": "y2"},
             {"mode": "markers", "marker": {"color": ACCENT, "size": 8}, "hoverinfo": "skip", "xaxis": "x2",
              "yaxis": "y2"}]
    moments = [_list_moving(course, label_names, right, k, texts) for k in range(len(course.epochs))]
    for look, data in zip(looks, moments[opening], strict=True):
        figure.add_trace(go.Scatter(**look, **data, showlegend=False))
    shades = np.round(values.astype(np.float64), 6)
    figure.data[still - 2].marker.color = shades[:, opening].tolist()  # as the frames have it
    figure.frames = [{"name": str(k), "traces": [still - 2, *range(still, still + len(looks))],
                      "data": [{"type": "bar", "marker": {"color": shades[:, k].tolist()}}, *data]}
                     for k, data in enumerate(moments)]
    _lay_out(figure, course, cells, opening, texts)
    return figure


def _add_chances(figure: go.Figure, course: SentenceCourse, label_names: Sequence[str], right: int | None,
                 texts: CourseTexts) -> None:
    for c, name in enumerate(label_names):
        shown = write_token(name) + (" ✓" if c == right else "")
        figure.add_scatter(x=course.epochs, y=course.probabilities[:, c].astype(np.float32), mode="lines", name=shown,
                           xaxis="x2", yaxis="y2", line={"color": CLASS_COLOURS[c % len(CLASS_COLOURS)], "width": 2.2},
                           hovertemplate=f"{texts.epoch} %{{x}}: %{{y:.1%}}<extra>{shown}</extra>")
    flips = np.flatnonzero(np.diff(course.predicted)) + 1
    figure.add_scatter(x=course.epochs[flips], y=course.probabilities.max(1)[flips].astype(np.float32), mode="markers",
                       xaxis="x2", yaxis="y2", showlegend=False, hovertemplate=f"{texts.flip}<extra></extra>",
                       marker={"symbol": "diamond-open", "size": 8, "color": NEUTRAL, "line": {"width": 1.6}})


def _add_cells(figure: go.Figure, course: SentenceCourse, values: np.ndarray, cells: Cells, *, signed: bool,
               texts: CourseTexts) -> None:
    """Bars, whose colours the frames change, and the words on them, which stay."""
    low, high = span_shades(values, signed=signed)
    hover = [write_token(word) + ("" if known else f"<br>{texts.unknown}")
             for word, known in zip(course.words, course.known, strict=True)]
    figure.add_bar(y=[-n for n in cells.line], x=list(cells.width), base=list(cells.left), orientation="h", width=0.84,
                   customdata=hover, showlegend=False, marker={
                       "color": values[:, -1], "colorscale": SIGNED if signed else SHADES, "cmin": low, "cmax": high,
                       "cornerradius": 5, "line": {"width": 1, "color": "rgba(127,135,148,0.35)"}},
                   hovertemplate=f"%{{customdata}}<br>{texts.value} %{{marker.color:.4~g}}<extra></extra>")
    figure.add_scatter(x=[x + w / 2 for x, w in zip(cells.left, cells.width, strict=True)],
                       y=[-n for n in cells.line], text=list(cells.shown), mode="text", hoverinfo="skip",
                       textfont={"size": 14}, showlegend=False)


def span_shades(values: np.ndarray, *, signed: bool) -> tuple[float, float]:
    """Ends of the scale of shades: 0 to the largest value; the same on both sides of 0 where there are signs."""
    if signed:
        reach = max(float(np.abs(values).max(initial=0)), 1e-9)
        return -reach, reach
    low = min(0.0, float(values.min(initial=0)))
    return low, max(float(values.max(initial=0)), low + 1e-9)


def _list_moving(course: SentenceCourse, label_names: Sequence[str], right: int | None, k: int,
                 texts: CourseTexts) -> list[dict]:
    """What one epoch shows beside the shades: its prediction in words, the cursor, a dot on each class."""
    said, chances, epoch = int(course.predicted[k]), course.probabilities[k].astype(np.float64), int(course.epochs[k])
    verdict = "" if right is None else f" · {texts.right if said == right else texts.wrong}"
    label = write_token(label_names[said])
    return [{"x": [0, 0], "y": [1, 0], "text": [
                f"<b>{texts.moment.format(epoch=epoch, label=label, share=chances[said])}</b>{verdict}",
                f"<span style='font-size:0.85em'>{texts.doubt.format(doubt=max(0.0, 1 - chances[said]))}</span>"]},
            {"x": [epoch, epoch], "y": [0, 1]},
            {"x": [epoch] * len(chances), "y": np.round(chances, 4).tolist()}]


def _lay_out(figure: go.Figure, course: SentenceCourse, cells: Cells, opening: int, texts: CourseTexts) -> None:
    rows = (_MOMENT, _LINE_PX * cells.n_lines, _CHANCES)
    total = sum(rows) + 2 * _GAPS + 28  # the legend stands above the lower panel
    top, domains = 1.0, []
    for height, gap in zip(rows, (_GAPS, _GAPS + 28, 0), strict=True):
        domains.append([max(0.0, top - height / total), top])
        top -= (height + gap) / total
    steps = [{"method": "animate", "label": str(epoch), "args": [[str(k)], {
        "mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}]}
        for k, epoch in enumerate(course.epochs.tolist())]
    hidden = {"visible": False, "fixedrange": True}
    above = 1 + 8 / total
    figure.update_layout(
        height=total + _TOP + _FOOT, margin={"l": 4, "r": 46, "t": _TOP, "b": _FOOT}, hovermode="closest",
        barmode="overlay", dragmode=False,
        xaxis=hidden | {"range": [0, LINE], "domain": [0, 1]},
        yaxis=hidden | {"range": [-cells.n_lines + 0.5, 0.5], "domain": domains[1]},
        xaxis2={"range": [course.epochs[0] - 0.5, course.epochs[-1] + 0.5], "anchor": "y2", "showgrid": False,
                "zeroline": False, "title": {"text": texts.epoch}},
        yaxis2={"range": [-0.03, 1.03], "domain": domains[2], "tickformat": ".0%", "nticks": 3, "anchor": "x2",
                "side": "right"},
        xaxis3=hidden | {"range": [0, 1], "anchor": "y3"},
        yaxis3=hidden | {"range": [-0.5, 1.5], "domain": domains[0], "anchor": "x3"},
        legend={"orientation": "h", "x": 0, "y": domains[2][1] + 2 / total, "yanchor": "bottom",
                "bgcolor": "rgba(0,0,0,0)"},
        sliders=[{"active": opening, "steps": steps, "x": 0, "len": 1, "xanchor": "left", "y": above,
                  "yanchor": "bottom", "pad": {"t": 0, "b": 0, "l": 84}, "ticklen": 0, "minorticklen": 0,
                  "font": {"size": 1, "color": "rgba(0,0,0,0)"}, "bordercolor": NEUTRAL, "bgcolor": NEUTRAL,
                  "currentvalue": {"visible": False}}],
        updatemenus=[{"type": "buttons", "direction": "left", "x": 0, "xanchor": "left", "y": above,
                      "yanchor": "bottom", "pad": {"l": 0, "t": 0, "b": 0}, "showactive": False,
                      "bgcolor": "rgba(127,135,148,0.25)", "buttons": [
                          {"method": "animate", "label": "▶", "args": [None, {
                              "frame": {"duration": 160, "redraw": True}, "transition": {"duration": 0},
                              "fromcurrent": True}]},
                          {"method": "animate", "label": "❚❚", "args": [[None], {
                              "mode": "immediate", "frame": {"duration": 0, "redraw": False}}]}]}])
