"""Does reading backwards help here? Perplexities over the epochs and on the test part, and what the paper reports."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis.seq2seq.curves import (
    REPORTED,
    Contrast,
    Curve,
    average_curves,
    collect_curves,
    contrast_test,
    list_sizes,
    read_curve,
    read_run,
)
from core.analysis.seq2seq.runs import list_measured_runs
from core.checkpoints.card import Seq2SeqCard
from core.figures.seq2seq.curves import CurveTexts, draw_learning
from core.ui.controls import pick_one, pick_switch
from core.ui.language import tr
from core.ui.messages import guard
from core.ui.output import show_figure, show_guide, show_numbers
from core.ui.seq2seq.cached import list_cards
from core.ui.seq2seq.pickers import corpus_name
from core.ui.wording import join_sentences

_RECIPE = """\
from core.analysis.seq2seq.curves import collect_curves, read_run
from core.analysis.seq2seq.runs import list_measured_runs
from core.checkpoints.seq2seq import list_seq2seqs
from core.figures.seq2seq.curves import draw_learning

curves = collect_curves(card for card in list_seq2seqs()[0] if card.corpus.name == {corpus!r})
here = {{curve.run for curve in curves}}
curves += [read_run(run) for run in list_measured_runs({corpus!r}) if run.checkpoint_id not in here]
draw_learning([curve for curve in curves if curve.size == {size!r}], train={train}).show()
"""


def find_curves(corpus: str) -> list[Curve]:
    """All runs on a corpus: those whose weights are here, and those of which the numbers were kept."""
    here = collect_curves(card for card in list_cards()[0] if card.corpus.name == corpus)
    names = {curve.run for curve in here}
    return [*here, *(read_run(run) for run in list_measured_runs(corpus) if run.checkpoint_id not in names)]


@st.fragment
@guard()
def show_learning(card: Seq2SeqCard) -> None:
    """The runs of the card's corpus and size."""
    st.header(tr("Does it help here?"), anchor=False)
    curves = find_curves(card.corpus.name)
    sizes = list_sizes(curves)
    if not sizes:
        st.info(tr("The checkpoints of this corpus hold no history."), icon=":material/info:")
        return
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        size = sizes[0]
        if len(sizes) > 1:
            with st.container(width=300):
                size = pick_one(tr("Layers × units, epochs"), sizes, "rvsize", read_curve(card).size)
        train = pick_switch(tr("Show training perplexity"), "rvtrain", True)
    own = [curve for curve in curves if curve.size == size]
    contrast = contrast_test(own)
    st.markdown(say_contrast(own, contrast))
    if contrast is not None:
        _show_numbers(contrast)
    texts = CurveTexts(epoch=tr("epoch"), perplexity=tr("perplexity"), forward=tr("forward"), reversed=tr("reversed"),
                       validation=tr("unread"), train=tr("while learning"), seed=tr("seed"), mean=tr("mean"))
    show_figure(draw_learning(own, train=train, texts=texts), key="rv-curves", table=lambda: tabulate_curves(own),
                recipe=_RECIPE.format(corpus=card.corpus.name, size=size, train=train),
                alt=tr("Perplexity over the epochs of {n} runs on {corpus}, forward and reversed, on unread sentences "
                       "and while learning.", n=len(own), corpus=corpus_name(card.corpus.name)))
    show_guide(tr("The lower, the better: a perplexity of 8 means being as unsure as between 8 equally likely words. "
                  "Compare the solid lines, which are of sentences that were not learned from. Dotted is the training "
                  "text, read with dropout, which makes it worse than it need be; where a dotted line falls on and its "
                  "solid one does not, the network learns by heart."))
    _show_reported()


def _show_numbers(contrast: Contrast) -> None:
    low, high = contrast.low, contrast.high
    between = tr("{low:.2f} to {high:.2f}", low=low, high=high) if np.isfinite(low) else tr("one seed")
    show_numbers([
        (tr("forward"), f"{contrast.forward:.2f}", tr("runs: {n}", n=contrast.n[0]),
         tr("Test perplexity, geometric mean over the seeds: sentences that nothing was learned or chosen from.")),
        (tr("reversed"), f"{contrast.reversed:.2f}", tr("runs: {n}", n=contrast.n[1]),
         tr("The same for networks that read the source backwards.")),
        (tr("ratio"), f"{contrast.ratio:.2f}", between,
         tr("Reversed over forward: below 1 reading backwards is better. The 95 % interval is over seeds that both "
            "directions have."))],
        columns=3)


def say_contrast(curves: Sequence[Curve], contrast: Contrast | None) -> str:
    """What the test perplexities say, as far as the seeds allow."""
    if contrast is None:
        only = tr("reversed") if all(curve.reverse for curve in curves) else tr("forward")
        return tr("All runs of this size read in one direction ({direction}): there is nothing to compare with. Train "
                  "the other one: python -m core.training seq2seq --help.", direction=only)
    fields = {"change": abs(1 - contrast.ratio), "seeds": contrast.pairs}
    if not np.isfinite(contrast.low):
        said = [tr("Reading backwards, the test perplexity is **{change:.0%} lower**, in one run each.", **fields)
                if contrast.ratio < 1 else
                tr("Reading backwards, the test perplexity is **{change:.0%} higher**, in one run each.", **fields),
                tr("How much of this another seed would undo, one run cannot tell.")]
    elif contrast.high < 1:
        said = [tr("**Yes.** Reading backwards, the test perplexity is **{change:.0%} lower** over {seeds} seeds, and "
                   "the interval leaves no doubt of the direction.", **fields)]
    elif contrast.low > 1:
        said = [tr("**No, it hurts.** Reading backwards, the test perplexity is **{change:.0%} higher** over {seeds} "
                   "seeds.", **fields)]
    else:
        said = [tr("**Not certain.** Over {seeds} seeds the ratio of the two is {ratio:.2f}, and its interval includes "
                   "1.", ratio=contrast.ratio, **fields)]
    lengths = [{int(c.epochs[-1]) for c in curves if c.reverse == reverse} for reverse in (False, True)]
    if lengths[0] != lengths[1]:
        said.append(tr("But they did not learn equally long: forward {a} epochs, reversed {b}.",
                       a=", ".join(map(str, sorted(lengths[0]))), b=", ".join(map(str, sorted(lengths[1])))))
    return join_sentences([*said, _say_course(curves)])


def _say_course(curves: Sequence[Curve]) -> str:
    """Whether the gap grows or closes while learning."""
    found = [average_curves([c for c in curves if c.reverse == reverse]) for reverse in (False, True)]
    epochs = sorted(set(found[0][0].tolist()) & set(found[1][0].tolist()))
    if len(epochs) < 2:
        return ""
    at = [tuple(float(v[e.tolist().index(epoch)]) for e, v, _ in found) for epoch in (epochs[0], epochs[-1])]
    first, last = (b / a for a, b in at)
    return tr("On unread sentences the ratio reversed / forward is {first:.2f} after epoch {a} and {last:.2f} after "
              "epoch {b}.", first=first, last=last, a=epochs[0], b=epochs[-1])


def _show_reported() -> None:
    """The paper's numbers, in a box of their own."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/article: **{tr('Reported in the paper, not measured here')}**")
        st.markdown(tr("Test perplexity **{forward} → {reversed}** (ratio {ratio:.2f}) with four layers of 1,000 "
                       "units, 12 million pairs of English and French and a vocabulary of 80,000 words. The levels "
                       "cannot be set beside those above: another corpus, other words, another size. Only the "
                       "direction of the change can.", forward=REPORTED[False], reversed=REPORTED[True],
                       ratio=REPORTED[True] / REPORTED[False]))


def tabulate_curves(curves: Sequence[Curve]) -> pd.DataFrame:
    """A row a run and epoch."""
    return pd.concat([pd.DataFrame({
        "run": c.run, "direction": "reversed" if c.reverse else "forward", "seed": c.seed, "layers": c.n_layers,
        "epoch": c.epochs, "validation_perplexity": c.validation, "train_perplexity": c.train,
        "test_perplexity": c.test}) for c in curves], ignore_index=True)
