"""The picker the ELMo pages share: which model."""

from core.checkpoints.bilm import BiLMCheckpoint
from core.checkpoints.card import BiLMCard
from core.errors import CheckpointError
from core.ui import controls
from core.ui.elmo.cached import get_checkpoint, list_cards, list_releases
from core.ui.language import tr
from core.ui.messages import show_error
from core.ui.wording import list_words


def model_name(model: BiLMCard | str) -> str:
    """Size, perplexity and id of a model of ours, or the name of a published one, for menus."""
    if isinstance(model, str):
        return tr("published: {name}", name=model.removeprefix("elmo-"))
    forward, backward = model.perplexity["test"].values()
    words = [tr("{n} × {units} cells each way", n=model.model["n_layers"], units=model.model["cell_size"]),
             tr("perplexity {forward} and {backward}", forward=f"{forward:.0f}", backward=f"{backward:.0f}")]
    return f"{list_words(words)} ({model.id.rsplit('-', 1)[-1]})"


def pick_model(*, predicts: bool = False) -> BiLMCheckpoint:
    """The model; the same choice on all pages of this section. Damaged folders are named.

    Parameters
    ----------
    predicts : bool
        Leave out published models, whose softmax was not published.

    Raises
    ------
    CheckpointError
        When there is none at all, or the chosen one is damaged.
    """
    cards, faults = list_cards()
    for fault in faults:
        show_error(fault.error)
    models = {card.id: card for card in cards} | ({} if predicts else {name: name for name in list_releases()})
    if not models:
        raise CheckpointError("There is no bidirectional language model.", "Restore cache/checkpoints from the "
                              "repository, or train one: python -m core.training bilm.")
    chosen = controls.pick_one(tr("Model"), list(models), "bilm", format=lambda i: model_name(models[i]))
    return get_checkpoint(chosen)
