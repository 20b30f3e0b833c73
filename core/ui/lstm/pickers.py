"""Pickers several pages share: which checkpoint, which sentences."""

import streamlit as st

from core.analysis.results import result_folder
from core.checkpoints.card import CheckpointCard
from core.errors import CheckpointError
from core.reproduce.studies import is_plain, result_name
from core.states.sources import card_family
from core.tokens.linearise import Kind
from core.ui import controls
from core.ui.cards import list_cards
from core.ui.language import tr
from core.ui.lstm.cached import DEMO, HELD_OUT, get_sources
from core.ui.messages import show_error


def kind_name(kind: int) -> str:
    """What a kind of model reads, in the reader's language."""
    names = {Kind.BRACKETS: tr("1 brackets"), Kind.TAGGED_BRACKETS: tr("2 tagged brackets"),
             Kind.BRACKETS_WORDS: tr("3 brackets + words"),
             Kind.TAGGED_BRACKETS_WORDS: tr("4 tagged + words"), Kind.WORDS: tr("5 words")}
    return names[Kind(kind)]


def checkpoint_name(card: CheckpointCard) -> str:
    """What a checkpoint read if not English, units, perplexity, what else is special, and id, for menus."""
    units, test = int(card.model["hidden_size"]), card.scores["test"].perplexity
    words = [tr("{units} units, perplexity {perplexity}", units=units, perplexity=f"{test:.2f}")]
    if card_family(card) != "english":
        words.insert(0, " + ".join(corpus.name for corpus in card.corpora))
    if l1 := card.training.get("l1", 0):
        words.append(f"L1 {l1:g}")
    if seed := card.training.get("seed", 0):
        words.append(tr("seed {seed}", seed=seed))
    return f"{', '.join(words)} ({card.id.rsplit('-', 1)[-1]})"


def pick_checkpoint(default_kind: int = 4) -> CheckpointCard:
    """Kind and checkpoint of an LSTM; damaged folders are named, and the others still work.

    Raises
    ------
    CheckpointError
        When there is no usable checkpoint at all.
    """
    cards, faults = list_cards("lstm")
    for fault in faults:
        show_error(fault.error)
    if not cards:
        raise CheckpointError("There is no checkpoint to look at.",
                              "Restore cache/checkpoints from the repository, or train one: "
                              "python -m core.training lstm --kind 1.")
    kinds = sorted({card.kind for card in cards})
    left, right = st.columns([7, 3], vertical_alignment="bottom")
    with left:
        kind = controls.pick_segment(tr("What the model reads"), kinds, "kind",
                                     default_kind if default_kind in kinds else kinds[0], format=kind_name)
    own = {card.id: card for card in sorted(cards, key=lambda c: not is_plain(c)) if card.kind == kind}
    with right:
        measured = next((i for i in own if result_folder(result_name(i)).is_dir()), None)  # not a reader's own run
        chosen = controls.pick_one(tr("Checkpoint"), list(own), "model", measured,
                                   format=lambda i: checkpoint_name(own[i]))
    return own[chosen]


def source_name(source: str) -> str:
    """A source of sentences, in the reader's language."""
    names = {DEMO: tr("Demo (our own sentences)"),
             HELD_OUT: tr("Held-out documents (stored numbers)")}
    return names.get(source) or tr("{corpus}, documents the model has not read", corpus=source)


def pick_source(key: str, *, stored: bool = False) -> str:
    """Which sentences: the demo treebank, corpora found here and, with ``stored``, held-out numbers.

    The sources are those of the language of the checkpoint that `pick_checkpoint` chose on the page.
    """
    sources = ([HELD_OUT] if stored else []) + list(get_sources(st.session_state.get("model") or ""))
    return controls.pick_one(tr("Sentences"), sources, key, format=source_name)
