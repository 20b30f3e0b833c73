"""Where the texts of points in a plane can stand without covering one another, on a phone and on a wide screen."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LETTER, WIDE_LETTER, LINE = 6.6, 12.5, 17  # px at size 12
SIZES = ((270, 300), (420, 330), (640, 340))  # px of a plotting area: phone, half a page, more
_NEAR = 9                                     # px from a point's middle to its label
_STEPS = (0, 18, 36, 56, 78, 102, 128)        # px by which a label may be moved away; then a line leads back


@dataclass(frozen=True)
class Place:
    """A label beside its point: where its middle is, px to the right and up, and whether it needs a line back."""

    right: float
    up: float
    led: bool


def measure_text(text: str) -> float:
    """About how many px a text takes at size 12."""
    return sum(WIDE_LETTER if unicodedata.east_asian_width(c) in "WF" else LETTER for c in text)


def place_texts(points: np.ndarray, texts: Sequence[str], *,
                sizes: Sequence[tuple[int, int]] = SIZES) -> list[Place | None]:
    """A place for each text beside its point, such that none covers another or a point at any of `sizes`.

    Earlier points choose first; None for a text that finds no room.

    Parameters
    ----------
    points : float array of shape (N, 2)
        Within 0 … 1 each way.
    sizes : sequence of (width, height)
        Of the plotting area in px.
    """
    scaled = [np.asarray(points, float) * size for size in sizes]
    boxes: list[list[tuple[float, float, float]]] = [[] for _ in sizes]  # of labels: middle and half width
    places: list[Place | None] = []
    for i, text in enumerate(texts):
        half = measure_text(text) / 2
        found = next((place for place in _list_places(half) if all(
            _is_free(own, taken, i, half, place, size)
            for own, taken, size in zip(scaled, boxes, sizes, strict=True))), None)
        places.append(found)
        if found is not None:
            for own, taken in zip(scaled, boxes, strict=True):
                taken.append((own[i, 0] + found.right, own[i, 1] + found.up, half))
    return places


def _list_places(half: float) -> list[Place]:
    """Beside the point first, then above and below, ever farther."""
    places = []
    for step in _STEPS:
        side, level = half + _NEAR, LINE / 2 + _NEAR
        ups = (0,) if not step else (step, -step)
        places += [Place(right * side, up, led=bool(step)) for up in ups for right in (1, -1)]
        places += [Place(right * half * 0.8, sign * (level + step), led=bool(step))
                   for sign in (1, -1) for right in (0, 1, -1)]
    return sorted(places, key=lambda p: math.hypot(max(0.0, abs(p.right) - half), p.up))


def _is_free(own: np.ndarray, taken: list[tuple[float, float, float]], i: int, half: float, place: Place,
             size: tuple[int, int]) -> bool:
    x, y = own[i, 0] + place.right, own[i, 1] + place.up
    if not (half <= x <= size[0] - half and LINE / 2 <= y <= size[1] - LINE / 2):
        return False
    covers = (np.abs(own[:, 0] - x) < half + 6) & (np.abs(own[:, 1] - y) < LINE / 2 + 5)
    covers[i] = False
    return not covers.any() and all(abs(a - x) >= half + other + 4 or abs(b - y) >= LINE for a, b, other in taken)
