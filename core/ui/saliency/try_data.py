"""Labelled sentences to train on: those that ship, rt-polarity, or a table of the reader's own, looked at first."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.material import DEMO, POLARITY, read_labelled
from core.corpora.labelled import LabelledSentences
from core.corpora.registry import locate_corpus
from core.corpora.tables import Table, read_cells
from core.jobs.classify import MAX_COLUMN
from core.jobs.labelled import MAX_WORDS, OWN, read_own
from core.jobs.texts import MAX_BYTES
from core.ui.controls import pick_one, pick_segment
from core.ui.language import tr

PASTE, UPLOAD = "paste", "upload"
N_SHOWN = 5
MAX_PASTED = 1_000_000  # characters; what is longer lags in a text field
_KEPT = "_typasted"


@dataclass(frozen=True)
class Choice:
    """What the reader wants to train on.

    Attributes
    ----------
    data : str
        As in `core.jobs.classify.Settings`.
    sentences : LabelledSentences
        All of them.
    table : bytes
        The reader's own table; empty for known sentences.
    text_column, label_column : str
        As in the settings.
    """

    data: str
    sentences: LabelledSentences
    table: bytes = b""
    text_column: str = ""
    label_column: str = ""


def pick_data() -> Choice | None:
    """Where the sentences come from; None while there are none.

    Raises
    ------
    WordglassError
        The table cannot be used; the line is named.
    """
    known = (DEMO, *((POLARITY,) if locate_corpus(POLARITY) else ()))
    source = pick_segment(tr("Sentences"), (*known, PASTE, UPLOAD), "tydata", DEMO, format=name_source)
    if source in known:
        return Choice(source, get_known(source))
    table = _take_pasted() if source == PASTE else _take_upload()
    if not table:
        st.info(tr("Give a table with one sentence a row, its text and its label: CSV, TSV or one JSON object a line, "
                   "up to {limit} MB.", limit=MAX_BYTES // 2**20), icon=":material/info:")
        return None
    digest = hashlib.sha256(table).hexdigest()
    text, label = _pick_columns(get_cells(digest, table))
    return Choice(OWN, get_own(digest, text, label, table), table, text, label)


def name_source(source: str) -> str:
    """Where sentences come from, for menus."""
    return {DEMO: tr("Demo (our own sentences)"), POLARITY: "rt-polarity", PASTE: tr("paste"),
            UPLOAD: tr("upload a file")}[source]


def _take_pasted() -> bytes:
    if "tytable" not in st.session_state:  # lost with the field, when another page was looked at
        st.session_state["tytable"] = st.session_state.get(_KEPT, "")
    typed = st.text_area(tr("Your table"), key="tytable", max_chars=MAX_PASTED, height=200, placeholder=tr(
        "text,label\nA warm and funny film.,positive\nDull from start to end.,negative"))
    st.session_state[_KEPT] = typed
    return typed.encode("utf-8", "replace") if typed.strip() else b""


def _take_upload() -> bytes:
    file = st.file_uploader(tr("CSV, TSV or JSON lines"), key="tyfile", max_upload_size=MAX_BYTES // 2**20)
    return b"" if file is None else file.getvalue()


def _pick_columns(table: Table) -> tuple[str, str]:
    """Names of the columns; "" leaves it to their names."""
    names = ("", *dict.fromkeys(name for name in table.columns if 0 < len(name) <= MAX_COLUMN))

    def show(name: str) -> str:
        return name[:80] or tr("found by itself")

    left, right = st.columns(2)
    with left:
        text = pick_one(tr("Column of the text"), names, "tytext", "", format=show)
    with right:
        label = pick_one(tr("Column of the label"), names, "tylabel", "", format=show)
    return text, label


@st.cache_resource(max_entries=2, show_spinner=False)
def get_known(name: str) -> LabelledSentences:
    """Sentences that ship or are on this machine."""
    return read_labelled(name)


@st.cache_resource(max_entries=2, ttl=600, show_spinner=False)
def get_cells(digest: str, _data: bytes) -> Table:
    """A table, known by its hash (0.5 s at 10 MB)."""
    return read_cells(_data, max_bytes=MAX_BYTES)


@st.cache_resource(max_entries=2, ttl=600, show_spinner=False)
def get_own(digest: str, text_column: str, label_column: str, _data: bytes) -> LabelledSentences:
    """Its sentences."""
    return read_own(_data, text_column=text_column, label_column=label_column)


def show_preview(choice: Choice) -> None:
    """The first sentences as they are read, and how many there are of each class."""
    sentences = choice.sentences
    counts = np.bincount(sentences.labels, minlength=len(sentences.label_names))
    rows = _choose_rows(sentences)
    left, right = st.columns([3, 1], gap="medium")
    with left:
        st.caption(tr("{n:,} sentences; these are some of them.", n=len(sentences)))
        st.dataframe(pd.DataFrame({"label": [sentences.label_names[sentences.labels[i]] for i in rows],
                                   "text": [sentences.texts[i][:400] for i in rows]}),
                     hide_index=True, width="stretch", key="typreview", column_config={
                         "label": st.column_config.TextColumn(tr("label"), width="small"),
                         "text": st.column_config.TextColumn(tr("text"), width="large")})
    with right:
        st.caption(tr("{n} classes", n=len(counts)))
        st.dataframe(pd.DataFrame({"label": list(sentences.label_names), "n": counts}), hide_index=True,
                     width="stretch", height="auto" if len(counts) <= N_SHOWN else 213, key="tycounts", column_config={
                         "label": st.column_config.TextColumn(tr("label")),
                         "n": st.column_config.NumberColumn(tr("sentences"), format="localized")})
    if choice.data == OWN:
        _say_reading(sentences)


def _choose_rows(sentences: LabelledSentences) -> list[int]:
    """Five rows from the first to the last, so that a table sorted by class shows more than one."""
    return sorted({round(i) for i in np.linspace(0, len(sentences) - 1, N_SHOWN)})


def _say_reading(sentences: LabelledSentences) -> None:
    said = [tr("Words end at blanks and signs; sentences are read up to their {n}th word.", n=MAX_WORDS)]
    if sentences.encoding != "utf-8":
        said.append(tr("The table is no UTF-8; it was read as Windows-1252 (cp1252). If letters look wrong above, save "
                       "it as UTF-8."))
    if _lacks_blanks(sentences):
        said.append(tr("These sentences hardly have blanks: put some between the words first, with a tokeniser, or "
                       "each sentence is one word."))
    st.caption("  \n".join(said))


def _lacks_blanks(sentences: LabelledSentences) -> bool:
    """Whether a blank comes less than once in 25 characters, as in Japanese or Chinese."""
    sample = sentences.texts[:200]
    return sum(text.count(" ") for text in sample) * 25 < sum(map(len, sample))
