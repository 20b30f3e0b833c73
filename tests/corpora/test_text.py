"""Readers of running text: what a word and an article are, every container, and what is refused."""

import bz2
import gzip
import lzma
import unicodedata
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.corpora.text import Place, iterate_articles, iterate_file, iterate_text, list_files
from core.errors import CorpusError

TEXT = "The Café, 1913.\nIt's   OPEN — today\n\n\nNext article: naïve\u00ad ﬁn\n"
ARTICLES = [["the", "café", "it", "s", "open", "today"], ["next", "article", "naïve", "ﬁn"]]


def write(folder, text, name="text.txt"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path, **options):
    return list(iterate_articles(path, **options))


def split_plainly(text):
    """What a word is, said once more: NFC, lower case, runs of letters and marks; format signs join."""
    text = unicodedata.normalize("NFC", text.lower())
    text = "".join(c if unicodedata.category(c)[0] in "LM" else "" if unicodedata.category(c) == "Cf" and c != "\u200b"
                   else " " for c in text)
    return text.split()


def test_words_and_articles(tmp_path):
    assert read(write(tmp_path, TEXT)) == ARTICLES
    assert read(write(tmp_path, TEXT), articles="file") == [[*ARTICLES[0], *ARTICLES[1]]]
    assert read(write(tmp_path, TEXT), articles="line") == [["the", "café"], ["it", "s", "open", "today"], ARTICLES[1]]


def test_a_blank_line_may_hold_blanks_and_a_line_of_signs_is_none(tmp_path):
    assert read(write(tmp_path, "a\r\n \t\r\nb\n---\nc\n")) == [["a"], ["b", "c"]]


@pytest.mark.parametrize("text", ["a b", "anarchism originated as a term of abuse", "日本 語", "été deux", "ὀδός"])
def test_plain_form_passes_unchanged(tmp_path, text):
    assert b"".join(iterate_text(write(tmp_path, text))) == text.encode()


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80),
       block=st.integers(1, 40))
@example(text="ΟΔΟΣ ΟΔΟΣ", block=40)      # the last sigma of a word has a form of its own
@example(text="İstanbul e\u0301te\u0301", block=40)
@example(text="\u1112\u1161\u11ab", block=40)  # a syllable in three letters
@example(text="Ⱥ" * 12, block=40)         # longer in lower case
def test_words_are_those_of_the_definition(tmp_path_factory, text, block):
    path = write(tmp_path_factory.mktemp("text"), text)
    try:
        blocks = list(iterate_text(path, articles="file", block_bytes=block))
    except CorpusError as error:
        assert "no blank" in str(error) and block <= len(text.encode())
        return
    assert b"".join(blocks).decode().split() == split_plainly(text)
    assert not b"".join(blocks) or b"".join(blocks) == " ".join(split_plainly(text)).encode()
    for block_ in blocks[1:]:
        assert block_[:1] in (b" ", b"\n")


@given(lines=st.lists(st.sampled_from(["", " ", "one", "two three", "Été", "-"]), max_size=12),
       articles=st.sampled_from(["blank", "line", "file"]), limit=st.integers(0, 3), block=st.integers(8, 30))
def test_blocks_do_not_matter(tmp_path_factory, lines, articles, limit, block):
    path = write(tmp_path_factory.mktemp("text"), "\n".join(lines))
    options = {"articles": articles, "article_words": limit}
    assert (b"".join(iterate_text(path, block_bytes=block, **options)) == b"".join(iterate_text(path, **options)))


@given(words=st.lists(st.sampled_from(["a", "bb\n\n", "ccc", "é."]), max_size=30), block=st.integers(4, 20))
def test_reading_goes_on_from_any_place(tmp_path_factory, words, block):
    path = write(tmp_path_factory.mktemp("text"), " ".join(words))
    whole = list(iterate_file(path, block_bytes=block, article_words=4))
    for n, (_, place, _) in enumerate(whole):
        rest = list(iterate_file(path, block_bytes=block, article_words=4, begin=place))
        assert [b for b, _, _ in rest] == [b for b, _, _ in whole[n + 1:]]


def test_long_articles_are_cut(tmp_path):
    path = write(tmp_path, "a b c d e\n\nf g h")
    assert read(path, article_words=2) == [["a", "b"], ["c", "d"], ["e"], ["f", "g"], ["h"]]


@pytest.mark.parametrize(("name", "pack"), [("t.xz", lzma.compress), ("t.gz", gzip.compress), ("t.bz2", bz2.compress),
                                            ("without-suffix", lzma.compress)])
def test_archives(tmp_path, name, pack):
    path = write(tmp_path, pack(TEXT.encode()), name)
    assert read(path) == ARTICLES
    damaged = write(tmp_path, path.read_bytes()[:-12], "cut-" + name)
    with pytest.raises(CorpusError, match="cannot be read"):
        read(damaged)


def test_zip_and_folder(tmp_path):
    folder = tmp_path / "corpus"
    (folder / "b").mkdir(parents=True)
    write(folder, "one two", "a.txt")
    write(folder / "b", gzip.compress(b"three"), "c.gz")
    write(folder, "not read", ".hidden")
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.writestr("y.txt", "five")
        archive.writestr("x.txt", "four")
        archive.writestr("__MACOSX/x.txt", "not read")
    assert read(folder, articles="file") == [["one", "two"], ["three"], ["four"], ["five"]]
    assert [p.name for p in list_files(folder)] == ["a.txt", "c.gz", "d.zip"]
    assert [b for b, _, _ in iterate_file(folder / "d.zip", begin=Place(0, 4, 1, 1, 1))] == [b"\nfive"]
    (tmp_path / "bad.zip").write_bytes((folder / "d.zip").read_bytes()[:-30])
    with pytest.raises(CorpusError, match="cannot be read"):
        read(tmp_path / "bad.zip")


@pytest.mark.parametrize(("data", "problem"), [
    (b"caf\xe9 noir", "Byte 3 of .* is not UTF-8"), ("utf-16".encode("utf-16-le"), "is zero"),
    (b"word " * 10 + b"\xff", "Byte 50 of .* is not UTF-8")])
def test_what_is_no_text_is_refused(tmp_path, data, problem):
    with pytest.raises(CorpusError, match=problem):
        read(write(tmp_path, data), block_bytes=16)


def test_byte_is_counted_over_blocks(tmp_path):
    with pytest.raises(CorpusError) as caught:
        read(write(tmp_path, b"word " * 100 + b"\xe9 noir"), block_bytes=64)
    assert caught.value.fields["position"] == 500


def test_absent_and_empty(tmp_path):
    with pytest.raises(CorpusError, match="no text at"):
        read(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="holds no files"):
        read(tmp_path / "empty")
    assert read(write(tmp_path, "")) == read(write(tmp_path, " 12 -\n\n")) == []


def test_report_tells_bytes_on_disk(tmp_path):
    folder = tmp_path / "two"
    folder.mkdir()
    write(folder, "a b c d e f g h", "1")
    write(folder, "i j", "2")
    seen = []
    list(iterate_text(folder, block_bytes=4, report=lambda *numbers: seen.append(numbers)))
    assert seen == sorted(seen) and seen[-1] == (18, 18)


@pytest.mark.needs_corpus("wiki-en")
def test_text8_form_of_wikipedia():
    from core.corpora.registry import find_corpus
    block = next(iterate_text(find_corpus("wiki-en"), block_bytes=2**16))
    with lzma.open(find_corpus("wiki-en")) as stream:
        assert block == stream.read(2**16).rpartition(b" ")[0].strip()
