"""Words among concepts: a map of all, and one word taken apart."""

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
import streamlit as st

from core.figures.palette import write_token
from core.figures.qwem.concepts import draw_word
from core.figures.qwem.map import Found, draw_map
from core.ui import permalink
from core.ui.controls import pick_one, pick_text
from core.ui.language import tr
from core.ui.output import show_figure
from core.ui.pointer import DRAWS, pick_pointer, set_pointer
from core.ui.qwem.view import ConceptView, name_concepts, open_concept, open_word
from core.ui.wording import join_sentences, list_words, plain

NEIGHBOURS = 12
NAMED = 3              # concepts of a word in the sentence
MAX_WORD = 40          # characters
LIKELY = ("king", "river", "music", "war")  # what a reader may want to see first, if the text has it
OFTEN = 100            # times: what comes more seldom says little
CHOSEN = 0             # an axis that goes with the concept that is open, or with the one behind it


@dataclass(frozen=True)
class Lens:
    """A part of the map that was drawn round."""

    x: int
    y: int
    box: tuple[float, float, float, float]


def pick_word(view: ConceptView) -> int | None:
    """Row of the word that is searched; None after a message."""
    words, ids = view.space.words, view.space.ids
    often = [word for word in LIKELY if word in ids and view.space.word_counts[ids[word]] >= OFTEN]
    usual = [*often, words[int(np.abs(view.space.vectors[:, 0]).argmax())]][0]
    text = pick_text(tr("A word (or click one)"), view.key("w"), usual[:MAX_WORD], max_characters=MAX_WORD)
    word = text.strip()
    row = ids.get(word, ids.get(word.lower()))
    if row is None:
        near = get_close_matches(word.lower(), words, 5, 0.7) if word else []
        st.info((tr("“{word}” is none of the {n:,} words here.", word=plain(word), n=len(words)) if word
                 else tr("Type a word of the text.")) + (
            " " + tr("Near to it in spelling: {near}.", near=list_words(map(plain, near))) if near else ""),
            icon=":material/info:")
    return row


def _read_lens(texts: list[str]) -> Lens:
    parts = texts[-1].split(",")
    if len(parts) != 6:
        raise ValueError
    numbers = tuple(map(float, parts[2:]))
    if not (np.isfinite(numbers).all() and numbers[0] < numbers[1] and numbers[2] < numbers[3]):
        raise ValueError
    return Lens(int(parts[0]), int(parts[1]), numbers)


def _take_lens(view: ConceptView, x: int, y: int) -> Lens | None:
    """The part of these two axes that the reader drew round, which is in the URL."""
    key = view.key("lens")
    permalink.seed(key, None, read=_read_lens, accepts=lambda value: value is None or isinstance(value, Lens))
    lens = st.session_state[key]
    if lens is not None and (lens.x, lens.y) != (x, y):
        lens = st.session_state[key] = None
    permalink.note(key, lens, None, [",".join([str(x), str(y), *(f"{n:.4g}" for n in lens.box)])] if lens else [])
    return lens


def _follow_map(view: ConceptView, x: int, y: int) -> None:
    """A click takes a word apart, a box is looked at closely."""
    key = view.key("map")
    boxes = st.session_state[key].selection.box
    if boxes and len(boxes[0].get("x", ())) == 2 and len(boxes[0].get("y", ())) == 2:
        (x0, x1), (y0, y1) = sorted(map(float, boxes[0]["x"])), sorted(map(float, boxes[0]["y"]))
        if x0 < x1 and y0 < y1:
            st.session_state[view.key("lens")] = Lens(x, y, (x0, x1, y0, y1))
    else:
        open_word(view, key)


def _reset(view: ConceptView) -> None:
    st.session_state[view.key("lens")] = None


def _pick_axes(view: ConceptView, k: int, notes: dict[int, str]) -> tuple[int, int]:
    """Two different concepts, from 0."""
    options, after = range(view.n + 1), k + 1 if k + 1 < view.n else max(0, k - 1)
    follow = {"x": k, "y": after}
    chosen, names = {}, name_concepts(view, notes)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        for axis, label in (("x", tr("To the right")), ("y", tr("Upwards"))):
            said = (tr("the open concept ({k})", k=k + 1) if axis == "x" else tr("the next concept ({k})", k=after + 1))
            with st.container(width=340):
                one = pick_one(label, options, view.key(axis), CHOSEN,
                               format=lambda j, said=said: said if j == CHOSEN else names[j - 1])
            chosen[axis] = follow[axis] if one == CHOSEN else one - 1
    return chosen["x"], chosen["y"]


def show_words(view: ConceptView, k: int, notes: dict[int, str]) -> None:
    """All words in the plane of two concepts, and the concepts of one of them."""
    st.header(tr("Words on a map"), anchor=False)
    x, y = _pick_axes(view, k, notes)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=340):
            row = pick_word(view)
        draws = pick_pointer(view.key("ptr"), DRAWS)
    _show_map(view, x, y, row, notes, draws=draws)
    if row is not None:
        _show_word(view, k, row, notes)


def _show_map(view: ConceptView, x: int, y: int, row: int | None, notes: dict[int, str], *, draws: bool) -> None:
    space, key = view.space, view.key("map")
    lens = _take_lens(view, x, y)
    points = space.places[:, [x, y]]
    found = None if row is None else Found(row, space.find_neighbours(row, NEIGHBOURS)[0])
    n_near = 0 if found is None else len(found.neighbours)
    named = {j: f" · {write_token(text)}" for j, text in notes.items()}
    titles = tuple(f"{tr('concept {k}', k=j + 1)}{named.get(j, '')} (√λ·v)" for j in (x, y))
    figure = draw_map(points, space.words, axes=titles, found=found, box=lens.box if lens else None,
                      rank=np.arange(len(points)) if lens else None,
                      found_names=(tr("searched word"), tr("its {n} nearest words", n=n_near)))
    set_pointer(figure, "select", draws=draws)
    said = "" if found is None else (f", found=Found({found.word}, np.array({found.neighbours.tolist()}))")
    show_figure(
        figure, key=key, on_select=lambda: _follow_map(view, x, y), selection_mode=("points", "box"),
        alt=tr("{n:,} words in the plane of concepts {x} and {y}, those farthest out named.", n=len(points), x=x + 1,
               y=y + 1),
        table=lambda: pd.DataFrame({"word": space.words, "count": space.word_counts, f"concept_{x + 1}": points[:, 0],
                                    f"concept_{y + 1}": points[:, 1]}),
        recipe="import numpy as np\n" + view.write_recipe("map", "Found, draw_map", "").replace(
            "Found, draw_map()", f"draw_map(space.places[:, [{x}, {y}]], space.words, axes={titles!r}{said})"))
    if lens:
        st.button(tr("Show the whole map"), key=view.key("whole"), icon=":material/zoom_out_map:", on_click=_reset,
                  args=(view,))
    st.markdown(_say_map(view, x, y))


def _say_map(view: ConceptView, x: int, y: int) -> str:
    """Which words lie in the four corners."""
    points = view.space.vectors[:, [x, y]].astype(np.float64)
    points /= np.abs(points).max(0)
    corners = []
    for a, b, name in ((1, 1, tr("upper right")), (-1, 1, tr("upper left")), (-1, -1, tr("lower left")),
                       (1, -1, tr("lower right"))):
        reach = np.minimum(a * points[:, 0], b * points[:, 1])
        rows = np.argsort(-reach, kind="stable")[:3]
        words = tuple(plain(view.space.words[i]) for i in rows if reach[i] > 0)
        if words:
            corners.append(f"{name}: **{list_words(words)}**")
    return join_sentences([
        tr("Strong in both concepts at once: {corners}.", corners="; ".join(corners)),
        tr("Draw a box to look closer: its words get their names. Hover for any word; a pointer that clicks takes a "
           "word apart.")])


def _show_word(view: ConceptView, k: int, row: int, notes: dict[int, str]) -> None:
    """The concepts of which one word is made, and its nearest words."""
    space, key = view.space, view.key("parts")
    word = space.words[row]
    st.header(tr("What “{word}” is made of", word=plain(word)), anchor=False)
    st.markdown(_say_word(view, row, notes))
    show_figure(
        draw_word(space.places[row], chosen=k, names=notes, concept_name=tr("concept"),
                  axes=(tr("concept k"), tr("place of the word, √λ·v"))),
        key=key, on_select=lambda: open_concept(view, key), selection_mode="points",
        alt=tr("Place of “{word}” along each of {n} concepts, as bars.", word=word, n=view.n),
        table=lambda: pd.DataFrame({"place": space.places[row], "share": space.split_word(row)},
                                   index=pd.RangeIndex(1, view.n + 1, name="k")),
        recipe=view.write_recipe("concepts", "draw_word", f"space.places[{row}], chosen={k}"))
    near, cosines = space.find_neighbours(row, NEIGHBOURS)
    if len(near):
        st.markdown(tr("Nearest words by the cosine in all {n} concepts: {near}.", n=view.n, near=list_words(
            f"{plain(space.words[i])} {cosine:.2f}" for i, cosine in zip(near, cosines, strict=True))))


def _say_word(view: ConceptView, row: int, notes: dict[int, str]) -> str:
    shares = view.space.split_word(row)
    best = np.argsort(-shares, kind="stable")[:NAMED].tolist()
    half = int(np.searchsorted(np.cumsum(np.sort(shares)[::-1]), 0.5)) + 1
    names = name_concepts(view, notes)
    lines = "\n".join(f"- {plain(names[j])} ({shares[j]:.1%})" for j in best)
    return tr("It comes {n:,} times. Its strongest concepts, with their shares of the word's squared length:",
              n=int(view.space.word_counts[row])) + f"\n\n{lines}\n\n" + tr(
        "Half of its length takes the {half} strongest of {n} concepts: a word is a mixture. Click a bar to open its "
        "concept.", half=half, n=view.n)
