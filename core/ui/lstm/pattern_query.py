"""What the reader asks on the pattern page: a sentence, tokens of it, a threshold; and the lines that ask it again."""

import math
from dataclasses import dataclass

import streamlit as st

from core.analysis.lstm.heldout import VECTORS
from core.checkpoints.card import CheckpointCard
from core.corpora.trees import Tree
from core.errors import TextError
from core.figures.palette import show_token
from core.search.pattern import MAX_LENGTH, MAX_TOLERANCE
from core.tokens.linearise import Linearised
from core.tokens.spans import find_spans
from core.ui.controls import pick_number, pick_one, pick_segment, pick_switch, pick_text
from core.ui.language import tr
from core.ui.lstm.cached import get_checkpoint, get_picked, get_sentences, get_sources, get_typed
from core.ui.lstm.examples import example_texts
from core.ui.lstm.matches import TYPED, Query, get_range
from core.ui.lstm.pickers import source_name
from core.ui.messages import show_error

AUTO = "auto"
MAX_SENTENCES = 2000  # as many as the trajectories page offers
_RECIPE = """\
import numpy as np
from core.checkpoints.store import load_checkpoint
from core.search.bits import pack_states
from core.search.guide import compare_thresholds, measure_values
from core.search.pattern import find_pattern
from core.search.rank import rank_places
from core.search.scan import scan_pattern
from core.states.lstm import record_states
from core.states.sources import encode_source, read_source
{imports}

checkpoint = load_checkpoint("{checkpoint}")
sentences = encode_source(checkpoint, read_source("{source}", checkpoint.card))
values = record_states(checkpoint.model, sentences, names=("layer0.{vector}",))["layer0.{vector}"]
{query}
flags = {flags}
pattern = find_pattern(query, {first}, {last}, threshold={threshold}, **flags)
bits = pack_states(values, sentences.starts, threshold={threshold}, sign={sign})
agreement = scan_pattern(bits, pattern, tolerance={tolerance})
{lines}
"""


@dataclass(frozen=True)
class Question:
    """The sentence a pattern is taken from. ``where``: (source, number) or (``typed``, text)."""

    sentence: Linearised
    tree: Tree | None
    where: tuple[str, int | str]


def pick_question(card: CheckpointCard) -> tuple[Question, str] | None:
    """A sentence and the recording to search; None after a message."""
    left, middle, right = st.columns([3, 5, 3], vertical_alignment="bottom")
    with left:
        origin = pick_one(tr("Sentence from"), [*get_sources(card.id), TYPED], "ptsrc",
                          format=lambda s: tr("typed here") if s == TYPED else source_name(s))
    with right:
        source = pick_one(tr("Search in"), get_sources(card.id), "ptin", format=source_name)
    with middle:
        if origin != TYPED:
            sentences = get_sentences(card.id, origin)[:MAX_SENTENCES]
            number = pick_one(tr("Sentence"), range(len(sentences)), "pts",
                              format=lambda i: f"{sentences[i].document} {sentences[i].number} · {sentences[i].text}")
            trajectory, tree = get_picked(card.id, origin, number)
            return Question(trajectory.sentence, tree, (origin, number)), source
        words = card.kind == 5
        text = pick_text(tr("A sentence in words, or a bracketed tree") if words else tr("A bracketed tree"),
                         "pttext", example_texts(card)[0], lines=1 if words else 3)
    try:
        trajectory, tree = get_typed(card.id, text)
    except TextError as error:
        show_error(error, text=text)
        return None
    return Question(trajectory.sentence, tree, (TYPED, text)), source


def suggest_run(question: Question, kind, first: int | None = None) -> tuple[int, int]:
    """A phrase of three to eight tokens to begin with, or the phrase that begins at `first`."""
    spans = find_spans(question.sentence, question.tree, kind)
    if first is not None:
        own = [s.last for s in spans if s.first == first and s.last - first < MAX_LENGTH]
        return first, own[0] if own else first
    short = [s for s in spans if 2 <= s.last - s.first <= 7]
    best = next((s for label in ("PP", "NP", "VP", "") for s in short if s.label == label), None)
    return (best.first, best.last) if best else (1, min(3, len(question.sentence.tokens) - 1))


def pick_query(card: CheckpointCard, question: Question, source: str) -> Query:
    """Vector, sign, threshold, selection and what is asked of its edges."""
    tokens, kind = question.sentence.tokens, get_checkpoint(card.id).kind
    options = [AUTO, *range(len(tokens))]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        first = _pick_token(tr("First token"), "pta", options, tokens)
        last = _pick_token(tr("Last token"), "ptb", options, tokens)
        before = pick_switch(tr("Off before"), "ptoff0", True, help=tr(
            "Only cells that are off at the token just before the selection: they switch on with it."))
        after = pick_switch(tr("Off after"), "ptoff1", help=tr(
            "Only cells that are off at the token just after the selection: they switch off with it."))
        with st.container(width=230):
            tolerance = pick_number(tr("Length may differ by"), 0, MAX_TOLERANCE, "pttol", default=0, help=tr(
                "Places may be so many tokens shorter or longer. Without “off before” or “off after”, shorter places "
                "agree more easily."))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        vector = pick_segment(tr("Internal vector"), VECTORS, "ptvec", "c")
        side = pick_segment(tr("On means"), ("above", "below"), "ptsign", "above", format=lambda s: {
            "above": tr("above the threshold"), "below": tr("below minus the threshold")}[s], help=tr(
            "Many cells code with negative values: turn the sign to see them."))
        sign = 1 if side == "above" else -1
        values = get_range(card.id, source, vector, sign)
        step = 0.05 if values.limit <= 2 else 0.1
        with st.container(width=300):
            threshold = pick_number(
                tr("Threshold"), 0.0, max(step, math.ceil(values.limit / step) * step),
                f"ptth_{vector}_{'p' if sign > 0 else 'n'}", default=max(step, values.usual), step=step, format="%.2f",
                help=tr("It starts where a fifth of all values are on. The figure below shows how far the selection "
                        "stands out at each threshold."))
    suggested = suggest_run(question, kind, None if first == AUTO else first)
    first, last = sorted((suggested[0] if first == AUTO else first, suggested[1] if last == AUTO else last))
    return Query(card.id, source, question.where, (first, last), vector, threshold, sign, before, after, tolerance)


def _pick_token(label: str, key: str, options: list, tokens: tuple[str, ...]):
    with st.container(width=150):
        return pick_one(label, options, key,
                        format=lambda t: tr("suggested") if t == AUTO else f"{t} · {show_token(tokens[t])}")


def write_recipe(query: Query, imports: str, lines: str) -> str:
    """Lines that search again; a typed sentence is named by its text."""
    where, what = query.sentence
    if where == TYPED:
        read = ("from core.analysis.lstm.trajectory import compute_trajectory\n"
                "from core.states.sources import typed_form\n"
                "from core.tokens.sentences import read_typed_sentence\n"
                f"sentence, _ = read_typed_sentence({what!r}, checkpoint.kind, form=typed_form(checkpoint.card))\n"
                f'query = compute_trajectory(checkpoint, sentence).states["layer0.{query.vector}"]\n'
                "tokens = sentence.tokens")
    elif where == query.source:
        read = (f"rows = slice(sentences.starts[{what}], sentences.starts[{what} + 1])\n"
                f"sentence = sentences.sentence({what})\n"
                "query, tokens = values[rows], sentence.tokens")
    else:
        read = ("from core.analysis.lstm.trajectory import compute_trajectory\n"
                f'sentence = encode_source(checkpoint, read_source("{where}", checkpoint.card)).sentence({what})\n'
                f'query = compute_trajectory(checkpoint, sentence).states["layer0.{query.vector}"]\n'
                "tokens = sentence.tokens")
    return _RECIPE.format(imports=imports, checkpoint=query.checkpoint, source=query.source, vector=query.vector,
                          query=read, flags=query.flags, first=query.run[0], last=query.run[1],
                          threshold=query.threshold, sign=query.sign, tolerance=query.tolerance, lines=lines)
