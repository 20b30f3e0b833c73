"""Sentences with a class each: the Cornell movie reviews, a table of the reader's own, and our own small sample."""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePath

import numpy as np

from core.corpora.registry import find_corpus
from core.corpora.tables import MAX_TABLE_BYTES, Table, read_cells
from core.corpora.text import explain_read_errors
from core.corpora.treebank import iterate_files
from core.errors import CorpusError, TextError

MAX_CLASSES = 20
TEXT_NAMES = ("text", "sentence", "review", "content")  # the first that is there, in either case
LABEL_NAMES = ("label", "class", "category", "sentiment", "target", "y")

_DEMO = Path(__file__).with_name("demo_reviews.tsv")
_POLARITY = ("rt-polarity.neg", "rt-polarity.pos")


@dataclass(frozen=True, eq=False)
class LabelledSentences:
    """Sentences in order, and the class of each.

    Attributes
    ----------
    texts : tuple of str
        As they stand, stripped; (S,).
    labels : ndarray of int64, (S,)
        Places in `label_names`; read-only.
    phenomena : tuple of str
        What each sentence shows, (S,); empty but for the sample that ships.
    encoding : str
        How a table was read: ``utf-8``, or ``cp1252`` where it is not UTF-8.
    """

    name: str
    texts: tuple[str, ...]
    labels: np.ndarray = field(repr=False)
    label_names: tuple[str, ...]
    phenomena: tuple[str, ...] = ()
    encoding: str = "utf-8"

    def __len__(self) -> int:
        return len(self.texts)


def read_polarity(path: Path | None = None) -> LabelledSentences:
    """The sentence polarity data of Pang and Lee (ACL 2005), all negative sentences first.

    Parameters
    ----------
    path : Path, optional
        NLTK's sentence_polarity.zip, or a folder with its two files or with Cornell's own, which are Latin-1; the
        registered corpus if not given.

    Raises
    ------
    CorpusError
        The corpus is absent, damaged, or lacks one of the files.
    """
    path = path or find_corpus("rt-polarity")
    with explain_read_errors(str(path)):
        found = {PurePath(place).name: read() for place, read in iterate_files(path, _POLARITY)}
    lines = {file: _sentences(found[file]) for file in _POLARITY if file in found}
    missing = [file for file in _POLARITY if not lines.get(file)]
    if missing:
        raise CorpusError("{path} holds no sentences in {missing}.", "Run “python -m core.corpora fetch rt-polarity”, "
                          "or give a folder with rt-polarity.neg and rt-polarity.pos.",
                          path=str(path), missing=", ".join(missing))
    negative, positive = (lines[file] for file in _POLARITY)
    return LabelledSentences("rt-polarity", (*negative, *positive), _freeze([0] * len(negative) + [1] * len(positive)),
                             ("negative", "positive"))


def read_table(data: bytes, *, name: str = "your text", text_column: str = "", label_column: str = "",
               max_bytes: int = MAX_TABLE_BYTES) -> LabelledSentences:
    """Labelled sentences from a CSV, TSV or JSON-lines file (see `core.corpora.tables`).

    Columns are found by the names given, else by the usual ones, in either case. Of two columns the other is the
    second one wanted; where neither has a usual name the longer cells are the text. Such a file may also lack the row
    of names: its first row is a sentence where its label comes again below.

    Classes are in alphabetical order, or by number where all are whole numbers.

    Parameters
    ----------
    data : bytes
        The file.
    text_column, label_column : str
        Names of columns; "" to find them.

    Raises
    ------
    TextError
        The file is no such table, a row is faulty (the line is named), a column is not found, or there are fewer than
        two classes, more than 20, or a class of one sentence.
    """
    table = read_cells(data, max_bytes=max_bytes)
    text, label = _find_columns(table, text_column, label_column)
    rows = list(zip(table.lines, table.rows, strict=True))
    if _lacks_names(table, label, given=bool(text_column or label_column)):
        rows.insert(0, (table.first_line, table.columns))
    pairs = [(line, cells[text], cells[label]) for line, cells in rows if cells[text] or cells[label]]
    for line, sentence, wanted in pairs:
        if not sentence:
            raise TextError("Line {line} has a label but no text.", "Write the sentence, or leave the row out.",
                            line=line)
        if not wanted:
            raise TextError("Line {line} has a text but no label.", "Write the label, or leave the row out.",
                            line=line)
    names = _check_classes([(line, wanted) for line, _, wanted in pairs])
    numbers = {wanted: i for i, wanted in enumerate(names)}
    return LabelledSentences(name, tuple(sentence for _, sentence, _ in pairs),
                             _freeze([numbers[wanted] for *_, wanted in pairs]), names, encoding=table.encoding)


@lru_cache(maxsize=1)  # immutable
def read_demo_reviews() -> LabelledSentences:
    """Our own sentences on films, each with the phenomenon it shows, such as negation.

    Raises
    ------
    CorpusError
        The file that ships is gone.
    """
    try:
        data = _DEMO.read_bytes()
    except OSError as error:
        raise CorpusError("{path} cannot be read: {why}.", "It ships with Wordglass: restore it from the repository.",
                          path=str(_DEMO), why=error.strerror or str(error)) from error
    sentences, table = read_table(data, name="demo", text_column="sentence", label_column="label"), read_cells(data)
    column = table.columns.index("phenomenon")
    return replace(sentences, phenomena=tuple(cells[column] for cells in table.rows))


def _freeze(labels: list[int]) -> np.ndarray:
    array = np.array(labels, np.int64)
    array.setflags(write=False)
    return array


def _sentences(data: bytes) -> list[str]:
    """Lines that are not blank; Latin-1 has line ends of its own within sentences, which are none here."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return [line.strip() for line in text.split("\n") if line.strip()]


def _find_columns(table: Table, text_column: str, label_column: str) -> tuple[int, int]:
    """Places of the text and of the label."""
    columns = table.columns
    if text_column and text_column.strip().casefold() == label_column.strip().casefold():
        raise TextError("“{column}” cannot be both text and label.", "Name two columns. They are: {columns}.",
                        column=text_column[:60], columns=_list(columns))
    if label_column and not text_column:
        label = _find_column(columns, label_column, LABEL_NAMES)
        text = _find_column(columns, "", TEXT_NAMES, taken=label)
    else:
        text = _find_column(columns, text_column, TEXT_NAMES)
        label = _find_column(columns, label_column, LABEL_NAMES, taken=text)
    if len(columns) == 2:
        if text is None and label is None:
            text = max((0, 1), key=lambda i: sum(len(cells[i]) for cells in table.rows))
        text, label = 1 - label if text is None else text, 1 - text if label is None else label
    if text is None or label is None:
        raise TextError("It is not clear which column holds the text and which the label: {columns}.",
                        "Name them “text” and “label”, choose them by their names, or give a table of "
                        "these two columns.", columns=_list(columns))
    return text, label


def _find_column(columns: tuple[str, ...], given: str, usual: tuple[str, ...], *,
                 taken: int | None = None) -> int | None:
    for name in (given.strip(),) if given else usual:
        found = [i for i, column in enumerate(columns) if column == name and i != taken] or [
            i for i, column in enumerate(columns) if column.casefold() == name.casefold() and i != taken]
        if len(found) > 1:
            raise TextError("{n} columns are named “{column}”.", "Give each column a name of its own.", n=len(found),
                            column=name[:60])
        if found:
            return found[0]
    if given:
        raise TextError("There is no column “{column}”.", "The columns are: {columns}.", column=given[:60],
                        columns=_list(columns))
    return None


def _list(columns: tuple[str, ...]) -> str:
    shown = ", ".join(f"“{column[:30]}”" for column in columns[:12])
    return f"{shown}, …" if len(columns) > 12 else shown


def _lacks_names(table: Table, label: int, *, given: bool) -> bool:
    """True where the first row is a sentence: no name is a usual one, and its label comes again."""
    usual = {*TEXT_NAMES, *LABEL_NAMES}
    return (table.first_line > 0 and not given and not any(column.casefold() in usual for column in table.columns)
            and any(cells[label] == table.columns[label] for cells in table.rows))


def _check_classes(labels: list[tuple[int, str]]) -> tuple[str, ...]:
    """The classes in order, from the line and label of each sentence."""
    if not labels:
        raise TextError("The table holds no sentences.", "Write one sentence a line below the line with the names.")
    counts = Counter(label for _, label in labels)
    if len(counts) > MAX_CLASSES:
        known: set[str] = set()
        line = next(line for line, label in labels if known.add(label) or len(known) > MAX_CLASSES)
        raise TextError("There are {n:,} different labels; line {line} holds the first beyond {limit}.",
                        "Is this the column of the labels? Name the columns “text” and “label”, or join classes.",
                        n=len(counts), line=line, limit=MAX_CLASSES)
    if len(counts) == 1:
        raise TextError("All sentences, from line {line} on, have the label “{label}”.",
                        "Two classes at least are needed: add sentences of another.", line=labels[0][0],
                        label=labels[0][1][:60])
    for line, label in labels:
        if counts[label] == 1:
            raise TextError("The label “{label}” on line {line} comes only once.",
                            "Each class needs two sentences at least: add one, or correct the label.", line=line,
                            label=label[:60])
    whole = all(label.removeprefix("-").isdecimal() and len(label) < 10 for label in counts)
    return tuple(sorted(counts, key=(lambda label: (int(label), label)) if whole else lambda x: (x.casefold(), x)))
