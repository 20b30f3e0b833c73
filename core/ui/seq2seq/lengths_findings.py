"""What length or rarity costs: the curves, what they show and what they cannot show."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.seq2seq.lengths import FEW, compare_systems
from core.figures.seq2seq.lengths import LengthTexts, SystemLook, draw_lengths
from core.translate.bleu import bleu_signature
from core.ui.language import tr
from core.ui.output import show_figure, show_guide
from core.ui.seq2seq.evaluations import BEAMS
from core.ui.seq2seq.lengths import LengthView, name_property
from core.ui.wording import join_sentences

LONG = 35  # words: up to them the paper found no loss
_RECIPE = """\
from core.analysis.seq2seq.evaluation import find_evaluation
from core.analysis.seq2seq.lengths import {cut_name}, bin_bleu, read_property
from core.figures.seq2seq.lengths import SystemLook, draw_lengths
from core.translate.beam import BeamSettings

systems = {systems}
found = [find_evaluation([id], "{source}", BeamSettings(beam=beam)) for id, beam in systems]
bins = {cut_name}(read_property(found[0], "{property}"), {cut})
scores = bin_bleu([evaluation.counts for evaluation in found], bins)
looks = [SystemLook(f"{{id}}, beam {{beam}}", "-reversed-" in id, beam) for id, beam in systems]
draw_lengths(bins, scores, looks).show()
"""


def show_curves(view: LengthView, chosen: Sequence[int], on_select) -> None:
    """The figure, what it says, and its guide."""
    st.markdown(say_result(view))
    looks = [SystemLook(s.name(), s.card.reverse, s.beam) for s in view.systems]
    texts = LengthTexts(
        tr("words of the source") if view.property == "length" else tr("mean rank of the words"),
        tr("sentences, short to long (marks: words)") if view.property == "length"
        else tr("sentences, common to rare (marks: mean rank)"),
        "BLEU", tr("{n} sentences"))
    show_figure(
        draw_lengths(view.bins, view.scores, looks, chosen=chosen, texts=texts), key="le-curves",
        on_select=on_select, selection_mode=("points", "box"), table=lambda: tabulate_bins(view),
        recipe=_RECIPE.format(cut_name="cut_evenly" if view.cut.isdigit() else "cut_at", cut=view.cut,
                              systems=[(s.card.id, s.beam) for s in view.systems], source=view.source,
                              property=view.property),
        alt=tr("BLEU in {n} bins of {sentences:,} sentences sorted by {what}, for {systems} systems; from {first:.1f} "
               "in the first bin to {last:.1f} in the last for {name}.", n=len(view.bins),
               sentences=len(view.bins.order), what=name_property(view.property), systems=len(view.systems),
               first=float(view.scores.bleu[0, 0]), last=float(view.scores.bleu[0, -1]), name=view.systems[0].name()))
    st.caption(tr("Bands: 95 %, sentences of a bin drawn again 300 times, the same for all systems. Above each bin: "
                  "its sentences. Score: {signature}.", signature=f"`{bleu_signature()}`"))
    _show_table(view)


def say_result(view: LengthView) -> str:
    """Whether the last bin loses, how much can be known, and what it cannot say about the paper's 35 words."""
    said = [_say_loss(view, 0)]
    said += _say_directions(view)
    smallest = int(view.bins.sizes.min())
    if smallest < FEW:
        said.append(tr("The smallest bin has {n} sentences: BLEU of so few is no finding, however narrow its band.",
                       n=smallest))
    if view.property == "length":
        long = int((view.bins.values > LONG).sum())
        said.append(tr("The paper found no loss up to {limit} words and little beyond; here {n} of {all:,} sentences "
                       "are longer than that.", limit=LONG, n=long, all=len(view.bins.order)) if long else tr(
            "The paper found no loss up to {limit} words and little beyond; here no sentence is longer than {most}, so "
            "this says nothing about longer ones.", limit=LONG, most=int(view.bins.values.max())))
    return join_sentences(said)


def _say_loss(view: LengthView, k: int) -> str:
    name, (loss, low, high) = view.systems[k].name(), view.scores.loss[k].tolist()
    if not np.isfinite(loss):
        return tr("Three bins or more are needed to compare the last with the middle.")
    fields = {"name": name, "bin": view.name_bin(len(view.bins) - 1), "loss": write_ends(view.scores.loss[k])}
    if low > 0:
        return tr("**{name}: the last bin ({bin}) loses** against the middle ones: {loss} BLEU.", **fields)
    if high < 0:
        return tr("**{name}: the last bin ({bin}) gains** against the middle ones: a loss of {loss} BLEU.", **fields)
    return tr("**{name}: no loss can be shown in the last bin ({bin})**: {loss} BLEU against the middle ones, an "
              "interval that holds 0.", **fields)


def _say_directions(view: LengthView) -> list[str]:
    """The two directions on the last bin, at the widest beam that both are shown at."""
    for beam in reversed(BEAMS):
        pair = [k for k, system in enumerate(view.systems) if system.beam == beam]
        if len(pair) == 2:
            rows = view.bins.rows(len(view.bins) - 1)
            gain = compare_systems(*(view.evaluations[k].counts[rows] for k in pair))
            return [tr("There, the BLEU of “{one}” less that of “{other}” is {gain}.", gain=write_ends(gain, sign="+"),
                       one=view.systems[pair[0]].name(), other=view.systems[pair[1]].name())]
    return []


def write_ends(values: Sequence[float], sign: str = "") -> str:
    r"""A number and its interval, for Markdown.

    >>> print(write_ends((1.0, -0.5, 2.0)))
    1.0 \[−0.5, 2.0]
    """
    value, low, high = (f"{v:{sign}.1f}".replace("-", "−") for v in values)
    return f"{value} \\[{low}, {high}]"


def _show_table(view: LengthView) -> None:
    """A row a system: all, middle, last, loss."""
    head = [tr("system"), tr("all sentences"), tr("middle bins"), tr("last bin"), tr("loss of the last")]
    lines = ["| " + " | ".join(head) + " |", "|---|--:|--:|--:|--:|"]
    for k, system in enumerate(view.systems):
        scores = view.scores
        loss = write_ends(scores.loss[k]) if np.isfinite(scores.loss[k, 0]) else "–"
        middle = f"{scores.middle[k]:.1f}" if np.isfinite(scores.middle[k]) else "–"
        cells = [system.name(), write_ends(scores.whole[k]), middle, f"{scores.bleu[k, -1]:.1f}", loss]
        lines.append("| " + " | ".join(cells) + " |")
    st.markdown("\n".join(lines))


def tabulate_bins(view: LengthView) -> pd.DataFrame:
    """A row a bin and system."""
    rows = []
    for b in range(len(view.bins)):
        low, high = view.bins.span(b)
        rows += [{"bin": b + 1, "from": low, "to": high, "sentences": int(view.bins.sizes[b]), "system": s.id,
                  "bleu": float(view.scores.bleu[k, b]), "low": float(view.scores.low[k, b]),
                  "high": float(view.scores.high[k, b])} for k, s in enumerate(view.systems)]
    return pd.DataFrame(rows)


def show_reading_guide() -> None:
    show_guide(tr("A flat line says that length (or rarity) costs nothing, a falling one that it does; believe a step "
                  "only where the bands do not overlap. Longer sentences also have more common n-grams to match and "
                  "other topics, so a line is no proof of a cause: compare systems on the same bin. Click a dot, or "
                  "draw a box with the tool above the figure, to read their sentences below."))

