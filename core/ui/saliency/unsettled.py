"""Words by how unsettled they are, and one of them closely: its course and its sentences."""

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.instability import Instability
from core.analysis.saliency.selection import expect_from_frequency
from core.checkpoints.card import CNNCard
from core.checkpoints.cnn import CNNCheckpoint
from core.figures.saliency.words import draw_course, draw_words
from core.ui.controls import pick_number, pick_segment, pick_text
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import read_click, show_figure, show_guide
from core.ui.saliency.cached import find_sentences, get_cnn, get_encoded_texts
from core.ui.wording import list_words, plain

WORD, LISTED, DRAWN, SENTENCES = "unw", 200, 3_000, 5
MAX_WORD = 60  # characters
ALIKE = 1.5    # how many times more or less often a word may come to count as about as frequent
_RECIPE = """\
import numpy as np

from core.checkpoints.cnn import load_cnn
from core.figures.saliency.words import {draw}

network = load_cnn("{id}")
record, words = network.record, network.words.words
{lines}
"""


@dataclass(frozen=True)
class Ranking:
    """Words that come often enough, the most unsettled first."""

    network: CNNCheckpoint
    measure: str      # "loss" or "margin"
    wac: np.ndarray   # (V,)
    rows: np.ndarray
    least: int

    @property
    def field(self) -> str:
        """Of the record."""
        return "wac" if self.measure == "loss" else "wac_margin"


@st.cache_resource(max_entries=12, show_spinner=False)
def rank_words(checkpoint_id: str, measure: str, least: int) -> Ranking:
    """Words that come at least `least` times in T1 by falling wac."""
    network = get_cnn(checkpoint_id)
    wac = network.record.wac if measure == "loss" else network.record.wac_margin
    often = np.flatnonzero(network.record.occurrences >= least)
    return Ranking(network, measure, wac, often[np.argsort(-wac[often], kind="stable")], least)


@st.fragment
@guard()
def show_words(card: CNNCard) -> None:
    """The ranking, beside frequency, and a chosen word."""
    st.header(tr("Which words stay unsettled?"), anchor=False)
    most = int(min(50, get_cnn(card.id).record.occurrences.max()))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        measure = pick_segment(tr("Saliency of"), ["loss", "margin"], "unmeasure", "loss", format=name_measure,
                               help=tr("The paper takes the gradient of the loss, which shrinks as the network grows "
                                       "sure. Of the margin between the two classes it does not."))
        with st.container(width=220):
            least = pick_number(tr("Occurrences in T1, at least"), 1, most, "unleast", default=min(5, most))
        with st.container(width=240):
            typed = pick_text(tr("A word (or click one)"), WORD, max_characters=MAX_WORD,
                              placeholder=tr("the most unsettled"))
    ranking = rank_words(card.id, measure, least)
    if not len(ranking.rows):
        st.info(tr("No word comes {least} times or more.", least=least), icon=":material/info:")
        return
    chosen = _find_word(ranking, typed)
    st.markdown(_say_ranking(ranking))
    left, right = st.columns(2, gap="medium")
    with left:
        _list_ranking(ranking)
    with right:
        _show_scatter(ranking, chosen)
    show_guide(tr("wac (eq. 9) is how unevenly a word's saliency changes from epoch to epoch: 0 for a word whose "
                  "saliency stands still or rises in a line. Words of one or a few occurrences scatter most, because "
                  "wac is then the mean of few numbers; raise the least number of occurrences and the extremes go. "
                  "The line is the mean of words about as frequent: a word far above it is more unsettled than its "
                  "frequency leads to expect."))
    if chosen is not None:
        _show_word(ranking, chosen)


def name_measure(measure: str) -> str:
    """Which saliency, for menus."""
    return {"loss": tr("the loss (the paper's)"), "margin": tr("the margin (per doubt)")}[measure]


def _find_word(ranking: Ranking, typed: str) -> int | None:
    """Row of the word asked for, the first of the ranking if none is; None after a message."""
    word, ids = typed.strip(), ranking.network.words.ids
    if not word:
        return int(ranking.rows[0])
    row = ids.get(word, ids.get(word.lower()))
    if row is not None and ranking.network.record.occurrences[row]:
        return row
    listed = [ranking.network.words.words[i] for i in ranking.rows]
    near = get_close_matches(word.lower(), listed, 5, 0.7)
    st.info(tr("“{word}” never comes in T1, the sentences learned from.", word=plain(word)) + (
        " " + tr("Near to it in spelling: {near}.", near=list_words(map(plain, near))) if near else ""),
        icon=":material/info:")
    return None


def _say_ranking(ranking: Ranking) -> str:
    record, words = ranking.network.record, ranking.network.words.words
    top = ranking.rows[:max(1, len(ranking.rows) // 10)]
    return tr("{n:,} of {all:,} words of T1 come {least} times or more. Most unsettled: **{top}**. The most unsettled "
              "tenth comes {rare:.0f} times each, all of these words {usual:.0f} times (medians).", n=len(ranking.rows),
              all=int((record.occurrences > 0).sum()), least=ranking.least,
              top=list_words(plain(words[i]) for i in ranking.rows[:5]), rare=np.median(record.occurrences[top]),
              usual=np.median(record.occurrences[ranking.rows]))


def _tabulate(ranking: Ranking, rows: np.ndarray) -> pd.DataFrame:
    record, words = ranking.network.record, ranking.network.words.words
    return pd.DataFrame({"word": [words[i] for i in rows], "wac": ranking.wac[rows],
                         "occurrences": record.occurrences[rows], "doubt": record.doubt[rows],
                         "errors": record.errors[rows]})


def _list_ranking(ranking: Ranking) -> None:
    """The first words as a table; a click on a row chooses its word."""
    rows, key = ranking.rows[:LISTED], f"un-list-{ranking.measure}-{ranking.least}"
    table = _tabulate(ranking, rows)
    table["wac"] /= max(float(table["wac"].max()), 1e-30)
    table[["wac", "doubt", "errors"]] *= 100

    def choose() -> None:
        found = st.session_state[key].selection.rows
        if found and found[0] < len(rows):
            st.session_state[WORD] = ranking.network.words.words[rows[found[0]]]

    st.dataframe(
        table, key=key, hide_index=True, height=440, on_select=choose, selection_mode="single-row", column_config={
            "word": st.column_config.TextColumn(tr("word")),
            "wac": st.column_config.ProgressColumn(tr("wac, of the highest"), format="%.0f %%", min_value=0,
                                                   max_value=100),
            "occurrences": st.column_config.NumberColumn(tr("count"), format="localized", help=tr("occurrences in T1")),
            "doubt": st.column_config.NumberColumn(tr("doubt"), format="%.0f %%", help=tr(
                "1 − probability of the predicted class, mean over its occurrences and epochs")),
            "errors": st.column_config.NumberColumn(tr("errors"), format="%.0f %%", help=tr(
                "Share of its occurrences in T2 that stand in sentences got wrong"))})


def _show_scatter(ranking: Ranking, chosen: int | None) -> None:
    record, words = ranking.network.record, ranking.network.words.words
    rows, key = thin_out(ranking.rows), "un-scatter"
    expected = expect_from_frequency(Instability(ranking.wac.astype(np.float64), record.occurrences))

    def choose() -> None:
        if data := read_click(key):
            st.session_state[WORD] = words[int(data[0])]

    lines = (f"wac = record.{ranking.field}\noften = np.flatnonzero(record.occurrences >= {ranking.least})\n"
             f"rows = often[np.argsort(-wac[often])][:{DRAWN}]\n"
             f"draw_words(record.occurrences, wac, words, rows=rows, chosen={chosen}).show()")
    show_figure(
        draw_words(record.occurrences, ranking.wac, words, rows=rows, chosen=chosen, expected=expected,
                   titles=(tr("occurrences in T1"), "wac"),
                   names=(tr("a word"), tr("chosen word"), tr("mean of words as frequent"))),
        key=key, on_select=choose, selection_mode="points", table=lambda: _tabulate(ranking, ranking.rows),
        recipe=_RECIPE.format(draw="draw_words", id=ranking.network.card.id, lines=lines),
        alt=tr("wac against word frequency for {n:,} words, both axes logarithmic; rank correlation {rho:.2f}.",
               n=len(rows), rho=_correlate_ranks(ranking)))


def _correlate_ranks(ranking: Ranking) -> float:
    ranks = [pd.Series(a[ranking.rows]).rank() for a in (ranking.wac, ranking.network.record.occurrences)]
    return float(ranks[0].corr(ranks[1]))


def thin_out(rows: np.ndarray) -> np.ndarray:
    """At most `DRAWN` of the ranked words: the first third of them all, the others at even steps."""
    if len(rows) <= DRAWN:
        return rows
    rest = rows[DRAWN // 3:]
    return np.concatenate([rows[:DRAWN // 3], rest[np.linspace(0, len(rest) - 1, DRAWN - DRAWN // 3).astype(int)]])


def _show_word(ranking: Ranking, chosen: int) -> None:
    record, words, card = ranking.network.record, ranking.network.words.words, ranking.network.card
    count = int(record.occurrences[chosen])
    st.subheader(tr("“{word}” over the epochs", word=plain(words[chosen])), anchor=False)
    alike = np.flatnonzero((record.occurrences >= max(1, count / ALIKE)) & (record.occurrences <= count * ALIKE)
                           & (np.arange(len(words)) != chosen))
    usual = np.quantile(record.course[alike], (0.25, 0.5, 0.75), axis=0) if len(alike) > 3 else None
    above = float((ranking.wac[alike] < ranking.wac[chosen]).mean()) if len(alike) else float("nan")
    said = [tr("It comes {count:,} times in T1.", count=count)]
    if len(alike) > 3:
        said.append(tr("Its wac is above that of {share:.0%} of the {n:,} words about as frequent.", share=above,
                       n=len(alike)))
    st.markdown(" ".join(said))
    left, right = st.columns([3, 2], gap="large")
    with left:
        show_figure(
            draw_course(record.course[chosen], usual, word=words[chosen], titles=(tr("epoch"), tr("mean saliency")),
                        names=(tr("words as frequent: middle half"), tr("their median"))),
            key="un-course", recipe=_RECIPE.format(draw="draw_course", id=card.id, lines=(
                f"draw_course(record.course[{chosen}], word=words[{chosen}]).show()")),
            table=lambda: pd.DataFrame({"epoch": np.arange(1, len(record.course[chosen]) + 1),
                                        "saliency": record.course[chosen]}),
            alt=tr("Mean saliency of “{word}” after each of {n} epochs, from {first:.2g} to {last:.2g}.",
                   word=words[chosen], n=record.course.shape[1], first=float(record.course[chosen, 0]),
                   last=float(record.course[chosen, -1])))
    with right:
        _show_sentences(card, chosen)


def _show_sentences(card: CNNCard, chosen: int) -> None:
    """Sentences of T1 that hold the word, those with the highest A_S first."""
    network, sentences, texts = get_cnn(card.id), find_sentences(card.id), get_encoded_texts(card.id)
    if sentences is None or texts is None:
        st.info(tr("The sentences of {corpus} are not on this machine; the numbers above do not need them. To see "
                   "them: python -m core.corpora fetch {corpus}", corpus=card.corpus.name), icon=":material/info:")
        return
    record = network.record
    own = np.isin(record.rows, np.unique(texts.sentence[texts.ids == chosen]))
    found = np.flatnonzero(own)[np.argsort(-record.unsettled[own], kind="stable")]
    st.markdown(tr("**Its sentences in T1**, the most unsettled first ({shown} of {n}):", n=len(found),
                   shown=min(SENTENCES, len(found))))
    lines = []
    for s in found[:SENTENCES]:
        mark = ":green[✓]" if record.right[s] else ":red[✗]"
        lines.append(f"{mark} {plain(sentences.texts[record.rows[s]])}  \n  :gray[{_say_sentence(network, s)}]")
    st.markdown("\n\n".join(lines))


def _say_sentence(network: CNNCheckpoint, s: int) -> str:
    record = network.record
    wrong = np.flatnonzero(record.predicted[s] != record.labels[s])
    label = plain(network.label_names[record.labels[s]])
    if not len(wrong):
        return tr("{label} · right from the first epoch on", label=label)
    if wrong[-1] == record.predicted.shape[1] - 1:
        return tr("{label} · wrong at the end", label=label)
    return tr("{label} · right from epoch {epoch} on", label=label, epoch=int(wrong[-1]) + 2)
