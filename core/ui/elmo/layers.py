"""The page that asks every layer what it knows."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.elmo.layer_study import LayerStudy, name_layer
from core.analysis.elmo.sense_study import SenseStudy
from core.checkpoints.bilm import BiLMCheckpoint
from core.figures.elmo.layers import EfficiencyTexts, ScoreTexts, draw_efficiency, draw_scores, draw_shares
from core.ui.controls import pick_segment
from core.ui.elmo.layer_results import (
    CONTROLS,
    DRAWS,
    SENSES,
    TaskResult,
    corpus_name,
    explain_task,
    find_studies,
    name_representation,
    read_results,
    task_name,
)
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.wording import list_words

_SCORES = """\
from core.analysis.elmo.{module} import {load}
from core.figures.elmo.layers import draw_scores

study = {load}("{id}")
{rows}
draw_scores(study.representations, ends{base}).show()
"""
_LAYER_ROWS = """\
import numpy as np
from core.analysis.intervals import draw_means

t = study.tasks.index("{task}")
rows = slice(study.starts[t], study.starts[t + 1])
errors = [draw_means(study.error[rows, r], study.groups[rows], draws={draws})
          for r in range(len(study.representations))]
ends = np.array([(1 - e, 1 - high, 1 - low) for e, low, high in errors])"""
_SENSE_ROWS = """\
import numpy as np
from core.analysis.intervals import draw_means

rows = study.rows("{task}")
ends = np.array([draw_means(study.right[rows, r].astype(float), study.groups[rows], draws={draws})
                 for r in range(len(study.representations))])"""
_SHARES = """\
from core.analysis.elmo.layer_study import load_layers
from core.figures.elmo.layers import draw_shares

study = load_layers("{id}")
draw_shares(study.tasks, study.shares.mean(1)).show()
"""
_EFFICIENCY = """\
from core.analysis.elmo.layer_study import load_layers
from core.figures.elmo.layers import draw_efficiency

study = load_layers("{id}")
t = study.tasks.index("{task}")
draw_efficiency(study.fractions, study.efficiency[t]).show()
"""


def show_layers(checkpoint: BiLMCheckpoint) -> None:
    """Overview, one task in detail, learned weights, thrift with data."""
    results = read_results(checkpoint.id)
    if not results:
        st.info(tr("Nothing was measured of this model yet. On a machine with the corpora: {command}",
                   command="`python -m core.reproduce elmo --recompute`"), icon=":material/info:")
        return
    st.markdown(_say_verdict(results))
    _show_task(checkpoint, results)
    layers, senses = find_studies(checkpoint.id)
    if layers is not None:
        _show_shares(checkpoint, layers, senses)
        _show_efficiency(checkpoint, layers)
    st.header(tr("All numbers"), anchor=False)
    numbers = {tr(name): st.column_config.NumberColumn(format="%.3f") for name in ("score", "from", "to")}
    st.dataframe(tabulate_results(results), hide_index=True, width="stretch", column_config=numbers)


def _say_verdict(results: tuple[TaskResult, ...]) -> str:
    """The paper's two sentences on layers, held against ours."""
    by_name = {r.name: r for r in results}
    said = [tr("The paper finds that the first LSTM layer knows parts of speech better and the second one senses. "
               "Here they reach:"), ""]
    for task, layers in (("pos", (1, 2)), *((SENSES + name, (2, 1)) for name in ("coarsewsd", "semcor", "demo"))):
        if task in by_name:
            names = [name_layer(n) for n in layers]
            said.append("- " + tr("{task}: {scores}", task=task_name(task), scores=list_words(
                f"{name_representation(name)} **{by_name[task].score(name):.3f}**" for name in names)))
    return "\n".join(said)


@st.fragment
@guard()
def _show_task(checkpoint: BiLMCheckpoint, results: tuple[TaskResult, ...]) -> None:
    st.header(tr("One task, every layer"), anchor=False)
    names = [r.name for r in results]
    chosen = pick_segment(tr("Task"), names, "task", names[0], format=task_name)
    result = results[names.index(chosen)]
    st.caption(f"{explain_task(chosen)} " + tr("{corpus}: {n_train:,} to learn from, {n:,} asked.",
                                               corpus=corpus_name(result.corpus), n_train=result.n_train, n=result.n))
    r2 = chosen == "depth"
    texts = ScoreTexts(tr("R² on unseen sentences") if r2 else tr("accuracy on unseen sentences"),
                       tr("most frequent answer"))
    is_sense = chosen.startswith(SENSES)
    recipe = _SCORES.format(
        module="sense_study" if is_sense else "layer_study", load="load_senses" if is_sense else "load_layers",
        id=checkpoint.id, base="" if is_sense else ", base=study.base[t]",
        rows=(_SENSE_ROWS if is_sense else _LAYER_ROWS).format(task=chosen.removeprefix(SENSES), draws=DRAWS))
    show_figure(
        draw_scores([name_representation(r) for r in result.representations], result.ends,
                    base=None if r2 else result.base, controls=[r in CONTROLS for r in result.representations],
                    texts=texts),
        key="layers-task", recipe=recipe, table=lambda: tabulate_results((result,)),
        alt=tr("Scores for {task}: {scores}.", task=task_name(chosen), scores="; ".join(
            f"{name_representation(r)} {e[0]:.3f}" for r, e in zip(result.representations, result.ends, strict=True)
            if np.isfinite(e[0]))))
    show_guide(tr("Each row is another vector for the same words. A point is the mean over classifiers of several "
                  "seeds (senses want none), its line the 95 % interval over sentences drawn again (for senses, over "
                  "words). Grey rows are controls: a vector that knows no context, and the same network before it "
                  "learned anything. A layer knows something of context only where it lies to the right of both."))


def _show_shares(checkpoint: BiLMCheckpoint, layers: LayerStudy, senses: SenseStudy | None) -> None:
    st.header(tr("Learned mixing weights"), anchor=False)
    names = [task_name(t) for t in layers.tasks]
    shares = list(layers.shares.mean(1))
    if senses is not None:
        names += [task_name(SENSES + t) for t in senses.sets]
        shares += list(senses.shares)
    table = pd.DataFrame(np.stack(shares), index=pd.Index(names, name="task"),
                         columns=[f"layer_{n}" for n in range(len(shares[0]))])
    show_figure(draw_shares(names, np.stack(shares), layer=tr("layer {n}")), key="layers-shares",
                recipe=_SHARES.format(id=checkpoint.id), table=lambda: table,
                alt=tr("Share of every layer in the mix that each task learned: {shares}.", shares="; ".join(
                    f"{name} {', '.join(f'{s:.2f}' for s in row)}" for name, row in zip(names, shares, strict=True))))
    show_guide(tr("The paper's Figure 2, lying on its side. A row sums to 1; an even mix has {even:.2f} everywhere. "
                  "Weights of tasks are learned with the classifier, on layers brought to the same spread, and "
                  "averaged over {seeds} seeds; those of senses are the mix that was right most often on a tenth held "
                  "back. A large weight says that a layer is useful beside the others, not that it is best alone.",
                  even=1 / len(shares[0]), seeds=layers.shares.shape[1]))


@st.fragment
@guard()
def _show_efficiency(checkpoint: BiLMCheckpoint, layers: LayerStudy) -> None:
    st.header(tr("How much data a task wants"), anchor=False)
    chosen = pick_segment(tr("Task"), list(layers.tasks), "etask", layers.tasks[0], format=task_name)
    t = layers.tasks.index(chosen)
    score = layers.efficiency[t]
    texts = EfficiencyTexts(tr("share of the training sentences"), "R²" if chosen == "depth" else tr("accuracy"),
                            tr("static vectors of the word and its neighbours") if chosen != "polarity"
                            else tr("mean of the words' static vectors"),
                            tr("and the layers of the language model"))
    show_figure(draw_efficiency(layers.fractions, score, base=None if chosen == "depth" else float(layers.base[t]),
                                texts=texts),
                key="layers-efficiency", recipe=_EFFICIENCY.format(id=checkpoint.id, task=chosen),
                table=lambda: tabulate_efficiency(layers, chosen),
                alt=tr("{task}: from {fractions} of the data, {without} without and {beside} with the language model.",
                       task=task_name(chosen), fractions=", ".join(f"{100 * f:g} %" for f in layers.fractions),
                       without=", ".join(f"{v:.3f}" for v in np.nanmean(score[:, 0], axis=1)),
                       beside=", ".join(f"{v:.3f}" for v in np.nanmean(score[:, 1], axis=1))))
    st.markdown(_say_thrift(layers, t))


def _say_thrift(layers: LayerStudy, t: int) -> str:
    """From how little data the language model gives what all the data give without it."""
    mean = np.nanmean(layers.efficiency[t], axis=2)
    enough = np.flatnonzero(mean[:, 1] >= mean[-1, 0])
    if len(enough):
        return tr("With the language model, {few} of the sentences give what all of them give without it "
                  "({score:.3f}).", few=f"{100 * layers.fractions[enough[0]]:g} %", score=mean[-1, 0])
    return tr("Even with all the data, the language model does not reach here what static vectors give without it "
              "({score:.3f}).", score=mean[-1, 0])


def tabulate_results(results: tuple[TaskResult, ...]) -> pd.DataFrame:
    """A row a task and representation, with its interval."""
    return pd.DataFrame([{
        tr("task"): task_name(r.name), tr("corpus"): corpus_name(r.corpus), tr("vector"): name_representation(name),
        tr("score"): round(float(e[0]), 4), tr("from"): round(float(e[1]), 4), tr("to"): round(float(e[2]), 4)}
        for r in results for name, e in zip(r.representations, r.ends, strict=True) if np.isfinite(e[0])])


def tabulate_efficiency(layers: LayerStudy, task: str) -> pd.DataFrame:
    """A row a share of the data, way and seed."""
    score = layers.efficiency[layers.tasks.index(task)]
    return pd.DataFrame([{"fraction": float(f), "with_language_model": way, "seed": seed, "score": float(v)}
                         for f, rows in zip(layers.fractions, score, strict=True)
                         for way, row in zip((False, True), rows, strict=True) for seed, v in enumerate(row)])
