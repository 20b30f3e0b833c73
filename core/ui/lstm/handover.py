"""Acting on an encoder: what becomes of the translation when its cells are changed while it reads."""

import pandas as pd
import streamlit as st

from core.analysis.seq2seq.handover import judge_after, translate_readings
from core.analysis.seq2seq.surprise import Judged
from core.checkpoints.card import CheckpointCard
from core.checkpoints.halves import split_half
from core.figures.lstm.interventions import draw_two_cells
from core.figures.seq2seq.surprise import draw_surprise
from core.intervene.reading import Reading, compare_readings
from core.ui.language import tr
from core.ui.lstm.acting import tabulate_cells
from core.ui.output import show_figure, show_guide
from core.ui.seq2seq.cached import get_translator
from core.ui.seq2seq.translate_choice import say_numbers
from core.ui.seq2seq.wide import scroll_wide
from core.ui.wording import plain

_WORD_PX = 46
_RECIPE = """from core.analysis.seq2seq.handover import judge_after, translate_readings
from core.checkpoints.seq2seq import load_seq2seq
from core.checkpoints.store import load_checkpoint
from core.figures.seq2seq.surprise import draw_surprise
from core.intervene.edits import CellEdit, Snap
from core.intervene.reading import read_sentence
from core.translate.translator import Translator
{imports}

checkpoint, translator = load_checkpoint("{id}"), Translator([load_seq2seq("{whole}")])
sentence = {sentence}
readings = [read_sentence(checkpoint, sentence), read_sentence(checkpoint, sentence, [{edits}])]
translations = translate_readings(translator, readings)
draw_surprise(judge_after(translator, readings, translations), ["untouched", "changed"]).show()
"""


def show_handover(card: CheckpointCard, untouched: Reading, changed: Reading, *, cells: list[int], start: int,
                  sentence: str, edits: str, imports: str) -> None:
    """Both translations, the cells, and how probable each word was before and is after the change.

    Parameters
    ----------
    start : int
        First token of the change.
    sentence, edits, imports : str
        Lines of Python that make the readings again.
    """
    whole, readings = split_half(card.id)[0], (untouched, changed)
    translator = get_translator((whole,))
    best = translate_readings(translator, readings)
    same = best[0].ids == best[1].ids
    judged = judge_after(translator, readings, best[:1] if same else best)
    st.markdown(_say_outcome(judged, same=same))
    names = (tr("untouched"), tr("changed"))
    for column, name, own in zip(st.columns(2, gap="medium", border=True), names, best, strict=True):
        with column:
            st.caption(tr("Translation, {run}", run=name))
            st.markdown(f"**{plain(translator.write(own)) or '–'}**")
            st.caption(say_numbers(own))
    runs = compare_readings(untouched, changed, cells, start=start)
    show_figure(
        draw_two_cells(runs, labels=names, start_name=tr("from here"),
                       title=", ".join(f"c[{c}]" for c in cells[:2]) + " …" * (len(cells) > 2)),
        key="handed-cells", table=lambda: tabulate_cells(runs, names),
        alt=tr("Cells {cells} of two runs of the encoder, token by token.", cells=", ".join(map(str, cells))))
    titles = [tr("Translation, {run}", run=name) for name in names[:len(judged)]]
    with scroll_wide("handed-wide", 90 + _WORD_PX * max(len(j.words) for j in judged)):
        show_figure(
            draw_surprise(judged, names, titles=titles, y_title=tr("−log p, nats"), unknown=tr("read as UNK")),
            key="handed", table=lambda: _tabulate(judged, titles),
            recipe=_RECIPE.format(id=card.id, whole=whole, sentence=sentence, edits=edits, imports=imports),
            alt=tr("Surprise of the decoder at each word of the translation, before and after the change."))
    show_guide(tr("An encoder tells its decoder what it has read through its last state alone. A bar is the surprise "
                  "of the decoder at a word: blue after the untouched encoder, brown after the changed one. If one "
                  "word alone grows, the cell held something about it; if all grow, the sentence as a whole was "
                  "damaged. Try other cells, and the same change earlier or later: what was written long before the "
                  "end has had time to fade."))


def _say_outcome(judged: list[Judged], *, same: bool) -> str:
    before, after = (f"{v:.2f}".replace("-", "−") for v in judged[0].totals)
    if same:
        return tr("The translation **stays the same**; its log p goes from {before} to {after}.", before=before,
                  after=after)
    return tr("The decoder **writes something else**: the log p of what it wrote before goes from {before} to "
              "{after}.", before=before, after=after)


def _tabulate(judged: list[Judged], titles: list[str]) -> pd.DataFrame:
    """A row a word."""
    return pd.concat([pd.DataFrame({"translation": title, "word": own.words, "log_p_untouched": own.log_p[0],
                                    "log_p_changed": own.log_p[1]})
                      for title, own in zip(titles, judged, strict=True)])
