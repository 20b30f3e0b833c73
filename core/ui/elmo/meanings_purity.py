"""Whether the model keeps the senses apart, in numbers beside what guessing and static vectors get."""

import pandas as pd
import streamlit as st

from core.analysis.elmo.purity import Purity, compare_purities
from core.analysis.intervals import Estimate
from core.corpora.senses import read_demo_senses
from core.figures.elmo.purity import PurityRow, PurityTexts, draw_purity
from core.ui.elmo.meanings_cached import (
    has_glove,
    measure_around,
    measure_glove,
    measure_layers,
    summarise_layers,
    summarise_mix,
)
from core.ui.elmo.meanings_mix import layer_name
from core.ui.elmo.meanings_view import MeaningsView
from core.ui.language import tr
from core.ui.messages import quote_code
from core.ui.output import show_figure
from core.ui.wording import join_sentences, list_words

_LINES = """\
mixes = {{"this mix": mix}} | {{f"layer {{k}}": one_layer(k, {n}, sides=mix.sides, normalise=mix.normalise)
                             for k in range({n})}}
found = {{name: measure_purity(find_cosines(tokens.products.mix(own)), tokens.senses) for name, own in mixes.items()}}
found["words around"] = measure_purity(find_cosines(multiply_vectors(tokens.around)), tokens.senses)
{glove}rows = [PurityRow(name, p.accuracy.value, p.accuracy.low, p.accuracy.high, p.silhouette)
        for name, p in found.items()]
draw_purity(rows, chance=found["this mix"].commonest).show()
"""
_GLOVE = """\
glove = load_vectors("glove-6b-50d", {{form.lower() for form in tokens.forms}})
static = np.stack([glove.vectors[glove.ids[form.lower()]] for form in tokens.forms])
found["GloVe"] = measure_purity(find_cosines(multiply_vectors(static)), tokens.senses)
"""


def _list_layers(view: MeaningsView) -> list[Purity]:
    spaces = measure_layers(view.checkpoint_id, view.choice, sides=view.mix.sides, normalise=view.mix.normalise)
    return [space.purity for space in spaces]


def say_headline(view: MeaningsView) -> None:
    """What this mix brings over the word alone, on these examples and on all our words."""
    if view.purity is None:
        _explain_absence(view)
        return
    static = _list_layers(view)[0]
    gain = compare_purities(view.purity, static)
    st.markdown(join_sentences([
        tr("With this mix the nearest other example has the same sense for **{share:.0%}** [{low:.0%}, {high:.0%}] of "
           "{n:,} examples, with the word alone for {static:.0%}, by guessing the commonest sense for {chance:.0%}.",
           share=view.purity.accuracy.value, low=view.purity.accuracy.low, high=view.purity.accuracy.high,
           n=view.purity.n, static=static.accuracy.value, chance=view.purity.commonest),
        _say_gain(gain), _say_bag(compare_purities(view.purity, measure_around(view.checkpoint_id, view.choice)))]))


def _points(estimate: Estimate) -> dict[str, str]:
    """An estimate in percentage points with its interval, with real minus signs."""
    return {name: f"{round(100 * value):+d}".replace("-", "−") if round(100 * value) else "0"
            for name, value in (("gain", estimate.value), ("low", estimate.low), ("high", estimate.high))}


def _say_gain(gain: Estimate) -> str:
    if gain.low > 0:
        return tr("Its context tells the senses apart: {gain} points over the word alone [{low}, {high}].",
                  **_points(gain))
    if gain.high < 0:
        return tr("It does **worse** than the word alone: {gain} points [{low}, {high}].", **_points(gain))
    return tr("That it beats the word alone **cannot be said** from these: {gain} points [{low}, {high}].",
              **_points(gain))


def _say_bag(gain: Estimate) -> str:
    return tr("Over the words around, without their order, this mix gains {gain} points [{low}, {high}].",
              **_points(gain))


def _explain_absence(view: MeaningsView) -> None:
    senses = {sense for sense in view.tokens.senses.tolist() if sense}
    if view.n < 2:
        said = tr("There is one example, and nothing to compare it with. Add a sentence.")
    elif not senses:
        said = tr("No senses are given, so all points have one colour and how well senses are kept apart is not "
                  "measured. Write “sense | sentence” to have it measured.")
    elif len(senses) == 1:
        said = tr("All examples with a sense have the same one ({sense}), so there is nothing to keep apart.",
                  sense=quote_code(next(iter(senses))))
    else:
        said = tr("Every sense has one example, which no neighbour can match, so how well senses are kept apart is not "
                  "measured. Add a second example of one of them.")
    st.info(said, icon=":material/info:")


def show_purity(view: MeaningsView) -> None:
    """Bars for this mix, each layer, and vectors that cannot know the order of the sentence."""
    if view.purity is None:
        return
    spaces = [(tr("this mix"), view.purity, "mix")]
    spaces += [(layer_name(k), purity, "layer" if k else "control") for k, purity in enumerate(_list_layers(view))]
    spaces.append((tr("words around"), measure_around(view.checkpoint_id, view.choice), "control"))
    glove, unknown = measure_glove(view.checkpoint_id, view.choice) if has_glove() else (None, [])
    if glove is not None:
        spaces.append(("GloVe", glove, "control"))
    rows = [PurityRow(name, p.accuracy.value, p.accuracy.low, p.accuracy.high, p.silhouette, kind)
            for name, p, kind in spaces]
    texts = PurityTexts(tr("nearest has the sense"), tr("silhouette"), tr("commonest sense {share}"))
    show_figure(draw_purity(rows, chance=view.purity.commonest, texts=texts), key="mn-purity",
                recipe=_write_recipe(view, glove=glove is not None),
                table=pd.DataFrame([{"vectors": name, "accuracy": p.accuracy.value, "low": p.accuracy.low,
                                     "high": p.accuracy.high, "silhouette": p.silhouette, "n": p.n,
                                     "commonest": p.commonest, "random": p.random} for name, p, _ in spaces]),
                alt=tr("How often the nearest example has the same sense, and the silhouette, for {names}.",
                       names=list_words(row.name for row in rows)))
    st.caption(_say_notes(view, unknown))


def _say_notes(view: MeaningsView, unknown: list[str]) -> str:
    notes = [tr("Hatched vectors know nothing of order: “words around” is the mean of the other words of the sentence. "
                "Where several examples are equally near, as with static vectors, the share of them with the right "
                "sense counts. A random example would be right for {random:.0%}.", random=view.purity.random)]
    senses = view.tokens.senses
    single = [sense for sense in dict.fromkeys(senses.tolist()) if sense and (senses == sense).sum() == 1]
    if single:
        notes.append(tr("Of one example only, and so not asked but among the neighbours: {senses}.",
                        senses=list_words(quote_code(sense) for sense in single[:5])))
    if (without := int((senses == "").sum())) > 0:
        notes.append(tr("{n} examples without a sense are drawn in grey and take no part in the numbers.", n=without))
    if unknown:
        notes.append(tr("GloVe has no vector for {words} and is left out.",
                        words=list_words(quote_code(word[:40]) for word in unknown[:5])))
    return join_sentences(notes)


def show_our_words(view: MeaningsView) -> None:
    """The same question over all our own words, for one word proves little."""
    layers = summarise_layers(view.checkpoint_id, sides=view.mix.sides, normalise=view.mix.normalise)
    mixed = summarise_mix(view.checkpoint_id, view.angle_mix)
    n = len(mixed.words)
    lines = [tr("**Over all {n} words of our own set** ({examples} sentences) the word alone finds the sense for "
                "{share:.0%}, guessing for {chance:.0%}.", n=n, examples=len(read_demo_senses()),
                share=layers.mean("0").value, chance=float(layers.commonest.mean()))]
    spaces = [(tr("this mix"), mixed.gain("mix")),
              *((layer_name(int(k)), layers.gain(k)) for k in layers.accuracy if k.isdigit() and k != "0"),
              (tr("words around"), layers.gain("around"))]
    lines.append(tr("Gains over it, in points [95 % over words]: {gains}.", gains=list_words(
        "{name} **{gain}** [{low}, {high}]".format(name=name, **_points(gain)) for name, gain in spaces)))
    above = [name for name, gain in spaces if gain.low > 0]
    lines.append(tr("Above 0 with its whole interval: {names}.", names=list_words(above)) if above else
                 tr("None of the intervals lies above 0: context is **not shown** to help this model."))
    lines.append(_say_bag(mixed.gain("mix", "around")))
    st.markdown(join_sentences(lines))


def _write_recipe(view: MeaningsView, *, glove: bool) -> str:
    imports = ("from core.analysis.elmo.mixing import one_layer\n"
               "from core.analysis.elmo.products import find_cosines, multiply_vectors\n"
               "from core.analysis.elmo.purity import measure_purity\n"
               "from core.figures.elmo.purity import PurityRow, draw_purity\n")
    if glove:
        imports += "from core.corpora.vectors import load_vectors\n"
    lines = _LINES.format(n=len(view.tokens.layers), glove=_GLOVE.format() if glove else "")
    return view.write_recipe(lines, more=imports, first="import numpy as np\n" if glove else "")
