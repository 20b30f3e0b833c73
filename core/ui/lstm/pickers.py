"""Pickers several pages share: which checkpoint, which sentences."""

import streamlit as st

from core.analysis.results import result_folder
from core.checkpoints.card import TRANSLATORS, CheckpointCard
from core.checkpoints.halves import DECODER, ENCODER, split_half
from core.errors import CheckpointError
from core.reproduce.studies import is_plain, result_name
from core.states.sources import card_family
from core.tokens.linearise import Kind
from core.ui import controls
from core.ui.cards import list_cards, list_half_cards
from core.ui.language import tr
from core.ui.lstm.cached import DEMO, HELD_OUT, get_sources
from core.ui.messages import show_error
from core.ui.registry import find_page

HALVES = {ENCODER: 6, DECODER: 7}  # after the linearisations, in the menu and in the URL


def reading(card: CheckpointCard) -> int:
    """What a checkpoint reads: its linearisation, or which half of an encoder–decoder it is."""
    return HALVES.get(str(card.tree_rules.get("half")), card.kind)


def is_encoder(card: CheckpointCard) -> bool:
    """Whether a checkpoint is the half of an encoder–decoder that predicts nothing."""
    return reading(card) == HALVES[ENCODER]


def show_decoder_button(card: CheckpointCard, stem: str) -> None:
    """Say why a page that asks for expectations has nothing to show for an encoder, and lead to its decoder.

    Parameters
    ----------
    stem : str
        Of the page.
    """
    st.info(tr("This page shows what a model expects next. An encoder expects nothing: it reads, and hands its last "
               "state to its decoder, which predicts."), icon=":material/info:")
    if st.button(tr("Look at its decoder"), key="to-decoder", icon=":material/arrow_forward:"):
        query = {"kind": str(HALVES[DECODER]), "model": f"{split_half(card.id)[0]}-{DECODER}"}
        st.switch_page(find_page(stem).path, query_params=query)


def kind_name(kind: int) -> str:
    """What a kind of model reads, in the reader's language."""
    if kind in HALVES.values():
        return tr("encoder (translation)") if kind == HALVES[ENCODER] else tr("decoder (translation)")
    names = {Kind.BRACKETS: tr("1 brackets"), Kind.TAGGED_BRACKETS: tr("2 tagged brackets"),
             Kind.BRACKETS_WORDS: tr("3 brackets + words"),
             Kind.TAGGED_BRACKETS_WORDS: tr("4 tagged + words"), Kind.WORDS: tr("5 words")}
    return names[Kind(kind)]


def checkpoint_name(card: CheckpointCard) -> str:
    """What a checkpoint read if not English, units, perplexity, what else is special, and id, for menus."""
    units, test = int(card.model["hidden_size"]), card.scores["test"].perplexity
    words = [tr("{units} units, perplexity {perplexity}", units=units, perplexity=f"{test:.2f}")]
    if reading(card) != card.kind:
        direction = tr("backwards") if card.tree_rules["backwards"] else tr("forwards")
        words.insert(0, f"{card.corpora[0].name}, {direction}")
    elif card_family(card) != "english":
        words.insert(0, " + ".join(corpus.name for corpus in card.corpora))
    if l1 := card.training.get("l1", 0):
        words.append(f"L1 {l1:g}")
    if seed := card.training.get("seed", 0):
        words.append(tr("seed {seed}", seed=seed))
    return f"{', '.join(words)} ({card.id.removesuffix('-' + str(card.tree_rules.get('half'))).rsplit('-', 1)[-1]})"


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
    cards = [*cards, *list_half_cards()]
    if not cards:
        raise CheckpointError("There is no checkpoint to look at.",
                              "Restore cache/checkpoints from the repository, or train one: "
                              "python -m core.training lstm --kind 1.")
    kinds = sorted({reading(card) for card in cards})
    left, right = st.columns([7, 3], vertical_alignment="bottom")
    with left:
        kind = controls.pick_segment(tr("What the model reads"), kinds, "kind",
                                     default_kind if default_kind in kinds else kinds[0], format=kind_name)
    own = {card.id: card for card in sorted(cards, key=lambda c: not is_plain(c)) if reading(card) == kind}
    with right:
        measured = next((i for i in own if result_folder(result_name(i)).is_dir()), None)  # not a reader's own run
        chosen = controls.pick_one(tr("Checkpoint"), list(own), "model", measured,
                                   format=lambda i: checkpoint_name(own[i]))
    if kind in HALVES.values():
        st.caption(_describe_half(own[chosen]))
    return own[chosen]


def _describe_half(card: CheckpointCard) -> str:
    """What must be known of a half of an encoder–decoder to read a page about it."""
    if reading(card) == HALVES[DECODER]:
        return tr("The decoder of a translation model, read as a language model: it begins where the encoder leaves it "
                  "after an empty sentence. Of its words no parts of speech or phrases are known.")
    if card.tree_rules["backwards"]:
        return tr("The encoder of a translation model. It reads a sentence from its last word to its first, and "
                  "predicts nothing.")
    return tr("The encoder of a translation model. It predicts nothing.")


def source_name(source: str) -> str:
    """A source of sentences, in the reader's language."""
    names = {DEMO: tr("Demo (our own sentences)"),
             HELD_OUT: tr("Held-out documents (stored numbers)")}
    return names.get(source) or tr("{corpus}, documents the model has not read", corpus=source)


def pick_source(key: str, *, stored: bool = False) -> str:
    """Which sentences: the demo treebank, corpora found here and, with ``stored``, held-out numbers.

    The sources are those of the language of the checkpoint that `pick_checkpoint` chose on the page.
    """
    model = st.session_state.get("model") or ""
    sources = ([HELD_OUT] if stored and not model.startswith(TRANSLATORS) else []) + list(get_sources(model))
    return controls.pick_one(tr("Sentences"), sources, key, format=source_name)
