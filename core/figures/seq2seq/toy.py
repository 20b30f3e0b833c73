"""Two models that learn a made-up task side by side, one reading forwards and one backwards."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import NEUTRAL
from core.figures.seq2seq.curves import COLOURS

NAMES = {False: "forward", True: "reversed"}
_DOMAINS = ((0.58, 1.0), (0.0, 0.44))  # sequences right, perplexity
_MARKED = 14                           # looks; of more the lines alone are drawn


@dataclass(frozen=True)
class ToyTexts:
    """Words of the figures."""

    step: str = "steps of training"
    right: str = "sequences right"
    perplexity: str = "perplexity"
    place: str = "place in the answer"
    letters: str = "letters right"
    forward: str = "forward"
    reversed: str = "reversed"
    guess: str = "guessing"

    def direction(self, reverse: bool) -> str:
        return self.reversed if reverse else self.forward


ENGLISH = ToyTexts()


def draw_course(steps: np.ndarray, right: Mapping[str, np.ndarray], perplexity: Mapping[str, np.ndarray], *,
                n_steps: int, guess: float, texts: ToyTexts = ENGLISH) -> go.Figure:
    """Share of unread sequences answered without a fault above, perplexity below, over the steps of the whole run.

    Parameters
    ----------
    steps : array of shape (L,)
    right, perplexity : dict
        ``forward`` and ``reversed`` → array of shape (L,).
    n_steps : int
        The axis reaches there from the beginning.
    guess : float
        Perplexity of one who has learned nothing.
    """
    figure, x = go.Figure(), steps.astype(np.float32)
    figure.add_scatter(x=[0, n_steps], y=[guess, guess], yaxis="y2", mode="lines", showlegend=False,
                       line={"color": NEUTRAL, "width": 1.5, "dash": "dash"},
                       hovertemplate=f"%{{y:.1f}}<extra>{texts.guess}</extra>")
    for reverse, name in NAMES.items():
        for axis, values, number in (("y", right, ".1%"), ("y2", perplexity, ".3f")):
            figure.add_scatter(x=x, y=np.asarray(values[name], np.float32), yaxis=axis, name=texts.direction(reverse),
                               legendgroup=name, showlegend=axis == "y",
                               mode="lines+markers" if len(x) <= _MARKED else "lines", marker={"size": 5},
                               line={"color": COLOURS[reverse], "width": 2.3},
                               hovertemplate=f"{texts.step} %{{x}}: %{{y:{number}}}<extra>{texts.direction(reverse)}"
                                             "</extra>")
    worst = max(guess, *(float(np.max(perplexity[name], initial=1.0)) for name in NAMES.values()))
    ticks = [t for t in (1, 1.5, 2, 3, 5, 10, 20) if t < worst * 1.1]
    figure.update_layout(
        height=520, margin={"l": 64, "r": 16, "t": 40, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": texts.step}, "range": [0, n_steps * 1.01], "anchor": "y2", "showgrid": False,
               "zeroline": False, "nticks": 8},
        yaxis={"title": {"text": texts.right}, "tickformat": ".0%", "range": [-0.02, 1.03],
               "domain": list(_DOMAINS[0])},
        yaxis2={"title": {"text": texts.perplexity}, "type": "log", "domain": list(_DOMAINS[1]),
                "range": [-0.02, float(np.log10(worst * 1.1))], "tickvals": ticks,
                "ticktext": [f"{t:g}" for t in ticks]})
    return figure


def draw_places(places: Mapping[str, np.ndarray], *, texts: ToyTexts = ENGLISH) -> go.Figure:
    """Share of right letters at each place of the answer, given the right ones before it; places count from 1."""
    figure = go.Figure()
    for reverse, name in NAMES.items():
        values = np.asarray(places[name], np.float32)
        figure.add_scatter(x=np.arange(1, len(values) + 1, dtype=np.float32), y=values, mode="lines+markers",
                           name=texts.direction(reverse), line={"color": COLOURS[reverse], "width": 2.2},
                           marker={"size": 7},
                           hovertemplate=f"{texts.place} %{{x}}: %{{y:.1%}}<extra>{texts.direction(reverse)}</extra>")
    lowest = float(np.nanmin([np.nanmin(values) for values in places.values()]))
    longest = max(map(len, places.values()))
    figure.update_layout(
        height=300, margin={"l": 64, "r": 16, "t": 40, "b": 48}, hovermode="closest",
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0},
        xaxis={"title": {"text": texts.place}, "range": [0.5, longest + 0.5], "showgrid": False, "tickformat": "d",
               "nticks": 12},
        yaxis={"title": {"text": texts.letters}, "tickformat": ".0%", "range": [max(0.0, lowest - 0.05), 1.01]})
    return figure
