"""The panels of the page on one word: its tokens in the plane of c_up, and what a selection of them shares."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.lstm.heldout import untrained_like
from core.analysis.lstm.word_roles import (
    Role,
    WordSpace,
    build_word_space,
    compute_overlap,
    find_roles,
    locate_forms,
    rank_contrasts,
)
from core.analysis.projection import fit_axes, share_like_neighbours
from core.checkpoints.card import CheckpointCard
from core.figures.lstm.word_roles import draw_aligned, draw_contrast, draw_roles
from core.figures.palette import VECTOR_COLOURS
from core.figures.projection import Cloud
from core.states.lstm import record_states
from core.tokens.encoded import EncodedSentences
from core.ui.controls import pick_one, pick_segment
from core.ui.language import tr
from core.ui.lstm.cached import get_checkpoint, get_encoded, get_states
from core.ui.lstm.findings import link_trajectory
from core.ui.lstm.word_classes import name_tag
from core.ui.messages import guard, quote_code
from core.ui.output import show_figure, show_numbers
from core.ui.pointer import DRAWS, pick_pointer, set_pointer

BRUSHED, BEST = "brush", "best"
VECTORS = ("c_up", "c", "h")
BACKGROUND, MAX_TOKENS, MAX_WORDS = 1500, 1500, 2000  # points drawn; tokens of a word; words in the menu
NEAREST_NAMED = 3   # words named in the figure, for each role
REACH = 8           # tokens drawn on either side of the word
MAX_LISTED, MAX_DRAWN, MAX_SENTENCE = 8, 40, 2000  # the trajectories page offers the first 2,000 sentences
HOVER_WORDS = 5     # on either side
_BRUSH = "word_roles_brush"
_RECIPE = """\
import numpy as np

from core.analysis.lstm.word_roles import build_word_space, find_roles, locate_forms
from core.checkpoints.store import load_checkpoint
from core.figures.projection import Cloud
from core.figures.lstm.word_roles import draw_roles
from core.states.sources import encode_source, read_source
from core.states.store import open_states

checkpoint = load_checkpoint("{id}")
sentences = encode_source(checkpoint, read_source("{source}", checkpoint.card))
space = build_word_space(open_states(checkpoint, sentences)["layer0.c_up"], sentences)
roles = find_roles(space, sentences, {word!r})
plane = space.points[:, :2]
clouds = [Cloud(r.tag, plane[r.members], [r.tag] * len(r.members), r.members) for r in roles]
forms = list(dict.fromkeys(form for r in roles for form, _ in r.nearest[:3]))
draw_roles(clouds, forms=forms, places=locate_forms(space, forms, plane), background=plane[::5],
           axes=("component 1", "component 2")).show()
"""


@st.cache_resource(max_entries=6, show_spinner=False)
def get_space(checkpoint_id: str, source: str) -> WordSpace:
    """Words of a source on the principal axes of c_up."""
    return build_word_space(get_states(checkpoint_id, source)["layer0.c_up"], get_encoded(checkpoint_id, source))


@st.cache_resource(max_entries=3, show_spinner=False)
def get_untrained_space(checkpoint_id: str, source: str) -> WordSpace:
    """The same words read by an untrained LSTM of the same size."""
    sentences = get_encoded(checkpoint_id, source)
    bare = record_states(untrained_like(get_checkpoint(checkpoint_id).model), sentences, names=("layer0.c_up",))
    return build_word_space(bare["layer0.c_up"], sentences)


@st.cache_resource(max_entries=24, show_spinner=False)
def get_roles(checkpoint_id: str, source: str, word: str) -> tuple[Role, ...]:
    """Roles of a word; of a very frequent one a random part of the tokens."""
    roles = find_roles(get_space(checkpoint_id, source), get_encoded(checkpoint_id, source), word)
    n = sum(len(role.members) for role in roles)
    if n <= MAX_TOKENS:
        return tuple(roles)
    kept = np.random.default_rng(0).permutation(np.concatenate([role.members for role in roles]))[:MAX_TOKENS]
    cut = [Role(role.tag, np.intersect1d(role.members, kept), role.nearest) for role in roles]
    return tuple(role for role in cut if len(role.members))


@st.cache_resource(max_entries=12, show_spinner=False)
def get_values(checkpoint_id: str, source: str, word: str, vector: str) -> np.ndarray:
    """One vector after each token of a word, (n, H), in the order of the roles' members."""
    rows = np.concatenate([role.members for role in get_roles(checkpoint_id, source, word)])
    tokens = get_space(checkpoint_id, source).rows[rows]
    return np.asarray(get_states(checkpoint_id, source)[f"layer0.{vector}"][tokens], np.float32)


@dataclass(frozen=True)
class WordView:
    """What the page shows: one word of one source in one checkpoint."""

    card: CheckpointCard
    source: str
    word: str
    space: WordSpace
    roles: tuple[Role, ...]
    sentences: EncodedSentences

    @property
    def members(self) -> np.ndarray:
        """All tokens of the word, role after role."""
        return np.concatenate([role.members for role in self.roles])

    def locate(self, member: int) -> tuple[int, int]:
        """Sentence of a token, and its place in it."""
        row = int(self.space.rows[member])
        s = int(np.searchsorted(self.sentences.starts, row, side="right")) - 1
        return s, row - int(self.sentences.starts[s])

    def context(self, member: int, reach: int) -> tuple[str, str, str]:
        """Words before, the word as written, words after; brackets are left out."""
        s, at = self.locate(member)
        sentence = self.sentences.sentence(s)
        words = [k for k, tag in enumerate(sentence.tags) if tag not in ("(", ")", "-")]
        here = words.index(at)
        before, after = words[max(0, here - reach):here], words[here + 1:here + 1 + reach]
        lead, tail = "… " * (here > reach), " …" * (here + 1 + reach < len(words))
        return (lead + " ".join(sentence.tokens[k] for k in before), sentence.tokens[at],
                " ".join(sentence.tokens[k] for k in after) + tail)


def pick_word(card: CheckpointCard, source: str) -> WordView:
    """A word of the source, by falling count."""
    space = get_space(card.id, source)
    counts = dict(list(space.count_forms().items())[:MAX_WORDS])
    with st.container(width=320):
        word = pick_one(tr("Word"), list(counts), "woword", "that", format=lambda w: f"{w}  ({counts[w]:,})",
                        help=tr("Every word that comes at least twice, most frequent first; type to search."))
    return WordView(card, source, word, space, get_roles(card.id, source, word), get_encoded(card.id, source))


def show_headline(view: WordView) -> None:
    """Whether neighbours among the word's own tokens share its part of speech, against chance and no training."""
    told = [role for role in view.roles if len(role.members) > 1]
    names = [f"{role.tag} {len(role.members)}" for role in view.roles]
    if len(told) < 2:
        st.info(tr("Here {word} has one role only: {roles}. Its neighbours are below; choose a word with several "
                   "roles, such as “that”, “to” or “as”, to compare them.", word=quote_code(view.word),
                   roles=", ".join(names)), icon=":material/info:")
        return
    labels = np.concatenate([np.full(len(role.members), k) for k, role in enumerate(told)])
    members = np.concatenate([role.members for role in told])
    sentence = np.array([view.locate(m)[0] for m in members])
    share, chance = share_like_neighbours(view.space.points[members], labels, k=5, groups=sentence)
    with st.spinner(tr("Reading the same sentences with an untrained LSTM, once …"), show_time=True):
        bare = get_untrained_space(view.card.id, view.source).points[members]
    untrained, _ = share_like_neighbours(bare, labels, k=5, groups=sentence)
    if not np.isfinite(share):
        return
    learned = share > max(chance, untrained) + 0.05
    st.markdown(
        tr("To this model {word} is **not one word**: its tokens gather by part of speech, more than by chance and "
            "more than in an untrained LSTM.", word=quote_code(view.word)) if learned else
        tr("The tokens of {word} **do not gather** by part of speech beyond what chance or an untrained LSTM give.",
           word=quote_code(view.word)))
    show_numbers([
        (tr("tokens"), f"{len(view.members):,}", ", ".join(names[:4]),
         tr("Occurrences in these sentences by part of speech.")),
        (tr("neighbours alike"), f"{share:.0%}", tr("of the 5 nearest"),
         tr("Of the 5 nearest tokens of this word in other sentences, in 50 components of c_up, the share with the "
            "same tag; every tag counts alike. The word is the same everywhere, so only its sentence can tell.")),
        (tr("by chance"), f"{chance:.0%}", tr("tags shuffled"),
         tr("The share of the same tag among all tokens of this word in other sentences.")),
        (tr("untrained LSTM"), f"{untrained:.0%}", tr("of the 5 nearest"),
         tr("The same network with its first, random weights."))], columns=4)


def _follow_brush() -> None:
    """A click, box or lasso chooses its tokens; an empty one lets the menu choose again."""
    data = [point.get("customdata") for point in st.session_state["roles_map"].selection.points]
    # Plotly's typed arrays come back from the browser as {"0": …}.
    ids = [int(d["0"] if isinstance(d, dict) else d[0]) for d in data if d is not None and len(d)]
    st.session_state[_BRUSH] = ids
    if ids:
        st.session_state["wosel"] = BRUSHED


def show_map(view: WordView) -> None:
    """All tokens of the word, coloured by part of speech, with the nearest other words named."""
    few = len(view.members) < 3
    own = pick_segment(
        tr("Plane"), ("all",) if few else ("own", "all"), "woplane", "all" if few else "own",
        format=lambda p: tr("of this word's tokens") if p == "own" else tr("of all words"),
        help=tr("The two directions of c_up in which this word's tokens vary most, or in which all words do.")) == "own"
    draws = pick_pointer("woptr", DRAWS)
    plane = fit_axes(view.space.points[view.members], 2).project(view.space.points) if own else view.space.points[:, :2]
    shown = np.random.default_rng(0).permutation(len(plane))[:BACKGROUND]
    clouds = [Cloud(f"{role.tag} ({len(role.members):,})", plane[role.members],
                    [" ".join(view.context(m, HOVER_WORDS)) for m in role.members], role.members)
              for role in view.roles]
    forms = list(dict.fromkeys(form for role in view.roles[:4] if len(role.members) > 1
                               for form, _ in role.nearest[:NEAREST_NAMED]))
    places = locate_forms(view.space, forms, plane)
    figure = draw_roles(clouds, forms=forms, places=places, background=plane[np.sort(shown)],
                        axes=[f"{tr('component')} {k}" for k in (1, 2)], other_name=tr("other words"))
    set_pointer(figure, "lasso", draws=draws)
    table = pd.DataFrame([(role.tag, *view.locate(m), *plane[m].tolist()) for role in view.roles for m in role.members],
                         columns=["tag", "sentence", "token", "x1", "x2"])
    show_figure(figure, key="roles_map", on_select=_follow_brush, selection_mode=("points", "box", "lasso"),
                table=table,
                alt=tr("{n} tokens of {word} in a plane of c_up, coloured by part of speech, among other words.",
                       n=len(view.members), word=view.word),
                recipe=_RECIPE.format(id=view.card.id, source=view.source, word=view.word))
    st.caption(tr("Hover for the sentence. Draw round tokens, or let the pointer click one: the parts below follow. "
                  "Grey dots are {n:,} random words; names in italics stand at the mean of a word's tokens.",
                  n=len(shown)))


def show_nearest(view: WordView) -> None:
    """The words nearest to each role, in all components."""
    st.header(tr("Which words are its neighbours?"), anchor=False)
    table = pd.DataFrame([{"role": name_tag(role.tag), "n": len(role.members),
                           "nearest": ",  ".join(f"{form} {distance:.2f}" for form, distance in role.nearest)}
                          for role in view.roles])
    st.dataframe(table, hide_index=True, alt=tr("Nearest other words for each part of speech"), column_config={
        "role": tr("as"), "n": st.column_config.NumberColumn(tr("tokens"), format="localized", width="small"),
        "nearest": st.column_config.TextColumn(tr("nearest other words (distance)"), width="large")})
    st.caption(tr("Distances in 50 components between the mean of the role and the mean of each word seen at least "
                  "three times; 1 is as far as the role is from the mean of all words."))


def pick_selection(view: WordView) -> np.ndarray:
    """Which of the word's tokens are selected, bool array in the order of `WordView.members`."""
    tags = [role.tag for role in view.roles]
    chosen = pick_one(tr("Selected tokens"), [*tags, BRUSHED], "wosel", tags[0],
                      format=lambda t: tr("selected in the figure") if t == BRUSHED else tr("all {tag}", tag=t))
    if chosen == BRUSHED:
        return np.isin(view.members, st.session_state.get(_BRUSH, []))
    return np.concatenate([np.full(len(role.members), role.tag == chosen) for role in view.roles])


def show_selection(view: WordView) -> None:
    """Sentences, trajectories and one cell's distribution of the selected tokens."""
    st.header(tr("The selection, inside"), anchor=False)
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=240):
            selected = pick_selection(view)
        vector = pick_segment(tr("Internal vector"), VECTORS, "wovec", "c_up")
        values = get_values(view.card.id, view.source, view.word, vector)
        auc = rank_contrasts(values, selected)
        order = np.argsort(-np.abs(auc - 0.5), kind="stable")
        strongest = tr("best: {cell}", cell=int(order[0]))
        with st.container(width=240):
            cell = pick_one(tr("Cell"), [BEST, *order.tolist()], "wocell",
                            format=lambda c: strongest if c == BEST else f"{c}  (AUC {auc[c]:.3f})")
    cell = int(order[0]) if cell == BEST else cell
    if not selected.any():
        st.info(tr("Nothing is selected. Draw round tokens in the figure above, or choose a part of speech."),
                icon=":material/info:")
        return
    left, right = st.columns(2, gap="large")
    with left:
        _show_contrast(view, values[:, cell], selected, vector, cell, float(auc[cell]))
    with right:
        _show_aligned(view, selected, vector, cell)
    _show_sentences(view, selected, vector, cell)


def _show_contrast(view: WordView, values: np.ndarray, selected: np.ndarray, vector: str, cell: int,
                   auc: float) -> None:
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, high if high > low else low + 1, 31)
    overlap = compute_overlap(values[selected], values[~selected], edges)
    st.markdown(tr("All tokens are selected; there is no rest to compare them with.") if selected.all() else
                tr("**{vector}[{cell}]** on {n:,} selected tokens and the other {rest:,}: AUC {auc}, overlap "
                   "{overlap}. The best cell is the best on these very tokens, which flatters it.", vector=vector,
                   cell=cell, n=int(selected.sum()), rest=int((~selected).sum()), auc=f"{auc:.3f}",
                   overlap=f"{overlap:.2f}"))
    figure = draw_contrast(values[selected], values[~selected], edges, names=(tr("selected"), tr("the rest")),
                           colour=VECTOR_COLOURS[vector], x_title=f"{vector}[{cell}]", y_title=tr("share of tokens"))
    show_figure(figure, key="contrast", table=pd.DataFrame({"value": values, "selected": selected}),
                alt=tr("Distribution of cell {cell} of {vector} on selected tokens and on the rest.", cell=cell,
                       vector=vector))


def _show_aligned(view: WordView, selected: np.ndarray, vector: str, cell: int) -> None:
    rng = np.random.default_rng(0)
    inside, outside = (rng.permutation(view.members[part]) for part in (selected, ~selected))
    lines = [_cut_line(view, int(m), vector, cell) for m in np.sort(inside[:MAX_DRAWN])]
    rest = [_cut_line(view, int(m), vector, cell) for m in np.sort(outside[:200])]
    places = np.concatenate([line[0] for line in rest]) if rest else np.zeros(0, int)
    others = np.concatenate([line[1] for line in rest]) if rest else np.zeros(0)
    bands = np.array([(p, *np.quantile(others[places == p], (0.25, 0.5, 0.75))) for p in np.unique(places)])
    st.markdown(tr("The cell in the sentences of {n} selected tokens, laid over one another at {word}.", n=len(lines),
                   word=quote_code(view.word)))
    figure = draw_aligned(lines, word=view.word, colour=VECTOR_COLOURS[vector], rest=bands,
                          names=(tr("selected"), tr("the rest, 25–75 %")), x_title=tr("tokens from the word"),
                          y_title=f"{vector}[{cell}]")
    table = pd.DataFrame([(n, p, token, v) for n, (where, line, tokens) in enumerate(lines)
                          for p, v, token in zip(where.tolist(), line.tolist(), tokens, strict=True)],
                         columns=["line", "place", "token", "value"])
    show_figure(figure, key="aligned", table=table,
                alt=tr("Cell {cell} of {vector} in {n} sentences, aligned at {word}.", cell=cell, vector=vector,
                       n=len(lines), word=view.word))


def _cut_line(view: WordView, member: int, vector: str, cell: int) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    s, at = view.locate(member)
    start, n = int(view.sentences.starts[s]), int(view.sentences.lengths[s])
    a, b = max(0, at - REACH), min(n, at + REACH + 1)
    values = get_states(view.card.id, view.source)[f"layer0.{vector}"][start + a:start + b, cell]
    return np.arange(a - at, b - at), np.asarray(values, np.float32), view.sentences.tokens[start + a:start + b]


def _show_sentences(view: WordView, selected: np.ndarray, vector: str, cell: int) -> None:
    chosen = view.members[selected]
    listed = np.sort(np.random.default_rng(0).permutation(chosen)[:MAX_LISTED])
    tags = {int(m): role.tag for role in view.roles for m in role.members}
    st.caption(tr("{shown} of {total:,} selected tokens.", shown=len(listed), total=len(chosen)))
    for member in listed.tolist():
        s, _ = view.locate(member)
        before, word, after = view.context(member, 9)
        texts = [quote_code(before) * bool(before), f":primary-background[**{quote_code(word)}**]",
                 quote_code(after) * bool(after)]
        left, middle, right = st.columns([7, 1, 2], vertical_alignment="center", gap="xsmall")
        left.markdown(" ".join(texts))
        middle.markdown(f"**{tags[member]}**")
        if s < MAX_SENTENCE:
            with right:
                link_trajectory(view.card, tr("Sentence {number}", number=s + 1), src=view.source, s=str(s),
                                state=vector, rank="hand", cells=str(cell))


@st.fragment
@guard()
def show_word(card: CheckpointCard, source: str) -> None:
    """Everything about one word: its controls need no other sentences."""
    view = pick_word(card, source)
    show_headline(view)
    show_map(view)
    show_nearest(view)
    show_selection(view)
