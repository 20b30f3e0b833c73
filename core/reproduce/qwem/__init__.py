"""Claims about what word2vec learns (seed 003), and the word2vec they are measured beside."""

import time
from collections.abc import Callable
from functools import partial

from core.checkpoints.embeddings import list_concepts, list_vectors
from core.errors import AnalysisError, WordglassError
from core.reproduce.claims import ClaimSystem, read_claims
from core.reproduce.qwem.accuracy import (
    BASELINES,
    find_partner,
    is_measured,
    load_accuracy,
    measure_concepts,
    measure_vectors,
    read_questions,
)
from core.reproduce.qwem.claims import CLAIMS
from core.reproduce.qwem.order import load_order, measure_order


def recompute(report: Callable[[str], None], *, missing: bool = False) -> None:
    """Measure accuracies and the order of learning again; recorded runs are read as they are.

    A text or question set that is not on this machine is reported and left out.

    Parameters
    ----------
    missing : bool
        Only what is not stored yet, or was made from other eigenpairs.
    """
    cards = [card for card in list_concepts()[0] if is_measured(card)]
    vectors = list_vectors()[0]
    if not cards and not vectors:
        return
    try:
        families = read_questions()
    except WordglassError as error:
        report(f"analogies left out: {error}")
        return
    for card in cards:
        for kind in ("mstar", *BASELINES):
            _measure(report, f"{card.id}: analogies, {kind}", lambda c=card, k=kind: load_accuracy(c, k),
                     lambda c=card, k=kind: measure_concepts(c, k, families), missing)
        _measure(report, f"{card.id}: order of learning", lambda c=card: load_order(c),
                 lambda c=card: measure_order(c, families), missing)
    for card in vectors:
        _measure(report, f"{card.id}: analogies", lambda c=card: load_accuracy(c, "word2vec"),
                 lambda c=card: measure_vectors(c, find_partner(c, cards), families), missing)


def _measure(report: Callable[[str], None], name: str, load: Callable, compute: Callable, missing: bool) -> None:
    if missing:
        try:
            load()
            return
        except AnalysisError:
            pass
    start = time.monotonic()
    try:
        compute()
    except WordglassError as error:
        report(f"{name} left out: {error}")
    else:
        report(f"{name} measured in {time.monotonic() - start:.0f} s")


SYSTEM = ClaimSystem("qwem", partial(read_claims, CLAIMS), recompute)
