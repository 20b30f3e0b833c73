"""What the pages about correlations and predictions say of stored numbers, and where they lead on to."""

import streamlit as st

from core.checkpoints.card import CheckpointCard
from core.ui.language import language, tr
from core.ui.lstm.cached import DEMO, HELD_OUT
from core.ui.registry import find_page

_RECIPE = """\
from core.checkpoints.store import load_checkpoint
from core.reproduce.lstm.heldout import load_held_out
{imports}

result = load_held_out(load_checkpoint("{id}").card, "{source}")
{lines}
"""


def name_property(name: str, *, short: bool = False) -> str:
    """A property of a token in words: depth, VP depth (VP if `short`), position."""
    words = {"depth": tr("depth"), "position": tr("position")}
    return words.get(name) or (name if short else tr("{phrase} depth", phrase=name))


def name_unit(card: CheckpointCard, source: str, n_groups: int) -> str:
    """What the intervals draw again: documents, or sentences where there are fewer than 20 documents."""
    test = [d for d in card.split["test"] if source == HELD_OUT or d.startswith(source + "/")]
    unread = source not in (DEMO, HELD_OUT, *(c.name for c in card.corpora))
    return tr("{n:,} documents", n=n_groups) if unread or n_groups == len(test) else tr("{n:,} sentences", n=n_groups)


def say_verdict(best: dict[str, float], vector: str, name: str) -> str:
    """How closely the best cell follows a property, against every control (`HeldOut.best_cell`)."""
    r = abs(best["r"])
    how = (tr("almost exactly") if r >= 0.98 else tr("closely") if r >= 0.85 else tr("clearly, not closely")
           if r >= 0.6 else tr("loosely") if r >= 0.3 else tr("hardly"))
    words = [tr("Cell {cell} of {vector} follows {property} **{how}**.", cell=int(best["cell"]), vector=vector,
                property=name_property(name), how=how), _say_controls(best)]
    if name != "position":
        kept = abs(best["partial"]) / max(r, 1e-6)
        words.append(tr("The position in the sentence does not explain it.") if kept > 0.8
                     else tr("The position in the sentence explains part of it.") if kept > 0.4
                     else tr("The position in the sentence explains most of it."))
    return ("" if language() == "ja" else " ").join(words)


def _say_controls(best: dict[str, float]) -> str:
    if best["low"] <= best["null"]:
        return tr("But rotated labels reach as much: this may be chance.")
    if best["low"] <= best["untrained"]:
        return tr("But an untrained LSTM follows it as well: this is no sign of learning.")
    if abs(best["r"]) > max(best["null"], best["untrained"]) + 0.2:
        return tr("Neither rotated labels nor an untrained LSTM come near it.")
    return tr("It is above rotated labels and an untrained LSTM.")


def write_recipe(card: CheckpointCard, source: str, imports: str, lines: str) -> str:
    """Lines that draw a figure from stored results; `lines` read ``result``, a `HeldOut`."""
    return _RECIPE.format(imports=imports, id=card.id, source=source, lines=lines)


def link_trajectory(card: CheckpointCard, label: str, **query: str) -> None:
    """A link to the trajectories page that shows this checkpoint, if there is such a page."""
    entry = find_page("trajectories")
    if entry.path.is_file():
        st.page_link(entry.path, label=label, icon=entry.icon,
                     query_params={"kind": str(card.kind), "model": card.id, **query})
