"""One row of the benchmark and how its two sides are timed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One figure. `ratio` says how many times better ours is; under `floor` the benchmark fails."""

    name: str
    ours: float
    other: float
    ratio: float
    floor: float
    unit: str

    @property
    def passed(self) -> bool:
        return self.ratio >= self.floor


def time_interleaved(*sides: Callable[[], object], repeats: int, warm_up: int = 2) -> list[float]:
    """Median seconds of each side, run in turns, so that a busy moment of the machine falls on all.

    Parameters
    ----------
    repeats : int
        Timed rounds, at least 5.
    warm_up : int
        Rounds before those that are not counted.
    """
    if repeats < 5:
        raise ValueError("A median wants five rounds or more.")
    seconds: list[list[float]] = [[] for _ in sides]
    for turn in range(warm_up + repeats):
        for own, side in zip(seconds, sides, strict=True):
            start = time.perf_counter()
            side()
            if turn >= warm_up:
                own.append(time.perf_counter() - start)
    return [median(own) for own in seconds]


def compare_speed(name: str, ours: Callable[[], object], other: Callable[[], object], *, amount: int, unit: str,
                  floor: float, repeats: int) -> Row:
    """Amounts a second of two sides that do the same `amount` of work."""
    a, b = time_interleaved(ours, other, repeats=repeats)
    return Row(name, amount / a, amount / b, b / a, floor, unit)
