"""A pasted list of translations: one a line, with or without the scores they came with."""

import math
import re
from dataclasses import dataclass

from core.errors import TextError
from core.settings import MAX_TYPED_TOKENS
from core.translate.rescore import MAX_CANDIDATES

_SCORED = re.compile(r"\s*([-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?:\t|\|)\s*(\S.*)")


@dataclass(frozen=True)
class Candidates:
    """K translations as text, and a score of each or None."""

    texts: tuple[str, ...]
    scores: tuple[float, ...] | None


def read_candidates(text: str) -> Candidates:
    r"""Read a list; empty lines are left out.

    Parameters
    ----------
    text : str
        Lines of ``translation``, or all of them of ``score TAB translation``, where a ``|`` may stand for the tab.

    Raises
    ------
    TextError
        When there is no line or too many, one is too long, or some have scores and others none.

    >>> read_candidates("-1.5\tUn chat dort.\n-2 | Un chien dort.")
    Candidates(texts=('Un chat dort.', 'Un chien dort.'), scores=(-1.5, -2.0))
    """
    lines = [(n, line.strip(" \r")) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not 1 <= len(lines) <= MAX_CANDIDATES:
        raise TextError("{n} candidates cannot be ordered.", "Give 1 to {limit:,}, one a line.", n=len(lines),
                        limit=MAX_CANDIDATES)
    found = [(n, line, _SCORED.fullmatch(line)) for n, line in lines]
    scored = [match is not None for _, _, match in found]
    if any(scored) and not all(scored):
        n, line, _ = found[scored.index(False)]
        raise TextError("Line {n} has no score, but others do: {line}", "Write a score and a tab before every "
                        "translation, or before none.", n=n, line=line)
    texts = tuple((match[2] if match else line).strip() for _, line, match in found)
    for (n, _), own in zip(lines, texts, strict=True):
        if len(own.split()) > MAX_TYPED_TOKENS:
            raise TextError("Line {n} has more than {limit} words.", "Give one sentence a line.", n=n,
                            limit=MAX_TYPED_TOKENS)
    if not all(scored):
        return Candidates(texts, None)
    scores = tuple(float(match[1].replace("−", "-")) for _, _, match in found)
    for (n, line), score in zip(lines, scores, strict=True):
        if not math.isfinite(score):
            raise TextError("The score in line {n} is out of range: {line}", "Give log-probabilities.", n=n, line=line)
    return Candidates(texts, scores)
