"""Which systems, sentences and bins are looked at: both directions of reading, three beams."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.analysis.seq2seq.evaluation import Evaluation
from core.analysis.seq2seq.lengths import (
    PROPERTIES,
    BinnedBLEU,
    Bins,
    Property,
    bin_bleu,
    cut_at,
    cut_evenly,
    read_edges,
    read_property,
)
from core.checkpoints.card import Seq2SeqCard
from core.corpora.pairs import SentencePairs
from core.ui.controls import pick_many, pick_number, pick_segment, pick_text
from core.ui.language import tr
from core.ui.seq2seq.evaluations import (
    System,
    find,
    get_evaluations,
    list_systems,
    offer_sources,
    read_pairs,
    source_name,
)

EVEN, OWN = "even", "own"
_EDGES = {"length": "6, 9, 12, 16, 21, 35", "rank": "50, 100, 200, 400, 800"}


@dataclass(frozen=True)
class LengthView:
    """What is shown: systems with their evaluations, over one source cut into bins.

    Attributes
    ----------
    cut : str
        Argument that cut the bins, for recipes.
    """

    source: str
    systems: tuple[System, ...]
    evaluations: tuple[Evaluation, ...]
    pairs: SentencePairs | None
    property: Property
    bins: Bins
    scores: BinnedBLEU
    cut: str

    def name_bin(self, b: int) -> str:
        """A bin by its ends."""
        low, high = self.bins.span(b)
        text = f"{low:,.0f}" if low == high else f"{low:,.0f} – {high:,.0f}"
        return tr("{span} words", span=text) if self.property == "length" else tr("rank {span}", span=text)


@st.cache_data(max_entries=128, show_spinner=False)
def score_bins(key: tuple, starts: tuple[int, ...], _evaluations: Sequence[Evaluation], _bins: Bins) -> BinnedBLEU:
    """BLEU of bins; `key` tells the evaluations and the property apart (0.3 s for six systems and ten bins)."""
    return bin_bleu([evaluation.counts for evaluation in _evaluations], _bins)


def pick_view(card: Seq2SeqCard) -> LengthView | None:
    """All controls; None after a message, or before the reader has asked for translations."""
    systems = list_systems(card)
    sources = offer_sources(card, systems)
    source = pick_segment(tr("Sentences"), sources, "lesource", format=source_name)
    by_id = {system.id: system for system in systems}
    chosen = pick_many(tr("Systems"), list(by_id), "lesystems", _choose_systems(systems, source),
                       format=lambda i: by_id[i].name())
    pairs = read_pairs(source, card)
    if not chosen:
        st.info(tr("Choose a system."), icon=":material/info:")
        return None
    found = get_evaluations([by_id[i] for i in by_id if i in chosen], source, pairs)
    if not found:
        return None
    return _cut([by_id[i] for i in found], list(found.values()), source, pairs)


def _choose_systems(systems: Sequence[System], source: str) -> list[str]:
    """Both directions at the widest beam that is stored for both, else at beam 1."""
    beam = next((beam for beam in (12, 2, 1) if all(find(s, source, None) for s in systems if s.beam == beam)), 1)
    return [s.id for s in systems if s.beam == beam]


def _cut(systems: list[System], evaluations: list[Evaluation], source: str,
         pairs: SentencePairs | None) -> LengthView:
    n = len(evaluations[0])
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        prop = pick_segment(tr("Sorted by"), PROPERTIES, "leby", "length", format=name_property, help=tr(
            "Rarity is the mean rank of a sentence's words among the words that the model has read, the most frequent "
            "being 1; a word that it does not know counts as the rarest of all."))
        how = pick_segment(tr("Bins"), [EVEN, OWN], "lebins", EVEN,
                           format=lambda h: tr("of equal size") if h == EVEN else tr("cut at …"))
        with st.container(width=280):
            if how == EVEN:
                cut = pick_number(tr("How many bins"), 2, min(12, n), "len", default=min(6, n))
            else:
                typed = pick_text(tr("Cut at"), f"leat{prop}", _EDGES[prop], max_characters=200)
                cut = list(read_edges(typed))
    values = read_property(evaluations[0], prop)
    bins = cut_evenly(values, cut) if how == EVEN else cut_at(values, cut)
    key = (prop, *((s.card.id, s.beam, e.pairs_sha256) for s, e in zip(systems, evaluations, strict=True)))
    scores = score_bins(key, tuple(bins.starts.tolist()), evaluations, bins)
    return LengthView(source, tuple(systems), tuple(evaluations), pairs, prop, bins, scores, repr(cut))


def name_property(name: Property) -> str:
    return tr("length") if name == "length" else tr("rarity of its words")
