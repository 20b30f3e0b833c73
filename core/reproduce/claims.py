"""Claims, their records, and how a record is filled from what is stored; every system adds its own list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from core.analysis.intervals import estimate_mean
from core.errors import AnalysisError

Reader = Callable[..., dict]  # fields of a record; none where there is nothing to read


@dataclass(frozen=True)
class ClaimRecord:
    """One claim, measured.

    Attributes
    ----------
    id : str
        ``system.…``, stable.
    seed, figure, claim, reported : str
        Which document, where in it, what it says, and its number if it prints one.
    ours, low, high : float or None
        Our value on text the model has not read, with its 95 % interval; None: not measured yet.
    n : int
        What the value rests on (tokens, as `corpus` and `split` say).
    control : str
        The same measure where the claim should fail.
    checkpoint : str
    holds : bool or None
    """

    id: str
    seed: str
    figure: str
    claim: str
    reported: str
    ours: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    corpus: str = ""
    split: str = ""
    control: str = ""
    checkpoint: str = ""
    holds: bool | None = None

    def to_dict(self) -> dict:
        """Fields in order, for JSON and tables."""
        return asdict(self)


@dataclass(frozen=True)
class ClaimSystem:
    """The claims of one system: how to read them from stored results, and how to compute those again."""

    name: str
    measure: Callable[[], list[ClaimRecord]]
    recompute: Callable[..., None]  # report, missing=


def read_claims(claims: Iterable[tuple[ClaimRecord, Reader]], *given) -> list[ClaimRecord]:
    """Every claim as its reader fills it; one whose results are absent stays open.

    Parameters
    ----------
    claims : iterable of (record, reader)
        Records without a measurement.
    given
        What every reader takes.
    """
    records = []
    for record, read in claims:
        try:
            found = read(*given)
        except AnalysisError:
            found = {}
        records.append(replace(record, **found))
    return records


def fill_interval(ends: Sequence[float], **fields) -> dict:
    """Fields of a record: a value, the ends of its interval, and others."""
    return dict(zip(("ours", "low", "high"), map(float, ends), strict=True)) | fields


def fill_over_seeds(values: Sequence[float], **fields) -> dict:
    """Fields of a record: the mean over seeds with Student's interval, which is the mean alone for one seed."""
    mean, low, high = estimate_mean(np.asarray(values))
    return fill_interval((mean, mean, mean) if len(values) == 1 else (mean, low, high), **fields)
