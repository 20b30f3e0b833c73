"""Claims and their records; every system adds its own list."""

from collections.abc import Callable
from dataclasses import asdict, dataclass


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
