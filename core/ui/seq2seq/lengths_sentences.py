"""The sentences of chosen bins: what stood there, what it means, what every system made of it."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.seq2seq.lengths import score_sentences
from core.checkpoints.card import Seq2SeqCard
from core.ui.controls import pick_many, pick_one, pick_segment
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.seq2seq.cached import get_checkpoint
from core.ui.seq2seq.lengths import LengthView, pick_view
from core.ui.seq2seq.lengths_findings import show_curves, show_reading_guide
from core.ui.wording import list_words, plain

BIN, SENTENCE, CURVES = "lebin", "lesent", "le-curves"
SHOWN = 70  # letters of a sentence in the menu


@st.fragment
@guard()
def show_page(card: Seq2SeqCard) -> None:
    """Figure and sentences: a click in the one opens the other."""
    view = pick_view(card)
    if view is None:
        return
    above = st.container()
    st.header(tr("Sentences of a bin"), anchor=False)
    bins = range(len(view.bins))
    chosen = pick_many(tr("Bins (or click a dot of the figure)"), bins, BIN, [len(view.bins) - 1],
                       format=view.name_bin)
    with above:
        show_curves(view, chosen, _choose_bins)
        show_reading_guide()
    if not chosen:
        st.info(tr("Choose a bin."), icon=":material/info:")
        return
    _show_sentences(view, np.concatenate([view.bins.rows(b) for b in sorted(chosen)]))


def _choose_bins() -> None:
    """The bins of the dots clicked or dragged over."""
    found = []
    for point in st.session_state[CURVES].selection.points:
        data = point.get("customdata")
        if data:
            found.append(int(data["0"] if isinstance(data, dict) else data[0]))
    if found:
        st.session_state[BIN] = sorted(set(found))


def _show_sentences(view: LengthView, rows: np.ndarray) -> None:
    """A table of sentences with the BLEU of each system, and one of them in full."""
    scores = np.stack([score_sentences(e.counts[rows]) for e in view.evaluations], 1)
    order = pick_segment(tr("Sentences in order of"), ["property", "worst", "best"], "leorder", "property",
                         format=lambda o: {"property": tr("length or rarity"), "worst": tr("lowest BLEU first"),
                                           "best": tr("highest BLEU first")}[o])
    if order != "property":
        place = np.argsort(scores.mean(1) * (1 if order == "worst" else -1), kind="stable")
        rows, scores = rows[place], scores[place]
    table = _tabulate(view, rows, scores)
    key = f"le-table-{view.property}-{order}-{rows[0]}-{len(rows)}"

    def choose() -> None:
        found = st.session_state[key].selection.rows
        if found and found[0] < len(rows):
            st.session_state[SENTENCE] = int(rows[found[0]])

    numbers = {s.id: st.column_config.ProgressColumn(s.name(), format="%.0f", min_value=0, max_value=100, width=110)
               for s in view.systems}
    st.dataframe(table, key=key, hide_index=True, height=min(36 * (len(rows) + 1), 330), width="stretch",
                 on_select=choose, selection_mode="single-row", column_config=numbers | {
                     "words": st.column_config.NumberColumn(tr("words"), width=64),
                     "rank": st.column_config.NumberColumn(tr("mean rank"), format="%.0f", width=80),
                     "unknown": st.column_config.NumberColumn(tr("unknown"), width=72),
                     "source": st.column_config.TextColumn(tr("source"), width="large")})
    s = pick_one(tr("Sentence (or click a row)"), rows.tolist(), SENTENCE, format=lambda s: _name_sentence(view, s))
    _show_one(view, s, scores[rows.tolist().index(s)])


def _tabulate(view: LengthView, rows: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    own = view.evaluations[0]
    columns = {"words": own.source_lengths[rows], "rank": own.source_ranks[rows], "unknown": own.source_unknown[rows]}
    if view.pairs is not None:
        columns["source"] = [view.pairs.sources[s] for s in rows]
    return pd.DataFrame(columns | {system.id: scores[:, k] for k, system in enumerate(view.systems)})


def _name_sentence(view: LengthView, s: int) -> str:
    n = int(view.evaluations[0].source_lengths[s])
    if view.pairs is None:
        return tr("sentence {s}, {n} words", s=s + 1, n=n)
    text = view.pairs.sources[s]
    return tr("{n} words: {text}", n=n, text=text if len(text) <= SHOWN else text[:SHOWN].rstrip() + " …")


def _show_one(view: LengthView, s: int, scores: np.ndarray) -> None:
    """Source, reference and outputs one below the other, so that they can be compared word by word."""
    parts, vocabulary = [], get_checkpoint(view.systems[0].card.id).vocabulary
    if view.pairs is not None:
        parts += [f"**{tr('source')}**  \n{plain(view.pairs.sources[s])}",
                  f"**{tr('reference')}**  \n{plain(view.pairs.targets[s])}"]
    for system, evaluation, score in zip(view.systems, view.evaluations, scores.tolist(), strict=True):
        written = evaluation.write(s, get_checkpoint(system.card.id).vocabulary)
        cut = "" if evaluation.finished[s] else " " + tr("(cut)")
        parts.append(f"**{system.name()}** · BLEU {score:.0f}  \n{plain(written)}{cut}")
    with st.container(border=True):
        st.markdown("\n\n".join(parts))
    if view.pairs is not None:
        words = vocabulary.split_source(view.pairs.sources[s])
        unknown = [w for w in words if w not in vocabulary.source]
        if unknown:
            st.caption(tr("Unknown to the model, read as `<UNK>`: {words}.", words=list_words(
                f"“{plain(w)}”" for w in unknown)))
    st.caption(tr("BLEU of a single sentence is rough: it counts only n-grams that the sentence is long enough for, "
                  "and a good translation in other words gets little."))
