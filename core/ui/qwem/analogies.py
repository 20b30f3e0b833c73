"""The panels about accuracy: by rank, by family, and one question of the reader's own."""

from difflib import get_close_matches

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.qwem.analogies import Neighbours, solve_analogy
from core.analysis.qwem.concepts import take_eigenpairs
from core.checkpoints.card import ConceptsCard
from core.errors import TextError
from core.figures.qwem.analogies import Curve, Marks, draw_answers, draw_by_rank, draw_families
from core.ui.controls import pick_many, pick_number, pick_one, pick_text
from core.ui.language import tr
from core.ui.messages import guard, quote_code
from core.ui.output import show_figure, show_guide
from core.ui.qwem.accuracy import GOOGLE, OWN, Measured, family_name, get_accuracy, get_stored
from core.ui.qwem.cached import get_concepts
from core.ui.qwem.pickers import TARGETS

N_ANSWERS = 10
_STORED = """\
from core.checkpoints.embeddings import list_concepts
from core.figures.qwem.analogies import {draw}
from core.reproduce.qwem.accuracy import load_accuracy

card = next(card for card in list_concepts()[0] if card.id == "{id}")
results = {{kind: load_accuracy(card, kind) for kind in {kinds}}}
"""
_LIVE = """\
from core.analysis.qwem.analogies import index_questions
from core.analysis.qwem.concepts import take_eigenpairs
from core.checkpoints.embeddings import load_concepts
from core.corpora.word_pairs import read_word_pairs
from core.figures.qwem.analogies import {draw}
from core.reproduce.qwem.accuracy import measure_accuracy

concepts = load_concepts("{id}")
asked = index_questions([family.ask() for family in read_word_pairs()], concepts.words)
results = {{"mstar": measure_accuracy(take_eigenpairs(concepts).embed(), asked, corpus="{corpus}", questions="own")}}
"""


def kind_name(kind: str) -> str:
    """An embedding as figures write it."""
    return "word2vec (gensim)" if kind == "word2vec" else TARGETS.get(kind, kind)


def pick_questions(card: ConceptsCard) -> str:
    """Google's questions where their results are stored, or the lab's own pairs."""
    options = [GOOGLE, OWN] if get_stored(card.id) else [OWN]
    names = {GOOGLE: tr("Google's 19,544 (stored results)"), OWN: tr("the lab's own word pairs")}
    return pick_one(tr("Questions"), options, "anq", format=names.__getitem__)


def show_accuracy(card: ConceptsCard) -> None:
    """Accuracy by rank and by family, at a rank of the reader's choice."""
    st.header(tr("How many analogies come out right"), anchor=False)
    with st.spinner(tr("Answering the questions at every rank, once …"), show_time=True):
        measured = get_accuracy(card.id, pick_questions(card))
    _show_accuracy(card, measured)


@st.fragment
@guard()
def _show_accuracy(card: ConceptsCard, measured: Measured) -> None:
    main = measured.main
    asked = [name for name, n in zip(main.names, main.answerable, strict=True) if n]
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        rank = pick_number(tr("Dimensions used"), 1, len(main.total), "anrank", default=len(main.total))
        chosen = pick_many(tr("Families as lines"), asked, "anfam", format=family_name, max_selections=5)
    st.markdown(_say_accuracy(measured, rank))
    recipe = _write_recipe(card, measured)
    left, right = st.columns(2, gap="large")
    with left:
        _show_by_rank(measured, chosen, rank, recipe("draw_by_rank", "Curve", (
            'draw_by_rank([Curve(kind, kind, r.ranks, r.total, r.total_low, r.total_high)\n'
            f'              for kind, r in results.items()], rank={rank}).show()')))
    with right:
        _show_families(measured, rank, recipe("draw_families", "Marks", (
            f'at = {{kind: min({rank}, len(r.share)) - 1 for kind, r in results.items()}}\n'
            'draw_families(results["{first}"].names, [Marks(kind, kind, r.share[at[kind]], r.low[at[kind]],\n'
            '              r.high[at[kind]]) for kind, r in results.items()]).show()'
            ).replace("{first}", "mstar" if measured.questions == OWN else next(iter(measured.results)))))
    show_guide(tr("An answer is right when the wanted word is nearest to b − a + c of all words but the three of the "
                  "question. Look at where the curves rise: a family that jumps at one rank hangs on one concept, one "
                  "that climbs slowly is spread over many. The shades and bars are 95 % intervals over word pairs, for "
                  "questions that share their pairs are no independent trials. Overlapping bars mean: this text does "
                  "not tell the embeddings apart. M* + 10 is M* after ten more meetings of every pair that tell "
                  "nothing, so that words which hardly could have met are not held apart for it."))


def _say_accuracy(measured: Measured, rank: int) -> str:
    main = measured.main
    parts = [tr("With {rank} dimensions **{share:.1%}** [{low:.1%}, {high:.1%}] of the {n:,} questions come out right "
                "that this text can answer, of {asked:,} in all.", share=float(main.total[rank - 1]),
                low=float(main.total_low[rank - 1]), high=float(main.total_high[rank - 1]),
                n=int(main.answerable.sum()), rank=rank, asked=int(main.asked.sum()))]
    for kind, other in list(measured.results.items())[1:]:
        gap = main.draws - other.draws if len(main.draws) == len(other.draws) else None
        if gap is not None:
            low, high = np.quantile(gap, [0.025, 0.975])
            words = {"name": kind_name(kind), "gap": 100 * float(main.total[-1] - other.total[-1]), "low": 100 * low,
                     "high": 100 * high}
            parts.append(
                tr("In all dimensions M* answers more than {name}: {gap:+.1f} points [{low:+.1f}, {high:+.1f}].",
                   **words) if low > 0 else
                tr("In all dimensions M* answers fewer than {name}: {gap:+.1f} points [{low:+.1f}, {high:+.1f}].",
                   **words) if high < 0 else
                tr("In all dimensions M* and {name} cannot be told apart: {gap:+.1f} points "
                   "[{low:+.1f}, {high:+.1f}].", **words))
    return "  \n".join(parts)


def _show_by_rank(measured: Measured, chosen: list[str], rank: int, recipe: str) -> None:
    main = measured.main
    curves = [Curve(kind_name(kind), kind, r.ranks, r.total, r.total_low, r.total_high)
              for kind, r in measured.results.items()]
    for name in chosen:
        f = main.names.index(name)
        curves.append(Curve(family_name(name), "", main.ranks, main.share[:, f], main.low[:, f], main.high[:, f]))
    figure = draw_by_rank(curves, rank=rank, x_title=tr("dimensions used"), y_title=tr("right answers"),
                          right=tr("right"), rank_name=tr("dimensions"))
    height = 34 * int((main.answerable > 0).sum()) + 110  # that of the families beside it
    show_figure(figure, key="an-ranks", recipe=recipe, height=max(height, 400), table=lambda: pd.concat([pd.DataFrame({
        "embedding": c.name, "rank": c.ranks, "share": c.share, "low": c.low, "high": c.high}) for c in curves]),
        alt=tr("Share of right answers against the number of dimensions, one line for each of {names}.",
               names=", ".join(c.name for c in curves)))


def _show_families(measured: Measured, rank: int, recipe: str) -> None:
    main = measured.main
    order = [f for f in np.argsort(-np.nan_to_num(main.share[rank - 1], nan=-1)) if main.answerable[f]]
    marks = []
    for kind, r in measured.results.items():
        at = min(rank, len(r.share)) - 1
        rows = [r.names.index(main.names[f]) for f in order]
        marks.append(Marks(kind_name(kind), kind, r.share[at][rows], r.low[at][rows], r.high[at][rows]))
    names = _unique([family_name(main.names[f]) for f in order])
    show_figure(draw_families(names, marks, x_title=tr("right answers")), key="an-families", recipe=recipe,
                table=lambda: pd.concat([pd.DataFrame({
                    "embedding": m.name, "family": names, "questions": main.answerable[order], "share": m.share,
                    "low": m.low, "high": m.high}) for m in marks]),
                alt=tr("Right answers by family with {rank} dimensions: best {best}, last {last}.", rank=rank,
                       best=names[0], last=names[-1]))


def _unique(names: list[str]) -> list[str]:
    return [name + "\u200b" * names[:n].count(name) for n, name in enumerate(names)]


def _write_recipe(card: ConceptsCard, measured: Measured):
    kinds = [kind for kind in measured.results if kind != "word2vec"]
    top = _STORED if measured.questions == GOOGLE else _LIVE
    return lambda draw, part, lines: top.format(draw=f"{part}, {draw}", id=card.id, kinds=kinds,
                                                corpus=card.corpus.name) + lines + "\n"


@st.cache_resource(max_entries=64, show_spinner=False)
def _solve(checkpoint_id: str, rows: tuple[int, int, int], rank: int) -> Neighbours:
    return solve_analogy(take_eigenpairs(get_concepts(checkpoint_id)).embed(rank), *rows, n=N_ANSWERS)


def find_words(words: list[str], vocabulary: tuple[str, ...]) -> list[int]:
    """Rows of typed words.

    Raises
    ------
    TextError
        Some are not in the vocabulary; all of them are named, with similar words that are.
    """
    rows = {word: n for n, word in enumerate(vocabulary)}
    unknown = [word for word in words if word not in rows]
    if unknown:
        near = sorted({other for word in unknown for other in get_close_matches(word, vocabulary, 2)})
        raise TextError("Not among the {n:,} words of this text: {words}.", "Similar words that are: {near}." if near
                        else "Take other words; the text knows single words in lower case.", n=len(vocabulary),
                        words=", ".join(unknown), near=", ".join(near))
    return [rows[word] for word in words]


@st.fragment
@guard()
def show_question(card: ConceptsCard) -> None:
    """a : b :: c : ? with the reader's words."""
    st.header(tr("Ask one yourself"), anchor=False)
    concepts = get_concepts(card.id)
    example = next((w for w in (("man", "woman", "king"), ("france", "paris", "germany"), concepts.words[:3])
                    if set(w) <= set(concepts.words)), ("", "", ""))
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        typed = [pick_text(label, key, default, max_characters=60) for label, key, default in zip(
            (tr("a, as in man"), tr("is to b, as in woman"), tr("what c, as in king"), ), ("ana", "anb", "anc"),
            example, strict=True)]
        top = int((concepts.values > 0).sum())
        rank = pick_number(tr("Dimensions"), 1, max(top, 1), "anask", default=top)
    words = [word.strip().lower() for word in typed]
    if not all(words):
        st.info(tr("Write one word into each of the three fields."), icon=":material/info:")
        return
    found = _solve(card.id, tuple(find_words(words, concepts.words)), rank)
    if not len(found.rows):
        st.info(tr("These words have no vector in {rank} dimensions.", rank=rank), icon=":material/info:")
        return
    best, a, b, c = (quote_code(w) for w in (concepts.words[found.rows[0]], *words))
    st.markdown(tr("{a} is to {b} as {c} is to **{best}**.", a=a, b=b, c=c, best=best))
    answers = [concepts.words[row] for row in found.rows]
    show_figure(draw_answers(answers, found.cosines, x_title=tr("cosine with b − a + c")), key="an-answers",
                table=lambda: pd.DataFrame({"word": answers, "cosine": found.cosines}),
                recipe=_ASK.format(id=card.id, words=words, rank=rank),
                alt=tr("The ten words nearest to {b} minus {a} plus {c}: {words}.", a=words[0], b=words[1],
                       c=words[2], words=", ".join(answers)))
    show_guide(tr("The three words of the question cannot be the answer, as everywhere in the literature; without this "
                  "rule c itself would often win. Turn the dimensions down: does the right answer leave at one rank, "
                  "and do the words near it become a mere topic?"))


_ASK = """\
from core.analysis.qwem.analogies import solve_analogy
from core.analysis.qwem.concepts import take_eigenpairs
from core.checkpoints.embeddings import load_concepts
from core.figures.qwem.analogies import draw_answers

concepts = load_concepts("{id}")
a, b, c = map(concepts.words.index, {words})
found = solve_analogy(take_eigenpairs(concepts).embed({rank}), a, b, c)
draw_answers([concepts.words[row] for row in found.rows], found.cosines).show()
"""
