"""Labelled sentences: movie reviews, tables of a reader's own in every form, our sample; and what is refused."""

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora import labelled
from core.corpora.labelled import MAX_CLASSES, read_demo_reviews, read_polarity, read_table
from core.corpora.tables import MAX_CELL, MAX_COLUMNS, MAX_ROWS
from core.errors import CorpusError, TextError

GOOD = "text,label\nA fine film.,pos\nToo long.,neg\nI laughed.,pos\nDull.,neg\n"
TEXTS, NAMES = ("A fine film.", "Too long.", "I laughed.", "Dull."), ("neg", "pos")
CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\t"), min_size=1, max_size=30).filter(
    lambda cell: cell.strip())
ROWS = st.lists(CELL, min_size=4, max_size=12).map(lambda cells: [(cell, "ab"[i % 2]) for i, cell in enumerate(cells)])


def write_table(rows, delimiter):
    """The rows as Python's csv module writes them."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows([("text", "label"), *rows])
    return stream.getvalue().encode()


def write_json(rows, ensure_ascii=True):
    return "".join(json.dumps({"label": label, "text": cell}, ensure_ascii=ensure_ascii) + "\n"
                   for cell, label in rows).encode()


def check_rows(sentences, rows):
    assert sentences.texts == tuple(cell.strip() for cell, _ in rows) and len(sentences) == len(rows)
    assert [sentences.label_names[i] for i in sentences.labels] == [label for _, label in rows]
    assert sentences.labels.dtype == np.int64


def refuse(data, said, **options):
    with pytest.raises(TextError, match=said) as caught:
        read_table(data if isinstance(data, bytes) else data.encode(), **options)
    assert len(str(caught.value)) < 1000
    return str(caught.value)


@given(rows=ROWS, delimiter=st.sampled_from(",;\t"))
def test_what_the_csv_module_writes_is_read(rows, delimiter):
    check_rows(read_table(write_table(rows, delimiter)), rows)


@given(rows=ROWS, ensure_ascii=st.booleans())
def test_json_lines_are_read(rows, ensure_ascii):
    check_rows(read_table(write_json(rows, ensure_ascii)), rows)


@given(rows=st.lists(CELL.filter(lambda cell: not {*cell} & {*"\r\n"}), min_size=4, max_size=9))
def test_tabs_without_quotation_keep_the_marks_of_the_text(rows):
    rows = [(f'"{cell.strip()}" x', "ab"[i % 2]) for i, cell in enumerate(rows)]
    check_rows(read_table("\n".join(f"{a}\t{b}" for a, b in [("text", "label"), *rows]).encode()), rows)


@pytest.mark.parametrize("data", [
    GOOD, GOOD.replace("\n", "\r\n"), GOOD.replace("\n", "\r"), GOOD.replace("\n", "\n\n,\n"), "\n" + GOOD,
    "\ufeff" + GOOD, GOOD.replace(",", ";"), GOOD.replace(",", "\t"), GOOD.rstrip(), GOOD.replace(",", " , "),
    GOOD.replace("text,label", "Sentence,CLASS"), GOOD.replace("text,label", "anything,label"),
    GOOD.replace("text,label", "this,that"), GOOD.split("\n", 1)[1],
    "\n".join(f"{i},{line.split(',')[1]},{line.split(',')[0]}" for i, line in enumerate(GOOD.split("\n")[:-1])),
], ids=["plain", "windows", "mac", "blank rows", "blank first", "mark", "semicolon", "tab", "no last end", "blanks",
        "usual names", "one usual name", "no usual name", "no names", "more columns"])
def test_a_table_is_told_by_its_content(data):
    sentences = read_table(data.encode())
    assert sentences.texts == TEXTS and sentences.label_names == NAMES
    assert sentences.labels.tolist() == [1, 0, 1, 0] and not sentences.labels.flags.writeable


def test_columns_are_found_by_the_names_given():
    data = b"text,title,label,stars\na,A,x,2\nb,B,x,10\nc,C,y,2\nd,D,y,10\n"
    sentences = read_table(data, text_column="Title", label_column="stars", name="mine")
    assert (sentences.name, sentences.texts, sentences.label_names) == ("mine", tuple("ABCD"), ("2", "10"))
    assert read_table(data, label_column="stars").texts == tuple("abcd")
    assert read_table(data, text_column="title").label_names == ("x", "y")


def test_whole_numbers_are_ordered_as_numbers_and_names_by_the_alphabet():
    assert read_table(b"text,y\na,10\nb,9\nc,-1\nd,10\ne,9\nf,-1\n").label_names == ("-1", "9", "10")
    assert read_table(b"text,y\na,b\nb,C\nc,10\nd,b\ne,C\nf,10\n").label_names == ("10", "b", "C")


def test_json_numbers_and_truth_values_are_labels_and_nested_ones_are_none():
    rows = [{"review": f"r{i}", "meta": {"a": [i]}, "label": bool(i % 2)} for i in range(4)]
    assert read_table("\n".join(map(json.dumps, rows)).encode()).label_names == ("false", "true")
    rows[2]["label"] = [1]
    refuse("\n".join(map(json.dumps, rows)), "Line 3 has a text but no label")


def test_what_is_not_utf8_is_read_as_windows_1252_and_that_is_told():
    data = "text,label\nCafé “noir”…,a\nb,b\nc,a\nd,b\n"
    assert read_table(data.encode()).encoding == "utf-8"
    sentences = read_table(data.encode("cp1252"))
    assert sentences.texts[0] == "Café “noir”…" and sentences.encoding == "cp1252"
    refuse(b"text,label\nx,a\n" + "日本語、,a".encode("shift-jis"), "Line 3 is neither UTF-8 nor Windows-1252")


@pytest.mark.parametrize(("added", "said"), [
    ("Where is it?,\n", "Line 8 has a text but no label"),
    (",pos\n", "Line 8 has a label but no text"),
    ("One, two,pos\n", "Line 8 has 3 columns instead of 2. .*delimiter “,”"),
    ("alone\n", "Line 8 has 1 columns instead of 2"),
    (f"{'x' * (MAX_CELL + 1)},pos\n", "line 8 has a cell of more than 10,000"),
    (f"{'x' * 10**6},pos\n", "line 8 has a cell of more than 10,000"),
    (f"{'é' * 10**6},pos\n", "line 8 has a cell of more than 10,000"),
    ('"not closed,pos\n' + "x,pos\n" * 30, "marks of the row that begins on line 8 do not match"),
    ('"not closed,pos\n' + "x,pos\n" * 30_000, "line 8 has a cell of more than 10,000 characters.*not closed"),
    ('"Great" film,pos\n', "marks of the row that begins on line 8 do not match"),
    ("ze\0ro,pos\n", "Line 8 holds a zero byte"),
    ("once,other\n", "The label “other” on line 8 comes only once"),
])
def test_a_faulty_row_is_named_by_its_line_also_below_a_cell_of_several(added, said):
    begin = GOOD + '"over\ntwo lines, it goes",pos\n'  # ends with line 7
    assert len(read_table(begin.encode())) == 5
    refuse(begin + added, said)
    refuse((begin + added).replace("\n", "\r\n"), said)


@pytest.mark.parametrize(("line", "said"), [
    ("not JSON", "Line 5 is no JSON object"), ("[1]", "Line 5 is no JSON object"), ("[" * 10**5, "Line 5 is no JSON"),
    ('{"text": ' + "1" * 5000 + "}", "Line 5 is no JSON object"), ('{"text": "x"}', "Line 5 has a text but no label"),
    ('{"text": "\\ud800", "label": "a"}', "Line 5 holds U\\+D800"), ('{"text": "\\u0000"}', "Line 5 holds U\\+0000"),
    (json.dumps({"text": "x" * 20_000, "label": "a"}), "line 5 has a cell of more"),
    (json.dumps({f"k{i}": i for i in range(MAX_COLUMNS)}), "up to line 5 have more than 100 different keys"),
])
def test_a_faulty_json_line_is_named(line, said):
    begin = '\n{"text": "x", "label": "a"}\n\n{"text": "y", "label": "b"}\n'
    refuse(begin + line + "\n", said)


@pytest.mark.parametrize(("data", "said"), [
    ("", "is empty"), (" \n\n", "is empty"), ("\ufeff", "is empty"), (",,\n,,\n", "is empty"),
    ("text,label\n", "holds no sentences"), ("text,label\na,x\nb,x\n", "from line 2 on, have the label “x”"),
    ("just text\nmore\n", "Line 1 has one column only"), ("a,b,c\n1,2,3\n", "not clear .*“a”, “b”, “c”"),
    ('[{"text": "a", "label": "b"}]', "is one JSON list"), ("text,label,label\na,b,c\n", "2 columns are named “label”"),
    ("text,label\n" + "".join(f"a,{i}\n" * 2 for i in range(MAX_CLASSES + 1)), "21 different .*line 42 holds"),
    ("text,label\n" + "a,0\na,1\n" * (MAX_ROWS // 2) + "a,1\n", "Line 50002 is beyond the 50,000 rows"),
    ("text\tlabel" + "\tmore" * MAX_COLUMNS, "first line has more than 100 columns"), ("{}\n" * 9, "is empty"),
    ("{,}" * 9, "Line 1 is no JSON object"), (b"PK\x03\x04\0", "zero byte"), (GOOD.encode("utf-16"), "Line 1 .*zero"),
])
def test_what_is_no_table_of_classes_is_refused(data, said):
    refuse(data, said)


def test_columns_that_are_not_there_are_refused():
    assert "“text”, “label”" in refuse(GOOD, "There is no column “titel”", text_column="titel")
    assert "“text”, “label”" in refuse(GOOD, "no column “" + "x" * 60 + "”", label_column="x" * 10**5)
    refuse(GOOD, "“Label” cannot be both", text_column="Label", label_column="label")
    refuse(GOOD, "has 67 bytes; at most 66", max_bytes=66)
    assert len(read_table(GOOD.encode(), max_bytes=67)) == 4


@given(data=st.binary(max_size=60) | st.text("\"\t,;a{}[]:\n\r \\u0", max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_an_error_of_ours(data):
    for head in (b"", b"text,label\n", b"{"):
        try:
            sentences = read_table(head + data)
        except TextError:
            continue
        assert len(sentences) == len(sentences.labels) >= 4 and len(sentences.label_names) >= 2


def write_reviews(folder, encoding="utf-8", end="\n"):
    folder.mkdir()
    for file, lines in (("rt-polarity.pos", ["joyeux café\x85noël", "", "fine "]), ("rt-polarity.neg", ["dull"])):
        (folder / file).write_bytes(end.join([*lines, ""]).encode(encoding))
    return folder


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", "\n"), ("latin-1", "\r\n")])
def test_reviews_are_read_in_both_editions(tmp_path, encoding, end):
    reviews = read_polarity(write_reviews(tmp_path / "rt", encoding, end))
    assert reviews.texts == ("dull", "joyeux café\x85noël", "fine") and reviews.labels.tolist() == [0, 1, 1]
    assert reviews.label_names == ("negative", "positive")


def test_reviews_in_a_zip_or_half_there(tmp_path):
    folder = write_reviews(tmp_path / "rt")
    with zipfile.ZipFile(tmp_path / "rt.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"sentence_polarity/{file.name}")
            archive.writestr(f"__MACOSX/._{file.name}", b"\0\1")
    assert read_polarity(tmp_path / "rt.zip").texts == read_polarity(folder).texts
    whole = (tmp_path / "rt.zip").read_bytes()
    (tmp_path / "rt.zip").write_bytes(whole.replace(b"joyeux", b"joyeuy"))
    with pytest.raises(CorpusError, match="cannot be read: Bad CRC"):
        read_polarity(tmp_path / "rt.zip")
    (folder / "rt-polarity.pos").write_bytes(b"\n\n")
    with pytest.raises(CorpusError, match="holds no sentences in rt-polarity.pos. Run .*fetch rt-polarity"):
        read_polarity(folder)
    with pytest.raises(CorpusError):
        read_polarity(tmp_path / "rt-polarity.neg")


@pytest.mark.needs_corpus("rt-polarity")
def test_the_registered_reviews_are_whole():
    reviews = read_polarity()
    assert len(reviews) == 10_662 and np.bincount(reviews.labels).tolist() == [5331, 5331]
    assert not np.diff(reviews.labels).min() < 0 and all(text == text.strip() != "" for text in reviews.texts)


def test_the_sample_that_ships_has_both_classes_and_a_phenomenon_each():
    reviews = read_demo_reviews()
    assert reviews is read_demo_reviews() and reviews.label_names == ("negative", "positive")
    assert len(reviews.phenomena) == len(reviews) == len(set(reviews.texts)) and all(reviews.phenomena)


def test_a_sample_is_read_with_its_phenomena(tmp_path, monkeypatch):
    monkeypatch.setattr(labelled, "_DEMO", tmp_path / "demo.tsv")
    read_demo_reviews.cache_clear()
    try:
        with pytest.raises(CorpusError, match="demo.tsv cannot be read: .*restore it"):
            read_demo_reviews()
        rows = [("positive", "plain", "a"), ("negative", "negation", "b"), ("positive", "plain", "c"),
                ("negative", "contrast", "d")]
        (tmp_path / "demo.tsv").write_text("\n".join("\t".join(row) for row in [("label", "phenomenon", "sentence"),
                                                                                *rows]))
        reviews = read_demo_reviews()
        assert reviews.phenomena == ("plain", "negation", "plain", "contrast") and reviews.texts == tuple("abcd")
    finally:
        read_demo_reviews.cache_clear()
