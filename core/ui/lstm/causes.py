"""Stored studies of acting on every cell and on every update: which cells matter, and how many levels do."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.ablation import CHOSEN_BY, MODES, AblationResult
from core.analysis.lstm.snap import GRIDS, SCORES, SnapResult
from core.checkpoints.card import CheckpointCard
from core.figures.lstm.ablation import draw_ablation
from core.figures.lstm.snap import draw_snap, draw_updates
from core.ui.controls import pick_one, pick_segment
from core.ui.language import tr
from core.ui.lstm.findings import link_trajectory, name_unit
from core.ui.messages import guard
from core.ui.output import read_click, show_figure, show_guide, show_numbers
from core.ui.registry import find_page

COSTLIEST = "cost"  # the menu's first entry: whichever cell costs most
_RECIPE = """\
from core.checkpoints.store import load_checkpoint
from core.reproduce.lstm import STUDIES
from core.reproduce.studies import load_study
{imports}

result = load_study(STUDIES["{study}"], load_checkpoint("{id}").card, "{source}")
{lines}
"""


def _write_recipe(card: CheckpointCard, source: str, study: str, imports: str, lines: str) -> str:
    return _RECIPE.format(imports=imports, study=study, id=card.id, source=source, lines=lines)


def _signed(value: float, digits: int = 4) -> str:
    return f"{value:+.{digits}f}".replace("-", "\u2212")


def _follow_click() -> None:
    """A clicked point becomes the cell of the menu."""
    if clicked := read_click("ablation"):
        st.session_state["irank"] = int(clicked[0])


@st.fragment
@guard()
def show_ablation(card: CheckpointCard, source: str, result: AblationResult) -> None:
    """Causal against correlational ranking of all cells."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom", gap="medium"):
        mode = pick_segment(tr("Each cell is held at"), MODES, "iabl", "mean", format=lambda m: {
            "zero": tr("zero"), "mean": tr("its mean")}[m],
            help=tr("Holding a cell at its mean takes its information away and leaves its average influence; zero "
                    "takes both."))
        order = result.cells[np.argsort(-result.exact[MODES.index(mode), :, 0], kind="stable")].tolist()
        with st.container(width=290):
            cell = pick_one(tr("Cell (or click one in the figure)"), [COSTLIEST, *range(len(result.r))], "irank",
                            format=lambda c: tr("costliest: {cell}", cell=order[0]) if c == COSTLIEST else str(c))
    cell = order[0] if cell == COSTLIEST else cell
    st.markdown(say_ranking(result, mode, order))
    _show_ranking_numbers(card, source, result, mode)
    figure = draw_ablation(result, mode, picked=cell, cell_name=tr("cell"), x_title=tr("|r| of the cell with depth"),
                           y_title=tr("change of the loss, nats a token"), exact_name=tr("ablated, 95 % interval"),
                           estimate_name=tr("first-order estimate"))
    show_figure(figure, key="ablation", on_select=_follow_click, selection_mode="points",
                table=lambda: tabulate_ablation(result),
                alt=tr("Change of the loss when each cell is held, against its |r| with depth; cell {cell} costs most.",
                       cell=order[0]),
                recipe=_write_recipe(card, source, "ablation", "from core.figures.lstm.ablation import draw_ablation",
                                     f'draw_ablation(result, "{mode}").show()'))
    with st.container(horizontal=True, gap="medium"):
        entry = find_page("interventions")
        st.page_link(entry.path, label=tr("Act on cell {cell}", cell=cell), icon=entry.icon, query_params={
            "kind": str(card.kind), "model": card.id, "icells": str(cell)})
        link_trajectory(card, tr("Open cell {cell} on the trajectories page", cell=cell), state="c", rank="hand",
                        cells=str(cell))


def say_ranking(result: AblationResult, mode: str, order: list[int]) -> str:
    """Whether cells that follow depth are the cells the model needs."""
    m = MODES.index(mode)
    change = {cell: float(result.exact[m, e, 0]) for e, cell in enumerate(result.cells.tolist())}
    top, closest = order[0], int(np.abs(result.r).argmax())
    fields = {"cell": top, "nats": change[top], "r": abs(float(result.r[top])), "closest": closest}
    times = change[top] / max(change[order[1]], 1e-9) if len(order) > 1 else 1.0
    words = tr("Cell {cell} costs most: without it the loss rises by {nats:.3f} nats a token.", **fields) \
        if result.all_exact else tr("Of the {n} cells ablated exactly, cell {cell} costs most: without it the loss "
                                    "rises by {nats:.3f} nats a token.", n=len(result.cells), **fields)
    if top == closest:
        words += " " + tr("It is also the cell closest to depth (|r| = {r:.3f}): **the counter is used, not merely "
                          "there.**", **fields)
    else:
        words += " " + tr("The cell closest to depth is another one, {closest}: **to follow depth is not to be "
                          "needed.**", **fields)
    if times > 3:
        words += " " + tr("It costs {times:.0f} times as much as the next.", times=times)
    return words


def _show_ranking_numbers(card: CheckpointCard, source: str, result: AblationResult, mode: str) -> None:
    m = MODES.index(mode)
    rank, low, high = result.rank[m].tolist()
    trust, trust_low, trust_high = result.rank_estimate[m].tolist()
    top = int(result.exact[m, :, 0].argmax())
    numbers = [
        (tr("rank correlation"), _signed(rank, 2), f"{_signed(low, 2)} – {_signed(high, 2)}", tr(
            "Spearman's correlation of |r| with the change of the loss over all {n:,} cells; 95 % interval over "
            "{unit}.", n=len(result.r), unit=name_unit(card, source, result.n_groups)) if result.all_exact else tr(
            "Spearman's correlation of |r| with the exact change of the loss over {k} cells drawn by chance; 95 % "
            "interval over cells.", k=int((result.chosen_by == CHOSEN_BY.index("chance")).sum()))),
        (tr("loss, untouched"), f"{result.loss:.3f}", tr("nats a token"), tr(
            "Every ablated cell read {n:,} tokens of {corpus}.", n=result.n_exact, corpus=result.corpus)),
        (tr("ED without the costliest"), f"{result.ends[m, top, 0]:.1%}",
         tr("{before} untouched", before=f"{result.ends_before[0]:.1%}"),
         tr("Share of the true ends that are the most probable symbol, with the costliest cell held."))]
    if result.all_exact:
        numbers.append((tr("ablated exactly"), f"{len(result.cells):,}", tr("all cells"),
                        tr("Every cell was held in a run of its own.")))
    else:
        numbers.append((tr("ablated exactly"), f"{len(result.cells):,}", tr("of {n:,}", n=len(result.r)), tr(
            "The others are first-order estimates over {n:,} tokens. On {k} cells drawn by chance their ranking "
            "correlates with the exact one by {trust} (95 % interval {low} to {high}); the median error is "
            "{error} nats.",
            n=result.n_tokens, k=int((result.chosen_by == CHOSEN_BY.index("chance")).sum()), trust=_signed(trust, 2),
            low=_signed(trust_low, 2), high=_signed(trust_high, 2), error=f"{result.error[m]:.4f}")))
    show_numbers(numbers, columns=4)
    if not result.all_exact:
        st.caption(tr("Red: ablated in a run of its own, with interval. Grey: a first-order estimate, whose ranking "
                      "agrees with the exact one by {trust} on cells drawn by chance.", trust=_signed(trust, 2)))


def tabulate_ablation(result: AblationResult) -> pd.DataFrame:
    """All cells, one a row."""
    table = pd.DataFrame({"r": result.r, **{f"estimate_{mode}": result.estimate[m] for m, mode in enumerate(MODES)}},
                         index=pd.RangeIndex(len(result.r), name="cell"))
    for m, mode in enumerate(MODES):
        for k, name in enumerate(("exact", "low", "high")):
            table.loc[result.cells, f"{name}_{mode}"] = result.exact[m, :, k]
        table.loc[result.cells, f"ed_{mode}"] = result.ends[m, :, 0]
    return table


def grid_names() -> dict[str, str]:
    """The grids of levels, in words."""
    return {"none": tr("untouched"), "ternary": "{−1, 0, 1}", "binary": "{−1, 1}", "model": tr("k-means, whole model"),
            "cell": tr("k-means, each cell"), "random": tr("random levels"), "untrained": tr("untrained LSTM, k-means"),
            "untrained-ternary": tr("untrained LSTM, three values")}


@st.fragment
@guard()
def show_snap(card: CheckpointCard, source: str, result: SnapResult) -> None:
    """What is left when every update is one of a few values."""
    plain, ternary, drawn = result.score("none", 0), result.score("ternary", 3), result.score("random", 3)
    if not np.isfinite(ternary["kept"]):
        st.info(tr("The depth has one value only in this text: there is no counter to keep."), icon=":material/info:")
    else:
        st.markdown(say_snap(ternary, drawn))
    _show_snap_numbers(card, source, result, plain, ternary, drawn)
    st.header(tr("How many levels are enough?"), anchor=False)
    show_figure(draw_snap(result, names=grid_names(), x_title=tr("levels of c_up"), titles=(
        tr("perplexity"), tr("ED predicted"), tr("|r| kept"))), key="snap",
        table=lambda: tabulate_snap(result),
        alt=tr("Perplexity, share of ED predicted and |r| of the depth cell against the number of levels of c_up, for "
               "fitted, random and fixed levels."),
        recipe=_write_recipe(card, source, "snap", "from core.figures.lstm.snap import draw_snap",
                             "draw_snap(result).show()"))
    st.header(tr("Where the updates lie"), anchor=False)
    ks = np.unique(result.levels[:, 0]).astype(int).tolist()
    k = pick_segment(tr("Levels"), ks, "ik", 3 if 3 in ks else ks[0])
    show_figure(draw_updates(result, k, y_title=tr("share of all values"), level_name=tr("fitted levels")),
                key="updates", table=lambda: _tabulate_updates(result),
                alt=tr("Histogram of c_up over all cells, with {k} levels fitted to it.", k=k),
                recipe=_write_recipe(card, source, "snap", "from core.figures.lstm.snap import draw_updates",
                                     f"draw_updates(result, {k}).show()"))
    show_guide(tr("Read the star first: c_up snapped to −1, 0 and 1. If it lies on the dotted line, the published "
                  "claim holds here: the model works with three values. The grey crosses are the control: as many "
                  "levels, placed at random; where they do as well, snapping proves nothing. A star far above the line "
                  "in perplexity, or a depth cell that loses its |r|, would refute it. Compare two levels with three: "
                  "is the update binary, or does it need its zero?"))


def say_snap(ternary: dict[str, float], drawn: dict[str, float]) -> str:
    """The published claim against its control, in words."""
    fields = {"kept": f"{ternary['kept']:.1%}", "low": f"{ternary['kept_low']:.1%}",
              "high": f"{ternary['kept_high']:.1%}", "drawn": f"{drawn['kept']:.0%}"}
    if ternary["kept"] >= 0.95 and ternary["kept_low"] > drawn["kept"]:
        return tr("With every update snapped to −1, 0 or 1 the depth cell **keeps {kept}** of its |r| (95 % interval "
                  "{low} to {high}); three random levels keep {drawn} on average.", **fields)
    return tr("With every update snapped to −1, 0 or 1 the depth cell keeps **only {kept}** of its |r| (95 % interval "
              "{low} to {high}); three random levels keep {drawn} on average.", **fields)


def _show_snap_numbers(card: CheckpointCard, source: str, result: SnapResult, plain: dict[str, float],
                       ternary: dict[str, float], drawn: dict[str, float]) -> None:
    unit = name_unit(card, source, result.n_groups)

    def before(text: str) -> str:
        return tr("{before} untouched", before=text)

    show_numbers([
        (tr("perplexity at −1, 0, 1"), f"{ternary['perplexity']:.2f}", before(f"{plain['perplexity']:.2f}"), tr(
            "On {n:,} tokens of {corpus}; levels and cell were chosen on other documents.", n=result.n_tokens,
            corpus=result.corpus)),
        (tr("ED predicted"), f"{ternary['ed']:.1%}", before(f"{plain['ed']:.1%}"),
         tr("Share of the true ends that are the most probable symbol.")),
        (tr("|r| of cell {cell}", cell=result.cell), f"{ternary['r']:.3f}", before(f"{plain['r']:.3f}"),
         tr("With depth; the cell that follows it best untouched. Intervals draw {unit} again.", unit=unit)),
        (tr("variance of c_up kept"), f"{ternary['explained']:.1%}",
         tr("{drawn} by random levels", drawn=f"{drawn['explained']:.0%}"),
         tr("Share of the variance of c_up that is left when each value is replaced by the nearest of −1, 0, 1."))],
        columns=4)


def tabulate_snap(result: SnapResult) -> pd.DataFrame:
    """All grids, one a row."""
    table = pd.DataFrame(result.scores, columns=list(SCORES))
    return table.assign(grid=[GRIDS[int(g)] for g in table["grid"]], k=table["k"].astype(int))


def _tabulate_updates(result: SnapResult) -> pd.DataFrame:
    edges = np.linspace(-1, 1, len(result.histogram) + 1)
    return pd.DataFrame({"from": edges[:-1], "to": edges[1:], "count": result.histogram})
