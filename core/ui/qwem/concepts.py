"""One concept after another: its words, its size, its place in the spectrum."""

import math

import pandas as pd
import streamlit as st

from core.analysis.qwem.dynamics import compute_tau
from core.analysis.qwem.reading import TWIN_GAP
from core.errors import AnalysisError
from core.figures.qwem.concepts import draw_poles
from core.figures.qwem.spectrum import draw_eigenvalues
from core.ui.controls import pick_number, pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide, show_numbers
from core.ui.qwem.view import ConceptView, get_labels, open_concept, open_word, pick_note, take_notes
from core.ui.qwem.words import show_words
from core.ui.wording import join_sentences, list_words, plain

INITS = {0.1: "10⁻¹", 1e-2: "10⁻²", 1e-6: "10⁻⁶", 1e-12: "10⁻¹²"}  # the paper's largest and smallest, and between
COUNTS = (8, 12, 20)
LISTED = 6                        # twins named in a sentence


@st.fragment
@guard()
def show_concepts(view: ConceptView) -> None:
    """All panels: whatever is chosen in one shows in the others."""
    notes = take_notes(view)
    k, init = _pick_concept(view, notes)
    _show_concept(view, k, init, notes)
    with guard():
        show_words(view, k, notes)
    show_guide(tr("Look for ends that belong together: most words of one end could stand in one text, and the two ends "
                  "exclude each other. Early concepts are broad, late ones narrow. Where r is large, a concept follows "
                  "mere frequency. Which end is drawn to the right is arbitrary. Where eigenvalues nearly agree "
                  "(hollow points) only the plane that they span means something; the single vectors may turn within "
                  "it. Ends without a common topic, in an early concept with a gap on both sides, would speak against "
                  "the theory that eigenvectors are concepts."))


def _step(key: str, by: int, n: int) -> None:
    st.session_state[key] = min(n, max(1, st.session_state.get(key, 1) + by))


def _pick_concept(view: ConceptView, notes: dict[int, str]) -> tuple[int, float]:
    """The concept, from 0, and the size of the start."""
    key = view.key("k")
    k = pick_number(tr("Concept"), 1, view.n, key) - 1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(horizontal=True, width="content", gap="small"):
            for by, icon, label in ((-1, ":material/chevron_left:", tr("Previous")),
                                    (1, ":material/chevron_right:", tr("Next"))):
                st.button(label, key=f"{key}_{'next' if by > 0 else 'back'}", icon=icon, on_click=_step,
                          args=(key, by, view.n), disabled=not 0 <= k + by < view.n)
        with st.container(width=300):
            pick_note(view, k, notes)
        init = pick_segment(
            tr("Size of the start"), tuple(INITS), view.key("init"), 1e-12, format=INITS.get,
            help=tr("Size s of the untrained embedding. The smaller, the later and the more sharply a concept is "
                    "learned: τ = ln(λ / s²) / λ."))
    return k, init


def _show_concept(view: ConceptView, k: int, init: float, notes: dict[int, str]) -> None:
    name = f" · {plain(notes[k])}" if k in notes else ""
    st.header(tr("Concept {k}", k=k + 1) + name, anchor=False)
    st.markdown(_say_concept(view, k))
    _show_numbers(view, k, init)
    left, right = st.columns(2, gap="large")
    with left, guard():
        _show_poles(view, k)
    with right, guard():
        _show_spectrum(view, k)
    _show_list(view, init, notes)


def _say_concept(view: ConceptView, k: int) -> str:
    """The finding in words."""
    space = view.space
    (top, bottom), r = get_labels(view.mark, space)[k], space.correlate_frequency(k)
    ends = [list_words(map(plain, end)) for end in (top, bottom)]
    words = [tr("It sets **{one}** against **{other}**.", one=ends[0], other=ends[1]) if all(ends) else
             tr("All its words lie on one side: **{one}** are the farthest out.", one=ends[0] or ends[1])]
    if not math.isnan(r):
        words.append(tr("How often a word comes explains {share:.0%} of it (r = {r}).", share=r * r,
                        r=f"{round(r, 2) + 0:+.2f}".replace("-", "−")))
    if twins := space.find_twins(k):
        listed = list_words(str(j + 1) for j in sorted(sorted(twins, key=lambda j: abs(j - k))[:LISTED]))
        more = " …" if len(twins) > LISTED else ""
        words.append(tr("Its eigenvalue nearly agrees with its neighbour's (gaps below {gap:.0%}): within concepts "
                        "{k}, {listed}{more} vectors may turn into each other; read them together.", gap=TWIN_GAP,
                        k=k + 1, listed=listed, more=more))
    if view.firm is not None and not view.firm[k]:
        words.append(tr("It is no stronger than noise: the same words in a random order have concepts of this size."))
    return join_sentences(words)


def _show_numbers(view: ConceptView, k: int, init: float) -> None:
    space, tau = view.space, compute_tau(view.space.values, init)
    of_all = space.square_sum is not None
    show_numbers([
        (tr("eigenvalue λ"), f"{space.values[k]:,.4g}", tr("rank {k} of {n}", k=k + 1, n=view.n),
         tr("What the squared singular value of this direction grows to.")),
        (tr("learned at τ"), f"{tau[k]:.3g}",
         tr("{ratio:.2f} × the first", ratio=tau[k] / tau[0]) if tau[0] else tr("from the start"),
         tr("Time of the gradient flow at which the concept has grown to half its size, from a start of this size.")),
        (tr("share"), f"{space.shares[k]:.2%}", tr("of ‖M*‖²") if of_all else tr("of Σλ² of these {n}", n=view.n),
         tr("λ² over the sum of all squared entries of the matrix.") if of_all else
         tr("λ² over the sum of the squares of the eigenvalues that were kept.")),
        (tr("carried by"), f"{space.count_carriers(k):,.0f}", tr("of {n:,} words", n=len(space.words)),
         tr("Participation ratio 1 / Σ v⁴: over how many words the concept is spread."))], columns=4)


def _show_poles(view: ConceptView, k: int) -> None:
    st.subheader(tr("Its words"), anchor=False)
    space, n, key = view.space, pick_segment(tr("Words at each end"), COUNTS, view.key("n"), 12), view.key("poles")
    ends = space.rank_poles(k, n)
    vector = space.vectors[:, k]
    figure = draw_poles(space.words, vector, n, value_title=tr("component of v, ‖v‖ = 1"),
                        none_text=tr("no word at this end"))
    (top, bottom) = get_labels(view.mark, space)[k]
    show_figure(
        figure, key=key, on_select=lambda: open_word(view, key), selection_mode="points",
        alt=tr("Bars of the {n} words farthest out at each end of concept {k}; at one end {one}, at the other {other}.",
               n=n, k=k + 1, one=list_words(top), other=list_words(bottom)),
        table=lambda: pd.DataFrame([(space.words[i], int(space.word_counts[i]), float(vector[i]))
                                    for i in [*ends[0], *ends[1][::-1]]], columns=["word", "count", "component"]),
        recipe=view.write_recipe("concepts", "draw_poles", f"space.words, space.vectors[:, {k}], {n}"))
    st.caption(tr("The longer a bar, the more of this concept is in the word. The two colours are the two signs, which "
                  "could as well be exchanged. Click a bar to take the word apart below."))


def _show_spectrum(view: ConceptView, k: int) -> None:
    st.subheader(tr("Its place among the eigenvalues"), anchor=False)
    space, key = view.space, view.key("spectrum")
    try:
        decay = space.fit_decay()
    except AnalysisError:
        decay = None
    figure = draw_eigenvalues(
        space.values, chosen=k, twins=space.gaps < TWIN_GAP, decay=decay, chance=view.chance,
        concept_name=tr("concept"), axes=(tr("rank k"), tr("eigenvalue λ")),
        names=(tr("eigenvalue"), tr("nearly equal (< {gap:.0%})", gap=TWIN_GAP), tr("words shuffled")))
    show_figure(
        figure, key=key, on_select=lambda: open_concept(view, key), selection_mode="points",
        alt=tr("{n} eigenvalues over their rank on logarithmic axes, falling from {first:,.4g} to {last:,.4g}; concept "
               "{k} is marked.", n=view.n, first=space.values[0], last=space.values[-1], k=k + 1),
        table=lambda: pd.DataFrame({"value": space.values, "share": space.shares, "gap": space.gaps},
                                   index=pd.RangeIndex(1, view.n + 1, name="k")),
        recipe=view.write_recipe("spectrum", "draw_eigenvalues",
                                 f"space.values, chosen={k}, twins=space.gaps < {TWIN_GAP}, decay={decay}"))
    st.markdown(_say_spectrum(view, decay))


def _say_spectrum(view: ConceptView, decay: tuple[float, float] | None) -> str:
    space, twins = view.space, int((view.space.gaps < TWIN_GAP).sum())
    first = next((k for k in range(view.n) if space.gaps[k] < TWIN_GAP), view.n)
    words = [tr("The eigenvalues fall about as k to the power of **{slope}**, without a break that would say how "
                "many concepts there are.", slope=f"{decay[0]:.2f}".replace("-", "−")) if decay else
             tr("There are too few eigenvalues to speak of a decay.")]
    words.append(tr("**{n}** of {all} lie within {gap:.0%} of a neighbour, the first of them concept {first}: their "
                    "order and their directions are not firm.", n=twins, all=view.n, gap=TWIN_GAP, first=first + 1)
                 if twins else tr("All keep a distance of {gap:.0%} or more from their neighbours.", gap=TWIN_GAP))
    words.append(tr("Click a point to open its concept."))
    return join_sentences(words)


def _follow_row(view: ConceptView, key: str) -> None:
    rows = st.session_state[key].selection.rows
    if rows:
        st.session_state[view.key("k")] = rows[0] + 1


def _show_list(view: ConceptView, init: float, notes: dict[int, str]) -> None:
    """Every concept in a row of a table that can be searched; a row opens its concept."""
    with st.expander(tr("All {n} concepts", n=view.n), icon=":material/list:"):
        key, number = view.key("list"), st.column_config.NumberColumn
        one, other = ([list_words(ends[side]) for ends in get_labels(view.mark, view.space)] for side in (0, 1))
        st.dataframe(
            pd.DataFrame({"k": range(1, view.n + 1), "name": [notes.get(k, "") for k in range(view.n)], "one": one,
                          "other": other, "value": view.space.values, "tau": compute_tau(view.space.values, init),
                          "share": view.space.shares}),
            key=key, hide_index=True, height=min(320, 38 + 35 * view.n),
            selection_mode="single-row", on_select=lambda: _follow_row(view, key),
            alt=tr("The concepts, a row each, with the words at their ends"), column_config={
                "k": number("k", width=50, pinned=True), "name": tr("your name"), "one": tr("one end"),
                "other": tr("the other end"), "value": number("λ", format="%.4g", width=80),
                "tau": number("τ", format="%.3g", width=80), "share": number(tr("share"), format="percent", width=80)})
        st.caption(tr("Choose a row to open its concept; the magnifying glass of the table searches words."))

