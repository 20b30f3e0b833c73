"""Tables that a reader brings: CSV, TSV or JSON lines, told by content, to rows that know their line.

*JSON lines*: the file begins with ``{``; every line that is not blank is one object, whose keys name the columns.
Nested values count as empty.

*CSV and TSV*: the delimiter is the tab, semicolon or comma that stands most often in the first line, outside of
quotation marks. CSV's rules of quotation hold. A tab-separated file may also be written without them (text then holds
quotation marks of its own): where every line has the same number of tabs each line is a row, and only a cell that is
quoted whole, with doubled marks inside, loses its marks.

Bytes are UTF-8 (with or without byte-order mark), or else Windows-1252.
"""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from core.errors import TextError

MAX_TABLE_BYTES = 20 * 2**20
MAX_ROWS = 50_000
MAX_COLUMNS = 100  # keeps rows × columns in memory: each row of JSON may bring keys of its own
MAX_CELL = 10_000  # characters; longer ones are a quotation mark left open, or no sentences

_DELIMITERS = "\t;,"  # the first wins a tie: it stands in no name
_QUOTED = re.compile('"[^"]*"')
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Table:
    """Rows of stripped cells.

    Attributes
    ----------
    columns : tuple of str
        Names: the first row, or the keys of all JSON objects.
    rows : tuple of tuple of str
        One cell a column each; rows of blank cells are left out.
    lines : tuple of int
        Where in the file each row begins, from 1.
    first_line : int
        Where the row of names stands; 0 in JSON lines, which need none.
    encoding : str
        ``utf-8`` or ``cp1252``.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    first_line: int
    encoding: str


def read_cells(data: bytes, *, max_bytes: int = MAX_TABLE_BYTES) -> Table:
    """Every cell of a table.

    Raises
    ------
    TextError
        The table is empty or too large, no text, or a row is malformed; the line is named.
    """
    if len(data) > max_bytes:
        raise TextError("The table has {n:,} bytes; at most {limit:,} are read.", "Leave out rows or columns.",
                        n=len(data), limit=max_bytes)
    text, encoding = _decode(data)
    if re.match(r"\s*\[\s*[\[{]", text):
        raise TextError("The file is one JSON list.", "Write one JSON object a line, without brackets around them "
                        "and commas between them.")
    read = _read_objects if text.lstrip().startswith("{") else _read_delimited
    columns, rows, first_line = read(text) if text.strip() else ((), [], 0)
    if not columns:
        raise TextError("The table is empty.", "Give a file with a line “text,label” and below it one sentence a line.")
    return Table(columns, tuple(cells for _, cells in rows), tuple(line for line, _ in rows), first_line, encoding)


def _decode(data: bytes) -> tuple[str, str]:
    if b"\0" in data:
        raise TextError("Line {line} holds a zero byte: this is no plain text (a spreadsheet, an archive, UTF-16).",
                        "Export the table as CSV in UTF-8.", line=_line_of(data, data.index(b"\0")))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding), encoding.removesuffix("-sig")
        except UnicodeDecodeError as error:
            fault = error
    raise TextError("Line {line} is neither UTF-8 nor Windows-1252 text.", "Save the table as UTF-8.",
                    line=_line_of(data, fault.start))


def _line_of(data: bytes, position: int) -> int:
    return len(_LINE_END.findall(data[:position])) + 1


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, of every system; str.splitlines also ends them at signs within a sentence."""
    return io.StringIO(text, newline="")


def _read_objects(text: str) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]], int]:
    objects: list[tuple[int, dict[str, str]]] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(_lines(text), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):  # ValueError also where a number has thousands of digits
            value = None
        if not isinstance(value, dict):
            raise TextError("Line {line} is no JSON object.", "In a file that begins with “{{” each line is one object "
                            "such as {{\"text\": \"…\", \"label\": \"…\"}}.", line=number)
        cells = {str(key).strip(): _json_cell(cell) for key, cell in value.items()}
        if not any(cells.values()):
            continue
        _check_row(number, cells.values(), len(objects))
        columns |= dict.fromkeys(cells)
        if len(columns) > MAX_COLUMNS:
            raise TextError("The objects up to line {line} have more than {limit} different keys.",
                            "Give each the same keys, such as text and label.", line=number, limit=MAX_COLUMNS)
        objects.append((number, cells))
    return tuple(columns), [(line, tuple(cells.get(c, "") for c in columns)) for line, cells in objects], 0


def _json_cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _read_delimited(text: str) -> tuple[tuple[str, ...], list[tuple[int, tuple[str, ...]]], int]:
    first = _QUOTED.sub("", next(line for line in _lines(text) if line.strip()))
    delimiter = max(_DELIMITERS, key=first.count)
    if first.count(delimiter) >= MAX_COLUMNS:
        raise TextError("The first line has more than {limit} columns.", "Leave out columns.", limit=MAX_COLUMNS)
    rows: list[tuple[int, tuple[str, ...]]] = []
    for line, row in _split_tabs(text) if delimiter == "\t" else _split_quoted(text, delimiter):
        cells = tuple(cell.strip() for cell in row)
        if not any(cells):
            continue
        if rows and len(cells) != len(rows[0][1]):
            raise TextError("Line {line} has {n} columns instead of {expected}.", "Give each row as many cells as the "
                            "first; put a cell that holds the delimiter {delimiter} in quotation marks.", line=line,
                            n=len(cells), expected=len(rows[0][1]), delimiter=_show(delimiter))
        if len(cells) == 1:
            raise TextError("Line {line} has one column only.", "Two are needed, with a tab, semicolon or comma "
                            "between them: a first line such as “text,label”, and below it one sentence a line.",
                            line=line)
        _check_row(line, cells, len(rows) - 1)
        rows.append((line, cells))
    return (rows[0][1], rows[1:], rows[0][0]) if rows else ((), [], 0)


def _show(delimiter: str) -> str:
    return "(tab)" if delimiter == "\t" else f"“{delimiter}”"


def _split_tabs(text: str) -> Iterator[tuple[int, list[str]]]:
    if len({line.count("\t") for line in _lines(text) if line.strip()}) > 1:  # a cell over several lines, or a fault
        yield from _split_quoted(text, "\t")
        return
    for number, line in enumerate(_lines(text), 1):
        yield number, [_unquote(cell.strip()) for cell in line.split("\t")]


def _unquote(cell: str) -> str:
    inner = cell[1:-1]
    whole = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if whole else cell


def _split_quoted(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows by the rules of CSV, each with the line where it begins."""
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        if "limit" in str(error):  # the csv module's own, of 131,072 characters
            _refuse_long(line)
        raise TextError("The quotation marks of the row that begins on line {line} do not match.",
                        "Put the whole cell in quotation marks and write each mark inside it twice: “\"\"”.",
                        line=line) from None


def _check_row(line: int, cells: Collection[str], n_before: int) -> None:
    if n_before >= MAX_ROWS:
        raise TextError("Line {line} is beyond the {limit:,} rows that are read.", "Leave out some rows.", line=line,
                        limit=MAX_ROWS)
    for cell in cells:
        if len(cell) > MAX_CELL:
            _refuse_long(line)
        fault = None if cell.isascii() and "\0" not in cell else re.search("[\0\ud800-\udfff]", cell)
        if fault:
            raise TextError("Line {line} holds {code}, which is no character of a text.",
                            "Take it out, and save the table as UTF-8.", line=line, code=f"U+{ord(fault[0]):04X}")


def _refuse_long(line: int) -> None:
    raise TextError("The row that begins on line {line} has a cell of more than {limit:,} characters.",
                    "Give one sentence a row. If the sentence is short, a quotation mark is not closed: write marks "
                    "inside a quoted cell twice.", line=line, limit=MAX_CELL)
