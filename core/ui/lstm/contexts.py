"""The sentences behind one field of a confusion matrix."""

import streamlit as st

from core.analysis.lstm.contexts import Context, find_contexts
from core.analysis.lstm.prediction import OTHER
from core.checkpoints.card import CheckpointCard
from core.figures.palette import show_token
from core.ui.language import tr
from core.ui.lstm.cached import get_checkpoint, get_encoded, get_predictions, get_states
from core.ui.lstm.findings import link_trajectory
from core.ui.messages import quote_code

BEFORE, AFTER = 14, 4  # tokens shown round a position


def name_class(token: str) -> str:
    """A class of the matrix, in words where it is no token."""
    return tr("other tokens") if token == OTHER else show_token(token)


def show_contexts(card: CheckpointCard, source: str, field: tuple[str, str], classes: tuple[str, ...]) -> None:
    """Up to 20 positions where `field` (true class, predicted class) happened, each with its trajectory.

    Raises
    ------
    CorpusError
        When the source is not on this machine.
    """
    with st.spinner(tr("Reading the sentences and predicting every token, once …"), show_time=True):
        checkpoint = get_checkpoint(card.id)
        found, total = find_contexts(
            get_predictions(card.id, source), get_encoded(card.id, source), checkpoint.vocabulary, field=field,
            classes=classes, model=checkpoint.model, h=get_states(card.id, source)["layer0.h"])
    if not found:
        st.caption(tr("This never happens in these sentences."))
        return
    st.caption(tr("{shown} of {total:,}, spread over the text; the marked token is the one that came.",
                  shown=len(found), total=total))
    with st.container(gap="medium"):
        for context in found:
            _show_context(card, source, context)


def _show_context(card: CheckpointCard, source: str, context: Context) -> None:
    at, tokens = context.position, [show_token(t) for t in context.tokens]
    before = "… " * (at > BEFORE) + " ".join(tokens[max(0, at - BEFORE):at])
    after = " ".join(tokens[at + 1:at + 1 + AFTER]) + " …" * (len(tokens) > at + 1 + AFTER)
    words = [quote_code(before), f":primary-background[**{quote_code(tokens[at])}**]", quote_code(after) * bool(after)]
    left, middle, right = st.columns([5.4, 3.4, 1.7], vertical_alignment="center", gap="xsmall")
    with left:
        st.markdown(" ".join(words))
    with middle:
        st.markdown(tr("expected {predicted} {p_predicted:.1%}, what came {p_came:.1%}", p_came=context.p_came,
                       predicted=quote_code(show_token(context.predicted)), p_predicted=context.p_predicted))
    with right:
        link_trajectory(card, tr("Sentence {number}", number=context.sentence + 1), src=source, s=str(context.sentence))
