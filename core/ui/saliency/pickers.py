"""Pickers that the pages about text CNNs share."""

from core.analysis.saliency.material import DEMO
from core.checkpoints.card import CNNCard
from core.errors import CheckpointError
from core.jobs.labelled import OWN
from core.jobs.store import list_jobs
from core.ui import controls
from core.ui.language import tr
from core.ui.messages import show_error
from core.ui.saliency.cached import list_cnn_cards


def cnn_name(card: CNNCard) -> str:
    """Corpus, channels, filters and id of a text CNN, for menus."""
    corpus = {DEMO: tr("demo reviews"), OWN: tr("your own table")}.get(card.corpus.name, card.corpus.name)
    heights = ", ".join(map(str, card.model["heights"]))
    channels = {"static": tr("fixed vectors"), "non-static": tr("learned vectors"),
                "multichannel": tr("both kinds of vectors")}[str(card.model["channels"])]
    return tr("{corpus} · {channels}, height {heights}, {n} epochs ({id})", corpus=corpus, channels=channels,
              heights=heights, n=card.epochs[-1], id=card.id.rsplit("-", 1)[-1])


def pick_cnn(key: str = "cnn") -> CNNCard:
    """Which text CNN; damaged folders are named, and the others still work. The key is the same on all pages.

    Raises
    ------
    CheckpointError
        When there is none that can be used.
    """
    cards, faults = list_cnn_cards()
    for fault in faults:
        show_error(fault.error)
    if not cards:
        raise CheckpointError("There is no text CNN to look at.", "Restore cache/checkpoints from the repository, or "
                              "train one: python -m core.training cnn.")
    own = {card.id: card for card in cards}
    trained_here = {job.result.get("checkpoint") for job in list_jobs("classify")}
    usual = next((card.id for card in cards if card.corpus.name == DEMO and card.id not in trained_here), cards[0].id)
    return own[controls.pick_one(tr("Network"), list(own), key, usual, format=lambda i: cnn_name(own[i]))]
