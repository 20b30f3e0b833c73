"""What is to be translated, and how: a sentence, the search, the models that translate together."""

from dataclasses import dataclass

import streamlit as st

from core.checkpoints.card import Seq2SeqCard
from core.corpora.demo_pairs import DemoPair, read_demo_pairs
from core.errors import CheckpointError
from core.translate.beam import MAX_BEAM, BeamResult, BeamSettings, Hypothesis
from core.translate.translator import SourceSentence, Translator, read_source
from core.ui.controls import pick_many, pick_number, pick_one, pick_segment, pick_switch, pick_text
from core.ui.language import tr
from core.ui.messages import show_error
from core.ui.seq2seq.cached import get_translator, translate_text
from core.ui.seq2seq.pickers import STYLES, checkpoint_name, corpus_name, usable_cards

OWN, ALL = "own", "all"
BEAMS = (1, 2, 5, 12, 20, MAX_BEAM)
MAX_MODELS = 5
LENGTHS = {"6": (0, 6), "10": (7, 10), "16": (11, 16), "24": (17, 24), "99": (25, 99)}  # words of a sentence
OPENING = {"caption": "A black cat is walking along the top of a wall.",
           "everyday": "He asked me the same question three times."}
TYPED = "Two dogs play with a ball on the beach."
_RECIPE = """\
{imports}from core.checkpoints.seq2seq import load_seq2seq
{more}from core.translate.beam import BeamSettings
from core.translate.translator import Translator, read_source

translator = Translator([load_seq2seq(i) for i in {ids}])
source = read_source({text!r}, translator.vocabulary).words
settings = {settings}
{lines}
"""


@dataclass(frozen=True)
class Task:
    """A sentence to translate, by which models, with which search.

    Attributes
    ----------
    card : Seq2SeqCard
        The first of the models, whose inside is shown.
    ids : tuple of str
        Checkpoints that translate together.
    text : str
    reference : str, optional
        Our own translation, for a sentence of ours.
    settings : BeamSettings
    """

    card: Seq2SeqCard
    ids: tuple[str, ...]
    text: str
    reference: str | None
    settings: BeamSettings

    @property
    def translator(self) -> Translator:
        return get_translator(self.ids)

    @property
    def source(self) -> SourceSentence:
        """Raises TextError on what cannot be read."""
        return read_source(self.text, self.translator.vocabulary)

    @property
    def tokens(self) -> tuple[str, ...]:
        """Target words by id."""
        return self.translator.vocabulary.target.tokens

    def run(self, prefix: tuple[str, ...] = ()) -> BeamResult:
        """Search, with words that a translation begins with."""
        return translate_text(self.ids, self.text, self.settings, self.encode(prefix))

    def encode(self, prefix: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(self.translator.vocabulary.target.encode(prefix).tolist())

    def write_recipe(self, lines: str, *, imports: str = "", more: str = "") -> str:
        """Lines of Python with the translator, the source's words and the settings of the search."""
        return _RECIPE.format(ids=list(self.ids), text=self.text, settings=self.settings, lines=lines, imports=imports,
                              more=more)


def style_name(style: str) -> str:
    """Where a sentence comes from, in the reader's language."""
    return {"caption": tr("captions"), "everyday": tr("everyday"), OWN: tr("your own")}[style]


def pick_task(card: Seq2SeqCard) -> Task:
    """Sentence and search."""
    text, reference = _pick_sentence(card)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        beam = pick_segment(tr("Beam"), BEAMS, "trbeam", 12, help=tr(
            "How many hypotheses are kept at every step. 1 takes the most probable word each time; the paper's best "
            "is 12."))
        with st.popover(tr("More settings"), icon=":material/tune:", key="trmore"):
            settings = _pick_settings(beam)
            others = _pick_others(card)
    ids = (card.id, *others)
    try:
        get_translator(ids)
    except CheckpointError as error:
        show_error(error)
        ids = (card.id,)
    _note_settings(settings, len(ids))
    return Task(card, ids, text, reference, settings)


def _pick_sentence(card: Seq2SeqCard) -> tuple[str, str | None]:
    """A text and our translation of it, if it is ours."""
    pairs = read_demo_pairs()
    usual = STYLES.get(card.corpus.name, "caption")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        styles = [usual, *({"caption", "everyday"} - {usual}), OWN]
        style = pick_segment(tr("Our sentences, or yours"), styles, "trfrom", usual, format=style_name)
        if style == OWN:
            text = pick_text(tr("English, in one sentence"), "trtext", TYPED).strip()
            return text, next((p.french for p in pairs if p.english == text), None)
        with st.container(width=150):
            own = _pick_length(pairs, [i for i, pair in enumerate(pairs) if pair.style == style])
        opening = next((i for i in own if pairs[i].english == OPENING[style]), own[0])
        row = pick_one(tr("Which one"), own, "trrow", opening, format=lambda i: pairs[i].english)
    return pairs[row].english, pairs[row].french


def _pick_length(pairs: tuple[DemoPair, ...], rows: list[int]) -> list[int]:
    """Rows of one length."""
    by_length: dict[str, list[int]] = {}
    for i in rows:
        words = len(pairs[i].english.split())
        by_length.setdefault(next(k for k, (low, high) in LENGTHS.items() if low <= words <= high), []).append(i)
    names = {ALL: tr("any length"), "6": tr("up to 6 words"), "99": tr("25 words or more")}
    chosen = pick_one(tr("Length"), [ALL, *sorted(by_length, key=int)], "trlen", ALL, format=lambda k: names.get(
        k) or tr("{low} to {high} words", low=LENGTHS[k][0], high=LENGTHS[k][1]))
    return by_length.get(chosen, rows)


def _pick_settings(beam: int) -> BeamSettings:
    n_best = pick_number(tr("Translations wanted (n-best)"), 1, beam, "trn", default=min(5, beam))
    penalty = pick_number(tr("Length penalty"), 0.0, 2.0, "trpen", default=0.0, step=0.1, format="%.1f", help=tr(
        "0 as in the paper: translations are compared by log p alone, and short ones have an advantage. Above 0 log p "
        "is divided by ((5 + length) / 6) to this power (Wu et al. 2016)."))
    unknown = pick_switch(tr("May write UNK"), "trunk", True, help=tr(
        "As in the paper. Off: the word for all unknown ones is never written."))
    return BeamSettings(beam=beam, n_best=n_best, length_penalty=penalty, allow_unknown=unknown)


def _pick_others(card: Seq2SeqCard) -> list[str]:
    """Checkpoints that translate along; those of the same corpus first."""
    others = {c.id: c for c in sorted(usable_cards(), key=lambda c: c.corpus.name != card.corpus.name)
              if c.id != card.id}
    if not others:
        return []
    return pick_many(tr("Together with (ensemble)"), list(others), "trwith", max_selections=MAX_MODELS - 1,
                     format=lambda i: f"{corpus_name(others[i].corpus.name)}: {checkpoint_name(others[i])}",
                     help=tr("Up to five models whose word probabilities are averaged at every step. They must have "
                             "learned from the same pairs, each may read in its own direction."))


def say_numbers(best: Hypothesis) -> str:
    """log p of a translation, in all and a token."""
    n = len(best.log_p)
    said = tr("log p {score:.2f}, {each:.2f} a token, {n} tokens with the end", score=best.score,
              each=best.score / max(n, 1), n=n) if best.finished else \
        tr("log p {score:.2f}, {each:.2f} a token, {n} tokens, cut before an end was found", score=best.score,
           each=best.score / max(n, 1), n=n)
    return said.replace("-", "−")


def _note_settings(settings: BeamSettings, n_models: int) -> None:
    """Say what is not as in the first view, where the popover hides it."""
    notes = []
    if n_models > 1:
        notes.append(tr("ensemble of {n}", n=n_models))
    if settings.length_penalty:
        notes.append(tr("length penalty {value:.1f}", value=settings.length_penalty))
    if not settings.allow_unknown:
        notes.append(tr("UNK is never written"))
    if notes:
        st.caption(" · ".join(notes))
