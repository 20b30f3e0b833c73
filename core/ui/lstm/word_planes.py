"""Words in the space of c_up on the parts-of-speech page: scatter, clusters, stripes."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.word_classes import WordClasses
from core.analysis.projection import embed_umap, share_like_neighbours
from core.checkpoints.card import CheckpointCard
from core.figures.palette import show_token
from core.figures.projection import Cloud, draw_clouds, draw_stripes
from core.ui.controls import pick_many, pick_segment
from core.ui.language import tr
from core.ui.lstm.cached import get_checkpoint, get_study
from core.ui.lstm.word_classes import STUDY, name_tag, write_recipe
from core.ui.messages import guard
from core.ui.output import show_figure

SEED_TAGS, FUNCTION_TAGS = ("VB", "VBZ", "NN", "NNS", "CD"), ("IN", "DT", "TO", "MD", "CC")
GROUPS = {"seed": SEED_TAGS, "function": FUNCTION_TAGS}
METHODS = ("pca", "unique", "umap")
STRIPE_ROWS = 24  # words of a tag; more are thinner than a line

_CLOUDS = """\
words, clouds = checkpoint.vocabulary.tokens, []
for tag in {tags}:
    own = (result.{kind}_tag == result.tags.index(tag)).nonzero()[0]{cut}
    clouds.append(Cloud(tag, {points}, [words[i] for i in result.{kind}_id[own]], own))
"""


def pick_tags(result: WordClasses) -> list[str]:
    """The seed's tags, the function words', or the reader's own."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        group = pick_segment(
            tr("Parts of speech"), (*GROUPS, "own"), "yset", "seed",
            format=lambda g: {"seed": tr("verbs, nouns, numbers"), "function": tr("function words"),
                              "own": tr("my choice")}[g])
        if group != "own":
            return [tag for tag in GROUPS[group] if tag in result.tags]
        return pick_many(tr("Tags"), list(result.tags), "ytags", [t for t in SEED_TAGS if t in result.tags],
                         max_selections=10, format=name_tag)


@st.cache_resource(max_entries=24, show_spinner=False)
def get_umap(checkpoint_id: str, source: str, kind: str, dimensions: int) -> np.ndarray:
    """UMAP of the stored tokens or types, from their 50 principal components."""
    return embed_umap(getattr(get_study(checkpoint_id, source, STUDY), f"{kind}_pca"), dimensions)


@st.fragment
@guard()
def show_planes(card: CheckpointCard, source: str, result: WordClasses) -> None:
    """Words on the principal axes of c_up: a scatter, its clusters in a number, the seed's stripes."""
    st.header(tr("Words in the space of c_up"), anchor=False)
    tags = pick_tags(result)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        method = pick_segment(tr("Projection"), METHODS, "yproj", "pca", format=lambda m: {
            "pca": "PCA", "unique": "re-PCA", "umap": "UMAP"}[m], help=tr(
                "PCA of all words. re-PCA (unique-PCA): the mean of each word type on those axes, and PCA again. UMAP: "
                "keeps neighbourhoods instead of directions; distances between far clusters mean nothing."))
        kind = "type"
        if method != "unique":
            kind = pick_segment(tr("A point is"), ("token", "type"), "ypoint", "token",
                                format=lambda k: tr("an occurrence") if k == "token" else tr("a word type"))
        dimensions = pick_segment(tr("Dimensions"), (2, 3), "ydim", 2)
    if not tags:
        st.info(tr("Choose at least one tag."), icon=":material/info:")
        return
    points = _place_points(card, source, result, method, kind, dimensions)
    clouds = _collect_clouds(card, result, kind, points, tags)
    if not sum(len(cloud.points) for cloud in clouds):
        st.info(tr("No word of these tags was kept here. Choose other tags."), icon=":material/info:")
        return
    _show_scatter(card, source, result, clouds, method=method, kind=kind, dimensions=dimensions)
    _show_stripes(card, source, result, kind, tags)


def _place_points(card, source: str, result: WordClasses, method: str, kind: str, dimensions: int) -> np.ndarray:
    if method != "umap":
        return np.asarray(getattr(result, f"{kind}_pca"), np.float32)[:, :dimensions]
    with st.spinner(tr("Computing UMAP, once …"), show_time=True):
        return get_umap(card.id, source, kind, dimensions)


def _collect_clouds(card, result: WordClasses, kind: str, points: np.ndarray, tags: list[str],
                    limit: int | None = None) -> list[Cloud]:
    words = get_checkpoint(card.id).vocabulary.tokens
    labels, ids = getattr(result, f"{kind}_tag"), getattr(result, f"{kind}_id")
    rows = [np.flatnonzero(labels == result.tags.index(tag))[:limit] for tag in tags]
    return [Cloud(tag, points[own], [show_token(words[i]) for i in ids[own]], own)
            for tag, own in zip(tags, rows, strict=True)]


def _show_scatter(card, source: str, result: WordClasses, clouds: list[Cloud], *, method: str, kind: str,
                  dimensions: int) -> None:
    shares = result.shares[int(kind == "type")]
    axes = ([f"UMAP {k + 1}" for k in range(dimensions)] if method == "umap"
            else [f"{tr('component')} {k + 1} ({shares[k]:.1%})" for k in range(dimensions)])
    figure = draw_clouds(clouds, axes=axes)
    words = get_checkpoint(card.id).vocabulary.tokens
    ids = getattr(result, f"{kind}_id")
    table = pd.DataFrame([(cloud.name, words[ids[i]], *point) for cloud in clouds
                          for i, point in zip(cloud.ids, cloud.points.tolist(), strict=True)],
                         columns=["tag", "word", *(f"x{k + 1}" for k in range(dimensions))])
    place = f"result.{kind}_pca[own].astype(float)[:, :{dimensions}]" if method != "umap" else "place[own]"
    head = f"place = embed_umap(result.{kind}_pca, {dimensions})\n" if method == "umap" else ""
    imports = ("from core.analysis.projection import embed_umap\n" if method == "umap" else "") + \
        "from core.figures.projection import Cloud, draw_clouds"
    tags = [cloud.name for cloud in clouds]
    show_figure(figure, key="clouds", table=table,
                alt=tr("{n} words of the tags {tags} in {dimensions} dimensions.", tags=", ".join(tags),
                       n=len(table), dimensions=dimensions),
                recipe=write_recipe(card, source, imports, head + _CLOUDS.format(
                    tags=tags, kind=kind, points=place, cut="") + f"draw_clouds(clouds, axes={axes}).show()"))
    st.caption(_say_clusters(card, source, result, clouds, kind))


def _say_clusters(card, source: str, result: WordClasses, clouds: list[Cloud], kind: str) -> str:
    """The clusters in a number: in the figure, in all 50 components, by chance."""
    clouds = [cloud for cloud in clouds if len(cloud.points) > 1]
    if len(clouds) < 2:
        return tr("With two tags or more, the share of neighbours of the same tag is given here.")
    labels = np.concatenate([np.full(len(c.points), k) for k, c in enumerate(clouds)])
    rows = np.concatenate([c.ids for c in clouds])
    here, chance = share_like_neighbours(np.concatenate([c.points for c in clouds]), labels)
    full, _ = share_like_neighbours(np.asarray(getattr(result, f"{kind}_pca"), np.float32)[rows], labels)
    unit = (tr("A random sample, at most {n} words of each tag.", n=int(max(map(len, (c.points for c in clouds)))))
            if kind == "token" else tr("One point for each word type in the vocabulary, under its most frequent tag."))
    return unit + " " + tr("Of the 10 nearest points in this figure {here:.0%} carry the same tag, in all 50 "
                           "components {full:.0%}, by chance {chance:.0%}.", here=here, full=full, chance=chance)


def _show_stripes(card, source: str, result: WordClasses, kind: str, tags: list[str]) -> None:
    """exp([x; -x]) of the 50 components, as on the seed's slides."""
    st.header(tr("Fifty components as stripes"), anchor=False)
    points = np.asarray(getattr(result, f"{kind}_pca"), np.float32)
    clouds = [c for c in _collect_clouds(card, result, kind, points, tags, STRIPE_ROWS) if len(c.points)]
    st.caption(tr("A row is a word: its 50 components x, then the same with the sign turned, all through the "
                  "exponential function, so that negative values can be seen too. Vertical bands shared by a block "
                  "are what its part of speech has in common."))
    figure = draw_stripes(clouds, x_title=tr("component"), value_title="exp(±x)")
    cut = f"[:{STRIPE_ROWS}]"
    table = pd.DataFrame([(c.name, text, *row) for c in clouds for text, row in
                          zip(c.texts, c.points.tolist(), strict=True)],
                         columns=["tag", "word", *(f"x{k + 1}" for k in range(points.shape[1]))])
    show_figure(figure, key="stripes", table=table,
                alt=tr("Fifty components of {n} words as stripes, grouped by {tags}.", n=len(table),
                       tags=", ".join(c.name for c in clouds)),
                recipe=write_recipe(card, source, "from core.figures.projection import Cloud, draw_stripes",
                                    _CLOUDS.format(tags=[c.name for c in clouds], kind=kind, cut=cut,
                                                   points=f"result.{kind}_pca[own].astype(float)")
                                    + "draw_stripes(clouds).show()"))
