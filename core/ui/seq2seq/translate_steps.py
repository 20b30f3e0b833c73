"""Step by step: the words that stood to choice, and the beam as a tree."""

import math
from functools import partial

import pandas as pd
import streamlit as st

from core.analysis.seq2seq.alternatives import MOST, Alternatives, list_alternatives
from core.figures.seq2seq.branches import choose_branches, rank_leaves
from core.figures.seq2seq.columns import Columns, join_labels, lay_columns
from core.figures.seq2seq.steps import StepTexts, draw_steps, list_step_labels
from core.figures.seq2seq.tree import TreeTexts, draw_tree, list_tree_labels
from core.tokens.linearise import ED, UNK
from core.translate.beam import BeamResult
from core.ui.controls import pick_number, pick_segment
from core.ui.language import tr
from core.ui.output import read_click, show_figure, show_guide
from core.ui.seq2seq.translate_choice import Task
from core.ui.seq2seq.translate_prefix import fix_words, offer_words
from core.ui.seq2seq.wide import scroll_wide
from core.ui.wording import join_sentences

MAX_BRANCHES = 60
_STEPS = "steps = list_alternatives(translator, source, result.best)\n"


@st.cache_data(max_entries=128, show_spinner=False)
def get_alternatives(_task: Task, key: tuple) -> Alternatives:
    """What stood to choice in the best translation; `key` names task and prefix."""
    return list_alternatives(_task.translator, _task.source.words, _task.run(key[-1]).best, k=MOST)


def find_alternatives(task: Task, prefix: tuple[str, ...]) -> Alternatives:
    """As `get_alternatives`."""
    return get_alternatives(task, (task.ids, task.text, task.settings, prefix))


def show_steps(task: Task, prefix: tuple[str, ...], result: BeamResult) -> None:
    """Both figures in the same columns, and the controls that change them."""
    found, tokens = find_alternatives(task, prefix), task.tokens
    n_leaves = len(rank_leaves(result))
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=140):
            k = pick_number(tr("Words a step"), 1, MOST, "trk", default=5)
        with st.container(width=140):
            n = pick_number(tr("Branches shown"), 1, min(MAX_BRANCHES, n_leaves), "trbranches", default=12)
        numbers = pick_segment(tr("Under each word"), ["total", "word", "none"], "trnum", "total", format=lambda v: {
            "total": tr("log p so far"), "word": tr("log p of the word"), "none": tr("nothing")}[v])
        offer_words(task, tuple(tokens[i] for i in result.best.ids), _list_choices(found, tokens))
    n = min(n, n_leaves)
    columns = lay_columns(join_labels(list_tree_labels(choose_branches(result, n), tokens),
                                      list_step_labels(found, tokens, k)))
    st.markdown(_say_steps(task, found, len(prefix)))
    with scroll_wide("tr-columns", columns.needed):
        _show_choices(task, prefix, found, k=k, columns=columns)
        _show_tree(task, prefix, result, n=n, numbers=numbers, columns=columns)
    show_guide(tr("Above: at each step the most probable words, filled as far as their probability; the framed one was "
                  "taken. Below: the beam. The thick line is the translation, each thin one a hypothesis that left it; "
                  "a square is an end with its log p, and a grey line stops where {beam} others were more probable. "
                  "Click any word, above or below: everything before it stays, and the search goes on from there.",
                  beam=task.settings.beam))


def _list_choices(found: Alternatives, tokens: tuple[str, ...]) -> list[list[tuple[str, float]]]:
    return [[(tokens[i], float(p)) for i, p in zip(ids, ps, strict=True)]
            for ids, ps in zip(found.ids.tolist(), found.p.tolist(), strict=True)]


def _say_steps(task: Task, found: Alternatives, n_fixed: int) -> str:
    """Where the search did not take the most probable word it may write, and where it is least sure."""
    barred = () if task.settings.allow_unknown else (task.tokens.index(UNK),)
    n = len(found) - n_fixed
    missed = sum(any(i not in barred for i in found.ids[s, :found.rank[s]].tolist())
                 for s in range(n_fixed, len(found)))
    if not n:
        return ""
    unsure = int(found.entropy[n_fixed:].argmax()) + n_fixed
    return join_sentences([
        tr("In {missed} of {n} steps the best path does not take the most probable word; a beam of 1 would have gone "
           "another way there.", missed=missed, n=n) if missed else
        tr("In all {n} steps the best path takes the most probable word; a beam of 1 would have found it.", n=n),
        tr("It is least sure at step {step}, as unsure as between {words:.1f} words of equal probability.",
           step=unsure + 1, words=math.exp(found.entropy[unsure]))])


def _show_choices(task: Task, prefix: tuple[str, ...], found: Alternatives, *, k: int, columns: Columns) -> None:
    tokens = task.tokens

    def choose() -> None:
        if data := read_click("tr-steps"):
            step, token = map(int, data)
            fix_words((*(tokens[i] for i in found.chosen[:step]), tokens[token]))

    texts = StepTexts(step=tr("step"), end=tr("end"), hover=tr("{word}: p = {p}<br>step {step}, rank {rank}"))
    show_figure(
        draw_steps(found, tokens, k=k, n_fixed=len(prefix), columns=columns, texts=texts), key="tr-steps",
        on_select=choose, selection_mode="points", table=lambda: _tabulate_steps(found, tokens),
        recipe=_write(task, prefix, "draw_steps(steps, translator.vocabulary.target.tokens, "
                      f"k={k}, n_fixed={len(prefix)}).show()", "steps", "draw_steps", before=_STEPS),
        alt=tr("The {k} most probable words at each of {n} steps, with a frame round the one that was taken.", k=k,
               n=len(found)))


def _show_tree(task: Task, prefix: tuple[str, ...], result: BeamResult, *, n: int, numbers: str,
               columns: Columns) -> None:
    texts = TreeTexts(
        step=tr("step"), best=tr("best path"), finished=tr("finished"), dead=tr("given up"), fixed=tr("fixed by you"),
        end=tr("end"), hover=tr("{word}<br>p = {p}, log p so far {score}<br>step {step}, rank {rank} of the beam"))
    figure = draw_tree(result, task.tokens, n_branches=n, n_fixed=len(prefix), numbers=numbers, columns=columns,
                       texts=texts)
    call = (f"draw_tree(result, translator.vocabulary.target.tokens, n_branches={n}, n_fixed={len(prefix)}, "
            f"numbers={numbers!r}).show()")
    n_all = len(rank_leaves(result))
    show_figure(
        figure, key="tr-tree", on_select=partial(_open_node, result, task.tokens), selection_mode="points",
        table=lambda: _tabulate_tree(result, task.tokens), recipe=_write(task, prefix, call, "tree", "draw_tree"),
        alt=tr("The beam as a tree of {n} branches out of {all}; the best path has log p {score}.", n=n, all=n_all,
               score=f"{result.best.score:.2f}"))
    if n < n_all:
        st.caption(tr("{hidden} branches that were farther behind are not drawn.", hidden=n_all - n))


def _open_node(result: BeamResult, tokens: tuple[str, ...]) -> None:
    """A click in the tree fixes the words up to a node; at an end, all words before it."""
    if data := read_click("tr-tree"):
        words = tuple(tokens[result.tree.token[n]] for n in result.tree.path(int(data[0])))
        fix_words(words[:-1] if words[-1] == ED else words)


def _write(task: Task, prefix: tuple[str, ...], call: str, module: str, function: str, *, before: str = "") -> str:
    imports = "from core.analysis.seq2seq.alternatives import list_alternatives\n" if before else ""
    fixed = f", prefix=translator.vocabulary.target.encode({list(prefix)}).tolist()" if prefix else ""
    return task.write_recipe(f"result = translator.translate(source, settings{fixed})\n{before}{call}",
                             imports=imports, more=f"from core.figures.seq2seq.{module} import {function}\n")


def _tabulate_steps(found: Alternatives, tokens: tuple[str, ...]) -> pd.DataFrame:
    """A row a step and word."""
    rows = [{"step": s + 1, "rank": r + 1, "word": tokens[i], "p": p, "taken": i == found.chosen[s]}
            for s in range(len(found)) for r, (i, p) in enumerate(zip(found.ids[s], found.p[s], strict=True))]
    rows += [{"step": s + 1, "rank": int(found.rank[s]) + 1, "word": tokens[found.chosen[s]], "p": found.chosen_p[s],
              "taken": True} for s in range(len(found)) if found.rank[s] >= found.ids.shape[1]]
    return pd.DataFrame(rows)


def _tabulate_tree(result: BeamResult, tokens: tuple[str, ...]) -> pd.DataFrame:
    """A row a node, all of them."""
    tree = result.tree
    return pd.DataFrame({"node": range(len(tree.token)), "parent": tree.parent, "step": tree.step,
                         "rank": tree.rank + 1, "word": [tokens[i] for i in tree.token], "log_p": tree.log_p,
                         "log_p_so_far": tree.score})
