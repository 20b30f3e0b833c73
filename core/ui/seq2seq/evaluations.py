"""Translations of a source by several systems: found on disk, or made once in front of the reader and kept there."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from core.analysis.seq2seq.evaluation import Evaluation, evaluate, find_evaluation, save_evaluation
from core.analysis.seq2seq.sources import has_source, list_sources, read_evaluation_pairs
from core.checkpoints.card import Seq2SeqCard
from core.corpora.pairs import DEMO_PAIRS, SentencePairs
from core.errors import CorpusError
from core.translate.beam import BeamSettings
from core.ui.language import tr
from core.ui.messages import show_error
from core.ui.seq2seq.cached import get_checkpoint, get_translator
from core.ui.seq2seq.pickers import direction_name, sibling
from core.ui.seq2seq.shelf import Shelf, show_progress
from core.ui.wording import list_words

BEAMS = (1, 2, 12)
AT_ONCE = 8.0  # seconds of translating that need no consent


@dataclass(frozen=True)
class System:
    """A checkpoint and how widely it searches."""

    card: Seq2SeqCard
    beam: int

    @property
    def id(self) -> str:
        """In the URL."""
        return f"{'reversed' if self.card.reverse else 'forward'}-{self.beam}"

    @property
    def settings(self) -> BeamSettings:
        return BeamSettings(beam=self.beam)

    @property
    def seconds(self) -> float:
        """About how long a sentence takes on one core, at 500 units."""
        return 0.012 + 0.004 * self.beam

    def name(self) -> str:
        return tr("{direction}, beam {beam}", direction=direction_name(self.card.reverse), beam=self.beam)


def list_systems(card: Seq2SeqCard) -> list[System]:
    """The checkpoint and that of the other direction, by beam."""
    other = sibling(card)
    cards = sorted([card, *([] if other is None else [other])], key=lambda c: not c.reverse)
    return [System(own, beam) for own in cards for beam in BEAMS]


def source_name(name: str) -> str:
    """A source in the reader's language."""
    names = {f"{DEMO_PAIRS}/caption": tr("our own captions"), DEMO_PAIRS: tr("our own sentences"),
             f"{DEMO_PAIRS}/everyday": tr("our own everyday sentences"),
             "multi30k/test_2016_flickr": tr("Multi30k test 2016"),
             "multi30k/test_2017_flickr": tr("Multi30k test 2017"),
             "multi30k/test_2017_mscoco": tr("Multi30k test 2017, COCO"), "fra-eng/test": tr("Tatoeba, held out")}
    return names.get(name, name)


@st.cache_resource(max_entries=6, ttl=600, show_spinner=False)
def get_pairs(source: str, checkpoint_id: str) -> SentencePairs | None:
    """Sentences and references of a source; None where it is not on this machine."""
    return read_evaluation_pairs(source, get_checkpoint(checkpoint_id).card) if has_source(source) else None


@st.cache_resource(max_entries=1, show_spinner=False)
def _get_shelf() -> Shelf:
    return Shelf(24)


def find(system: System, source: str, pairs: SentencePairs | None) -> Evaluation | None:
    """What is stored of one system, made from these pairs if they are given."""
    shelf, key = _get_shelf(), (system.card.id, source, system.beam, pairs is not None)
    found = shelf.find(key)
    if found is None:
        found = find_evaluation([system.card.id], source, system.settings, pairs=pairs)
        if found is not None:
            shelf.keep(key, found)
    return found


def offer_sources(card: Seq2SeqCard, systems: Sequence[System]) -> list[str]:
    """Sources that are on this machine, and those that something is stored of."""
    return [name for name in list_sources(card.corpus.name)
            if has_source(name) or any(find(system, name, None) for system in systems)]


def read_pairs(source: str, card: Seq2SeqCard) -> SentencePairs | None:
    """The pairs; None after a message where they cannot be read, or are absent."""
    try:
        with st.spinner(tr("Reading the sentences …")):
            pairs = get_pairs(source, card.id)
    except CorpusError as error:
        show_error(error)
        return None
    if pairs is None:
        corpus = source.split("/")[0]
        st.info(tr("The sentences of {corpus} are not on this machine; stored scores and translations are shown "
                   "without sources and references. To see them: python -m core.corpora fetch {corpus}", corpus=corpus),
                icon=":material/info:")
    return pairs


def get_evaluations(systems: Sequence[System], source: str, pairs: SentencePairs | None) -> dict[str, Evaluation]:
    """Evaluations by system, translated now where that is a matter of seconds or the reader asks for it."""
    missing = [system for system in systems if find(system, source, pairs) is None]
    if missing and pairs is not None:
        seconds = sum(system.seconds * len(pairs) for system in missing)
        names = list_words(system.name() for system in missing)
        if seconds <= AT_ONCE or st.button(
                tr("Translate {n:,} sentences: {systems} (about {minutes:.1f} minutes)", n=len(pairs), systems=names,
                   minutes=max(0.1, seconds / 60)), key="letranslate", icon=":material/translate:"):
            for system in missing:
                _translate(system, source, pairs)
    elif missing:
        st.caption(tr("Nothing is stored for: {systems}.", systems=list_words(s.name() for s in missing)))
    found = {system.id: find(system, source, pairs) for system in systems}
    return {name: evaluation for name, evaluation in found.items() if evaluation is not None}


def _translate(system: System, source: str, pairs: SentencePairs) -> None:
    """Translate, store, and remember even where nothing can be stored."""
    move, clear = show_progress(tr("{system}: translating, once:", system=system.name()))
    found = evaluate(get_translator((system.card.id,)), pairs, system.settings, progress=move)
    clear()
    with suppress(OSError):
        save_evaluation(found)
    _get_shelf().keep((system.card.id, source, system.beam, True), found)
