"""The same sentence by a model that reads forward and one that reads backwards."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.seq2seq.surprise import Judged, judge_translations
from core.checkpoints.card import Seq2SeqCard
from core.figures.seq2seq.surprise import draw_surprise
from core.translate.beam import BeamResult, Hypothesis
from core.translate.bleu import bleu_signature, compute_bleu, count_ngrams
from core.ui.language import tr
from core.ui.output import show_figure, show_guide
from core.ui.registry import find_page
from core.ui.seq2seq.cached import get_translator, translate_text
from core.ui.seq2seq.pickers import direction_name, sibling
from core.ui.seq2seq.translate_choice import Task, say_numbers
from core.ui.seq2seq.wide import scroll_wide
from core.ui.wording import join_sentences, plain

FIRST = 3  # words at which the paper expects reversal to help most
_WORD_PX = 46


@st.cache_data(max_entries=32, show_spinner=False)
def get_judged(checkpoint_ids: tuple[str, ...], source: tuple[str, ...],
               translations: tuple[tuple[str, ...], ...]) -> list[Judged]:
    """Every translation scored by every checkpoint."""
    return judge_translations([get_translator((i,)) for i in checkpoint_ids], source, translations)


def show_directions(task: Task, prefix: tuple[str, ...], result: BeamResult) -> None:
    """Both translations, what each model makes of either, and of ours."""
    other = sibling(task.card)
    if other is None:
        st.info(tr("There is no checkpoint with the same settings that reads in the other direction."),
                icon=":material/info:")
        return
    cards = sorted((task.card, other), key=lambda c: not c.reverse)
    best = [translate_text((c.id,), task.text, task.settings).best for c in cards]
    words = [_split(c, h) for c, h in zip(cards, best, strict=True)]
    titles = [tr("Translation of the model that reads {direction}", direction=direction_name(c.reverse)) for c in cards]
    if task.reference is not None:
        words.append(tuple(task.translator.vocabulary.split_target(task.reference)))
        titles.append(tr("Our own translation"))
    judged = get_judged(tuple(c.id for c in cards), task.source.words, tuple(words))
    _show_both(task, cards, best)
    st.markdown(_say_judgement(judged, cards, with_reference=task.reference is not None))
    names = [direction_name(c.reverse) for c in cards]
    lines = (f"translators = [Translator([load_seq2seq(i)]) for i in {[c.id for c in cards]}]\n"
             f"judged = judge_translations(translators, source, {[list(w) for w in words]})\n"
             f"draw_surprise(judged, {names}, titles={titles}).show()")
    with scroll_wide("tr-surprise-wide", 90 + _WORD_PX * max(len(j.words) for j in judged)):
        show_figure(
            draw_surprise(judged, names, titles=titles, y_title=tr("−log p, nats"), unknown=tr("read as UNK")),
            key="tr-surprise", table=lambda: _tabulate(judged, cards, titles),
            recipe=task.write_recipe(lines, imports="from core.analysis.seq2seq.surprise import judge_translations\n",
                                     more="from core.figures.seq2seq.surprise import draw_surprise\n"),
            alt=tr("Surprise of two models at each word of {n} translations.", n=len(judged)))
    show_guide(tr("Each bar is the surprise of one model at one word, given the source and the words before; the bars "
                  "of a panel add up to −log p. Words that a model wrote itself are cheap for it: the fair comparison "
                  "is the panel of a translation that neither wrote. Reading backwards brings the first words of the "
                  "source next to the first words of the translation: see whether the bars are lower there."))


def _split(card: Seq2SeqCard, hypothesis: Hypothesis) -> tuple[str, ...]:
    tokens = get_translator((card.id,)).vocabulary.target.tokens
    return tuple(tokens[i] for i in hypothesis.ids)


def _show_both(task: Task, cards: Sequence[Seq2SeqCard], best: Sequence[Hypothesis]) -> None:
    for column, card, own in zip(st.columns(2, gap="medium", border=True), cards, best, strict=True):
        with column:
            text = get_translator((card.id,)).write(own)
            st.caption(tr("Read {direction}, test perplexity {perplexity:.2f}", direction=direction_name(card.reverse),
                          perplexity=card.perplexity["test"]))
            st.markdown(f"**{plain(text) or '–'}**")
            numbers = say_numbers(own)
            if task.reference is not None:
                numbers += f" · BLEU {compute_bleu(count_ngrams([text], [task.reference])):.1f}"
            st.caption(numbers)
    if task.reference is not None:
        st.caption(f"BLEU: {plain(bleu_signature())}")


def _say_judgement(judged: Sequence[Judged], cards: Sequence[Seq2SeqCard], *, with_reference: bool) -> str:
    """Which model finds which translation more probable."""
    parts = []
    if judged[0].words == judged[1].words:
        parts.append(tr("Both write the same sentence."))
    else:
        own = [bool(judged[m].totals[m] >= judged[1 - m].totals[m]) for m in range(2)]
        parts.append(tr("Each model finds its own translation more probable than the other's.") if all(own) else
                     tr("A model finds the other's translation more probable than its own: its search missed it."))
    if with_reference:
        last = judged[-1]
        better = int(np.argmax(last.totals))
        parts.append(tr("Our translation is more probable to the model that reads {direction}: log p {high:.2f} "
                        "against {low:.2f}, of which its first {n} words have {own:.2f} against {others:.2f}.",
                        direction=direction_name(cards[better].reverse), high=float(last.totals[better]),
                        low=float(last.totals[1 - better]), n=FIRST, own=float(last.log_p[better, :FIRST].sum()),
                        others=float(last.log_p[1 - better, :FIRST].sum())).replace("-", "−"))
    parts.append(tr("One sentence proves nothing; **{page}** measures thousands.",
                    page=tr(find_page("reversal").title)))
    return join_sentences(parts)


def _tabulate(judged: Sequence[Judged], cards: Sequence[Seq2SeqCard], titles: Sequence[str]) -> pd.DataFrame:
    """A row a word."""
    return pd.concat([pd.DataFrame({"translation": title, "word": own.words} | {
        f"log_p_{'reversed' if c.reverse else 'forward'}": own.log_p[m] for m, c in enumerate(cards)})
        for title, own in zip(titles, judged, strict=True)])
