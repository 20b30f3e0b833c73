"""The panels of the parts-of-speech page: one checkpoint and one pair of tags, from stored results."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.word_classes import COMPARED, EDGES, PLANE, VECTORS, WordClasses
from core.checkpoints.card import CheckpointCard
from core.figures.lstm.word_classes import draw_densities, draw_pairs, draw_sizes
from core.ui.controls import pick_one, pick_segment
from core.ui.language import language, tr
from core.ui.lstm.findings import name_unit
from core.ui.output import read_click, show_figure, show_numbers

STUDY = "word-classes"

_RECIPE = """\
from core.analysis.lstm.word_classes import COMPARED, EDGES, VECTORS
from core.checkpoints.store import load_checkpoint
from core.reproduce.lstm import STUDIES
from core.reproduce.studies import load_study
{imports}

checkpoint = load_checkpoint("{id}")
result = load_study(STUDIES["word-classes"], checkpoint.card, "{source}")
{lines}
"""


@dataclass(frozen=True)
class PairView:
    """What the page shows: one pair of tags, from the plane of two components or from all cells."""

    card: CheckpointCard
    source: str
    result: WordClasses
    a: str
    b: str
    plane: bool

    @property
    def pair(self) -> int:
        return self.result.find_pair(self.a, self.b)[0]

    @property
    def size(self) -> int:
        """Column of the sizes that the headline reads."""
        return self.result.sizes.tolist().index(PLANE) if self.plane else len(self.result.sizes) - 1

    def auc(self, vector: str) -> float:
        return float(self.result.auc[self.pair, VECTORS.index(vector), self.size])

    def recipe(self, imports: str, lines: str) -> str:
        return write_recipe(self.card, self.source, imports, lines)


def write_recipe(card: CheckpointCard, source: str, imports: str, lines: str) -> str:
    """Lines that draw a figure from the stored result."""
    return _RECIPE.format(imports=imports, id=card.id, source=source, lines=lines)


def name_vector(vector: str) -> str:
    """A vector or a control in the reader's language."""
    return {"untrained c": tr("c, untrained LSTM"), "untrained c_up": tr("c_up, untrained LSTM"),
            "embedding": tr("the word's embedding alone")}.get(vector, vector)


def name_tag(tag: str) -> str:
    """A Penn Treebank tag with its meaning."""
    names = {"NN": tr("noun"), "NNS": tr("noun, plural"), "NNP": tr("proper noun"), "NNPS": tr("proper noun, plural"),
             "VB": tr("verb, base form"), "VBD": tr("verb, past"), "VBZ": tr("verb, 3rd person singular"),
             "VBP": tr("verb, present"), "VBN": tr("past participle"), "VBG": tr("verb, -ing"), "CD": tr("number"),
             "IN": tr("preposition, subordinator"), "DT": tr("determiner"), "TO": "to", "MD": tr("modal verb"),
             "CC": tr("conjunction"), "JJ": tr("adjective"), "RB": tr("adverb"), "PRP": tr("pronoun"),
             "PRP$": tr("possessive pronoun"), "WDT": tr("wh-determiner"), "WP": tr("wh-pronoun"),
             "WRB": tr("wh-adverb"), "UH": tr("interjection"), "RP": tr("particle"), "POS": tr("possessive ’s")}
    return f"{tag}  {names[tag]}" if tag in names else tag


def pick_pair(card: CheckpointCard, source: str, result: WordClasses) -> PairView:
    """Two tags and how many components; a tag cannot be compared with itself."""
    tags = result.paired_tags
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=260):
            a = pick_one(tr("Tag"), tags, "ya", "VB", format=name_tag)
        with st.container(width=260):
            rest = [tag for tag in tags if tag != a]
            b = pick_one(tr("against"), rest, "yb", "NN", format=name_tag)
        plane = pick_segment(
            tr("Told apart from"), ("2", "all"), "ysize", "2",
            format=lambda s: tr("2 components") if s == "2" else tr("all {n:,} cells", n=int(result.sizes[-1])),
            help=tr("The first two principal components of the vector, as in the figures of the seed, or every cell "
                    "of it.")) == "2"
    return PairView(card, source, result, a, b, plane)


def say_verdict(view: PairView) -> str:
    """Which of c and c_up tells the tags apart better, and what the embedding says to it."""
    gap, low, high = (float(v) for v in view.result.difference[view.pair, view.size])
    where = (tr("in the plane of the first two principal components") if view.plane
             else tr("with all {n:,} cells", n=int(view.result.sizes[-1])))
    fields = {"a": view.a, "b": view.b, "where": where, "gap": f"{abs(gap):.3f}"}
    words = [tr("{a} and {b} separate **better in c_up** than in c {where}: AUC {gap} higher.", **fields) if low > 0
             else tr("{a} and {b} separate **better in c** than in c_up {where}: AUC {gap} higher.", **fields)
             if high < 0 else
             tr("{a} and {b} separate **about equally well** in c_up and in c {where}: the interval of the difference "
                "holds zero.", **fields)]
    controls = max(view.auc("untrained c_up"), view.auc("embedding"))
    words.append(tr("The word's embedding alone and an untrained LSTM stay below c_up.")
                 if view.auc("c_up") > controls + 0.005 else
                 tr("But the word's embedding or an untrained LSTM does as well: this is no sign of learning."))
    return ("" if language() == "ja" else " ").join(words)


def show_headline(view: PairView) -> None:
    """The verdict, and the numbers it rests on."""
    result, p, s = view.result, view.pair, view.size
    gap, low, high = (float(v) for v in result.difference[p, s])
    unit = name_unit(view.card, view.source, result.n_groups)
    bounds = {v: "{:.3f} – {:.3f}".format(*result.interval[p, n, s]) for n, v in enumerate(COMPARED)}
    accuracy = {v: f"{result.accuracy[p, VECTORS.index(v), int(not view.plane)]:.1%}" for v in COMPARED}
    asks = tr("How often a word of one tag scores above one of the other, on documents that did not fit the "
              "discriminant; 95 % interval over {unit}. Right side of the boundary, mean of both tags: {accuracy}.",
              unit=unit, accuracy="{accuracy}")
    shuffled = tr("shuffled labels {value:.3f}", value=float(result.shuffled[p, 1])) if not view.plane else tr("AUC")
    st.markdown(say_verdict(view))
    show_numbers([
        (tr("AUC from c_up"), f"{view.auc('c_up'):.3f}", bounds["c_up"], asks.format(accuracy=accuracy["c_up"])),
        (tr("AUC from c"), f"{view.auc('c'):.3f}", bounds["c"], asks.format(accuracy=accuracy["c"])),
        (tr("c_up less c"), write_signed(gap), f"{write_signed(low)} – {write_signed(high)}",
         tr("With its 95 % interval: both AUCs from the same 1,000 resamples of whole {unit}.", unit=unit)),
        (tr("embedding alone"), f"{view.auc('embedding'):.3f}", tr("AUC"),
         tr("The same discriminant on the word's embedding: what the word itself says, without its sentence.")),
        (tr("untrained LSTM"), f"{view.auc('untrained c_up'):.3f}", shuffled,
         tr("c_up of the same network with its first, random weights. Shuffled labels: 95 % of the discriminants of "
            "shuffled tags stay below this.")),
        (tr("words scored"), f"{int(result.density[p, 0, 0].sum()):,}", tr("of {n:,}", n=result.n_tokens),
         tr("{corpus}: {unit} in all.", corpus=result.corpus, unit=unit))], columns=3)


def write_signed(value: float) -> str:
    """A difference with its sign.

    >>> write_signed(-0.0312)
    '−0.031'
    """
    return f"{value:+.3f}".replace("-", "−")


def show_densities(view: PairView) -> None:
    """The seed's two panels: the score's density for both tags, from c and from c_up."""
    st.header(tr("One line that tells them apart"), anchor=False)
    result, first = view.result, view.result.find_pair(view.a, view.b)[1]
    density = result.density[view.pair, :, int(not view.plane)]
    if not first:  # the score of the pair points the other way
        density = density[:, ::-1, ::-1]
    titles = [f"{v}: AUC {view.auc(v):.3f}" for v in COMPARED]
    figure = draw_densities(density, EDGES, tags=(view.a, view.b), titles=titles, y_title=tr("density"),
                            x_title=tr("score, standard deviations within a tag"))
    middles = (EDGES[:-1] + EDGES[1:]) / 2
    table = pd.DataFrame([(v, tag, x, n) for v, rows in zip(COMPARED, density, strict=True)
                          for tag, row in zip((view.a, view.b), rows, strict=True)
                          for x, n in zip(middles, row, strict=True)], columns=["vector", "tag", "score", "n"])
    show_figure(figure, key="densities", table=table,
                alt=tr("Density of the discriminant score of {a} and {b}, from c and from c_up.", a=view.a, b=view.b),
                recipe=view.recipe(
                    "from core.figures.lstm.word_classes import draw_densities",
                    f'pair = result.find_pair("{view.a}", "{view.b}")[0]\n'
                    f'draw_densities(result.density[pair, :, {int(not view.plane)}], EDGES, titles=COMPARED,\n'
                    f'               tags=tuple(result.tags[k] for k in result.pairs[pair])).show()'))


def show_sizes(view: PairView) -> None:
    """AUC by the number of components, with every control; and words that the discriminant cannot know."""
    st.header(tr("How many directions it takes"), anchor=False)
    result, p = view.result, view.pair
    sizes = [str(n) for n in result.sizes[:-1]] + [tr("all")]
    figure = draw_sizes(
        result.auc[p], result.interval[p], sizes, vectors=VECTORS, names=[name_vector(v) for v in VECTORS],
        x_title=tr("principal components"), chance=float(result.shuffled[p, 1]), chance_name=tr("shuffled labels"))
    table = pd.DataFrame(result.auc[p].T, columns=list(VECTORS), index=pd.Index(sizes, name="components"))
    show_figure(figure, key="sizes", table=table,
                alt=tr("AUC of {a} against {b} by the number of principal components, from c, c_up, h and controls.",
                       a=view.a, b=view.b),
                recipe=view.recipe(
                    "from core.figures.lstm.word_classes import draw_sizes",
                    f'pair = result.find_pair("{view.a}", "{view.b}")[0]\n'
                    'draw_sizes(result.auc[pair], result.interval[pair], result.sizes.astype(str),\n'
                    '           names=VECTORS, vectors=VECTORS).show()'))


def show_words(view: PairView) -> None:
    """AUC on words new to the discriminant and on words that carry both tags."""
    st.header(tr("Is it only the word?"), anchor=False)
    names = (tr("new words"), tr("words of both tags"))
    rows = [{"words": name, **dict(zip(("c", "c_up", "embedding"), values[:3], strict=True)),
             "n": f"{values[3]:.0f} + {values[4]:.0f}"}
            for name, values in zip(names, view.result.controls[view.pair].tolist(), strict=True)]
    number = st.column_config.NumberColumn
    table = pd.DataFrame(rows)
    st.caption(tr("The state after a word contains the word, so part of the AUC is a word list. A list knows nothing "
                  "of new words, and cannot tell the two uses of a word that carries both tags."))
    st.dataframe(table, hide_index=True, alt=tr("AUC from all cells on words that a word list cannot know"),
                 column_config={"words": st.column_config.TextColumn(tr("AUC, all cells"), width=112),
                                "c": number("c", format="%.3f", width=52),
                                "c_up": number("c_up", format="%.3f", width=52),
                                "embedding": number(tr("embedding"), format="%.3f", width=64),
                                "n": st.column_config.TextColumn(tr("words scored"), width=80)})
    if np.isnan(view.result.controls[view.pair, :, 0]).any():
        st.caption(tr("Empty: fewer than 10 such words of one of the tags."))


def _follow_pair(result: WordClasses) -> None:
    """A clicked field becomes the two menus' values."""
    if clicked := read_click("pairs_map"):
        a, b = (result.tags[int(k)] for k in clicked[:2])
        if a != b:
            st.session_state["ya"], st.session_state["yb"] = a, b


def show_pairs(view: PairView) -> None:
    """All pairs of tags at once; a click chooses one."""
    st.header(tr("Every pair of tags"), anchor=False)
    result = view.result
    what = pick_segment(tr("Show"), ("gap", "c_up", "c"), "ymap", "gap",
                        format=lambda w: tr("c_up less c") if w == "gap" else tr("AUC from {vector}", vector=w))
    signed = what == "gap"
    gaps = result.difference[:, view.size]
    values = gaps[:, 0] if signed else result.auc[:, VECTORS.index(what), view.size]
    hover = [f"{write_signed(v)} [{write_signed(lo)}, {write_signed(hi)}]" if signed else f"AUC {v:.3f}"
             for v, (_, lo, hi) in zip(values.tolist(), gaps.tolist(), strict=True)]
    better, worse = int((gaps[:, 1] > 0).sum()), int((gaps[:, 2] < 0).sum())
    st.caption(tr("c_up is better than c on {better} of {n} pairs and worse on {worse}, where the 95 % interval of the "
                  "difference leaves zero out. Click a field to choose its pair.", better=better, worse=worse,
                  n=len(gaps)))
    figure = draw_pairs(values, result.pairs, result.tags, picked=view.pair, signed=signed, hover=hover,
                        value_title=tr("difference of AUC") if signed else "AUC")
    table = pd.DataFrame({"a": [result.tags[k] for k in result.pairs[:, 0]],
                          "b": [result.tags[k] for k in result.pairs[:, 1]],
                          "auc_c": result.auc[:, VECTORS.index("c"), view.size],
                          "auc_c_up": result.auc[:, VECTORS.index("c_up"), view.size], "difference": gaps[:, 0],
                          "low": gaps[:, 1], "high": gaps[:, 2]})
    field = (f"difference[:, {view.size}, 0]" if signed else f"auc[:, {VECTORS.index(what)}, {view.size}]")
    show_figure(figure, key="pairs_map", table=table, on_select=lambda: _follow_pair(result), selection_mode="points",
                alt=tr("Map of all pairs of {n} tags: how well c_up and c tell each pair apart.",
                       n=len(result.paired_tags)),
                recipe=view.recipe("from core.figures.lstm.word_classes import draw_pairs",
                                   f"draw_pairs(result.{field}, result.pairs, result.tags, signed={signed}).show()"))
