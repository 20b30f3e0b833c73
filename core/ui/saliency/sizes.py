"""How many sentences each part has (Table 1), and what a threshold in place of the median would take."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.saliency.experiment import SeedResult
from core.analysis.saliency.seeds import ExperimentSettings
from core.checkpoints.cnn import CNNCheckpoint
from core.figures.saliency.selection import draw_threshold
from core.ui.controls import pick_number
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide
from core.ui.saliency.cached import get_cnn, get_seeds, list_cnn_cards
from core.ui.wording import join_sentences

_RECIPE = """\
import numpy as np

from core.checkpoints.cnn import load_cnn
from core.figures.saliency.selection import draw_threshold

scores = load_cnn("{id}").record.unsettled
draw_threshold(scores, {times} * float(np.median(scores))).show()
"""


@st.fragment
@guard()
def show_sizes() -> None:
    """Table 1, and a slider for the threshold."""
    results = get_seeds(ExperimentSettings())
    st.header(tr("How many sentences, and where is the cut?"), anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left:
        _show_parts(results[0])
    with right:
        _show_cut(results[0])


def _show_cut(result: SeedResult) -> None:
    network = _find_network(result.corpus)
    if network is None:
        st.info(tr("To move the cut, a network trained on {corpus} is wanted: python -m core.training cnn --corpus "
                   "{corpus}", corpus=result.corpus), icon=":material/info:")
        return
    _show_threshold(network, int(result.parts[1]))


def _show_parts(result: SeedResult) -> None:
    names = (tr("T1: learned from first"), tr("T2: chosen from"), tr("T3: tested on"),
             tr("T2h: above the median of A_S"), tr("T2l: the rest"))
    st.dataframe(pd.DataFrame({"part": names, "sentences": result.parts,
                               "share": 100 * result.parts / result.parts[:3].sum()}),
                 hide_index=True, height="content", width="content", key="se-parts", column_config={
                     "part": st.column_config.TextColumn(tr("part")),
                     "sentences": st.column_config.NumberColumn(tr("sentences"), format="localized"),
                     "share": st.column_config.NumberColumn(tr("of all"), format="%.1f %%")})


def _find_network(corpus: str) -> CNNCheckpoint | None:
    """A network of the experiment's corpus: its record has A_S sentence by sentence."""
    card = next((card for card in list_cnn_cards()[0] if card.corpus.name == corpus), None)
    return None if card is None else get_cnn(card.id)


def _show_threshold(network: CNNCheckpoint, n_two: int) -> None:
    scores = network.record.unsettled
    median = float(np.median(scores))
    with st.container(width=420):
        times = pick_number(tr("Take sentences with A_S above … medians"), 0.1, 5.0, "secut", default=1.0, step=0.05,
                            format="%.2f ×")
    taken = scores > times * median
    st.markdown(_say_cut(network, taken, n_two))
    show_figure(draw_threshold(scores, times * median, titles=(tr("A_S, mean wac of a sentence's words"),
                                                               tr("sentences")),
                               names=(tr("taken"), tr("left out"), tr("median"))),
                key="se-threshold", recipe=_RECIPE.format(id=network.card.id, times=times),
                table=lambda: pd.DataFrame({"A_S": scores, "words": network.record.lengths, "taken": taken}),
                alt=tr("Histogram of A_S of {n:,} sentences; {share:.0%} lie above {times:.2f} times the median.",
                       n=len(scores), share=float(taken.mean()), times=times))
    show_guide(tr("The paper cuts at the median, so that both halves have as many sentences. A stricter cut takes "
                  "fewer and more unsettled ones. The distribution is that of T1, whose sentences the network's record "
                  "keeps; T2 is drawn from the same corpus, but its rare words have no wac and are passed over, so "
                  "the share in T2 is an estimate. Watch the number of words: a mean over few words reaches extremes "
                  "more easily, so a strict cut takes short sentences."))


def _say_cut(network: CNNCheckpoint, taken: np.ndarray, n_two: int) -> str:
    lengths, share = network.record.lengths, float(taken.mean())
    said = [tr("About **{n:,}** of the {all:,} sentences of T2 would be taken ({share:.1%}, estimated from T1).",
               n=round(share * n_two), all=n_two, share=share)]
    if 0 < taken.sum() < len(taken):
        said.append(tr("Those taken have {own:.1f} words on average, the others {other:.1f}.",
                       own=float(lengths[taken].mean()), other=float(lengths[~taken].mean())))
    return join_sentences(said)
