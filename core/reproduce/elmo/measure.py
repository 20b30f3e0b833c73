"""Everything the claims about ELMo rest on, measured and stored."""

import time
from collections.abc import Callable

from core.analysis.elmo.held_out import (
    load_held_out,
    load_misspelt,
    measure_held_out,
    measure_misspelt,
    read_test_articles,
    save_held_out,
    save_misspelt,
)
from core.analysis.elmo.layer_study import load_layers, measure_layers, save_layers
from core.analysis.elmo.sense_study import load_senses, measure_senses, save_senses
from core.checkpoints.bilm import BiLMCheckpoint, find_releases, list_bilms, load_bilm
from core.corpora.articles import WIKI_ARTICLES
from core.errors import AnalysisError, WordglassError

Report = Callable[[str], None]


def recompute(report: Report, *, missing: bool = False) -> None:
    """Measure every model of ours, and published ones as far as they go; what has no corpus here is left out.

    Parameters
    ----------
    missing : bool
        Only what is not stored yet.
    """
    for checkpoint_id in [*(card.id for card in list_bilms()[0]), *find_releases()]:
        steps = [("senses", load_senses, lambda c: save_senses(measure_senses(c, report))),
                 ("layers", load_layers, lambda c: save_layers(measure_layers(c, report)))]
        if checkpoint_id not in find_releases():
            steps += [("perplexity", load_held_out, lambda c: save_held_out(
                          measure_held_out(c, read_test_articles(), corpus=WIKI_ARTICLES))),
                      ("misspelt words", load_misspelt, lambda c: save_misspelt(measure_misspelt(c)))]
        for what, load, measure in steps:
            if not (missing and _is_stored(load, checkpoint_id)):
                _try(report, f"{checkpoint_id}, {what}", checkpoint_id, measure)


def _is_stored(load: Callable, checkpoint_id: str) -> bool:
    try:
        load(checkpoint_id)
    except AnalysisError:
        return False
    return True


def _try(report: Report, what: str, checkpoint_id: str, measure: Callable[[BiLMCheckpoint], str]) -> None:
    """Run a measurement and say how long it took; what cannot be measured here is named."""
    start = time.monotonic()
    try:
        measure(load_bilm(checkpoint_id))
        report(f"{what}: {time.monotonic() - start:.0f} s")
    except WordglassError as error:
        report(f"{what} left out: {error}")
