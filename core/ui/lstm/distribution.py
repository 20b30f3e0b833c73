"""The panels of the distributions page: one checkpoint on one source, all cells or one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.distribution import FEW, VECTORS, Distributions
from core.checkpoints.card import CheckpointCard
from core.figures.lstm.distribution import draw_level_counts, draw_near, draw_vector, draw_vectors
from core.ui.controls import pick_one, pick_segment, pick_switch
from core.ui.language import language, tr
from core.ui.lstm.findings import link_trajectory, name_unit
from core.ui.messages import guard
from core.ui.output import show_figure, show_numbers

ALL = "all"
EPSILON = 0.1
_RECIPE = """\
from core.checkpoints.store import load_checkpoint
from core.figures.lstm.distribution import {name}
from core.reproduce.lstm.distributions import load_distributions

result = load_distributions(load_checkpoint("{id}").card, "{source}")
{name}({arguments}).show()
"""


@dataclass(frozen=True)
class DistributionView:
    """Results of one checkpoint on one source, and one cell or None for all."""

    card: CheckpointCard
    source: str
    result: Distributions
    cell: int | None

    def recipe(self, name: str, arguments: str) -> str:
        return _RECIPE.format(name=name, id=self.card.id, source=self.source, arguments=arguments)

    @property
    def front(self) -> str:
        """What is drawn in front."""
        return tr("trained, all cells") if self.cell is None else tr("cell {cell}", cell=self.cell)

    @property
    def back(self) -> str:
        """What is drawn behind it."""
        return tr("untrained") if self.cell is None else tr("trained, all cells")


def _percent(share: float, digits: int = 0) -> str:
    """A share as the texts write it.

    >>> _percent(0.895), _percent(0.5, 1)
    ('90 %', '50.0 %')
    """
    return f"{100 * share:.{digits}f} %"


def show_verdict(card: CheckpointCard, source: str, result: Distributions) -> None:
    """Whether c_up takes two or three values, in words, and the numbers it rests on."""
    share, low, high, bare = result.few.tolist()
    median, bare_median = np.median(result.levels[:, VECTORS.index("c_up")], axis=1)
    kept, bare_kept = np.median(result.kept[:, VECTORS.index("c_up")].astype(np.float64), axis=1)
    eps, zero, one = result.near("c_up")
    at = int(np.searchsorted(eps, EPSILON - 1e-6))
    _, bare_zero, bare_one = result.near("c_up", "untrained")
    away = one[at] / max(1 - zero[at], 1e-9)
    words = [tr("c_up is **nearly binary or ternary** in most cells: {share} of {n:,} keep 95 % of their variance on "
                "three levels.", share=_percent(share), n=result.n_cells) if low > max(0.5, bare) else
             tr("c_up is **not binary or ternary** in most cells: {share} of {n:,} keep 95 % of their variance on "
                "three levels.", share=_percent(share), n=result.n_cells),
             tr("The median cell needs {median:.0f} levels, that of an untrained LSTM {bare:.0f}; a uniform density "
                "needs 5, a normal one 7.", median=median, bare=bare_median)]
    if away > 0.3:
        words.append(tr("Still, three levels keep {kept} of the median cell's variance ({bare} untrained), and what is "
                        "not near 0 is near ±1 in {share} of the cases.", kept=_percent(kept), bare=_percent(bare_kept),
                        share=_percent(away)))
    st.markdown(("" if language() == "ja" else " ").join(words))
    unit = name_unit(card, source, result.n_groups)
    show_numbers([
        (tr("cells with ≤ {n} levels", n=FEW), _percent(share, 1),
         tr("{low:.1f} – {high:.1f} %; untrained: {bare:.1f} %", low=100 * low, high=100 * high, bare=100 * bare),
         tr("Cells of c_up that keep 95 % of their variance when every value is replaced by the nearest of three "
            "levels, the best three for that cell. With the 95 % interval: whole {unit} drawn again.", unit=unit)),
        (tr("kept by {n} levels", n=FEW), _percent(kept, 1), tr("untrained: {share}", share=_percent(bare_kept, 1)),
         tr("Share of the variance of c_up that the best three levels keep, in the median cell. Of all cells taken "
            "together they keep {pooled}.",
            pooled=_percent(result.explained[0, VECTORS.index('c_up'), FEW - 1], 1))),
        (tr("median levels of c_up"), f"{median:.0f}", tr("untrained: {n:.0f}", n=bare_median),
         tr("Levels that the median cell needs for 95 % of its variance.")),
        (tr("values of c_up near 0 or ±1"), _percent(zero[at] + one[at], 1),
         tr("untrained: {share}", share=_percent(bare_zero[at] + bare_one[at], 1)),
         tr("Values within {eps} of 0, 1 or −1, all cells. An untrained c_up is all near 0, which is why the next "
            "number leaves the zeros out.", eps=EPSILON)),
        (tr("near ±1, if not near 0"), _percent(away, 1),
         tr("untrained: {share}", share=_percent(bare_one[at] / max(1 - bare_zero[at], 1e-9), 1)),
         tr("Among the values farther than {eps} from 0, those within {eps} of 1 or −1.", eps=EPSILON)),
        (tr("Beta density of f"), f"{result.beta[2]:.2f}", tr("overlap, of 1"),
         tr("Common area of the histogram of f and the Beta density of equal mean and variance (a = {a:.2f}, "
            "b = {b:.2f}). c and its normal density: {normal:.2f}.", a=result.beta[0], b=result.beta[1],
            normal=result.normal[2]))], columns=3)


def pick_cell(result: Distributions) -> int | None:
    """All cells, or one from a menu that starts with the most discrete c_up."""
    levels = result.levels[0, VECTORS.index("c_up")]
    order = np.argsort(levels, kind="stable").tolist()
    most = result.explained.shape[2]

    def name(choice) -> str:
        if choice == ALL:
            return tr("all {n:,} cells", n=len(order))
        count = int(levels[choice])
        return tr("cell {cell} (c_up: {n} levels)", cell=choice, n=f"> {most}" if count > most else count)

    cell = pick_one(tr("Cells"), [ALL, *order], "dcell", format=name,
                    help=tr("The menu starts with the cells whose c_up needs the fewest levels; type a number to find "
                            "a cell."))
    return None if cell == ALL else int(cell)


def show_vectors(view: DistributionView) -> None:
    """The seven vectors side by side."""
    figure = draw_vectors(view.result, cell=view.cell, trained_name=view.front, untrained_name=view.back)
    show_figure(figure, key="vectors", table=lambda: tabulate_vectors(view.result, view.cell),
                alt=tr("Histograms of i, f, o, g, c_up, c and h: {front}, before {back}.", front=view.front,
                       back=view.back),
                recipe=view.recipe("draw_vectors", f"result, cell={view.cell}"))


def tabulate_vectors(result: Distributions, cell: int | None) -> pd.DataFrame:
    """Every bin of every vector: its edges, and the densities of the trained and the untrained model."""
    parts = []
    for vector in VECTORS:
        edges, density = result.density(vector) if cell is None else result.cell_density(vector, cell)
        part = pd.DataFrame({"vector": vector, "low": edges[:-1], "high": edges[1:], "density": density})
        if cell is None:
            part["untrained"] = result.density(vector, "untrained")[1]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


@st.fragment
@guard()
def show_vector(view: DistributionView) -> None:
    """One vector in large, with the seed's densities, and its levels."""
    st.header(tr("One vector"), anchor=False)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        vector = pick_segment(tr("Internal vector"), VECTORS, "dvec", "c_up")
        root = pick_switch(tr("Square root"), "droot",
                           help=tr("Square roots of the densities show the small beside the tall."))
    names = {"trained": tr("trained, all cells"), "untrained": tr("untrained"), "cell": view.front,
             "Beta": tr("Beta density"), "normal": tr("normal density"), "peaks": tr("peaks"), "density": tr("density"),
             "root": tr("√ density")}
    figure = draw_vector(view.result, vector, cell=view.cell, root=root, names=names)
    st.caption(_describe(view.result, vector, view.cell))
    show_figure(figure, key="vector", alt=tr("Histogram of {vector}: {front}.", vector=vector, front=view.front),
                table=lambda: tabulate_vectors(view.result, view.cell).query("vector == @vector"),
                recipe=view.recipe("draw_vector", f'result, "{vector}", cell={view.cell}, root={root}'))
    if view.cell is not None:
        state = vector if vector in ("c", "h", "c_up") else "c"
        link_trajectory(view.card, tr("Open cell {cell} on the trajectories page", cell=view.cell), state=state,
                        rank="hand", cells=str(view.cell))
    show_levels(view, vector)


def _describe(result: Distributions, vector: str, cell: int | None) -> str:
    """What the large figure shows, in one line."""
    v = VECTORS.index(vector)
    if cell is not None:
        n = int(result.levels[0, v, cell])
        most = result.explained.shape[2]
        return tr("Cell {cell} of {vector} keeps 95 % of its variance on {n} levels.", cell=cell, vector=vector,
                  n=f"> {most}" if n > most else n)
    mean, deviation = result.moments[0, v]
    words = [tr("Mean {mean:.3f}, standard deviation {sd:.3f}.", mean=mean, sd=deviation)]
    if vector == "f":
        words.append(tr("The Beta density of this mean and variance has a = {a:.2f} and b = {b:.2f}; it shares "
                        "{overlap} of the area.", a=result.beta[0], b=result.beta[1], overlap=_percent(result.beta[2])))
    if vector == "c":
        words.append(tr("The normal density of this mean and variance shares {overlap} of the area.",
                        overlap=_percent(result.normal[2])))
        if len(result.peaks):
            places = ", ".join(f"{x:.2f}".replace("-", "−") for x in sorted(result.peaks[:, 0].tolist()))
            words.append(tr("Peaks at {places}.", places=places))
        words.append(tr("{share} of the values lie outside the figure.",
                        share=_percent(float(result.outside[0, v]), 1)))
    return ("" if language() == "ja" else " ").join(words)


def show_levels(view: DistributionView, vector: str) -> None:
    """Levels of the cells, and the share near 0 and ±1."""
    result, trained, bare = view.result, tr("trained"), tr("untrained")
    left, right = st.columns(2, gap="large")
    with left:
        st.header(tr("How many values does a cell take?"), anchor=False)
        figure = draw_level_counts(result, vector, trained_name=trained, untrained_name=bare,
                                   x_title=tr("levels for 95 % of the variance of {vector}", vector=vector),
                                   y_title=tr("share of cells"),
                                   references={"uniform": tr("uniform"), "normal": tr("normal")})
        table = pd.DataFrame(result.levels[:, VECTORS.index(vector)].T, columns=["trained", "untrained"],
                             index=pd.RangeIndex(result.n_cells, name="cell"))
        show_figure(figure, key="level_counts", table=table,
                    alt=tr("How many cells of {vector} need 1, 2, 3, … levels, trained and untrained.", vector=vector),
                    recipe=view.recipe("draw_level_counts", f'result, "{vector}"'))
    with right:
        shown = vector if vector in ("c_up", "g", "h") else "c_up"
        st.header(tr("Near 0 and ±1: {vector}", vector=shown), anchor=False)
        figure = draw_near(result, shown, zero_name=tr("near 0"), one_name=tr("near ±1"), untrained_name=bare,
                           x_title=tr("distance counted as near (eps)"), y_title=tr("share of values"))
        eps, zero, one = result.near(shown)
        _, bare_zero, bare_one = result.near(shown, "untrained")
        show_figure(figure, key="near", table=pd.DataFrame({"eps": eps, "near_0": zero, "near_1": one,
                                                            "untrained_near_0": bare_zero,
                                                            "untrained_near_1": bare_one}),
                    alt=tr("Share of values of {vector} within eps of 0 and of ±1, trained and untrained.",
                           vector=shown), recipe=view.recipe("draw_near", f'result, "{shown}"'))
