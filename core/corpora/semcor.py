"""SemCor 3.0, running text with a WordNet sense for each content word, and the senses of WordNet 3.0.

SemCor's files are Latin-1 text of one word a line, marked as in SGML, with attributes that are not quoted::

    <wf cmd=done pos=NN lemma=bank wnsn=1 lexsn=1:17:01::>banks</wf>
    <punc>,</punc>

A sense key is the lemma, ``%`` and the *lexsn*, whose first number is the word class.
"""

import lzma
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal, NamedTuple

from core.corpora.registry import find_corpus
from core.corpora.senses import refuse_line
from core.corpora.text import explain_read_errors
from core.corpora.treebank import iterate_files
from core.errors import CorpusError

SemcorPart = Literal["brown1", "brown2", "brownv"]
FULL: tuple[SemcorPart, ...] = ("brown1", "brown2")  # every content word has a sense; in brownv every verb
CLASSES = "nvara"                                    # by the first number of a sense key; 5 is an adjective, too

_MARKED = re.compile(r"<wf ([^<>]*)>([^<>]+)</wf>|<punc>([^<>]+)</punc>")
_BOUND = re.compile(r"</?(?:contextfile|context|p|s)\b[^<>]*>")
_LEMMA = re.compile(r" lemma=(\S+)")
_LEXSN = re.compile(r" lexsn=([1-5]:\d\d:\d\d:[^:;\s]*:(?:\d\d)?)(?=[;\s]|$)")
_MARKER = re.compile(r"\((?:a|p|ip)\)")
_COLUMNS = ["sense_key", "pos", "sense_number", "tag_count", "synset_words", "gloss"]


class SenseTarget(NamedTuple):
    """A word that has a sense: its place in the sentence, its basic form, and the key of the sense in WordNet."""

    position: int
    lemma: str
    sense_key: str

    @property
    def pos(self) -> str:
        """Word class as in `SenseGloss`: ``n``, ``v``, ``a`` or ``r``."""
        return CLASSES[int(self.sense_key.rpartition("%")[2][0]) - 1]


@dataclass(frozen=True)
class SenseSentence:
    """A sentence of SemCor.

    Attributes
    ----------
    words : tuple of str
        Cased words and punctuation, as in the Penn Treebank; units of several words (``took_place``) are split.
    targets : tuple of SenseTarget
        In the order of the words. The place of a unit is the word that inflects: the first of a verb (*took*
        place), the last of any other (primary *election*).
    document : str
        Part and file, such as ``brown1/br-a01``.
    """

    words: tuple[str, ...]
    targets: tuple[SenseTarget, ...]
    document: str


@dataclass(frozen=True)
class SenseGloss:
    """What WordNet says of one sense.

    Attributes
    ----------
    pos : str
        ``n``, ``v``, ``a`` or ``r``.
    number : int
        Rank among the senses of the lemma in this class, from 1, the most frequent.
    tag_count : int
        How often it was met in texts that WordNet's makers had annotated.
    words : tuple of str
        Words of the same meaning, the lemma among them.
    """

    pos: str
    number: int
    tag_count: int
    words: tuple[str, ...]
    gloss: str


def read_semcor(parts: tuple[SemcorPart, ...] = FULL, *, path: Path | None = None) -> tuple[SenseSentence, ...]:
    """Every sentence of some parts of SemCor 3.0 (Miller et al. 1993), with its words that have a sense.

    Names have the senses *person*, *location* or *group*. Where a word has several senses the first is taken. About
    4 % of the words have a key that WordNet 3.0 lacks, since SemCor was made for WordNet 1.6.

    Parameters
    ----------
    path : Path, optional
        The zip, or the folder that holds brown1, brown2 and brownv; the registered corpus if not given.

    Raises
    ------
    CorpusError
        The corpus is absent, lacks a part, or a line is faulty.
    """
    path = path or find_corpus("semcor")
    sentences: dict[str, list[SenseSentence]] = {part: [] for part in parts}
    with explain_read_errors(str(path)):
        for place, read in iterate_files(path, ("",)):  # the files have no suffix
            part, folder, file = ("", "", *PurePath(place).parts)[-3:]
            if part in sentences and folder == "tagfiles" and file.startswith("br-"):
                sentences[part] += _parse_semcor(path, f"{part}/{file}", read().decode("latin-1"))
    missing = [part for part in parts if not sentences[part]]
    if missing:
        raise CorpusError("{path} holds no sentences in {missing}.", "Give the zip or folder semcor3.0, with files "
                          "such as brown1/tagfiles/br-a01.", path=str(path), missing=", ".join(missing)[:200])
    return tuple(sentence for part in parts for sentence in sentences[part])


def _parse_semcor(path: Path, document: str, text: str) -> Iterator[SenseSentence]:
    words: list[str] = []
    targets: list[SenseTarget] = []
    lines = text.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if marked := _MARKED.fullmatch(line):
            attributes, unit, sign = marked.groups()
            begin = len(words)
            words += [sys.intern(word) for word in unit.split("_") if word] if unit else [sign]
            if unit and ("lexsn=" in attributes or "lemma=" in attributes):
                targets.append(_read_target(path, document, (number, line), span=(begin, len(words))))
        elif line.startswith("</s>"):
            yield SenseSentence(tuple(words), tuple(targets), document)
            words, targets = [], []
        elif line.strip() and not _BOUND.fullmatch(line.strip()):
            raise refuse_line(path, document, number, line)
    if words or "</contextfile>" not in lines[-3:]:
        raise CorpusError("{file} in {path} ends too early, on line {line}.",
                          "The corpus is damaged or another edition: fetch or copy it again.", file=document,
                          path=str(path), line=len(lines))


def _read_target(path: Path, document: str, place: tuple[int, str], *, span: tuple[int, int]) -> SenseTarget:
    """The sense of the unit on a line (its number and text), the words of which are ``span``."""
    attributes = place[1].partition(">")[0]
    lemma, lexsn = _LEMMA.search(attributes), _LEXSN.search(attributes)
    if lemma is None or lexsn is None or span[0] == span[1]:
        raise refuse_line(path, document, *place)
    key = sys.intern(f"{lemma[1]}%{_MARKER.sub('', lexsn[1])}")  # some(a) is “some” in WordNet's own keys
    return SenseTarget(span[0] if lexsn[1][0] == "2" else span[1] - 1, sys.intern(lemma[1]), key)


def read_sense_glosses(path: Path | None = None) -> dict[str, SenseGloss]:
    """Senses of WordNet 3.0 (Fellbaum 1998) by sense key, for the words of the sense corpora.

    Parameters
    ----------
    path : Path, optional
        A table in xz of six columns, the first line names them; the registered corpus if not given.

    Raises
    ------
    CorpusError
        The table is absent or damaged.
    """
    path = path or find_corpus("wordnet-senses")
    with explain_read_errors(str(path)):
        header, *lines = lzma.decompress(path.read_bytes()).decode(errors="replace").rstrip("\n").split("\n")
    if header.split("\t") != _COLUMNS:
        raise refuse_line(path.parent, path.name, 1, header)
    glosses = {}
    for number, line in enumerate(lines, 2):
        try:
            key, pos, rank, count, words, gloss = line.split("\t")
            glosses[key] = SenseGloss(sys.intern(pos), int(rank), int(count), tuple(words.split(" ")), gloss)
        except ValueError:
            raise refuse_line(path.parent, path.name, number, line) from None
    return glosses


def first_senses(glosses: dict[str, SenseGloss]) -> dict[tuple[str, str], str]:
    """The key of the most frequent sense of each lemma and word class: the baseline that reads no context."""
    ranked = sorted(glosses, key=lambda key: glosses[key].number, reverse=True)  # the lowest is written last
    return {(key.rpartition("%")[0], glosses[key].pos): key for key in ranked}
