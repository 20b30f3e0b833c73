"""Acting on one sentence: the edit a reader chooses, both runs over one another, and what changed, in words."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.snap import TERNARY
from core.checkpoints.card import CheckpointCard
from core.figures.lstm.interventions import draw_two_runs
from core.figures.palette import show_token
from core.intervene.edits import CellEdit, Snap
from core.intervene.reading import Reading, TwoRuns, compare_readings, read_sentence
from core.tokens.linearise import ED
from core.ui.controls import pick_many, pick_number, pick_one, pick_segment, pick_switch
from core.ui.language import tr
from core.ui.lstm.cached import DEMO, get_checkpoint, get_picked, get_sentences, get_typed, rank_cached
from core.ui.messages import quote_code
from core.ui.output import show_figure, show_numbers

ACTIONS = ("hold", "zero", "set", "scale", "swap", "donor", "snap")
MAX_CELLS, MAX_SENTENCES = 4, 2000


@st.cache_resource(max_entries=32, show_spinner=False)
def get_reading(checkpoint_id: str, source: str, number: int) -> Reading:
    """Untouched reading of sentence ``number`` of a source."""
    return read_sentence(get_checkpoint(checkpoint_id), get_picked(checkpoint_id, source, number)[0].sentence)


@st.cache_resource(max_entries=32, show_spinner=False)
def get_typed_reading(checkpoint_id: str, text: str) -> Reading:
    """Untouched reading of typed text; raises `TextError`."""
    return read_sentence(get_checkpoint(checkpoint_id), get_typed(checkpoint_id, text)[0].sentence)


def rank_depth_cells(card: CheckpointCard, trajectory) -> list[int]:
    """Cells of c, the counter first."""
    return rank_cached(card.id, "c", "depth", trajectory)[0]


def action_name(action: str) -> str:
    """An action in words."""
    names = {"hold": tr("hold its value"), "zero": tr("zero"), "set": tr("set to"), "scale": tr("scale"),
             "swap": tr("swap two cells"), "donor": tr("from another sentence"), "snap": tr("snap c_up to −1, 0, 1")}
    return names[action]


def pick_edit(card: CheckpointCard, untouched: Reading, ranked: list[int]) -> tuple[list, list[int], int]:
    """What to do with which cells from which token on: the edits, the cells to draw, and the first token."""
    sentence, hidden = untouched.sentence, int(card.model["hidden_size"])
    action = pick_segment(tr("What to do"), ACTIONS, "iact", "hold", format=action_name)
    if action == "snap":
        return [Snap(TERNARY)], ranked[:1], 0
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        cells = pick_many(tr("Cells of c, the closest to depth first"), ranked if len(ranked) == hidden else
                          range(hidden), "icells", ranked[:2] if action == "swap" else ranked[:1],
                          max_selections=2 if action == "swap" else MAX_CELLS)
    with right:
        deepest, n = int(np.argmax(sentence.depth)), len(sentence.tokens)
        first = pick_one(tr("From which token on"), range(n - 1), "ifrom", min(deepest, n - 2),
                         format=lambda t: f"{t}  {show_token(sentence.tokens[t])}")
    once = action != "swap" and pick_switch(
        tr("At this token only"), "ionce",
        help=tr("Change the cell once and let the model go on from there, instead of after every token."))
    if not cells or (action == "swap" and len(cells) != 2):
        st.info(tr("Choose two cells to swap.") if action == "swap" else
                tr("No cell is chosen: both runs are the same."), icon=":material/info:")
        return [], ranked[:1], n
    if action == "swap":
        return [CellEdit("swap", tuple(cells), (), first, True)], cells, first
    if action == "scale":
        factor = pick_number(tr("Factor"), -2.0, 3.0, "ifactor", default=0.5, step=0.1)
        return [CellEdit("scale", tuple(cells), (factor,) * len(cells), first, once)], cells, first
    values = _pick_values(card, untouched, action, cells, first)
    return [CellEdit("set", tuple(cells), values, first, once)], cells, first


def _pick_values(card: CheckpointCard, untouched: Reading, action: str, cells: list[int], first: int) -> tuple:
    if action == "zero":
        return (0.0,) * len(cells)
    if action == "hold":
        return tuple(float(untouched.cell(cell)[first]) for cell in cells)
    if action == "set":
        reach = float(np.ceil(max(np.abs(untouched.cell(cell)).max() for cell in cells) * 1.5 + 0.5))
        value = pick_number(tr("Value"), -reach, reach, "ivalue", default=1.0, step=0.1)
        return (float(value),) * len(cells)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        sentences = get_sentences(card.id, DEMO)[:MAX_SENTENCES]
        number = pick_one(tr("Take the value from"), range(len(sentences)), "idonor", min(7, len(sentences) - 1),
                          format=lambda i: sentences[i].text)
    donor = get_reading(card.id, DEMO, number)
    with right:
        token = pick_one(tr("After its token"), range(len(donor.tokens)), "idtoken",
                         int(np.argmax(donor.sentence.depth)), format=lambda t: f"{t}  {show_token(donor.tokens[t])}")
    return tuple(float(donor.cell(cell)[token]) for cell in cells)


def say_change(left: Reading, right: Reading) -> str:
    """What became of the end and of the whole sentence."""
    before, after = (float(run.probability(ED)[-2]) for run in (left, right))
    numbers = {"before": f"{before:.1%}", "after": f"{after:.1%}"}
    early = float((right.probability(ED)[:-2] - (left.probability(ED)[:-2] if len(left.ids) == len(right.ids) else 0)
                   ).max(initial=0))
    if before - after > 0.5:
        words = tr("The model **no longer knows where to end**: at the end, P(ED) falls from {before} to {after}.",
                   **numbers)
    elif early > 0.5:
        words = tr("The model **wants to end too early**: P(ED) rises by {early} before the end.", early=f"{early:.0%}")
    elif after - before > 0.5:
        words = tr("Now the model expects the end: P(ED) rises from {before} to {after}.", **numbers)
    else:
        words = tr("The end is expected **as before**: P(ED) there is {before} and {after}.", **numbers)
    return words


def show_runs(card: CheckpointCard, left: Reading, right: Reading, *, cells: list[int], start: int | None, key: str,
              labels: tuple[str, str], recipe: str) -> TwoRuns:
    """The sentence, the numbers and the figure of two runs."""
    runs = compare_readings(left, right, cells, start=start)
    st.markdown(say_change(left, right))
    _show_change(left, right, runs)
    differ = np.nan_to_num(runs.differ, nan=-1.0)
    cursor = int(differ.argmax()) if differ.max() > 1e-4 else len(differ) - 2
    figure = draw_two_runs(runs, cursor=cursor, labels=labels, slider_prefix=tr("after reading") + " ",
                           start_name=tr("from here"),
                           titles=(", ".join(f"c[{c}]" for c in cells[:2]) + " …" * (len(cells) > 2), "P(ED)",
                                   tr("surprisal, bits"), tr("next symbol")))
    show_figure(figure, key=key, recipe=recipe, table=lambda: tabulate_runs(runs, labels),
                alt=tr("Two runs over one another: cells {cells}, probability of the end, surprisal of each token, and "
                       "the next symbols after a chosen token.", cells=", ".join(map(str, cells))))
    return runs


def _show_change(left: Reading, right: Reading, runs: TwoRuns) -> None:
    shared = [bool(names) and not np.isnan(bits) for names, bits in zip(runs.candidates, runs.differ, strict=True)]
    top = [[row[0] if len(row) else "" for row in _order(runs, run)] for run in (0, 1)]
    changed = int(sum(a != b for a, b, both in zip(*top, shared, strict=True) if both))
    most = int(np.nan_to_num(runs.differ, nan=-1.0).argmax())
    show_numbers([
        (tr("perplexity"), f"{right.perplexity:.2f}", tr("{before} untouched", before=f"{left.perplexity:.2f}"),
         tr("Between how many equally likely tokens the model wavers on average over this sentence.")),
        (tr("P(ED) at the end"), f"{right.probability(ED)[-2]:.1%}",
         tr("{before} untouched", before=f"{left.probability(ED)[-2]:.1%}"),
         tr("Probability that the sentence ends, where it does.")),
        (tr("other first choice"), f"{changed}", tr("of {n:,}", n=sum(shared)),
         tr("After how many tokens the most probable next symbol is another one.")),
        (tr("largest difference"), f"{float(np.nanmax(runs.differ, initial=0)):.2f}",
         tr("bits, after {token}", token=show_token(runs.tokens[1][most] or runs.tokens[0][most])),
         tr("Kullback–Leibler divergence of what both runs expect next, where it is largest."))], columns=4)


def _order(runs: TwoRuns, run: int) -> list[list[str]]:
    """Candidates of one run, its most probable first."""
    return [[names[i] for i in np.argsort(-np.nan_to_num(p[:len(names)], nan=-1), kind="stable")]
            for names, p in zip(runs.candidates, runs.probabilities[run], strict=True)]


def tabulate_runs(runs: TwoRuns, labels: tuple[str, str]) -> pd.DataFrame:
    """The numbers behind the figure, a row a column of it."""
    table = tabulate_cells(runs, labels)
    for run, label in enumerate(labels):
        table[f"P(ED), {label}"], table[f"surprisal_bits, {label}"] = runs.end[run], runs.surprisal[run]
    return table.assign(divergence_bits=runs.differ)


def tabulate_cells(runs: TwoRuns, labels: tuple[str, str]) -> pd.DataFrame:
    """Tokens and cells of both runs, a row a column of their figure."""
    table = {}
    for run, label in enumerate(labels):
        table[f"token, {label}"] = [show_token(t) for t in runs.tokens[run]]
        for cell, values in runs.cells.items():
            table[f"c[{cell}], {label}"] = values[run]
    return pd.DataFrame(table)


def show_unknown(reading: Reading) -> None:
    """Words the model does not know."""
    if reading.unknown:
        st.caption(tr("Not in the vocabulary, read as UNK: {words}",
                      words=" ".join(quote_code(w) for w in reading.unknown[:12])))
