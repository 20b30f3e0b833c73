"""The figures of a training at work: curves beside their prediction, and words in the embedding's own plane."""

import numpy as np
import pandas as pd
import streamlit as st

from core.figures.qwem.dynamics import SceneTexts
from core.figures.qwem.live import FIRST, draw_live
from core.figures.qwem.map import draw_map
from core.jobs import store
from core.jobs.qwem import Growth, Settings
from core.ui.controls import pick_segment
from core.ui.language import tr
from core.ui.output import show_figure, show_guide
from core.ui.qwem.dynamics import PLANES
from core.ui.qwem.training import N_MODES

ROOM = 0.2     # of √λ: a plane shows at least so much, so that words are seen to open
N_LABELS = 40
N_AHEAD = 200  # moments of the prediction
_CURVES = """\
import numpy as np

from core.figures.qwem.live import draw_live
from core.jobs.qwem import collect_rows
from core.jobs.store import read_progress

run = collect_rows(read_progress("{id}")[0])
ahead = run.tau * np.geomspace(0.3, {end}, 200)
predicted = run.predict(ahead) if {tied} else None
draw_live(run.time, {measured}[:, :{n}], run.loss, unit=run.tau, end={end},
          predicted=None if predicted is None else (ahead, np.sqrt(predicted[:, :{n}]))).show()
"""
_PLANE = """\
from core.figures.qwem.map import draw_map
from core.jobs.qwem import collect_rows
from core.jobs.store import read_progress

run = collect_rows(read_progress("{id}")[0])
draw_map(run.plane[-1][:, {pair}], run.words, axes=("direction {a}", "direction {b}")).show()
"""


def show_growth(job: store.Job, growth: Growth) -> None:
    """Curves and plane side by side."""
    settings, n = Settings(**job.settings), min(N_MODES, growth.strength.shape[1])
    measured = np.sqrt(np.maximum(growth.strength, 0))[:, :n] if settings.tied else growth.singular[:, :n]
    left, right = st.columns([3, 2], gap="large")
    with left:
        _show_curves(job, growth, measured)
    with right:
        _show_plane(job, growth)
    if not job.active:
        show_guide(tr("Solid lines are what gradient descent did, dotted lines what the closed form said from the same "
                      "start, before the training. While it follows the theory, the words open along one direction at "
                      "a time. A start near 0.1, SGNS or sampled pairs make solid and dotted lines part; contexts of "
                      "their own have no prediction, and their singular values are drawn alone."))


def _show_curves(job: store.Job, growth: Growth, measured: np.ndarray) -> None:
    settings, n = Settings(**job.settings), measured.shape[1]
    ahead = growth.tau * np.geomspace(FIRST, settings.duration, N_AHEAD)
    strengths = growth.predict(ahead) if settings.tied else None
    predicted = None if strengths is None else (ahead, np.sqrt(strengths[:, :n]))
    figure = draw_live(growth.time, measured, growth.loss, predicted=predicted, unit=growth.tau, end=settings.duration,
                       top=float(np.sqrt(np.abs(growth.values[0]))), names=(tr("measured"), tr("predicted")),
                       texts=SceneTexts(strength="s<sub>k</sub>", concept=tr("concept"), loss=tr("loss left to take")))
    measure = "np.sqrt(np.maximum(run.strength, 0))" if settings.tied else "run.singular"
    show_figure(figure, key="lv-curves", recipe=_CURVES.format(
                    id=job.id, tied=settings.tied, n=n, measured=measure, end=settings.duration),
                table=lambda: pd.DataFrame({"step": growth.step, "t_tau1": growth.time / growth.tau,
                                            "loss": growth.loss} | {f"s_{k + 1}": measured[:, k] for k in range(n)}
                                           | _tabulate_prediction(growth, n if settings.tied else 0)),
                alt=tr("Singular values of {n} concepts up to {time:.2f} τ₁ and the loss below them, {loss:.0%} at the "
                       "end.", n=n, time=float(growth.time[-1] / growth.tau), loss=float(growth.loss[-1])))


def _tabulate_prediction(growth: Growth, n: int) -> dict[str, np.ndarray]:
    """The closed form at the moments of the run."""
    strengths = growth.predict() if n else None
    return {} if strengths is None else {f"predicted_{k + 1}": np.sqrt(strengths[:, k]) for k in range(n)}


def _show_plane(job: store.Job, growth: Growth) -> None:
    offered = [name for name, pair in PLANES.items() if max(pair) < growth.plane.shape[2]]
    if not offered:
        return
    pair = list(PLANES[pick_segment(tr("Plane of its leading directions"), offered, "lvplane",
                                    "2-3" if "2-3" in offered else offered[0],
                                    format=lambda p: p.replace("-", " × "))])
    points = growth.plane[-1][:, pair]
    reach = np.maximum(1.15 * np.abs(points).max(0), ROOM * np.sqrt(np.abs(growth.values[pair]))).tolist()
    a, b = (k + 1 for k in pair)
    figure = draw_map(points, growth.words, axes=(tr("direction {k}", k=a), tr("direction {k}", k=b)),
                      box=(-reach[0], reach[0], -reach[1], reach[1]), n_labels=N_LABELS)
    figure.update_layout(height=450, dragmode="zoom", margin={"l": 56, "r": 12, "t": 8, "b": 48})
    show_figure(figure, key="lv-plane", recipe=_PLANE.format(id=job.id, pair=pair, a=a, b=b),
                table=lambda: pd.DataFrame({"word": growth.words, f"direction_{a}": points[:, 0],
                                            f"direction_{b}": points[:, 1]}),
                alt=tr("{n:,} words in the plane of the embedding's directions {a} and {b} at {time:.2f} τ₁.",
                       n=len(growth.words), a=a, b=b, time=float(growth.time[-1] / growth.tau)))
