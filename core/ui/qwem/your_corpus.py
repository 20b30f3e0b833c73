"""A text of the reader's own: where it comes from, how it is counted, and what it bears."""

import hashlib
from dataclasses import replace
from threading import Lock

import streamlit as st

from core.analysis.qwem.own_text import (
    CUTS,
    MAX_BYTES,
    TextConcepts,
    TextSettings,
    compute_text_concepts,
    decode_text,
    lacks_blanks,
    separate_scripts,
    write_demo_text,
)
from core.jobs.qwem import BOUNDS, DEMO, OWN
from core.jobs.store import list_used_texts
from core.jobs.texts import keep_text
from core.ui.controls import pick_number, pick_segment
from core.ui.language import tr
from core.ui.output import show_numbers
from core.ui.qwem.live_settings import DIGEST, STEP
from core.ui.qwem.view import ConceptView
from core.ui.registry import find_page
from core.ui.wording import join_sentences

SOURCES = ("demo", "paste", "upload")
VOCABULARIES, DIMENSIONS, LEAST, WINDOWS = (200, 500, 1_000, 2_000, 3_000), (20, 50, 100), (1, 2, 3, 5), (1, 30)
MAX_PASTED = 1_000_000  # characters; what is longer lags in a text field
AUTO = "auto"
COMMAND = "python -m core.training qwem --corpus my-text.txt --vocabulary 10000 --window 16 --dimension 200"
_KEPT = "_upasted"
_RECIPE = """from pathlib import Path

from core.analysis.qwem.own_text import TextSettings, compute_text_concepts, write_demo_text

data = {read}
space = compute_text_concepts(data, {settings}).space"""
_READ = {"demo": "write_demo_text()"}


def pick_text_data() -> tuple[str, bytes | None]:
    """Where the text comes from, and its bytes; None while there is none."""
    source = pick_segment(tr("Text"), SOURCES, "usrc", "demo", format={
        "demo": tr("Demo (our own sentences)"), "paste": tr("paste"), "upload": tr("upload a file")}.get)
    if source == "demo":
        return source, write_demo_text()
    if source == "paste":
        if "utext" not in st.session_state:  # lost with the field, when another page was looked at
            st.session_state["utext"] = st.session_state.get(_KEPT, "")
        text = st.text_area(tr("Your text"), key="utext", max_chars=MAX_PASTED, height=220,
                            placeholder=tr("A few thousand words at least; an empty line begins a new article."))
        st.session_state[_KEPT] = text
        return source, text.encode("utf-8", "replace") if text.strip() else None
    file = st.file_uploader(tr("Plain text in UTF-8"), key="ufile", max_upload_size=MAX_BYTES // 2**20)
    return source, None if file is None else file.getvalue()


def pick_settings() -> tuple[TextSettings, str]:
    """What is counted, and how words are told apart: "auto", or one of `CUTS`."""
    usual = TextSettings()
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        vocabulary = pick_segment(tr("Vocabulary"), VOCABULARIES, "uv", usual.vocabulary, format="{:,}".format,
                                  help=tr("The most frequent words."))
        least = pick_segment(tr("A word comes at least"), LEAST, "um", usual.min_count,
                             format=lambda n: tr("{n} ×", n=n),
                             help=tr("What comes once has met its neighbours by accident."))
        dimension = pick_segment(tr("Concepts"), DIMENSIONS, "ud", usual.dimension)
        cut = pick_segment(
            tr("Words end"), (AUTO, *CUTS), "ucut", AUTO,
            format={AUTO: tr("as its script wants"), "blanks": tr("at blanks"),
                    "scripts": tr("where scripts change")}.get,
            help=tr("Japanese, Chinese and Thai put no blanks between words. Where kanji, hiragana and katakana "
                    "change, a word mostly ends; for exact words put blanks in with a tokeniser first."))
    with st.container(width=420):
        window = pick_number(tr("Window, words each side"), *WINDOWS, "uwin", default=usual.window)
    return TextSettings(vocabulary=vocabulary, window=window, dimension=dimension, min_count=least), cut


@st.cache_resource(show_spinner=False)
def _get_gate() -> Lock:
    """One text at a time: ten megabytes take some hundred more of memory."""
    return Lock()


@st.cache_resource(max_entries=6, show_spinner=False)
def get_text_concepts(digest: str, settings: TextSettings, _data: bytes) -> TextConcepts:
    """Concepts of a text, known by its hash; the text itself is not kept."""
    with _get_gate():
        return compute_text_concepts(_data, settings)


def choose_cut(data: bytes, cut: str) -> str:
    """How words are told apart, where the reader leaves it to the text."""
    return cut if cut != AUTO else "scripts" if lacks_blanks(decode_text(data)) else "blanks"


def find_text_concepts(source: str, data: bytes, settings: TextSettings, cut: str) -> tuple[ConceptView, TextConcepts]:
    """The concepts, computed once for each text and its settings.

    Raises
    ------
    WordglassError
        The text cannot be used.
    """
    settings = replace(settings, cut=choose_cut(data, cut))
    digest = hashlib.sha256(data).hexdigest()
    with st.spinner(tr("Counting the words, finding the concepts, and again with the words shuffled …"),
                    show_time=True):
        found = get_text_concepts(digest, settings, data)
    mark = hashlib.sha256(f"{digest} {settings}".encode()).hexdigest()[:8]
    recipe = _RECIPE.format(read=_READ.get(source, 'Path("my-text.txt").read_bytes()'), settings=settings)
    if source == "demo":
        recipe = recipe.removeprefix("from pathlib import Path\n\n")
    else:
        recipe = recipe.replace(", write_demo_text", "")
    return ConceptView("u", mark, found.space, recipe, found.chance, found.firm), found


def show_summary(found: TextConcepts, settings: TextSettings) -> None:
    """How much text there was, and how much of what was found is more than noise."""
    n, firm, kept = len(found.space.values), int(found.firm.sum()), len(found.space.words)
    words = [
        tr("**{firm} of {n} concepts are stronger than noise**: the same words in a random order do not reach them "
           "(95 %).", firm=firm, n=n) if firm else
        tr("**No concept is stronger than noise**: the same words in a random order have as strong ones. What you see "
           "below is accident; a longer text may tell more.")]
    if kept < settings.vocabulary:
        words.append(tr("Only {kept:,} words come {least} times or more, fewer than the vocabulary of {v:,}: all were "
                        "taken.", kept=kept, least=settings.min_count, v=settings.vocabulary))
    st.markdown(join_sentences(words))
    show_numbers([
        (tr("words read"), f"{found.n_tokens:,}", tr("{n:,} different", n=found.n_types),
         tr("Letters between blanks and signs, in lower case.")),
        (tr("articles"), f"{found.n_articles:,}", tr("windows end with them"),
         tr("An empty line ends an article; no window reaches over it.")),
        (tr("above noise"), f"{firm}", tr("of {n} concepts", n=n),
         tr("Eigenvalues above the 95 % limit of the words shuffled several times: the first above their first, which "
            "belongs to how often words come; the others above their second, the edge of noise.")),
        (tr("seconds"), f"{found.seconds:.1f}", tr("shuffles included"),
         tr("For the text, and for its words shuffled 9 times, or 3 times beyond 200,000 words."))],
        columns=4)


def show_training_button(source: str, data: bytes, *, n_words: int, settings: TextSettings, cut: str) -> None:
    """The way to a training on this text; only now is it kept."""
    n_words = min(n_words, settings.vocabulary, BOUNDS["vocabulary"][1]) // STEP * STEP
    if n_words < BOUNDS["vocabulary"][0]:
        return
    if st.button(tr("Train an embedding on it"), key="utrain", icon=":material/model_training:", help=tr(
            "Leads to the page Learning dynamics, where you start it. A text of your own is then kept on this server, "
            "for as long as a training needs it; nobody can read it there through the lab.")):
        query = {"lvtext": DEMO, "lvv": str(n_words), "lvwin": str(settings.window)}
        if source != "demo":
            if choose_cut(data, cut) == "scripts":
                data = separate_scripts(decode_text(data)).encode()
            query |= {"lvtext": OWN, DIGEST: keep_text(data, used=list_used_texts())}
        st.switch_page(find_page("dynamics").path, query_params=query)


def show_command() -> None:
    """How to do it with a text of any size."""
    st.header(tr("A larger text"), anchor=False)
    st.markdown(tr("The same for a text of any size, on your own machine: a file, a packed one (.xz, .gz, .bz2, .zip) "
                   "or a folder of them. It is counted in a stream, and a stopped count goes on where it was. The "
                   "result appears on the page Concepts."))
    st.code(COMMAND, language="bash", wrap_lines=True)
