"""Articles of running text: what begins one, what is a heading, every container, and that little is held at a time."""

import bz2
import gzip
import lzma
import tracemalloc
import zipfile
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora import articles, registry
from core.corpora.articles import Article, iterate_article_lines
from core.corpora.registry import find_corpus
from core.errors import CorpusError

FIRST = "Rivers carry water from the hills down to the sea."
SECOND = "They carry sand as well, and leave it where they slow down!"
TEXT = f"= River =\n{FIRST}\nHistory.\n{SECOND}\n\n= Lake (water) =\n== Origin ==\nWhy “lakes”?\n{FIRST}\n"
ARTICLES = [Article("River", (FIRST, SECOND)), Article("Lake (water)", ("Why “lakes”?", FIRST))]


def write(folder, text, name="text.txt"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path):
    return list(iterate_article_lines(path))


def paragraphs(path):
    return [paragraph for article in read(path) for paragraph in article.paragraphs]


def test_titles_begin_articles_and_headings_go(tmp_path):
    assert read(write(tmp_path, TEXT)) == ARTICLES
    assert read(write(tmp_path, "\ufeff" + TEXT.replace("\n", "\r\n"))) == ARTICLES
    assert read(write(tmp_path, TEXT.rstrip())) == ARTICLES


def test_a_title_line_within_an_article_is_none(tmp_path):
    text = f"= River =\n{FIRST}\n= 2 =\n{SECOND}\n\n== Sea ==\n\n=  =\n{FIRST}"
    assert read(write(tmp_path, text)) == [Article("River", (FIRST, SECOND, FIRST))]


def test_text_before_the_first_title_has_the_name_of_its_file(tmp_path):
    assert read(write(tmp_path, f"{SECOND}\n\n{TEXT}", "notes.txt")) == [Article("notes", (SECOND,)), *ARTICLES]
    assert read(write(tmp_path, "\n\n" + TEXT)) == ARTICLES


def test_an_article_may_be_empty(tmp_path):
    assert read(write(tmp_path, "= A =\n\n= B =\nHistory.\n")) == [Article("A", ()), Article("B", ())]
    assert read(write(tmp_path, "\n \n")) == read(write(tmp_path, "")) == []


@pytest.mark.parametrize(("line", "plain", "titled"), [
    ("Chapter One", False, False), ("CHAPTER 12 — The Long Way Home", False, False), ("* * *", False, False),
    ("== Early life. ==", False, False), ("=== A heading of rather more words than seven are ===", False, False),
    ("Early life.", True, False), ("He was born in 1702.", True, False), ("“No.”", True, True),
    ("Was it so?", True, True), ('"Never!"', True, True), ("She wrote:", True, True), ("Well…", True, True),
    ("(He was right.)", True, True), ("Seven words are here, the last: seven", False, False),
    ("A line of eight words without a mark", True, True), ("a ; b =", False, False),
])
def test_headings_are_told_by_length_and_end(tmp_path, line, plain, titled):
    assert paragraphs(write(tmp_path, f"{FIRST}\n{line}\n")) == [FIRST, *[line] * plain]
    assert paragraphs(write(tmp_path, f"= A =\n{FIRST}\n  {line}\n")) == [FIRST, *[line] * titled]


@pytest.mark.parametrize(("name", "pack"), [("t.xz", lzma.compress), ("t.txt.gz", gzip.compress), ("t", bz2.compress)])
def test_packed_text(tmp_path, name, pack):
    path = write(tmp_path, pack(f"{FIRST}\n\n{TEXT}".encode()), name)
    assert read(path) == [Article("t", (FIRST,)), *ARTICLES]
    damaged = write(tmp_path, path.read_bytes()[:-12], "cut-" + name)
    with pytest.raises(CorpusError, match="cannot be read"):
        read(damaged)


def test_each_file_of_a_folder_or_zip_is_an_article_of_its_own(tmp_path):
    folder = tmp_path / "texts"
    (folder / "b").mkdir(parents=True)
    write(folder, f"{FIRST}\n\n{SECOND}", "a. one.txt")
    write(folder / "b", gzip.compress(SECOND.encode()), "two.txt.gz")
    write(folder, "not read", ".hidden")
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("y.md", TEXT)
        archive.writestr("x/z.txt", FIRST)
    assert read(folder) == [Article("a. one", (FIRST, SECOND)), Article("two", (SECOND,)), Article("z", (FIRST,)),
                            *ARTICLES]


@given(lines=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)))
def test_every_line_that_ends_as_a_sentence_is_a_paragraph(tmp_path_factory, lines):
    lines = [f"{line.replace(chr(10), ' ')}." for line in lines]
    path = write(tmp_path_factory.mktemp("text"), "\n".join(lines))
    assert paragraphs(path) == [line.strip("\ufeff" if i == 0 else "").strip() for i, line in enumerate(lines)]


@given(lines=st.lists(st.sampled_from([FIRST, SECOND, "", "= A =", "Plot.", "é “ö”!"])), block=st.integers(20, 90))
def test_blocks_do_not_matter(tmp_path_factory, lines, block):
    path = write(tmp_path_factory.mktemp("text"), "\n".join(lines))
    whole = read(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(articles, "_BLOCK_BYTES", block)
        assert read(path) == whole


def test_long_articles_and_long_lines_come_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(articles, "MAX_CHARACTERS", 100)
    monkeypatch.setattr(articles, "_BLOCK_BYTES", 64)
    lines = [FIRST, SECOND] * 5
    found = read(write(tmp_path, "\n".join(lines), "long.txt"))
    assert len(found) == 5 and {article.title for article in found} == {"long"}
    assert [p for article in found for p in article.paragraphs] == lines
    one_line = " ".join(lines)
    pieces = paragraphs(write(tmp_path, one_line))
    assert len(pieces) > 3 and " ".join(pieces) == one_line and max(map(len, pieces)) <= 100 + 2 * 64


def test_little_of_a_large_text_is_held_at_a_time(tmp_path):
    path = write(tmp_path, gzip.compress(f"{TEXT}\n".encode() * 100_000, 1))  # 22 MB
    assert next(islice(iterate_article_lines(path), 5, 6)) == ARTICLES[1]
    tracemalloc.start()
    try:
        for _ in islice(iterate_article_lines(path), 40_000):
            pass
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("data", "problem"), [(b"caf\xe9 noir", "Byte 3 of .* is not UTF-8"),
                                               ("utf-16".encode("utf-16-le"), "is zero")])
def test_what_is_no_text_is_refused(tmp_path, data, problem):
    with pytest.raises(CorpusError, match=problem):
        read(write(tmp_path, data))
    with pytest.raises(CorpusError, match="no text at"):
        read(tmp_path / "absent")


def test_the_registered_articles_are_read_without_their_neighbour(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "data_folders", lambda: (tmp_path,))
    with pytest.raises(CorpusError, match="wiki-articles is not in any data folder"):
        next(iterate_article_lines())
    folder = tmp_path / "wiki-en"
    folder.mkdir()
    write(folder, "= Core =\n" + FIRST, "core.txt.xz")
    write(folder, b"another corpus", "text8like.xz")
    with pytest.raises(CorpusError, match="lacks wiki-en/articles.txt.xz .*blank line between articles"):
        next(iterate_article_lines())
    write(folder, lzma.compress(TEXT.encode()), "articles.txt.xz")
    assert list(iterate_article_lines()) == [Article("Core", (FIRST,)), *ARTICLES]


@pytest.mark.needs_corpus("wiki-articles")
def test_the_core_of_wikipedia_is_whole():
    n = n_words = empty = 0
    for article in iterate_article_lines(find_corpus("wiki-articles") / "core.txt.xz"):
        n, empty = n + 1, empty + (not article.paragraphs)
        n_words += sum(len(paragraph.split()) for paragraph in article.paragraphs)
    assert (n, empty) == (10_778, 1) and 2_100_000 < n_words < 2_208_373  # of which some are titles and headings
