"""Claims about saliency over training (seed 004)."""

import time
from collections.abc import Callable

from core.errors import AnalysisError, WordglassError
from core.reproduce.claims import ClaimSystem
from core.reproduce.saliency.accuracy import list_sources, load_full, measure_full
from core.reproduce.saliency.claims import measure_claims


def recompute(report: Callable[[str], None], *, missing: bool = False) -> None:
    """Measure the accuracy on all data again; the seeds of the experiment are read as they are stored.

    Corpora and vectors that are not on this machine are reported and left out.

    Parameters
    ----------
    missing : bool
        Only what is not stored yet.
    """
    for vectors in list_sources():
        if missing:
            try:
                load_full(vectors)
                continue
            except AnalysisError:
                pass
        start = time.monotonic()
        try:
            measure_full(vectors, say=report)
        except WordglassError as error:
            report(f"accuracy with {vectors} left out: {error}")
        else:
            report(f"accuracy with {vectors} measured in {time.monotonic() - start:.0f} s")


SYSTEM = ClaimSystem("saliency", measure_claims, recompute)
