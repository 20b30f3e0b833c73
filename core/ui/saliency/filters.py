"""The filters of a text CNN: which of them decide, and the n-grams that one of them answers to."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.filters import FilterAnswers, NGram, find_answers, list_ngrams, rank_filters
from core.analysis.saliency.material import DEMO
from core.analysis.saliency.windows import cut_window
from core.checkpoints.card import CNNCard
from core.checkpoints.cnn import CNNCheckpoint
from core.figures.saliency.filters import colour_class, draw_ngrams, draw_ranking, draw_spread, weigh_filters
from core.ui.controls import pick_one, pick_segment, pick_switch
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import read_click, show_figure, show_guide
from core.ui.saliency.cached import get_cnn
from core.ui.saliency.readings import CORPUS, Reading, get_reading, list_sources
from core.ui.saliency.sentence_choice import name_source, note_absence
from core.ui.wording import join_sentences, plain

N_RANKED, N_GRAMS = 20, 12
AFTER, BEFORE = "after", "before"
_RECIPE = """\
from core.analysis.saliency.filters import find_answers, list_ngrams, rank_filters
from core.analysis.saliency.material import read_labelled
from core.checkpoints.cnn import load_cnn
from core.figures.saliency.filters import {function}
from core.tokens.labelled import encode_texts, split_words

checkpoint = load_cnn("{id}")
sentences = read_labelled("{corpus}")
texts = encode_texts([split_words(text) for text in sentences.texts], sentences.labels, checkpoint.words)
found = find_answers(checkpoint.models[{epoch}], texts)
{call}.show()
"""


@dataclass(frozen=True, eq=False)
class FilterView:
    """The filters of one network and the sentences they answer to."""

    card: CNNCard
    source: str
    when: str
    reading: Reading
    found: FilterAnswers
    order: np.ndarray

    @property
    def checkpoint(self) -> CNNCheckpoint:
        return get_cnn(self.card.id)

    @property
    def names(self) -> tuple[str, ...]:
        return self.checkpoint.label_names

    def write_recipe(self, function: str, call: str) -> str:
        """Lines of Python that draw a figure."""
        return _RECIPE.format(function=function, call=call, id=self.card.id, epoch=-1 if self.when == AFTER else 0,
                              corpus=self.card.corpus.name if self.source == CORPUS else DEMO)


@st.cache_resource(max_entries=6, show_spinner=False)
def get_filter_answers(checkpoint_id: str, source: str, when: str) -> FilterAnswers:
    """What the filters answer to the sentences of a source, after or before training."""
    models = get_cnn(checkpoint_id).models
    return find_answers(models[-1 if when == AFTER else 0], get_reading(checkpoint_id, source).encoded)


@st.cache_resource(max_entries=12, show_spinner=False)
def get_best_grams(checkpoint_id: str, source: str, when: str) -> list[str]:
    """The n-gram that each filter answers to most, as one line; empty for a filter that never answers."""
    found, texts = get_filter_answers(checkpoint_id, source, when), get_reading(checkpoint_id, source).encoded
    words, lines = get_cnn(checkpoint_id).words.words, []
    for f, row in enumerate(found.values.argmax(0).tolist()):
        ids = texts.ids[texts.starts[row]:texts.starts[row + 1]]
        own = cut_window(tuple(words[i] for i in ids), int(found.places[row, f]), int(found.heights[f]))
        lines.append(" ".join(own) if found.values[row, f] > 0 else "")
    return lines


@st.cache_resource(max_entries=64, show_spinner=False)
def get_ngrams(checkpoint_id: str, source: str, when: str, *, filter: int) -> list[NGram]:
    """The n-grams that one filter answers to most."""
    return list_ngrams(get_filter_answers(checkpoint_id, source, when), get_reading(checkpoint_id, source).encoded,
                       get_cnn(checkpoint_id).words.words, filter, n=N_GRAMS)


@st.fragment
@guard()
def show_filters(card: CNNCard) -> None:
    """The filters by their weight, and one of them."""
    view = _pick_view(card)
    best, shown = get_best_grams(card.id, view.source, view.when), view.order[:N_RANKED]
    st.markdown(_say_ranking(view))
    left, right = st.columns([5, 6], gap="large")
    with right:
        chosen = pick_one(tr("Filter"), view.order.tolist(), "ffilter", int(view.order[0]),
                          format=lambda f: f"{f} · {best[f]}" if best[f] else tr("{f} · never answers", f=f))
    with left:
        show_figure(
            draw_ranking(view.found, shown, view.names, chosen=chosen, names=[best[f] or "–" for f in shown],
                         x_title=tr("mean answer × effect"), speaks=tr("speaks for {label}")),
            key="f-rank", on_select=_open_filter, selection_mode="points",
            table=lambda: _tabulate(view, best),
            recipe=view.write_recipe("draw_ranking",
                                     f"draw_ranking(found, rank_filters(found)[:{N_RANKED}], checkpoint.label_names)"),
            alt=tr("The {n} filters that move the decision most, as bars named by the word sequence each of them "
                   "answers to most.", n=len(shown)))
    with right:
        _show_filter(view, chosen)
    show_guide(tr("Click a bar to open its filter. The sequences of a filter should share a meaning, or a word, that "
                  "fits the label it speaks for. Look at the same filter before training too: vectors of like words "
                  "are alike, so even a drawn filter answers to words that seem to belong together; what training adds "
                  "is that its answers part the labels."))


def _pick_view(card: CNNCard) -> FilterView:
    sources = list_sources(card.id)[::-1]  # the network's own sentences first
    with st.container(horizontal=True, gap="medium", vertical_alignment="top"):
        source = sources[0] if len(sources) == 1 else pick_segment(
            tr("Sentences"), sources, "fsource", sources[0], format=lambda s: name_source(s, card))
        when = pick_segment(tr("Filters"), [AFTER, BEFORE], "fwhen", AFTER, format=lambda w: {
            AFTER: tr("after training"), BEFORE: tr("before training, as a control")}[w])
    note_absence(card)
    found = get_filter_answers(card.id, source, when)
    return FilterView(card, source, when, get_reading(card.id, source), found, rank_filters(found))


def _open_filter() -> None:
    if data := read_click("f-rank"):
        st.session_state["ffilter"] = int(data[0])


def _say_ranking(view: FilterView) -> str:
    weights = np.sort(weigh_filters(view.found))[::-1]
    half = int(np.searchsorted(np.cumsum(weights), weights.sum() / 2)) + 1
    silent = int((view.found.values <= 0).all(0).sum())
    counts = np.bincount(view.found.effects.argmax(1), minlength=len(view.names))
    parts = [tr("Half of all movement comes from the {half} strongest of {n} filters, read over {sentences:,} "
                "sentences.",
                half=half, n=len(weights), sentences=len(view.reading.texts)),
             "; ".join(tr("{n} speak for {label}", n=int(n), label=plain(name))
                       for n, name in zip(counts, view.names, strict=True)) + tr(".")]
    if silent:
        parts.append(tr("{n} never answer.", n=silent))
    return join_sentences(parts)


def _show_filter(view: FilterView, chosen: int) -> None:
    grams = get_ngrams(view.card.id, view.source, view.when, filter=chosen)
    st.markdown(_say_filter(view, chosen))
    if not grams:
        st.info(tr("This filter answers to none of these sentences."), icon=":material/info:")
        return
    colour = colour_class(int(view.found.effects[chosen].argmax()))
    show_figure(
        draw_ngrams(grams, colour=colour, x_title=tr("answer"), sentences=tr("sentences")), key="f-grams",
        table=lambda: pd.DataFrame([{"ngram": " ".join(g.words), "answer": g.value, "sentence": g.sentence,
                                     "count": g.count} for g in grams]),
        recipe=view.write_recipe("draw_ngrams", f"draw_ngrams(list_ngrams(found, texts, checkpoint.words.words, "
                                                f"{chosen}, n={N_GRAMS}))"),
        alt=tr("The {n} word sequences that filter {f} answers to most.", n=len(grams), f=chosen))
    if pick_switch(tr("Show them in their sentences"), "fshow"):
        st.markdown("\n".join(_write_gram(view, chosen, gram) for gram in grams))
    if view.reading.labels is not None:
        show_figure(
            draw_spread(view.found.values[:, chosen], view.reading.labels, view.names, x_title=tr("answer at least"),
                        y_title=tr("share of sentences")), key="f-spread",
            table=lambda: pd.DataFrame({"answer": view.found.values[:, chosen], "label": view.reading.labels}),
            recipe=view.write_recipe("draw_spread", f"draw_spread(found.values[:, {chosen}], texts.labels, "
                                                    "checkpoint.label_names)"),
            alt=tr("Share of each label's sentences to which filter {f} answers at least so much.", f=chosen))


def _say_filter(view: FilterView, chosen: int) -> str:
    effects, answers, labels = view.found.effects[chosen], view.found.values[:, chosen], view.reading.labels
    best = int(effects.argmax())
    parts = [tr("One unit of its answer adds {effect:+.2f} to the score of **{label}** over the mean of all labels.",
                effect=float(effects[best]), label=plain(view.names[best]))]
    if labels is not None:
        own = [tr("{share:.0%} of the {label} sentences (mean {mean:.2f})", label=plain(name),
                  share=float((answers[labels == c] > 0).mean()), mean=float(answers[labels == c].mean()))
               for c, name in enumerate(view.names) if (labels == c).any()]
        parts.append(tr("It answers to {shares}. A filter that told nothing would answer to all labels alike.",
                        shares=", ".join(own)))
    return join_sentences(parts)


def _write_gram(view: FilterView, chosen: int, gram: NGram) -> str:
    """A sentence as an item of a list, the sequence in bold."""
    texts, words = view.reading.encoded, view.checkpoint.words.words
    own = [words[i] for i in texts.ids[texts.starts[gram.sentence]:texts.starts[gram.sentence + 1]]]
    end = int(view.found.places[gram.sentence, chosen]) + 1
    begin = max(0, end - int(view.found.heights[chosen]))
    before, within, after = (" ".join(map(plain, part)) for part in (own[:begin], own[begin:end], own[end:]))
    label = "" if view.reading.labels is None else f" ({plain(view.names[view.reading.labels[gram.sentence]])})"
    return f"- {gram.value:.2f} · {before} **{within}** {after}{label}"


def _tabulate(view: FilterView, best: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"filter": view.order, "weight": weigh_filters(view.found)[view.order],
                         "ngram": [best[f] for f in view.order.tolist()]} | {
        f"effect_{name}": view.found.effects[view.order, c] for c, name in enumerate(view.names)})
