"""Lists of translations: the n best of the search, and a list of the reader's own in the models' order."""

import pandas as pd
import streamlit as st

from core.tokens.linearise import UNK
from core.translate.beam import BeamResult
from core.translate.bleu import bleu_signature, compute_bleu, count_ngrams
from core.translate.candidates import Candidates, read_candidates
from core.translate.rescore import Rescored, rescore
from core.ui.controls import pick_text
from core.ui.language import tr
from core.ui.output import show_guide
from core.ui.seq2seq.translate_choice import Task
from core.ui.wording import plain


def show_n_best(task: Task, prefix: tuple[str, ...], result: BeamResult) -> None:
    """The finished translations the search was asked for, best first."""
    texts = [task.translator.write(h) for h in result.hypotheses]
    rows = pd.DataFrame({
        "translation": texts, "log_p": [h.score for h in result.hypotheses],
        "per_token": [h.score / max(len(h.log_p), 1) for h in result.hypotheses],
        "tokens": [len(h.log_p) for h in result.hypotheses],
        "finished": [h.finished for h in result.hypotheses]}, index=pd.RangeIndex(1, len(texts) + 1, name="rank"))
    if task.settings.length_penalty:
        rows.insert(3, "penalised", [h.score / ((5 + len(h.log_p)) / 6) ** task.settings.length_penalty
                                     for h in result.hypotheses])
    if task.reference is not None:
        rows["bleu"] = [compute_bleu(count_ngrams([text], [task.reference])) for text in texts]
    _show_table(rows, "tr-nbest")
    if task.reference is not None:
        st.caption(tr("BLEU of each sentence against our own translation: {signature}",
                      signature=plain(bleu_signature())))
    show_guide(tr("log p is what the search maximises; a token more can only lower it, so that short translations have "
                  "an advantage: compare with log p a token, or set a length penalty under “More settings”. More than "
                  "one translation is found only as long as the search keeps them: a wider beam gives a longer list. "
                  "Where there is BLEU, see whether the most probable one also has the highest."))


def _show_table(rows: pd.DataFrame, key: str) -> None:
    number = st.column_config.NumberColumn
    st.dataframe(rows, key=key, column_config={
        "rank": number(tr("rank"), width=60), "given": number(tr("given as"), width=80),
        "translation": st.column_config.TextColumn(tr("translation"), width="large"),
        "log_p": number("log p", format="%.2f", width=80), "per_token": number(tr("a token"), format="%.2f", width=120),
        "penalised": number(tr("penalised"), format="%.2f", width=110), "tokens": number(tr("length"), width=80),
        "finished": st.column_config.CheckboxColumn(tr("finished"), width=80),
        "bleu": number("BLEU", format="%.1f", width=80), "score": number(tr("its score"), format="%.2f", width=130),
        "combined": number(tr("even average"), format="%.2f", width=110), "unknown": number("UNK", width=60)})


@st.cache_data(max_entries=32, show_spinner=False)
def rescore_text(_task: Task, key: tuple, candidates: Candidates) -> Rescored:
    """`rescore`; `key` names models and source."""
    return rescore(_task.translator, _task.source.words, candidates.texts, candidates.scores)


def show_candidates(task: Task, prefix: tuple[str, ...], result: BeamResult) -> None:
    """A pasted list in the models' order."""
    text = pick_text(
        tr("Translations to be ordered, one a line; or score, tab (or |), translation"), "trlist", lines=6,
        placeholder=tr("Empty: the n-best list of the search, and our own translation where there is one."))
    if text.strip():
        candidates = read_candidates(text)
    else:
        own = [task.translator.write(h) for h in result.hypotheses]
        own = [*sorted(own), *([task.reference] if task.reference else [])]
        candidates = Candidates(tuple(dict.fromkeys(own)), None)
    found = rescore_text(task, (task.ids, task.text), candidates)
    st.markdown(_say_order(task, candidates, found))
    _show_table(_tabulate(task, candidates, found), "tr-rescored")
    show_guide(tr("The models read each line word by word and add up log p; nothing is searched. Words they do not "
                  "know count as UNK, which makes a rare word cheap: look at the last column. With scores of another "
                  "system the order is that of the even average of both, as in the paper, which took 1,000-best lists "
                  "of a phrase-based system and gained more that way than by translating alone (36.5 against 34.8 "
                  "BLEU)."))


def _say_order(task: Task, candidates: Candidates, found: Rescored) -> str:
    n, first = len(candidates.texts), int(found.order[0])
    if candidates.scores is not None:
        given = max(range(n), key=candidates.scores.__getitem__)
        return tr("Of {n} candidates number {first} comes first; by their own scores it would be number {given}.", n=n,
                  first=first + 1, given=given + 1)
    if task.reference in candidates.texts:
        own = candidates.texts.index(task.reference)
        if own == first:
            return tr("Of {n} candidates our own translation comes first.", n=n)
        return tr("Of {n} candidates our own translation comes in place {place}, {gap:.1f} nats behind the first.", n=n,
                  place=found.order.tolist().index(own) + 1, gap=float(found.combined[first] - found.combined[own]))
    return tr("Of {n} candidates number {first} comes first.", n=n, first=first + 1)


def _tabulate(task: Task, candidates: Candidates, found: Rescored) -> pd.DataFrame:
    vocabulary = task.translator.vocabulary
    words = [vocabulary.target.encode(vocabulary.split_target(text)) for text in candidates.texts]
    rows = pd.DataFrame({
        "given": range(1, len(words) + 1), "translation": candidates.texts, "log_p": found.log_p,
        "per_token": [log_p / (len(ids) + 1) for log_p, ids in zip(found.log_p, words, strict=True)],
        "tokens": [len(ids) + 1 for ids in words]})
    if candidates.scores is not None:
        rows["score"], rows["combined"] = candidates.scores, found.combined
    rows["unknown"] = [int((ids == vocabulary.target.ids[UNK]).sum()) for ids in words]
    rows = rows.iloc[found.order]
    rows.index = pd.RangeIndex(1, len(words) + 1, name="rank")
    return rows
