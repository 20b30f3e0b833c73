"""Pickers that the pages about word2vec share."""

from core.checkpoints.card import ConceptsCard
from core.errors import CheckpointError
from core.ui import controls
from core.ui.language import tr
from core.ui.messages import show_error
from core.ui.qwem.cached import list_concept_cards

TARGETS = {"mstar": "M*", "mstar_prior": "M* + 10", "ppmi": "PPMI", "pmi": "PMI",
           "log_count": "log(1 + n)"}  # as written in figures; + 10: ten meetings that tell nothing


def concepts_name(card: ConceptsCard) -> str:
    """Text, matrix if it is not M*, size and id of eigenpairs, for menus."""
    target = str(card.settings.get("target", "mstar"))
    parts = [card.corpus.name, *([TARGETS.get(target, target)] if target != "mstar" else []),
             tr("{v:,} words, {k} concepts", v=card.vocabulary_size, k=card.dimension)]
    return f"{' · '.join(parts)} ({card.id.rsplit('-', 1)[-1]})"


def pick_concepts(key: str = "qwem") -> ConceptsCard:
    """Which eigenpairs; damaged folders are named, and the others still work. The key is the same on all pages.

    Raises
    ------
    CheckpointError
        When there are none that can be used.
    """
    cards, faults = list_concept_cards()
    for fault in faults:
        show_error(fault.error)
    if not cards:
        raise CheckpointError("There are no concepts to look at.",
                              "Restore cache/checkpoints from the repository, or make some: "
                              "python -m core.training qwem --corpus my-text.txt.")
    own = {card.id: card for card in cards}
    return own[controls.pick_one(tr("Text and matrix"), list(own), key, format=lambda i: concepts_name(own[i]))]
