"""Which word and which sentences the meanings page looks at."""

import streamlit as st

from core.corpora.registry import locate_corpus
from core.corpora.senses import COARSEWSD_WORDS, SenseExample, read_demo_senses
from core.tokens.characters import MAX_CHARACTERS, is_cut
from core.ui.controls import pick_one, pick_segment, pick_switch, pick_text
from core.ui.elmo.meanings_cached import COARSE, OURS, OWN, Choice, read_choice
from core.ui.language import tr
from core.ui.messages import quote_code, show_error
from core.ui.wording import list_words

SIZES = (200, 500, 1_000, 2_000)
SHOWN_FAULTS = 4
WORD_CHARACTERS = 100
OWN_LINES = """\
opens a lock | She turned the [[key]] twice and the door swung open .
opens a lock | The caretaker keeps a spare [[key]] under a flower pot .
opens a lock | Without the right [[key]] nobody gets into the cellar .
of music | The second song is written in a minor [[key]] .
of music | The choir began in the wrong [[key]] and had to start again .
of music | A change of [[key]] makes the last verse brighter .
on a keyboard | Press any [[key]] to wake the screen .
on a keyboard | One [[key]] of the old typewriter was stuck .
on a keyboard | Hold this [[key]] down while you click ."""


def pick_source() -> str:
    """Our own sentences, CoarseWSD-20 where it is at hand, or the reader's own."""
    names = {OURS: tr("our own set"), COARSE: "CoarseWSD-20", OWN: tr("your own")}
    options = [OURS, *([COARSE] if locate_corpus("coarsewsd") is not None else []), OWN]
    return pick_segment(tr("Sentences"), options, "mnsrc", OURS, format=names.__getitem__)


def pick_choice(source: str) -> Choice:
    """The word."""
    if source == OWN:
        return _pick_own()
    words = COARSEWSD_WORDS if source == COARSE else sorted({example.lemma for example in read_demo_senses()})
    with st.container(width=130):
        word = pick_one(tr("Word"), words, "mnword", "bank")
    return Choice(source, word)


def pick_amount(choice: Choice) -> Choice:
    """How many sentences of CoarseWSD-20, and which, below the other controls."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=110):
            n = pick_one(tr("At most"), SIZES, "mnn", SIZES[1], format="{:,}".format)
        balanced = pick_switch(tr("senses alike"), "mnbal", help=tr(
            "As many sentences of every sense as the rarest one has. Else they come as often as in Wikipedia, and the "
            "commonest sense alone may answer most."))
    return Choice(choice.source, choice.word, n, balanced)


def _pick_own() -> Choice:
    with st.container(width=220):
        word = pick_text(tr("The word (or mark it)"), "mnown", max_characters=WORD_CHARACTERS, help=tr(
            "Every line is searched for exactly this form, in upper or lower case. Not needed in lines where the word "
            "stands in double brackets."))
    return Choice(OWN, word.strip())


def pick_own_text(choice: Choice) -> Choice:
    """The reader's own lines, below the other controls."""
    text = pick_text(tr("One sentence a line: “sense | … [[word]] …”; the sense may be left out"), "mntext", OWN_LINES,
                     lines=8)
    return Choice(OWN, choice.word, text=text)


def note_examples(choice: Choice) -> tuple[SenseExample, ...]:
    """The examples; lines that cannot be used, and words that are read in part only, are named."""
    examples, faults = read_choice(choice)
    for fault in faults[:SHOWN_FAULTS]:
        show_error(fault)
    if len(faults) > SHOWN_FAULTS:
        st.caption(tr("… and {n} more lines that cannot be used.", n=len(faults) - SHOWN_FAULTS))
    long = list(dict.fromkeys(word for example in examples for word in example.words if is_cut(word)))
    if long:
        st.info(tr("The model reads the first {n} bytes of a word and no more: {words}. What comes after counts for "
                   "nothing.", n=MAX_CHARACTERS - 2, words=list_words(
                       quote_code(word[:60] + "…" * (len(word) > 60)) for word in long[:3])), icon=":material/info:")
    return examples
