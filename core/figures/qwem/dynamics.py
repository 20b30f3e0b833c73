"""An embedding learning one concept after another: a scene to scrub through."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.analysis.qwem.growth import Growth
from core.figures.palette import ACCENT, LINE_COLOURS, NEUTRAL, write_token

N_CURVES = 24   # concepts drawn as curves
N_LISTED = 4    # the newest concepts, by name
_LOSS, _RIGHT = "#3D85C6", "#2A9D74"
N_FRAMES = 60   # places of the slider
_HEIGHT = 960   # px, the slider on top
_ROWS = (0.15, 0.31, 0.16, 0.38)  # the moment in words, curves, loss and accuracy, plane
_WORDS, _CURVES, _COURSES, _PLANE = 1, 2, 3, 4


@dataclass(frozen=True)
class Plane:
    """Words in two concepts, fully learned.

    Attributes
    ----------
    concepts : (int, int)
        From 0.
    places : float32 array of shape (W, 2)
        √λ_k v_k of some words, the named ones first.
    words : tuple of str, length W
    n_named : int
    """

    concepts: tuple[int, int]
    places: np.ndarray
    words: tuple[str, ...]
    n_named: int


@dataclass(frozen=True)
class SceneTexts:
    """What the scene writes, translated."""

    time: str = "t / τ₁"
    strength: str = "s_k"
    loss: str = "loss left"
    right: str = "right answers"
    concept: str = "concept"
    moment: str = "t = {time:.2f} τ₁ · {n} concepts learned"
    answers: str = "{share:.0%} of analogies right"
    nothing: str = "nothing learned yet"


ENGLISH = SceneTexts()


def draw_scene(growth: Growth, names: Sequence[str], plane: Plane, accuracy: np.ndarray | None = None, *,
               texts: SceneTexts = ENGLISH) -> go.Figure:
    """Curves s_k(t), the loss and the accuracy, the newest concepts and a plane of words; a slider moves the moment.

    The slider and the play button work in the browser alone.

    Parameters
    ----------
    growth : Growth
        T moments, K concepts.
    names : sequence of str, length K
        Words at the ends of each concept, plain text.
    plane : Plane
    accuracy : array of shape (T,), optional
        Share of right analogies at each moment.
    """
    figure = make_subplots(rows=4, cols=1, vertical_spacing=0.055, row_heights=_ROWS)
    x = (growth.times / growth.tau[0]).astype(np.float32)
    names = [write_token(name) for name in names]
    places = find_frames(growth)
    _add_curves(figure, growth, x, names, texts)
    _add_courses(figure, growth, x, accuracy, texts)
    still = len(figure.data)
    moments = [_list_moving(growth, x, names, plane, accuracy, t, texts) for t in places]
    looks = _list_looks(plane)
    for data, (look, row) in zip(moments[find_opening(growth)], looks, strict=True):
        figure.add_trace(go.Scatter(**data, **look, showlegend=False), row=row, col=1)
    figure.frames = [{"name": str(t), "traces": list(range(still, still + len(looks))), "data": data}
                     for t, data in enumerate(moments)]
    _lay_out(figure, growth, x, plane, texts)
    return figure


def find_frames(growth: Growth) -> np.ndarray:
    """The moments that the slider knows, of all that the curves have."""
    return np.unique(np.linspace(0, len(growth.times) - 1, N_FRAMES).round().astype(int))


def find_opening(growth: Growth) -> int:
    """The frame that the scene opens with: some concepts learned, most still to come."""
    learned = growth.learned[find_frames(growth)]
    return int(np.searchsorted(learned, min(12, learned[-1])))


def _add_curves(figure: go.Figure, growth: Growth, x: np.ndarray, names: Sequence[str], texts: SceneTexts) -> None:
    s = np.sqrt(growth.strengths[:, :N_CURVES]).astype(np.float32)
    for k in range(s.shape[1]):
        figure.add_scatter(x=x, y=s[:, k], mode="lines", showlegend=False,
                           line={"width": 1.8, "color": LINE_COLOURS[k % len(LINE_COLOURS)]},
                           hovertemplate=f"{texts.concept} {k + 1} · {names[k]}<br>{texts.time} = %{{x:.2f}}<br>"
                                         f"{texts.strength} = %{{y:.2f}}<extra></extra>", row=_CURVES, col=1)
    tau = (growth.tau[:N_CURVES] / growth.tau[0]).astype(np.float32)
    figure.add_scatter(x=tau, y=np.sqrt(growth.values[:N_CURVES] / 2).astype(np.float32), mode="markers",
                       showlegend=False, customdata=np.arange(1, len(tau) + 1),
                       marker={"symbol": "circle-open", "size": 6, "color": NEUTRAL},
                       hovertemplate="τ<sub>%{customdata}</sub> = %{x:.2f} τ₁<extra></extra>", row=_CURVES, col=1)


def _add_courses(figure: go.Figure, growth: Growth, x: np.ndarray, accuracy: np.ndarray | None,
                 texts: SceneTexts) -> None:
    courses = [(growth.loss, texts.loss, _LOSS)] + ([(accuracy, texts.right, _RIGHT)] if accuracy is not None else [])
    for course, name, colour in courses:
        figure.add_scatter(x=x, y=np.asarray(course, np.float32), mode="lines", name=name,
                           line={"color": colour, "width": 2.2},
                           hovertemplate=f"{texts.time} = %{{x:.2f}}<br>{name} %{{y:.0%}}<extra></extra>",
                           row=_COURSES, col=1)


def _list_looks(plane: Plane) -> list[tuple[dict, int]]:
    """Look and row of every trace that moves, in the order of `_list_moving`."""
    line = {"mode": "lines", "hoverinfo": "skip", "line": {"color": ACCENT, "width": 2}}
    dot = {"mode": "markers", "hoverinfo": "skip"}
    hover, shown = "%{text}<extra></extra>", [write_token(word) for word in plane.words]
    return [(line, _CURVES), (dot | {"marker": {"color": ACCENT, "size": 5}}, _CURVES),
            (line, _COURSES), (dot | {"marker": {"color": ACCENT, "size": 8}}, _COURSES),
            ({"mode": "text", "textposition": "middle right", "hoverinfo": "skip", "cliponaxis": False}, _WORDS),
            ({"mode": "markers", "text": shown[plane.n_named:], "hovertemplate": hover,
              "marker": {"color": NEUTRAL, "size": 4, "opacity": 0.6}}, _PLANE),
            ({"mode": "markers+text", "text": shown[:plane.n_named], "textposition": "top center",
              "hovertemplate": hover, "marker": {"color": LINE_COLOURS[0], "size": 5}}, _PLANE)]


def _list_moving(growth: Growth, x: np.ndarray, names: Sequence[str], plane: Plane, accuracy: np.ndarray | None,
                 t: int, texts: SceneTexts) -> list[dict]:
    """What changes at one moment. Plain lists: frames are not decoded from binary arrays everywhere."""
    now, s = float(x[t]), np.sqrt(growth.strengths[t])
    top = 1.05 * float(np.sqrt(growth.values[0]))
    points = [growth.loss[t]] + ([accuracy[t]] if accuracy is not None else [])
    scale = s[list(plane.concepts)] / np.sqrt(growth.values[list(plane.concepts)])
    places = np.round(plane.places.astype(np.float64) * scale, 4)
    dots, named = places[plane.n_named:], places[:plane.n_named]
    heads = np.round(s[:N_CURVES], 4).tolist()
    return [{"x": [now, now], "y": [0, top]}, {"x": [now] * len(heads), "y": heads},
            {"x": [now, now], "y": [0, 1.05]}, {"x": [now] * len(points), "y": [round(float(p), 4) for p in points]},
            {"x": [0] * (N_LISTED + 2), "y": [-n for n in range(N_LISTED + 2)],
             "text": [*_say_moment(growth, x, accuracy, t, texts),
                      *_list_newest(int(growth.learned[t]), names, texts)]},
            {"x": dots[:, 0].tolist(), "y": dots[:, 1].tolist()},
            {"x": named[:, 0].tolist(), "y": named[:, 1].tolist()}]


def _list_newest(n: int, names: Sequence[str], texts: SceneTexts) -> list[str]:
    if not n:
        return [texts.nothing] + [""] * (N_LISTED - 1)
    newest = [f"{k + 1} · {names[k]}" for k in range(n - 1, max(n - 1 - N_LISTED, -1), -1)]
    return newest + [""] * (N_LISTED - len(newest))


def _say_moment(growth: Growth, x: np.ndarray, accuracy: np.ndarray | None, t: int, texts: SceneTexts) -> list[str]:
    said = texts.moment.format(time=float(x[t]), n=int(growth.learned[t]))
    answers = "" if accuracy is None else texts.answers.format(share=float(accuracy[t]))
    return [f"<b>{said}</b>", f"<b>{answers}</b>" if answers else ""]


def _lay_out(figure: go.Figure, growth: Growth, x: np.ndarray, plane: Plane, texts: SceneTexts) -> None:
    steps = [{"method": "animate", "label": f"{x[at]:.2f}",
              "args": [[str(t)], {"mode": "immediate", "frame": {"duration": 0, "redraw": False},
                                  "transition": {"duration": 0}}]} for t, at in enumerate(find_frames(growth))]
    ticks = [v for v in (0.2, 0.5, 1, 2, 5, 10, 20, 50) if x[0] <= v <= x[-1]]
    span = [float(np.log10(x[0])), float(np.log10(x[-1]))]
    for row in (_CURVES, _COURSES):
        figure.update_xaxes(type="log", range=span, tickvals=ticks, ticktext=[f"{v:g}" for v in ticks],
                            showgrid=False, zeroline=False, row=row, col=1)
    figure.update_xaxes(showticklabels=False, row=_CURVES, col=1)  # those of the row below
    figure.update_xaxes(title_text=texts.time, title_standoff=4, row=_COURSES, col=1)
    figure.update_yaxes(title_text=texts.strength, range=[0, 1.05 * float(np.sqrt(growth.values[0]))], row=_CURVES,
                        col=1)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.05], row=_COURSES, col=1)
    figure.update_xaxes(visible=False, range=[0, 1], fixedrange=True, row=_WORDS, col=1)
    figure.update_yaxes(visible=False, range=[-N_LISTED - 1.5, 0.5], fixedrange=True, row=_WORDS, col=1)
    reach = 1.18 * np.abs(plane.places).max(0)
    a, b = plane.concepts
    figure.update_xaxes(title_text=f"{texts.concept} {a + 1}", range=[-float(reach[0]), float(reach[0])],
                        showgrid=False, zeroline=True, zerolinecolor=NEUTRAL, row=_PLANE, col=1)
    figure.update_yaxes(title_text=f"{texts.concept} {b + 1}", range=[-float(reach[1]), float(reach[1])],
                        showgrid=False, zeroline=True, zerolinecolor=NEUTRAL, row=_PLANE, col=1)
    figure.update_layout(
        height=_HEIGHT, margin={"l": 56, "r": 16, "t": 64, "b": 44}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 0.522, "x": 1, "xanchor": "right",
                "bgcolor": "rgba(0,0,0,0)"},
        sliders=[{"active": find_opening(growth), "steps": steps, "x": 0, "len": 1, "xanchor": "left", "y": 1.015,
                  "yanchor": "bottom", "pad": {"t": 0, "b": 0, "l": 84}, "ticklen": 0, "minorticklen": 0,
                  "font": {"size": 1, "color": "rgba(0,0,0,0)"}, "bordercolor": NEUTRAL, "bgcolor": NEUTRAL,
                  "currentvalue": {"visible": False}}],
        updatemenus=[{"type": "buttons", "direction": "left", "x": 0, "xanchor": "left", "y": 1.015,
                      "yanchor": "bottom", "pad": {"l": 0, "t": 0, "b": 0}, "showactive": False,
                      "bgcolor": "rgba(127,135,148,0.25)", "buttons": [
                          {"method": "animate", "label": "▶", "args": [None, {
                              "frame": {"duration": 120, "redraw": False}, "transition": {"duration": 0},
                              "fromcurrent": True}]},
                          {"method": "animate", "label": "❚❚", "args": [[None], {
                              "mode": "immediate", "frame": {"duration": 0, "redraw": False}}]}]}])
