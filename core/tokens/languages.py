"""Sentences to words and back, by language: English as the Penn Treebank does, French with its elisions, others by
Unicode.

French words that have lost a vowel stand alone with their apostrophe (``l'``, ``qu'``), and so do pronouns after a
verb with their hyphen (``-vous``, ``-t-il``): both are frequent, and what they hang on is then a word like any other. A
blank before ``! ? : ;``, whichever of Unicode's, is typography and no word. Scripts that put no blanks between words
(Han, kana, Thai, Khmer, …) are cut into characters.
"""

import re
import unicodedata

from core.tokens.sentences import tokenise_words

# Letters that stand in no word with others: kana, Han, Thai to Myanmar, Khmer. U+30FC and marks go with the one before.
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_ELISION = r"(?:jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|qu|[cdjlmnst])'(?=\w)"
_PRONOUN = r"-(?:t-)?(?:je|tu|il|elle|on|nous|vous|ils|elles|ce|moi|toi|lui|leur|le|la|les|y|en)(?![\w-])"
_NUMBER = r"\d+(?:[.,:/]\d+)*"
_FRENCH = re.compile(rf"aujourd'hui|{_ELISION}|(?<=\w){_PRONOUN}|{_NUMBER}"
                     rf"|\w+(?:(?!{_PRONOUN})[-'&]\w+)*|\.\.\.|--|\S", re.IGNORECASE)
# Combining marks of Latin, Hebrew, Arabic, Devanagari and Thai, and the signs that lengthen or voice kana
_MARK = ("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
         "\u30fc\u309b\u309c]")
_LETTER = rf"(?![{_ALONE}])\w"
_OTHER = re.compile(rf"{_NUMBER}|[{_ALONE}]{_MARK}*|(?:{_LETTER}|{_MARK})+(?:[-'’](?:{_LETTER})+)*|\.\.\.|\S")
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")

_CLOSING = re.compile(r"[,.;:!?%)\]}…»”’]|\.\.\.")
_OPENING = re.compile(r"[(\[{«“¿¡]")
_PENN = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}", "``": "“", "''": "”"}
_ENGLISH_SUFFIX = re.compile(r"n't|'(?:s|re|ve|ll|d|m)?", re.IGNORECASE)


def _plain(text: str) -> str:
    """One form a letter, one form a blank, plain apostrophes."""
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text)).strip()
    return text.replace("’", "'").replace("ʼ", "'")


def tokenise(text: str, language: str) -> list[str]:
    """Words of a sentence.

    Parameters
    ----------
    language : str
        ``en``, ``fr``, or any other code.

    >>> tokenise("Y a-t-il quelqu'un aujourd'hui\u202f?", "fr")
    ['Y', 'a', '-t-il', "quelqu'", 'un', "aujourd'hui", '?']
    """
    if language == "en":
        return tokenise_words(_plain(text))
    return (_FRENCH if language == "fr" else _OTHER).findall(_plain(text))


def detokenise(tokens: list[str] | tuple[str, ...], language: str) -> str:
    """A sentence as it is written, from its words.

    >>> detokenise(["L'", "homme", "rit", ",", "vient", "-il", "?"], "fr")
    "L'homme rit, vient-il ?"
    """
    glued = {"en": _glue_english, "fr": _glue_french}.get(language, _glue_other)
    text, before = "", ""
    for token in tokens:
        shown = _PENN.get(token.lower(), token) if language == "en" else token
        text += shown if not text or glued(before, shown) else " " + shown
        before = shown
    return text


def _glue_english(before: str, token: str) -> bool:
    return bool(_CLOSING.fullmatch(token) or _OPENING.fullmatch(before) or _ENGLISH_SUFFIX.fullmatch(token))


def _glue_french(before: str, token: str) -> bool:
    if token in ("!", "?", ":", ";", "»"):
        return False
    elided = len(before) > 1 and before.endswith("'")
    return bool(elided or _CLOSING.fullmatch(token) or re.match(r"-\w", token)
                or (before != "«" and _OPENING.fullmatch(before)))


def _glue_other(before: str, token: str) -> bool:
    alone = re.compile(f"[{_ALONE}]")
    return bool(_CLOSING.fullmatch(token) or _OPENING.fullmatch(before)
                or (alone.match(token) and (alone.match(before) or before in "、。")) or token in "、。！？")


def writes_rightwards(text: str) -> bool:
    """Whether the first strong letter runs from left to right; True where there is none."""
    for sign in text:
        direction = unicodedata.bidirectional(sign)
        if direction in ("L", "R", "AL"):
            return direction == "L"
    return True


