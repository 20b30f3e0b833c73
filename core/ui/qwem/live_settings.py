"""What a reader chooses for a training: the text, and how the embedding starts and learns."""

import numpy as np
import streamlit as st

from core.analysis.qwem.own_text import count_types, write_demo_text
from core.errors import JobError
from core.jobs.qwem import BOUNDS, DEMO, OWN, Settings, list_texts
from core.jobs.texts import find_text_file, is_digest
from core.ui import permalink
from core.ui.controls import pick_number, pick_one, pick_segment
from core.ui.language import tr
from core.ui.qwem.dynamics import write_power
from core.ui.qwem.training import name_text

STEP = 10                # words, between places of the slider
USUAL = 200              # words: seconds of training
DIMENSION = 64
SMALL, LARGE = 5.0, 10.0  # τ₁: the eigenvalues of a small text fall less, so that its concepts come sooner
SAMPLED = {"rate": 0.005, "duration": 3.0, "batch": 2_000}  # the smallest start still ends within the steps allowed
DIGEST = "lvdig"


@st.cache_data(max_entries=32, show_spinner=False)
def count_words(digest: str) -> int:
    """Different words of the demo text (no digest) or of a kept text; 1 s at 10 MB."""
    return count_types(find_text_file(digest).read_bytes() if digest else write_demo_text())


def take_digest() -> str:
    """The mark of the reader's own text, which is in the URL; empty without one."""
    def read(texts: list[str]) -> str:
        if not is_digest(texts[-1]):
            raise ValueError
        return texts[-1]

    permalink.seed(DIGEST, "", read=read, accepts=lambda value: value == "" or is_digest(value))
    digest = st.session_state[DIGEST]
    permalink.note(DIGEST, digest, "", [digest] if digest else [])
    return digest


def pick_text_source() -> tuple[str, str]:
    """What is read, and the digest if it is the reader's own text."""
    digest, own, lost = take_digest(), (), False
    if digest:
        try:
            find_text_file(digest)
            own = (OWN,)
        except JobError:
            lost = True
    options = (*own, *list_texts()[::-1])
    text = pick_one(tr("What it reads"), options, "lvtext", DEMO, format=lambda name: name_text(name, digest))
    if lost:
        st.info(tr("The text of this link is not kept here, or not any more. Give it again on the page “Your corpus”."),
                icon=":material/info:")
    return text, digest if text == OWN else ""


def pick_settings() -> Settings:
    """The reader's choice; every control offers only what is allowed.

    Raises
    ------
    JobError
        The text has too few words.
    """
    left, right = st.columns(2)
    with left:
        text, digest = pick_text_source()
    low, high = BOUNDS["vocabulary"]
    if text in (DEMO, OWN) and (n := count_words(digest)) < high:
        high = n // STEP * STEP
        if high < low:
            raise JobError("The text has {n} different words; a training wants {least}.", "Take a longer text.", n=n,
                           least=low)
    with right:
        vocabulary = pick_number(tr("Vocabulary"), low, high, "lvv", default=min(USUAL, high), step=STEP,
                                 help=tr("The most frequent words."))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        loss = pick_segment(tr("Loss"), ("qwem", "sgns"), "lvloss", "qwem", format=str.upper, help=tr(
            "SGNS is word2vec's own; QWEM is its quadratic approximation, for which the closed form is derived."))
        tied = pick_segment(tr("Context vectors"), ("tied", "untied"), "lvtie", "tied",
                            format={"tied": tr("tied to the words"), "untied": tr("of their own")}.get) == "tied"
        gradient = pick_segment(tr("Gradient"), ("full", "sampled"), "lvgrad", "full",
                                format={"full": tr("full batch"), "sampled": tr("sampled from text")}.get, help=tr(
            "Of all pairs at once, or of pairs drawn from the text, as word2vec does it."))
    left, middle, right = st.columns(3)
    with left:
        exponent = pick_number(tr("Start: ten to the power of"), -12, -1, "lvinit", default=-6,
                               help=tr("How long the word vectors are before training. The smaller, the sharper the "
                                       "steps."))
    with middle:
        window = pick_number(tr("Window, words each side"), 1, 30, "lvwin", default=8)
    with right:
        seed = pick_number(tr("Seed"), 0, 20, "lvseed", default=0)
    return Settings(text=text, digest=digest, vocabulary=vocabulary, window=window, loss=loss, tied=tied,
                    gradient=gradient, init_scale=10.0 ** exponent, dimension=min(DIMENSION, vocabulary), seed=seed,
                    **(SAMPLED if gradient == "sampled" else {"duration": SMALL if text in (DEMO, OWN) else LARGE}))


def settings_name(s: Settings) -> str:
    """What tells one run from another, for the menu."""
    parts = [name_text(s.text, s.digest), s.loss.upper(), tr("tied") if s.tied else tr("untied"),
             tr("start {init}", init=write_power(round(np.log10(s.init_scale)))),
             tr("full batch") if s.gradient == "full" else tr("sampled from text"),
             tr("{n:,} words", n=s.vocabulary), tr("window {n}", n=s.window), tr("seed {n}", n=s.seed)]
    return " · ".join(parts)
