"""Word pairs of one relation each, such as capitals or past tenses: a small selection of our own, and typed ones."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.corpora.analogies import AnalogyFamily
from core.errors import TextError

MAX_PAIRS = 60  # typed ones: 3,540 questions, half a second to answer at seven ranks
_FILE = Path(__file__).with_name("word_pairs.txt")
_BETWEEN = re.compile(r"[\s,;:/→–-]+")


@dataclass(frozen=True)
class PairFamily:
    """One relation: its name and its pairs (a, b)."""

    name: str
    pairs: tuple[tuple[str, str], ...]

    def ask(self) -> AnalogyFamily:
        """The analogy questions a : b :: c : d of every ordered two pairs."""
        return AnalogyFamily(self.name, tuple((*p, *q) for p in self.pairs for q in self.pairs if p != q))


@cache
def read_word_pairs() -> tuple[PairFamily, ...]:
    """The families that come with the lab: common words of English, 12 to 18 pairs each."""
    families = []
    for block in _FILE.read_text("utf-8").strip().split("\n\n"):
        name, *lines = block.splitlines()
        families.append(PairFamily(name.removeprefix(": "), tuple(tuple(line.split()) for line in lines)))
    return tuple(families)


def parse_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs from typed text: two words a line, with anything such as a comma or a dash between them; lower case.

    Raises
    ------
    TextError
        A line has not two words, or there are too many lines; the line is named.

    Examples
    --------
    >>> parse_pairs("King, queen\\n\\nman – woman")
    (('king', 'queen'), ('man', 'woman'))
    """
    pairs: dict[tuple[str, str], None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = [word for word in _BETWEEN.split(line.lower()) if word]
        if not words:
            continue
        if len(words) != 2:
            raise TextError("Line {line} has {n} words instead of two.",
                            "Write one pair a line, such as “king queen”.", line=number, n=len(words))
        pairs[(words[0], words[1])] = None
        if len(pairs) > MAX_PAIRS:
            raise TextError("These are more than {limit} pairs.", "Leave some out.", limit=MAX_PAIRS)
    return tuple(pairs)
