"""Phrases to look at in a plane: the paper's, and a reader's own, one a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from string import ascii_uppercase

from core.corpora.phrases import PhraseQuadruple, paper_phrases
from core.errors import TextError
from core.tokens.pairs import PairVocabulary
from core.translate.translator import SourceSentence, mark_unknown

MAX_LINES = 60
MAX_PHRASE = 200  # characters
LEAST = 3         # two points make a line, whatever they are
_FORMS = {"left": ("admires", "respects", "is in love with"), "right": ("active", "place first", "passive")}


@dataclass(frozen=True)
class Phrase:
    """A phrase as a model reads it.

    Attributes
    ----------
    meaning : str
        Phrases of the same colour: what the paper's mean, or a reader's group; empty without one.
    form : str
        Phrases of the same symbol: the wording.
    """

    source: SourceSentence
    meaning: str = ""
    form: str = ""

    @property
    def known(self) -> bool:
        return all(self.source.known)


def read_paper_phrases(panel: str, vocabulary: PairVocabulary) -> list[Phrase]:
    """The six phrases of one panel of the paper's Figure 2, ``left`` or ``right``."""
    own = [phrase for phrase in paper_phrases() if phrase.panel == panel]
    return [Phrase(mark_unknown(phrase.text, vocabulary), phrase.meaning, form)
            for _, group in groupby(own, key=lambda phrase: phrase.meaning)
            for phrase, form in zip(group, _FORMS[panel], strict=True)]


def read_own_phrases(text: str, vocabulary: PairVocabulary) -> tuple[list[Phrase], list[TextError]]:
    """Phrases of a reader: ``phrase``, ``group | phrase`` or ``group | form | phrase`` a line; blank ones do not count.

    Returns
    -------
    phrases : list of Phrase
    faults : list of TextError
        One for every line that cannot be used, naming it; the others are used.

    Raises
    ------
    TextError
        When there are too many lines or too few phrases are left.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MAX_LINES:
        raise TextError("There are {n} lines; at most {limit} are read.", "Leave some out.", n=len(lines),
                        limit=MAX_LINES)
    phrases, faults = [], []
    for number, line in lines:
        try:
            phrases.append(_read_line(line, number, vocabulary))
        except TextError as fault:
            faults.append(fault)
    if len(phrases) < LEAST:
        raise faults[0] if faults else TextError(
            "There are {n} phrases.", "Write {least} or more, one a line.", n=len(phrases), least=LEAST)
    return phrases, faults


def _read_line(line: str, number: int, vocabulary: PairVocabulary) -> Phrase:
    *marks, phrase = (cell.strip() for cell in line.split("|"))
    if len(marks) > 2:
        raise TextError("Line {line} has more than two bars.", "Write “group | form | phrase”, “group | phrase”, or "
                        "the phrase alone.", line=number)
    if not phrase:
        raise TextError("Line {line} has nothing after the bar.", "Write “group | phrase”, or the phrase alone.",
                        line=number)
    if max(map(len, (phrase, *marks))) > MAX_PHRASE:
        raise TextError("Line {line} has more than {limit} characters.", "Shorten it.", line=number, limit=MAX_PHRASE)
    source = mark_unknown(phrase, vocabulary)
    if not any(known for word, known in zip(source.words, source.known, strict=True) if any(map(str.isalnum, word))):
        raise TextError("The model knows no word of line {line}.", "It reads the language “{language}”; try more "
                        "common words.", line=number, language=vocabulary.source_language)
    return Phrase(source, *marks)


def write_quadruples(quadruples: Sequence[PhraseQuadruple], forms: tuple[str, str] = ("active", "passive")) -> str:
    """Lines that `read_own_phrases` reads: each quadruple as two groups, one a meaning, named by letters."""
    meanings = [pair for q in quadruples for pair in ((q.active, q.passive), (q.active_swapped, q.passive_swapped))]
    return "\n".join(f"{letter} | {form} | {phrase}" for letter, pair in zip(ascii_uppercase, meanings, strict=False)
                     for form, phrase in zip(forms, pair, strict=True))
