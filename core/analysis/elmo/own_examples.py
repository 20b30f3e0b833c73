"""Examples of a word that a reader typed: one sentence a line, the word in double brackets or named once for all."""

import re
import unicodedata

from core.corpora.senses import SenseExample
from core.errors import TextError
from core.settings import MAX_TYPED_TOKENS
from core.tokens.sentences import tokenise_words

MAX_EXAMPLES = 2_000
MAX_SENSE = 40  # characters of a name
_MARK = re.compile(r"\[\[(.*?)\]\]")
_ONE_CHARACTER = frozenset(("``", "''", "-LRB-", "-RRB-", "-LSB-", "-RSB-", "-LCB-", "-RCB-"))  # what one became


def read_own_examples(text: str, word: str = "") -> tuple[tuple[SenseExample, ...], list[TextError]]:
    """Examples of a reader's lines: ``sentence``, ``sense | sentence``, or ``sentence``, a tab, ``sense``.

    In a line with ``[[ ]]`` the words in brackets are the examples; in another one every word that is `word`, whatever
    the case of its letters. Blank lines do not count.

    Returns
    -------
    examples : tuple of SenseExample
        A line without a sense has the sense ``""``.
    faults : list of TextError
        One for every line that cannot be used, naming it; the others are used.

    Raises
    ------
    TextError
        Nothing is left, there are too many examples, or the text is binary.
    """
    if any(ord(c) < 32 and c not in "\t\n\r\x0b\x0c" for c in text):
        raise TextError("The text holds control characters; it looks like a binary file.", "Paste plain text.")
    word, examples, faults = unicodedata.normalize("NFC", word).strip().casefold(), [], []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            examples += _read_line(line, number, word) if line.strip() else []
        except TextError as fault:
            faults.append(fault)
    if not examples:
        raise faults[0] if faults else TextError(
            "There is no sentence.", "Write one a line, with the word in double brackets: The [[bank]] was closed.")
    if len(examples) > MAX_EXAMPLES:
        raise TextError("There are {n:,} examples; at most {limit:,} are read.", "Leave some out.", n=len(examples),
                        limit=MAX_EXAMPLES)
    return tuple(examples), faults


def _read_line(line: str, number: int, word: str) -> list[SenseExample]:
    sentence, sense = _split_sense(line, number)
    plain, marks, end = "", [], 0
    for found in _MARK.finditer(sentence):
        plain += sentence[end:found.start()]
        marks.append((len(plain), found[1]))
        plain, end = plain + found[1], found.end()
    plain = plain + sentence[end:]
    words = tuple(tokenise_words(plain))
    if len(words) > MAX_TYPED_TOKENS:
        raise TextError("Line {line} has {n:,} words; at most {limit} are read.", "Break it into sentences.",
                        line=number, n=len(words), limit=MAX_TYPED_TOKENS)
    if marks:
        places = [_locate_mark(plain, mark, words, number) for mark in marks]
    else:
        places = _find_word(words, word, number)
    return [SenseExample(words, place, (word or words[place]).lower(), sense, str(number)) for place in
            dict.fromkeys(places)]


def _split_sense(line: str, number: int) -> tuple[str, str]:
    line = unicodedata.normalize("NFC", line)
    if "\t" in line.strip():
        sentence, _, sense = line.strip().rpartition("\t")
    else:
        sense, _, sentence = line.rpartition("|")
    sense = " ".join(sense.split())
    if len(sense) > MAX_SENSE:
        raise TextError("The sense in line {line} has more than {limit} characters.",
                        "Write “sense | sentence” with a short name for the sense.", line=number, limit=MAX_SENSE)
    return sentence, sense


def _find_word(words: tuple[str, ...], word: str, number: int) -> list[int]:
    if not word:
        raise TextError("Line {line} says of no word that it is meant.", "Put double brackets round it, as in "
                        "“The [[bank]] was closed.”, or type the word into the field for it.", line=number)
    places = [place for place, own in enumerate(words) if own.casefold() == word]
    if not places:
        raise TextError("Line {line} does not hold the word “{word}”.", "Only this form is looked for, in upper or "
                        "lower case; put another form into double brackets: [[{word}s]].", line=number, word=word[:60])
    return places


def _locate_mark(plain: str, mark: tuple[int, str], words: tuple[str, ...], number: int) -> int:
    """The word in which a marked stretch lies; blanks are left out on both sides, for words are cut anew."""
    start = len("".join(plain[:mark[0]].split()))
    end = start + len("".join(mark[1].split()))
    at, held = 0, []
    for place, own in enumerate(words):
        length = 1 if own in _ONE_CHARACTER else len(own)
        if at < end and at + length > start:
            held.append(place)
        at += length
    if len(held) != 1:
        raise TextError("The brackets in line {line} hold {n} words: “{text}”.", "Put them round one word. Words are "
                        "cut as in the Penn Treebank: can't is two.", line=number, n=len(held), text=mark[1][:60])
    return held[0]
