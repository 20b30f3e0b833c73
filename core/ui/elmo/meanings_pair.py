"""Two sentences with the word: how alike each layer finds it in both."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.elmo.mixing import Mix, mix_layers, one_layer
from core.analysis.elmo.own_examples import read_own_examples
from core.analysis.elmo.pairs import compare_vectors, measure_pairs
from core.corpora.senses import SenseExample
from core.figures.elmo.pair import PairRow, PairTexts, draw_pair
from core.ui.controls import pick_one, pick_segment, pick_text
from core.ui.elmo.meanings_cached import get_pairs, measure_layers, record_typed
from core.ui.elmo.meanings_mix import layer_name
from core.ui.elmo.meanings_view import MeaningsView, name_example, quote_example
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.wording import join_sentences, plain

CHOSEN, TYPED = "chosen", "typed"
FIRST = -1           # of the other examples, to compare the chosen one with
MAX_SENTENCE = 1_000  # characters
_LINES = """\
pair = record_tokens(load_bilm("{id}").model, [{first}, {second}])
layers = np.concatenate([tokens.layers, pair.layers], 1)
n = len(tokens.layers)
sample = draw_pairs(tokens.senses)
rows = []
for name, own in {{**{{f"layer {{k}}": one_layer(k, n, sides=mix.sides, normalise=mix.normalise) for k in range(n)}},
                  "this mix": mix}}.items():
    spread = measure_pairs(find_cosines(tokens.products.mix(own)), sample)
    rows.append(PairRow(name, compare_vectors(*mix_layers(layers, own)[-2:]), spread.same, spread.other))
draw_pair(rows).show()
"""


@guard()
def show_pair(view: MeaningsView, focus: int) -> None:
    """The chosen example beside another one, or two typed sentences."""
    st.header(tr("Two sentences compared"), anchor=False)
    kinds = [CHOSEN, TYPED] if view.n > 1 else [TYPED]
    kind = pick_segment(tr("Which two"), kinds, "mnpair", kinds[0],
                        format=lambda k: tr("of these examples") if k == CHOSEN else tr("typed"))
    pair = _pick_other(view, focus) if kind == CHOSEN else _type_pair(view)
    if kind == CHOSEN:
        st.markdown("\n".join(f"- {quote_example(e)}" + (f"  ·  *{plain(e.sense)}*" if e.sense else "") for e in pair))
    rows = _compare(view, pair)
    texts = PairTexts(tr("cosine of the two vectors"), tr("these two"), _name_same(view),
                      tr("pairs of two senses (5–95 %)"), tr("median {value}"))
    show_figure(draw_pair(rows, texts=texts), key="mn-pair", recipe=_write_recipe(view, pair),
                table=pd.DataFrame([{"vectors": r.name, "cosine": r.cosine, **{
                    f"{kind}_{level}": value for kind, band in (("same", r.same), ("other", r.other))
                    for level, value in zip((5, 50, 95), band or (np.nan,) * 3, strict=True)}} for r in rows]),
                alt=tr("Cosine of the two sentences' vectors: {values}; beside all pairs of one sense and of two.",
                       values=", ".join(f"{r.name} {r.cosine:.2f}" for r in rows)))
    st.markdown(_say_pair(view, rows))
    show_guide(tr("A cosine means nothing by itself: layers differ in how alike they find any two vectors. So each row "
                  "shows where pairs of one sense and of two lie; the stroke is the median. Where both bands lie on "
                  "each other, the layer does not tell the senses apart, however high the number. Two sentences with "
                  "the same form of the word always have the cosine 1 in the row “word alone”."))


def _name_same(view: MeaningsView) -> str:
    return tr("pairs of one sense (5–95 %)") if (view.tokens.senses != "").any() else tr("all pairs (5–95 %)")


def _pick_other(view: MeaningsView, focus: int) -> tuple[SenseExample, SenseExample]:
    examples, senses = view.tokens.examples, view.tokens.senses
    others = np.flatnonzero(senses != senses[focus])
    first = int(others[0]) if len(others) else int(focus == 0)
    row = pick_one(tr("The chosen example beside"), [FIRST, *range(view.n)], "mnother", FIRST, format=lambda k: tr(
        "the first of another sense") if k == FIRST else name_example(examples[k], k))
    return examples[focus], examples[first if row == FIRST else row]


def _type_pair(view: MeaningsView) -> tuple[SenseExample, SenseExample]:
    """Two sentences; errors as `read_own_examples`."""
    examples, senses = view.tokens.examples, view.tokens.senses
    others = np.flatnonzero(senses != senses[0])
    starts = [examples[0], examples[int(others[0]) if len(others) else -1]]
    typed = []
    for column, key, start, label in zip(st.columns(2, gap="medium"), ("mna", "mnb"), starts,
                                         (tr("First sentence, the word in [[ ]]"),
                                          tr("Second sentence, the word in [[ ]]")), strict=True):
        with column:
            text = pick_text(label, key, _write(start), max_characters=MAX_SENTENCE, lines=2)
        typed.append(replace(read_own_examples(" ".join(text.split()), view.choice.word)[0][0], sense=""))
    return typed[0], typed[1]


def _write(example: SenseExample) -> str:
    words = [f"[[{word}]]" if k == example.position else word for k, word in enumerate(example.words)]
    return " ".join(words)[:MAX_SENTENCE]


def _compare(view: MeaningsView, pair: Sequence[SenseExample]) -> list[PairRow]:
    """Normalisation, where it is on, is over all examples and these two."""
    n, mix = len(view.tokens.layers), view.mix
    layers = np.concatenate([view.tokens.layers, record_typed(view.checkpoint_id, tuple(pair)).layers], 1)
    spaces = measure_layers(view.checkpoint_id, view.choice, sides=mix.sides, normalise=mix.normalise)
    named: list[tuple[str, Mix, object]] = [
        (layer_name(k), one_layer(k, n, sides=mix.sides, normalise=mix.normalise), spaces[k].spread) for k in range(n)]
    named.append((tr("this mix"), mix, measure_pairs(view.cosines, get_pairs(view.choice))))
    return [PairRow(name, compare_vectors(*mix_layers(layers, own)[-2:]), spread.same, spread.other)
            for name, own, spread in named]


def _say_pair(view: MeaningsView, rows: Sequence[PairRow]) -> str:
    """Where the pair lies by this mix, and how well this mix tells pairs apart at all."""
    row = rows[-1]
    parts = [tr("By this mix the two are **{cosine}** alike.", cosine=f"{row.cosine:.2f}".replace("-", "−"))]
    spread = measure_pairs(view.cosines, get_pairs(view.choice))
    if spread.same and spread.other:
        parts.append(tr("The median is {same} for pairs of one sense and {other} for pairs of two.",
                        **{k: f"{v[1]:.2f}".replace("-", "−") for k, v in (("same", spread.same),
                                                                           ("other", spread.other))}))
        parts.append(tr("A random pair of one sense is more alike than one of two senses {share:.0%} of the time; 50% "
                        "would be no telling apart.", share=1 - spread.overlap))
    return join_sentences(parts)


def _write_recipe(view: MeaningsView, pair: Sequence[SenseExample]) -> str:
    imports = ("from core.analysis.elmo.mixing import mix_layers, one_layer\n"
               "from core.analysis.elmo.pairs import compare_vectors, draw_pairs, measure_pairs\n"
               "from core.analysis.elmo.products import find_cosines\n"
               "from core.corpora.senses import SenseExample\n"
               "from core.figures.elmo.pair import PairRow, draw_pair\n")
    first, second = (f'SenseExample({e.words!r}, {e.position}, {e.lemma!r}, {e.sense!r})' for e in pair)
    return view.write_recipe(_LINES.format(id=view.checkpoint_id, first=first, second=second), more=imports,
                             first="import numpy as np\n")
