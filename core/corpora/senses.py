"""Words in context with the sense each has there: our own set, CoarseWSD-20, and the four words of Senseval-2."""

import json
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Literal

from core.corpora.registry import find_corpus
from core.corpora.text import explain_read_errors
from core.corpora.treebank import iterate_files
from core.errors import CorpusError

Part = Literal["train", "test"]
COARSEWSD_WORDS = ("apple", "arm", "bank", "bass", "bow", "chair", "club", "crane", "deck", "digit", "hood", "java",
                   "mole", "pitcher", "pound", "seal", "spring", "square", "trunk", "yard")
SENSEVAL_WORDS = ("hard", "interest", "line", "serve")

_DEMO = Path(__file__).with_name("demo_senses.tsv")
_SENSEVAL_SENSES = {  # our short names for its codes; the senses of "line" have names
    "HARD1": "difficult", "HARD2": "strict or intense", "HARD3": "firm to the touch",
    "interest_1": "attention", "interest_2": "power to attract attention", "interest_3": "pastime or cause",
    "interest_4": "advantage", "interest_5": "share in a company", "interest_6": "price of a loan",
    "SERVE2": "be of use as", "SERVE6": "provide a service", "SERVE10": "offer food", "SERVE12": "hold an office",
}


@dataclass(frozen=True)
class SenseExample:
    """One word in its context, and its sense there.

    Attributes
    ----------
    words : tuple of str
        The context, tokenised; Senseval's may be two or three sentences.
    position : int
        Of the word in question among `words`.
    lemma : str
        Its basic form; `words[position]` may be inflected.
    sense : str
        A readable name, unique among the senses of the lemma.
    source : str
        Part of the corpus, or the document.
    """

    words: tuple[str, ...]
    position: int
    lemma: str
    sense: str
    source: str = ""


def refuse_line(path: Path, file: str, line: int, text: str) -> CorpusError:
    """The error that names a faulty line of a corpus, and what stands there."""
    return CorpusError("Line {line} of {file} in {path} is not as it should be: “{text}”.",
                       "The corpus is damaged or another edition: fetch or copy it again.", line=line, file=file,
                       path=str(path), text=text.strip()[:80])


@lru_cache(maxsize=1)  # immutable
def read_demo_senses() -> tuple[SenseExample, ...]:
    """Our own sentences with 16 ambiguous words, twelve for each sense.

    Each line holds the word, the sense, and the sentence with blanks between its tokens, the word in ``[[ ]]``.

    Raises
    ------
    CorpusError
        The file that ships is gone, or a line of it is faulty.
    """
    try:
        text = _DEMO.read_text(encoding="utf-8")
    except OSError as error:
        raise CorpusError("{path} cannot be read: {why}.", "It ships with Wordglass: restore it from the repository.",
                          path=str(_DEMO), why=error.strerror or str(error)) from error
    examples = []
    for number, line in enumerate(text.splitlines()[1:], 2):
        cells = line.split("\t")
        words = cells[-1].split(" ")
        marked = [i for i, word in enumerate(words) if word.startswith("[[") and word.endswith("]]")]
        if len(cells) != 3 or len(marked) != 1:
            raise refuse_line(_DEMO.parent, _DEMO.name, number, line)
        position = marked[0]
        words[position] = words[position][2:-2]
        examples.append(SenseExample(tuple(words), position, cells[0], cells[1], "demo"))
    return tuple(examples)


def read_coarsewsd(part: Part, words: tuple[str, ...] | None = None, *,
                   path: Path | None = None) -> tuple[SenseExample, ...]:
    """CoarseWSD-20 (Loureiro et al. 2021): Wikipedia sentences in lower case with 20 ambiguous nouns.

    The senses are titles of articles, so that both “bank (geography)” and plain “bank” are senses of *bank*.

    Parameters
    ----------
    words : tuple of str, optional
        Of `COARSEWSD_WORDS`; all if not given.
    path : Path, optional
        The zip, or the folder with one folder a word; the registered corpus if not given.

    Raises
    ------
    CorpusError
        The corpus is absent, lacks a word, or a line is faulty.
    """
    words, path = COARSEWSD_WORDS if words is None else words, path or find_corpus("coarsewsd")
    wanted = (f"{part}.data.txt", f"{part}.gold.txt", "classes_map.txt")
    files: dict[tuple[str, str], bytes] = {}
    with explain_read_errors(str(path)):
        for place, read in iterate_files(path, wanted):
            key = (PurePath(place).parent.name, PurePath(place).name)
            if key[0] in words and key[1] in wanted:
                files[key] = read()
    missing = [f"{word}/{file}" for word in words for file in wanted if (word, file) not in files]
    if missing:
        raise CorpusError("{path} lacks {missing}.", "Give the whole folder or zip of CoarseWSD-20; its words are "
                          "{known}.", path=str(path), missing=", ".join(missing[:6])[:200],
                          known=", ".join(COARSEWSD_WORDS))
    return tuple(example for word in words
                 for example in _join_coarsewsd(path, word, {file: files[word, file] for file in wanted}))


def _join_coarsewsd(path: Path, word: str, files: dict[str, bytes]) -> Iterator[SenseExample]:
    (data_name, data), (gold_name, gold), (map_name, titles) = files.items()
    try:
        names = {key: title.removeprefix(f"{word}_").replace("_", " ") for key, title in json.loads(titles).items()}
    except (ValueError, AttributeError):
        raise refuse_line(path, f"{word}/{map_name}", 1, titles.decode(errors="replace")) from None
    lines, golds = data.rstrip(b"\n").split(b"\n"), gold.split()
    if len(lines) != len(golds):
        raise CorpusError("{path} has {n:,} sentences in {data}, but {m:,} senses in {gold}.",
                          "The corpus is damaged or another edition: fetch or copy it again.", path=str(path),
                          n=len(lines), m=len(golds), data=f"{word}/{data_name}", gold=f"{word}/{gold_name}")
    for number, (line, sense) in enumerate(zip(lines, golds, strict=True), 1):
        try:
            place, sentence = line.decode().split("\t")
            words = tuple(map(sys.intern, sentence.split()))  # runs of any blanks, as the positions were counted
            position = int(place)
        except ValueError:  # also where it is not UTF-8
            words, position = (), 0
        if not 0 <= position < len(words):
            raise refuse_line(path, f"{word}/{data_name}", number, line.decode(errors="replace"))
        name = names.get(sense.decode(errors="replace"))
        if name is None:
            raise refuse_line(path, f"{word}/{gold_name}", number, sense.decode(errors="replace"))
        yield SenseExample(words, position, word, name, data_name.split(".")[0])


def read_senseval(words: tuple[str, ...] = SENSEVAL_WORDS, *, path: Path | None = None) -> tuple[SenseExample, ...]:
    """The words *hard*, *interest*, *line* and *serve* with their senses (Senseval-2, in NLTK's edition).

    A context is one sentence, for *line* and *serve* one to three, in lower case. The names of senses are ours, but
    for those of *line*. The source is the name of the instance.

    Parameters
    ----------
    words : tuple of str
        Of `SENSEVAL_WORDS`.
    path : Path, optional
        NLTK's senseval.zip or the folder with its files, such as ``hard.pos``; the registered corpus if not given.

    Raises
    ------
    CorpusError
        The corpus is absent or damaged, or lacks a word.
    """
    path = path or find_corpus("senseval")
    with explain_read_errors(str(path)):
        found = {PurePath(place).name: read() for place, read in iterate_files(path, (".pos",))
                 if PurePath(place).name.removesuffix(".pos") in words}
    missing = [f"{word}.pos" for word in words if f"{word}.pos" not in found]
    if missing:
        raise CorpusError("{path} lacks {missing}.", "Run “python -m core.corpora fetch senseval”, or give a folder "
                          "with {known}.", path=str(path), missing=", ".join(missing)[:200],
                          known=", ".join(f"{word}.pos" for word in SENSEVAL_WORDS))
    return tuple(example for word in words for example in _parse_senseval(path, word, found[f"{word}.pos"]))


def _parse_senseval(path: Path, lemma: str, data: bytes) -> Iterator[SenseExample]:
    try:
        corpus = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        line = error.position[0]
        text = data.split(b"\n")[line - 1:line]
        raise refuse_line(path, f"{lemma}.pos", line, b"".join(text).decode(errors="replace")) from None
    for instance in corpus.iter("instance"):
        name, answer, context = instance.get("id", ""), instance.find("answer"), instance.find("context")
        sense = "" if answer is None else answer.get("senseid", "")
        words, positions = ([], []) if context is None else _read_context(context)
        if not sense or len(positions) != 1:
            line = data[:max(data.find(name.encode()), 0)].count(b"\n") + 1
            raise refuse_line(path, f"{lemma}.pos", line, f"instance {name}")
        yield SenseExample(tuple(words), positions[0], lemma, _SENSEVAL_SENSES.get(sense, sense), name)


def _read_context(context: ElementTree.Element) -> tuple[list[str], list[int]]:
    """All words, some of which have lost their marks, and the places of those that are heads."""
    words, positions = (context.text or "").split(), []
    for node in context:
        inside = (" ".join(node.itertext()) if len(node) else node.text or "").split()
        if node.tag == "head" and inside:
            positions.append(len(words))
        words += inside + (node.tail or "").split()
    return [sys.intern("/" if word == "FRASL" else word) for word in words], positions  # FRASL: a slash, as in 1/2
