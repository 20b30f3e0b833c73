"""Where the texts of points in a plane can stand without covering one another, on a phone and on a wide screen."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

LETTER, WIDE_LETTER, LINE = 6.2, 12.5, 15     # px of a letter and of a line at size 12
SIZES = ((260, 290), (420, 340), (640, 340))  # px of a plotting area: phone, half a page, more
ONE_LINE = 20                                 # letters; a longer text takes two lines
_NEAR = 9                                     # px from a point's middle to its label
_STEPS = (0, 16, 32, 50, 70, 94, 120)         # px by which a label may be moved away; then a line leads back


@dataclass(frozen=True)
class Place:
    """A label beside its point: where its middle is, px to the right and up, and whether it needs a line back."""

    right: float
    up: float
    led: bool


@dataclass(frozen=True)
class _Box:
    """A rectangle by its middle and half its sides, px."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "_Box") -> bool:
        return (abs(self.x - other.x) < self.width + other.width + 3
                and abs(self.y - other.y) < self.height + other.height)

    def holds(self, points: np.ndarray) -> bool:
        within = np.abs(points - [self.x, self.y]) < [self.width, self.height]
        return bool(within.all(1).any())


@dataclass
class _Taken:
    """What stands already at one size: labels, and points along the lines that lead back."""

    boxes: list[_Box] = field(default_factory=list)
    lines: list[np.ndarray] = field(default_factory=list)

    def has_room(self, box: _Box, line: np.ndarray) -> bool:
        return not any(box.meets(other) or other.holds(line) for other in self.boxes) \
            and not any(box.holds(other) for other in self.lines)

    def take(self, box: _Box, line: np.ndarray) -> None:
        self.boxes.append(box)
        self.lines.append(line)


def break_text(text: str, longest: int = 48) -> tuple[str, ...]:
    """One or two lines of about equal length; what is longer than `longest` is cut.

    Examples
    --------
    >>> break_text("I was given a card by her in the garden")
    ('I was given a card', 'by her in the garden')
    """
    text = text if len(text) <= longest else text[:longest - 1].rstrip() + "…"
    blanks = [i for i, letter in enumerate(text) if letter == " "]
    if len(text) <= ONE_LINE or not blanks:
        return (text,)
    middle = min(blanks, key=lambda i: abs(i - len(text) / 2))
    return text[:middle], text[middle + 1:]


def measure_text(lines: Sequence[str]) -> tuple[float, float]:
    """About how wide and high lines are at size 12, px."""
    widths = [sum(WIDE_LETTER if unicodedata.east_asian_width(c) in "WF" else LETTER for c in line) for line in lines]
    return max(widths, default=0.0), LINE * len(lines)


def place_texts(points: np.ndarray, texts: Sequence[Sequence[str]], *,
                sizes: Sequence[tuple[int, int]] = SIZES) -> list[Place | None]:
    """A place for each text beside its point, such that none covers another or a point at any of `sizes`.

    Earlier points choose first; None for a text that finds no room.

    Parameters
    ----------
    points : float array of shape (N, 2)
        Within 0 … 1 each way.
    texts : sequence of sequences of str
        Lines of each.
    sizes : sequence of (width, height)
        Of the plotting area in px.
    """
    scaled = [np.asarray(points, float) * size for size in sizes]
    taken = [_Taken() for _ in sizes]
    places: list[Place | None] = []
    for i, lines in enumerate(texts):
        width, height = measure_text(lines)
        found = next((place for place in _list_places(width / 2, height / 2) if all(
            _is_clear(own, i, _lay(own[i], place, width, height), size)
            and there.has_room(_lay(own[i], place, width, height), _lead(own[i], place))
            for own, there, size in zip(scaled, taken, sizes, strict=True))), None)
        places.append(found)
        if found is not None:
            for own, there in zip(scaled, taken, strict=True):
                there.take(_lay(own[i], found, width, height), _lead(own[i], found))
    return places


def _lead(point: np.ndarray, place: Place) -> np.ndarray:
    """Points along the line from a label back to its point; none without a line."""
    steps = np.linspace(0, 1, 24)[:, None] if place.led else np.zeros((0, 1))
    return point + steps * [place.right, place.up]


def _lay(point: np.ndarray, place: Place, width: float, height: float) -> _Box:
    return _Box(point[0] + place.right, point[1] + place.up, width / 2, height / 2)


def _list_places(width: float, height: float) -> list[Place]:
    """Beside, above and below a point, then ever farther; half the width and half the height of the text are given."""
    places = []
    for step in _STEPS:
        level, led = height + _NEAR + step, bool(step)
        places += [Place(right * (width + _NEAR), up, led) for up in ((step, -step) if step else (0,))
                   for right in (1, -1)]
        places += [Place(right * 0.8 * width, sign * level, led) for sign in (1, -1) for right in (0, 1, -1)]
    return places


def _is_clear(own: np.ndarray, i: int, box: _Box, size: tuple[int, int]) -> bool:
    """Whether a label lies within the area, covers no point, and none is much nearer to it than its own."""
    if not (box.width <= box.x <= size[0] - box.width and box.height <= box.y <= size[1] - box.height):
        return False
    beside = np.maximum(np.abs(own - [box.x, box.y]) - [box.width, box.height], 0)
    gaps = np.hypot(*beside.T)
    mine, gaps[i] = gaps[i], np.inf
    return gaps.min(initial=np.inf) >= min(8.0, mine)
