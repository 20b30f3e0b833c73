"""Pickers the translation pages share: which checkpoint, which sentence."""

import streamlit as st

from core.checkpoints.card import Seq2SeqCard
from core.corpora.demo_pairs import DemoPair, read_demo_pairs
from core.corpora.pairs import MULTI30K, TATOEBA
from core.errors import CheckpointError
from core.ui import controls
from core.ui.language import tr
from core.ui.messages import show_error
from core.ui.seq2seq.cached import list_cards

STYLES = {MULTI30K: "caption", TATOEBA: "everyday"}  # our own sentences that suit a corpus


def corpus_name(name: str) -> str:
    """What a model has read, in the reader's language."""
    names = {MULTI30K: tr("Captions (Multi30k)"), TATOEBA: tr("Everyday sentences (Tatoeba)")}
    return names.get(name, name)


def direction_name(reverse: bool) -> str:
    """In which direction a model reads its source."""
    return tr("reversed") if reverse else tr("forward")


def checkpoint_name(card: Seq2SeqCard) -> str:
    """Direction, size, perplexity, seed and id, for menus."""
    words = [direction_name(card.reverse),
             tr("{n} × {units} units", n=card.model["n_layers"], units=card.model["hidden_size"]),
             tr("perplexity {perplexity}", perplexity=f"{card.perplexity['test']:.2f}")]
    if seed := card.training.get("seed", 0):
        words.append(tr("seed {seed}", seed=seed))
    return f"{', '.join(words)} ({card.id.rsplit('-', 1)[-1]})"


def usable_cards() -> list[Seq2SeqCard]:
    """Cards of all checkpoints; damaged folders are named.

    Raises
    ------
    CheckpointError
        When there is none at all.
    """
    cards, faults = list_cards()
    for fault in faults:
        show_error(fault.error)
    if not cards:
        raise CheckpointError("There is no checkpoint that translates.", "Restore cache/checkpoints from the "
                              "repository, or train one: python -m core.training seq2seq.")
    return cards


def pick_checkpoint(*, default_corpus: str = TATOEBA) -> Seq2SeqCard:
    """Corpus and checkpoint; the same choice on all translation pages."""
    cards = usable_cards()
    corpora = list(dict.fromkeys(card.corpus.name for card in cards))
    left, right = st.columns([5, 5], vertical_alignment="bottom")
    with left:
        corpus = controls.pick_segment(tr("What the model has read"), corpora, "pairs",
                                       default_corpus if default_corpus in corpora else corpora[0], format=corpus_name)
    own = {card.id: card for card in cards if card.corpus.name == corpus}
    with right:
        chosen = controls.pick_one(tr("Checkpoint"), list(own), "translator", format=lambda i: checkpoint_name(own[i]))
    return own[chosen]


def sibling(card: Seq2SeqCard) -> Seq2SeqCard | None:
    """The checkpoint of the same settings and, if there is one, the same seed, that reads in the other direction."""
    def alike(other: Seq2SeqCard) -> bool:
        same = {n: v for n, v in card.training.items() if n not in ("reverse", "seed")}
        return (other.corpus.name == card.corpus.name and other.reverse != card.reverse
                and {n: v for n, v in other.training.items() if n not in ("reverse", "seed")} == same)

    others = sorted((c for c in list_cards()[0] if alike(c)),
                    key=lambda c: c.training.get("seed") != card.training.get("seed"))
    return others[0] if others else None


def demo_pairs(card: Seq2SeqCard) -> list[DemoPair]:
    """Our own sentences in the manner of what a model has read; all of them for a corpus of the reader's."""
    pairs = list(read_demo_pairs())
    style = STYLES.get(card.corpus.name)
    return [p for p in pairs if p.style == style] if style else pairs
