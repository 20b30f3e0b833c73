"""Do the unsettled words of phase one come to rest when the network learns from sentences that hold such words?"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from core.analysis.saliency.comparison import PairedDifference, summarise_seeds
from core.analysis.saliency.experiment import CONTINUED, SeedResult
from core.errors import AnalysisError

STAGES = ("T1", *CONTINUED)  # columns of `SeedResult.settled`


def compare_settling(results: Sequence[SeedResult], first: str, second: str, *, margin: bool = False,
                     ) -> PairedDifference:
    """Difference of two stages' mean log10 variance of wad; below 0 the words rest more in the first.

    Parameters
    ----------
    first, second : str
        One of `STAGES`; ``T1`` is phase one itself, ``T1 again`` learning on without new sentences.
    margin : bool
        Of the saliency of the margin, from which confidence is taken out.

    Raises
    ------
    AnalysisError
        No stored seed has watched words.
    """
    columns = [STAGES.index(name) for name in (first, second)]
    found = np.stack([r.settled[int(margin)] for r in results])[:, columns] if results else np.zeros((0, 2))
    values = found[np.isfinite(found).all(1)] @ [1.0, -1.0]
    if not len(values):
        raise AnalysisError("No stored seed has watched unsettled words.",
                            "Run some: python -m core.training saliency --seeds 20.")
    band = summarise_seeds(values)
    moved = len(values) > 1 and values.std() > 0
    return PairedDifference(first, second, float(band.mean), float(band.low), float(band.high),
                            float(stats.ttest_1samp(values, 0).pvalue) if moved else float("nan"), values)
