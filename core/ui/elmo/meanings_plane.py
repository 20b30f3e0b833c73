"""The plane of the meanings page, and what the reader points at in it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.elmo.plane import Plane, align_points, project_products
from core.figures.elmo.senses import SenseTexts, draw_senses
from core.ui import permalink
from core.ui.controls import pick_segment
from core.ui.elmo.meanings_cached import embed_mix, get_looks, get_reference
from core.ui.elmo.meanings_view import MeaningsView
from core.ui.language import tr
from core.ui.output import show_figure
from core.ui.pointer import pick_pointer, set_pointer
from core.ui.wording import list_words

FIGURE, BRUSH, POINT = "mn-plane", "mnbrush", "mnpoint"
MAX_BRUSH_TEXT = 300  # characters of a brush in the address; a larger one is not in it
PCA, UMAP = "pca", "umap"
_SEEN = "_mnseen"
_LINES = """\
reference = project_products(tokens.products.mix(Mix((0.0,) * len(tokens.layers)))).points
{points}looks = SenseLooks([e.words for e in examples], [e.position for e in examples], [e.sense for e in examples])
draw_senses({call}, looks{more}).show()
"""
_PCA = """\
plane = project_products(tokens.products.mix(mix))
points = align_points(plane.points, reference)
"""
_UMAP = """\
vectors = mix_layers(tokens.layers, mix)
points = align_points(embed_umap(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), 2), reference)
"""


def take_brush(view: MeaningsView) -> tuple[int, ...]:
    """Rows the reader drew round; other examples begin with none."""
    if st.session_state.get(_SEEN) not in (None, view.choice):
        st.session_state[BRUSH] = ()
    st.session_state[_SEEN] = view.choice
    permalink.seed(BRUSH, (), read=_read_rows, accepts=lambda rows: isinstance(rows, tuple) and all(
        0 <= row < view.n for row in rows))
    rows = st.session_state[BRUSH]
    text = _write_rows(rows)
    permalink.note(BRUSH, rows, (), [text] if len(text) <= MAX_BRUSH_TEXT else [])
    return rows


def _read_rows(texts: list[str]) -> tuple[int, ...]:
    rows: list[int] = []
    for part in texts[-1][:MAX_BRUSH_TEXT].split(","):
        first, _, last = part.partition("-")
        first, last = int(first), int(last or first)
        if not 0 <= first <= last < 10_000:
            raise ValueError
        rows += range(first, last + 1)
    return tuple(sorted(set(rows)))


def _write_rows(rows: tuple[int, ...]) -> str:
    """Rising rows as stretches: ``0-3,7``."""
    if not rows:
        return ""
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    return ",".join(f"{own[0]}" if len(own) == 1 else f"{own[0]}-{own[-1]}"
                    for own in (part.tolist() for part in np.split(np.array(rows), breaks)))


def _follow() -> None:
    """A click chooses an example, a lasso or a box some; an empty one lets go of them."""
    data = [point.get("customdata") for point in st.session_state[FIGURE].selection.points]
    # Plotly's typed arrays come back from the browser as {"0": …}.
    rows = sorted({int(d["0"] if isinstance(d, dict) else d[0]) for d in data if d is not None and len(d)})
    if len(rows) == 1:
        st.session_state[POINT] = rows[0]
        st.session_state[BRUSH] = ()
    else:
        st.session_state[BRUSH] = tuple(rows)


def let_go() -> None:
    """A button's action: nothing is selected any more."""
    st.session_state[BRUSH] = ()


@dataclass(frozen=True)
class Lens:
    """How the plane is made, and whether the pointer draws round points."""

    method: str
    draws: bool


def pick_lens() -> Lens:
    """PCA or UMAP, clicks or lasso."""
    method = pick_segment(tr("Projection"), (PCA, UMAP), "mnproj", PCA, format=str.upper, help=tr(
        "PCA: the plane in which the points lie farthest apart, with true distances in it. UMAP keeps neighbourhoods "
        "instead; distances between far groups mean nothing. It takes seconds and is made anew for every mix. Both are "
        "turned towards the picture of equal parts, so that points move as little as they can."))
    return Lens(method, pick_pointer("mnptr"))


def show_plane(view: MeaningsView, focus: int, brush: tuple[int, ...], lens: Lens) -> None:
    """All examples as points."""
    looks, plane = get_looks(view.choice), project_products(view.products)
    spot = not plane.shares.any()
    if lens.method == UMAP and not spot:
        with st.spinner(tr("Embedding by UMAP …"), show_time=True):
            plane = Plane(embed_mix(view.checkpoint_id, view.choice, view.angle_mix), plane.shares)
    points = align_points(plane.points, get_reference(view.checkpoint_id, view.choice))
    flat = lens.method == UMAP and not spot
    texts = SenseTexts(tr("the two main axes: {share} of the variance"), tr("no sense given"))
    figure = draw_senses(points, looks, shares=None if flat else plane.shares, gamma=1.0 if flat else view.mix.gamma,
                         focus=focus, chosen=brush, texts=texts)
    set_pointer(figure, "lasso", draws=lens.draws)
    table = pd.DataFrame({"sense": looks.senses, "sentence": [" ".join(words) for words in looks.words],
                          "x": points[:, 0], "y": points[:, 1]})
    show_figure(figure, key=FIGURE, on_select=_follow, selection_mode=("points", "box", "lasso"), table=table,
                recipe=_write_recipe(view, focus, brush, flat=flat),
                alt=tr("{n} examples of {word} as points in a plane, in the senses {senses}.", n=view.n,
                       word=view.tokens.forms[0][:60], senses=list_words(
                           dict.fromkeys(sense or tr("no sense given") for sense in looks.senses))))
    st.caption(_say_plane(view, spot=spot))


def _say_plane(view: MeaningsView, *, spot: bool) -> str:
    if spot and view.n > 1:
        return tr("All {n:,} points lie on one spot: by its characters alone the word is the same everywhere. Move a "
                  "slider towards a layer that reads the sentence.", n=view.n)
    return tr("Hover for the sentence. Click a point for its neighbours; to select several, let the pointer draw round "
              "them. The parts below follow.")


def _write_recipe(view: MeaningsView, focus: int, brush: tuple[int, ...], *, flat: bool) -> str:
    more = "" if flat else ", shares=plane.shares, gamma=mix.gamma"
    more += f", focus={focus}" + (f", chosen={list(brush)}" if brush else "")
    imports = ("from core.analysis.elmo.mixing import Mix\n"
               "from core.analysis.elmo.plane import align_points, project_products\n"
               "from core.figures.elmo.senses import SenseLooks, draw_senses\n")
    if flat:
        imports += ("from core.analysis.elmo.mixing import mix_layers\n"
                    "from core.analysis.projection import embed_umap\n")
    return view.write_recipe(_LINES.format(points=_UMAP if flat else _PCA, call="points", more=more), more=imports,
                             first="import numpy as np\n" if flat else "")
