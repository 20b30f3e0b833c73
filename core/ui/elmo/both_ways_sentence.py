"""One sentence, guessed from both sides: bars over and under its words, and what was expected at one of them."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.elmo.surprise import SentenceSurprise
from core.checkpoints.bilm import BiLMCheckpoint
from core.figures.elmo.surprise import SurpriseTexts, draw_both_ways, lay_sentence, name_places
from core.tokens.characters import SENTENCE_END, SENTENCE_START
from core.tokens.linearise import UNK
from core.ui.controls import pick_one
from core.ui.elmo.text_choice import ChosenText
from core.ui.language import tr
from core.ui.messages import quote_code
from core.ui.output import read_click, show_figure, show_guide
from core.ui.seq2seq.wide import scroll_wide
from core.ui.wording import join_sentences

EVERY = 4          # of our sentences, for the average guess
REACH = 4          # words of context named above a list
_FIGURE = "lm-words"
_RECIPE = """\
{numpy}from core.analysis.elmo.surprise import {analysis}
from core.checkpoints.bilm import load_bilm
{senses}from core.figures.elmo.surprise import {function}
{running}
checkpoint = load_bilm("{id}")
{sentences}
{lines}
"""
_LINES = """\
average = average_guess(checkpoint, list(dict.fromkeys(e.words for e in read_demo_senses()[::{every}])))
scored = score_sentence(checkpoint, sentences[{row}])
draw_both_ways(scored, score_average(checkpoint, average, scored), picked={place}).show()"""


def write_recipe(checkpoint: BiLMCheckpoint, chosen: ChosenText, function: str, lines: str, *, analysis: str,
                 numpy: bool = False) -> str:
    """Lines of Python with ``checkpoint`` and ``sentences``, and those that draw a figure."""
    needs = {name: name in chosen.lines + lines for name in ("read_demo_senses", "tokenise_paragraph")}
    return _RECIPE.format(
        id=checkpoint.id, function=function, lines=lines, analysis=analysis, sentences=chosen.lines,
        numpy="import numpy as np\n\n" if numpy else "",
        senses="from core.corpora.senses import read_demo_senses\n" if needs["read_demo_senses"] else "",
        running="from core.tokens.running import split_sentences, tokenise_paragraph\n"
        if needs["tokenise_paragraph"] else "")


def figure_texts() -> SurpriseTexts:
    """What the figures write, in the reader's language."""
    return SurpriseTexts(
        forward=tr("forward"), backward=tr("backward"), usual=tr("without context"), bits=tr("bits"),
        without=tr("without context {bits} bits"),
        hover=tr("{bits} bits, p = {p}<br>{rank} words thought likelier"),
        unknown=tr("not among the model's words, scored as UNK"), start=tr("beginning"), end=tr("end"),
        nothing=tr("nothing stands there to guess it from"), sentence=tr("sentence"), mean=tr("bits a word, mean"))


def show_sentence(checkpoint: BiLMCheckpoint, chosen: ChosenText, scored: SentenceSurprise, usual: np.ndarray, *,
                  row: int) -> None:
    """The figure, and the place in it that is looked into."""
    st.header(tr("Word by word"), anchor=False)
    st.markdown(_say_sentence(scored, usual))
    texts, slot = figure_texts(), st.container()
    names = name_places(scored, texts)
    with st.container(width=320):
        place = pick_one(tr("Look at (or click a word)"), range(len(names)), "lmk", _most_surprising(scored),
                         format=lambda i: f"{i} · {names[i]}" if 0 < i < len(names) - 1 else names[i])
    with slot, scroll_wide("lm-wide", lay_sentence(scored, texts).needed):
        show_figure(
            draw_both_ways(scored, usual, picked=place, texts=texts), key=_FIGURE, on_select=_open_place,
            selection_mode="points", table=lambda: _tabulate(scored, usual),
            recipe=write_recipe(checkpoint, chosen, "draw_both_ways", _LINES.format(every=EVERY, row=row, place=place),
                                analysis="average_guess, score_average, score_sentence"),
            alt=tr("Bits of surprise at each of {n} words: forward above the sentence, backward below it.",
                   n=len(scored.words)))
    if not scored.known.all():
        st.caption(tr("Words in italics with a question mark, over and under hatched bars, are none that the model can "
                      "predict. It reads them by their letters, and its guess for them is that of UNK, which stands "
                      "for all rare words together."))
    _show_expected(checkpoint, scored, place)
    show_guide(tr("Forward guesses a word from what stands before it, backward from what follows it. A bar is −log₂ p "
                  "of the word: 1 bit is a coin's toss, 10 bits a guess among 1,000. The dash is what the word costs "
                  "without any context, so a bar far below its dash is what the neighbours gave away, and a bar beyond "
                  "it says that they misled. A word that costs much one way and little the other is foretold by one "
                  "side only: the end of a fixed phrase goes cheap forward, its first word backward."))


def _most_surprising(scored: SentenceSurprise) -> int:
    """The word at which both directions together are most surprised; the end of an empty sentence."""
    if not scored.words:
        return 1
    return 1 + int(scored.bits[:, 1:-1].sum(0).argmax())


def _open_place() -> None:
    if data := read_click(_FIGURE):
        st.session_state["lmk"] = int(data[0])


def _say_sentence(scored: SentenceSurprise, usual: np.ndarray) -> str:
    said = []
    if len(scored.words) > 1:
        best = [1 + int(scored.bits[d, 1:-1].argmax()) for d in range(2)]
        word = [f"**{quote_code(scored.words[i - 1])}**" for i in best]
        bits = [float(scored.bits[d, i]) for d, i in enumerate(best)]
        said.append(tr("Forward is most surprised by {first} ({a:.1f} bits), backward by {second} ({b:.1f} bits).",
                       first=word[0], second=word[1], a=bits[0], b=bits[1]))
    means = [(float(np.nanmean(scored.bits[d])), float(np.nanmean(usual[d]))) for d in range(2)]
    said.append(tr("On average a word costs {a:.1f} bits forward and {b:.1f} backward; without context {c:.1f} and "
                   "{d:.1f}.", a=means[0][0], b=means[1][0], c=means[0][1], d=means[1][1]))
    return join_sentences(said)


def _tabulate(scored: SentenceSurprise, usual: np.ndarray) -> pd.DataFrame:
    """A row a place."""
    return pd.DataFrame({"token": scored.tokens, "known": [True, *scored.known.tolist(), True]} | {
        f"{name}_{what}": values[d] for d, name in enumerate(("forward", "backward"))
        for what, values in (("bits", scored.bits), ("rank", scored.ranks), ("without_context_bits", usual))})


def _show_expected(checkpoint: BiLMCheckpoint, scored: SentenceSurprise, place: int) -> None:
    """The lists of both directions at one place."""
    tokens = scored.tokens
    before, after = tokens[max(0, place - REACH):place], tokens[place + 1:place + 1 + REACH]
    lead, tail = "… " * (place > REACH), " …" * (place + 1 + REACH < len(tokens))
    contexts = (tr("**Forward** expected, after {context}", context=quote_code(lead + _join(before) + " ▁")),
                tr("**Backward** expected, before {context}", context=quote_code("▁ " + _join(after) + tail)))
    top = 100 * float(np.nanmax(scored.expected_p[:, place]))
    for d, column in enumerate(st.columns(2, gap="large")):
        with column:
            if not np.isfinite(scored.bits[d, place]):
                st.caption(tr("**Forward**: nothing stands before the beginning, so there is nothing to guess from.")
                           if d == 0 else
                           tr("**Backward**: nothing follows the end, so there is nothing to guess from."))
                continue
            st.markdown(contexts[d])
            _show_list(_list_expected(checkpoint, scored, place, d), d, top)


def _join(tokens: tuple[str, ...]) -> str:
    names = {SENTENCE_START: tr("beginning"), SENTENCE_END: tr("end")}
    return " ".join(names.get(token, token) for token in tokens)


def _list_expected(checkpoint: BiLMCheckpoint, scored: SentenceSurprise, place: int, d: int) -> pd.DataFrame:
    """The words thought likeliest, in percent, and behind them the one that stands there."""
    words, token = checkpoint.words, scored.tokens[place]
    target = token if token in (SENTENCE_START, SENTENCE_END) or scored.known[place - 1] else UNK
    rows = [(r + 1, words[i], float(p)) for r, (i, p) in enumerate(zip(
        scored.expected[d, place].tolist(), scored.expected_p[d, place].tolist(), strict=True))]
    if int(scored.ranks[d, place]) >= len(rows):
        rows.append((int(scored.ranks[d, place]) + 1, target, float(2 ** -scored.bits[d, place])))
    names = {SENTENCE_START: tr("beginning"), SENTENCE_END: tr("end"), UNK: tr("UNK (rare word)")}
    return pd.DataFrame({"rank": [r for r, _, _ in rows], "word": [names.get(w, w) for _, w, _ in rows],
                         "p": [100 * p for _, _, p in rows], "there": [w == target for _, w, _ in rows]})


def _show_list(table: pd.DataFrame, d: int, top: float) -> None:
    """Bars of both directions have one scale, which ends at the likeliest word of either."""
    column = st.column_config
    said = tr("Words that the backward direction expected") if d else tr("Words that the forward direction expected")
    st.dataframe(table, hide_index=True, height="content", alt=said, column_config={
        "rank": column.NumberColumn(tr("rank"), format="localized", width=55),
        "word": column.TextColumn(tr("word"), width=130),
        "p": column.ProgressColumn(tr("probability"), format="%.2g %%", min_value=0.0, max_value=top, width=105),
        "there": column.CheckboxColumn(tr("there"), width=65, help=tr("The word that stands there."))})
