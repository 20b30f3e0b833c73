"""Vocabularies: which token has which id."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.tokens.linearise import ED, ST, UNK


@dataclass(frozen=True)
class Vocabulary:
    """Token types by id: markers first, then brackets and words by falling count."""

    tokens: tuple[str, ...]

    @cached_property
    def ids(self) -> dict[str, int]:
        return {token: i for i, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Iterable[str]) -> np.ndarray:
        """Ids of tokens, int64 of shape (T,); unknown words become ``<UNK>``.

        A word that is only known in another case ("Garden" → "garden") takes that id.
        """
        ids, unknown = self.ids, self.ids[UNK]

        def look_up(token: str) -> int:
            for form in (token, token.lower(), token.capitalize()):
                if form in ids:
                    return ids[form]
            return unknown

        return np.fromiter((ids[t] if t in ids else look_up(t) for t in tokens), np.int64)

    def __contains__(self, token: str) -> bool:
        return token in self.ids


def build_vocabulary(sentences: Iterable[Iterable[str]], *, max_size: int = 10_000, min_count: int = 1) -> Vocabulary:
    """The ``max_size`` most frequent tokens; ties by first appearance, brackets never dropped.

    Words that come fewer than ``min_count`` times are left out.
    """
    counts = Counter(token for sentence in sentences for token in sentence)
    markers = (ST, ED, UNK)
    rest = [t for t, _ in counts.most_common() if t not in markers]
    brackets = [t for t in rest if t.startswith("(") or t.endswith(")")]
    words = [t for t in rest if counts[t] >= min_count and not (t.startswith("(") or t.endswith(")"))]
    return Vocabulary((*markers, *brackets, *words[:max(0, max_size - len(markers) - len(brackets))]))
