"""The panels of the pattern page: a selection, its threshold, and the places that match it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from core.checkpoints.card import CheckpointCard
from core.errors import AnalysisError
from core.figures.lstm.patterns import MAX_LINES, POS_CLASSES, AlignedRow, draw_matches, draw_selection, draw_threshold
from core.figures.palette import show_token
from core.search.bits import is_on, unpack_cells
from core.tokens.encoded import EncodedSentences
from core.tokens.linearise import Linearised
from core.ui.controls import pick_one, pick_segment
from core.ui.language import tr
from core.ui.lstm.cached import get_encoded, get_sentences
from core.ui.lstm.findings import link_trajectory
from core.ui.lstm.matches import (
    N_SCORED,
    TYPED,
    Found,
    Query,
    get_bits,
    get_curves,
    get_range,
    prepare_bits,
    read_query,
    search,
)
from core.ui.lstm.pattern_query import MAX_SENTENCES, write_recipe
from core.ui.messages import quote_code, show_error
from core.ui.output import read_click, show_figure

AROUND = 4            # tokens shown on either side of a place
MAX_COLUMNS = 24      # of the aligned figure


def _follow_brush() -> None:
    """Clicked or brushed tokens become the selection."""
    points = st.session_state["selection"].selection.points
    found = [int(p["customdata"][0] if isinstance(p["customdata"], list | tuple) else p["customdata"]["0"])
             for p in points if p.get("customdata")]
    if found:
        st.session_state["pta"], st.session_state["ptb"] = min(found), max(found)


def show_selection(query: Query) -> Found | None:
    """The cells found over their sentence, and the threshold among all values, side by side.

    Returns what the search finds; None after the message that no cell is on.
    """
    prepare_bits(query)
    sentence, values = read_query(query)
    limit = query.sign * query.threshold
    found = _try_search(query)
    cells = list(found.pattern.cells) if found else []
    if found:
        st.markdown(say_pattern(query, found, sentence))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header(tr("The selection"), anchor=False)
        st.caption(tr("Drag over the squares under the curves to select other tokens."))
        order = sorted(cells, key=lambda c: -abs(float(values[query.run[0]:query.run[1] + 1, c].mean())))
        figure = draw_selection(values[:, order], sentence.tokens, query.run, vector=query.vector, limit=limit,
                                cells=order, y_title=query.vector, cell_name=tr("cell"))
        table = pd.DataFrame({"token": [show_token(t) for t in sentence.tokens], "tag": sentence.tags,
                              "depth": sentence.depth} | {f"{query.vector}_{c}": values[:, c] for c in order})
        show_figure(figure, key="selection", on_select=_follow_brush, selection_mode=("points", "box"), table=table,
                    alt=tr("The {n} cells found, over the tokens of their sentence; tokens {first} to {last} are "
                           "selected.", n=len(cells), first=query.run[0], last=query.run[1]),
                    recipe=write_recipe(query, "from core.figures.lstm.patterns import draw_selection",
                                        f"draw_selection(query[:, pattern.cells], tokens, {query.run}, "
                                        f'vector="{query.vector}", limit={limit}, cells=pattern.cells).show()'))
        if len(cells) > MAX_LINES:
            st.caption(tr("The {n} strongest of {total} cells are drawn; all of them are searched for.", n=MAX_LINES,
                          total=len(cells)))
    with right:
        st.header(tr("Which threshold?"), anchor=False)
        st.caption(tr("Choose it where the selection finds clearly more cells than a random run, and still some."))
        ranges, curves = get_range(query.checkpoint, query.source, query.vector, query.sign), get_curves(
            replace(query, threshold=0.0, tolerance=0))
        axis = query.vector if query.sign > 0 else f"−{query.vector}"
        show_figure(
            draw_threshold(ranges, curves, query.threshold, x_title=axis,
                           titles=(tr("share of values"), tr("cells found")),
                           names=(tr("selection"), tr("random run (mean of 100)"))),
            key="threshold", table=pd.DataFrame({"threshold": curves.thresholds, "selection": curves.selected,
                                                 "random_run": curves.random}),
            alt=tr("Histogram of {vector} with the threshold {threshold:.2f}, and the number of cells found at each "
                   "threshold in the selection and in random runs.", vector=query.vector, threshold=query.threshold),
            recipe=write_recipe(query, "from core.figures.lstm.patterns import draw_threshold",
                                f"ranges = measure_values(values, {query.sign})\n"
                                f"curves = compare_thresholds(values, sentences, query, {query.run}, "
                                "limit=ranges.limit, **flags)\n"
                                f"draw_threshold(ranges, curves, {query.threshold}).show()"))
    return found


def say_pattern(query: Query, found: Found, sentence: Linearised) -> str:
    """What was selected, and how often the whole pattern comes back, in one sentence."""
    words = " ".join(show_token(t) for t in sentence.tokens[query.run[0]:query.run[1] + 1])
    k, others = len(found.pattern.cells), int((found.places.agree == len(found.pattern.cells)).sum())
    n = get_encoded(query.checkpoint, query.source).n_tokens
    fields = {"k": k, "vector": query.vector, "words": quote_code(words)}
    text = (tr("**One** cell of {vector} is on throughout {words}.", **fields) if k == 1
            else tr("**{k:,}** cells of {vector} are on throughout {words}.", **fields))
    if not len(found.places):
        return text
    if others == 0:
        return text + " " + tr("Nowhere else in {n:,} tokens do all of them switch alike; at the nearest place "
                               "{most:,} do.", n=n, most=int(found.places.agree[0]))
    count = f"{N_SCORED}+" if others == N_SCORED else str(others)
    return text + " " + tr("All of them switch alike at **{count}** other places in {n:,} tokens.", count=count, n=n)


def _try_search(query: Query) -> Found | None:
    """The search's answer; None after the message that no cell is on."""
    try:
        return search(query)
    except AnalysisError as error:
        show_error(error)
        return None


def _follow_row() -> None:
    """A clicked row becomes the place of the menu; row 0 is the selection itself."""
    clicked = read_click("matches")
    if clicked and clicked[0] > 0:
        st.session_state["ptrow"] = int(clicked[0])


def show_matches(card: CheckpointCard, query: Query, found: Found) -> None:
    """Ranked places, aligned, with tracks of POS and depth; one of them leads to its sentence."""
    st.header(tr("Where else"), anchor=False)
    places, sentences = found.places, get_encoded(query.checkpoint, query.source)
    if not len(places):
        st.info(tr("No cell of the pattern switches so anywhere else in this text. Let the length differ, or leave out "
                   "“off before” or “off after”."), icon=":material/info:")
        return
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        n = pick_segment(tr("Places"), (10, 20, 40), "ptn", 20)
        at_end = pick_segment(tr("Aligned at"), ("first", "last"), "ptal", "first", format=lambda a: tr("first token")
                              if a == "first" else tr("last token")) == "last"
        n = min(n, len(places))
        with st.container(width=330):
            row = pick_one(tr("Place (or click a row)"), range(1, n + 1), "ptrow",
                           format=lambda r: _name_place(found, sentences, r - 1))
        s, first, last = _locate(found, sentences, row - 1)
        link_trajectory(card, tr("Sentence {number} on the trajectories page", number=s + 1),
                        **point_at_sentence(query, s), state=query.vector, rank="hand",
                        cells=[str(c) for c in found.pattern.cells[:8]])
    _show_sentence(sentences.sentence(s), first, last)
    rows = align_rows(query, found, n, at_end=at_end)
    figure = draw_matches(rows, picked=row, titles=(tr("tokens, and the share of the pattern's cells that are on"),
                          tr("part of speech"), tr("depth")), classes=[_name_class(c) for c in POS_CLASSES],
                          x_title=tr("tokens from the last one of the place") if at_end
                          else tr("tokens from the first one of the place"))
    show_figure(figure, key="matches", on_select=_follow_row, selection_mode="points",
                table=lambda: tabulate_places(found, sentences),
                alt=tr("{n} places where most cells of the pattern switch alike, under the selection, with their "
                       "tokens, parts of speech and depths.", n=n),
                recipe=write_recipe(query, "", f"places = rank_places(agreement, pattern.length, limit={n})\n"
                                    "for a, n in zip(places.starts, places.lengths):\n"
                                    '    print(" ".join(sentences.tokens[a:a + n]))'))


def point_at_sentence(query: Query, s: int) -> dict[str, str]:
    """How a link names a sentence: by its number, or past the end of that page's menu by its tree."""
    if s < MAX_SENTENCES:
        return {"src": query.source, "s": str(s)}
    return {"src": TYPED, "text": str(get_sentences(query.checkpoint, query.source)[s].tree)}


def _locate(found: Found, sentences: EncodedSentences, k: int) -> tuple[int, int, int]:
    """Sentence, and first and last token in it, of the k-th place."""
    start, length = int(found.places.starts[k]), int(found.places.lengths[k])
    s = int(np.searchsorted(sentences.starts, start, side="right")) - 1
    first = start - int(sentences.starts[s])
    return s, first, first + length - 1


def _name_place(found: Found, sentences: EncodedSentences, k: int) -> str:
    start, length = int(found.places.starts[k]), int(found.places.lengths[k])
    words = " ".join(show_token(t) for t in sentences.tokens[start:start + length])
    return f"{k + 1} · {found.places.agree[k]}/{len(found.pattern.cells)} · {words}"


def _name_class(name: str) -> str:
    return {"noun": tr("noun"), "verb": tr("verb"), "modifier": tr("modifier"), "function": tr("function"),
            "other": tr("other")}.get(name, name)


def _show_sentence(sentence: Linearised, first: int, last: int) -> None:
    """The sentence of a place, the place marked; long ones are cut."""
    tokens = [show_token(t) for t in sentence.tokens]
    a, b = max(0, first - 30), min(len(tokens), last + 31)
    parts = [quote_code(("… " if a else "") + " ".join(tokens[a:first])) if first else "",
             f":primary-background[**{quote_code(' '.join(tokens[first:last + 1]))}**]",
             quote_code(" ".join(tokens[last + 1:b]) + (" …" if b < len(tokens) else "")) if last + 1 < b else ""]
    st.markdown(" ".join(p for p in parts if p))


def align_rows(query: Query, found: Found, n: int, *, at_end: bool) -> list[AlignedRow]:
    """The selection and the first `n` places, cut to the same window."""
    sentence, values = read_query(query)
    sentences, cells = get_encoded(query.checkpoint, query.source), np.array(found.pattern.cells)
    on = is_on(values[:, cells], query.threshold, query.sign)
    bits = get_bits(query.checkpoint, query.source, query.vector, query.threshold, query.sign)
    length = query.run[1] - query.run[0] + 1
    around = max(1, min(AROUND, (MAX_COLUMNS - length) // 2))
    rows = [_cut_row(tr("selection"), sentence, on.mean(1), *query.run, around, at_end)]
    shares = unpack_cells(bits, cells).mean(1, dtype=np.float32) if len(sentences.tokens) else np.zeros(0)
    for k in range(n):
        s, first, last = _locate(found, sentences, k)
        share = shares[sentences.starts[s]:sentences.starts[s + 1]]
        rows.append(_cut_row(f"{k + 1} · {found.places.agree[k]}/{len(cells)}", sentences.sentence(s), share, first,
                             last, around, at_end))
    return rows


def _cut_row(name: str, sentence: Linearised, share: np.ndarray, first: int, last: int, around: int,
             at_end: bool) -> AlignedRow:
    a, b = max(0, first - around), min(len(sentence.tokens), last + 1 + around)
    zero = last if at_end else first
    return AlignedRow(name, range(a - zero, b - zero), tuple(show_token(t) for t in sentence.tokens[a:b]),
                      sentence.tags[a:b], sentence.depth[a:b], np.asarray(share[a:b], np.float32),
                      (first - zero, last - zero))


def tabulate_places(found: Found, sentences: EncodedSentences) -> pd.DataFrame:
    """All ranked places."""
    places, located = found.places, [_locate(found, sentences, k) for k in range(len(found.places))]
    return pd.DataFrame({
        "rank": np.arange(1, len(places) + 1), "sentence": [s + 1 for s, _, _ in located],
        "first": [a for _, a, _ in located], "last": [b for _, _, b in located], "agree": places.agree,
        "of": len(found.pattern.cells), "distance": places.distance,
        "tokens": [" ".join(show_token(t) for t in sentences.tokens[a:a + n])
                   for a, n in zip(places.starts.tolist(), places.lengths.tolist(), strict=True)]})
