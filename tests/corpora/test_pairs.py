"""Readers of pairs: what they give, and the line they name."""

import gzip
import zipfile

import pytest

from core.corpora.pairs import (
    MAX_SENTENCE,
    pairs_licence,
    read_demo,
    read_multi30k,
    read_pair_table,
    read_pairs,
    read_tatoeba,
)
from core.errors import CorpusError, TextError


def test_a_table_gives_its_pairs_and_leaves_other_columns_alone():
    pairs = read_pair_table("\ufeffGo.\tVa !\tnote\r\n\n Hi. \t Salut. \n".encode(), languages=("en", "fr"))
    assert pairs.sources == ("Go.", "Hi.") and pairs.targets == ("Va !", "Salut.") and len(pairs) == 2


@pytest.mark.parametrize("data, message", [
    (b"", "holds no pairs"), (b"a\tb\nno tab here\n", "Line 2 has one column"),
    (b"a\t\n", "Line 1 has a sentence but no translation"),
    (b"\tb\n", "Line 1 has a translation but no sentence"), (b"a\tb\n\xff\xfe\tc\n", "Line 2 is not UTF-8"),
    (b"a\t" + b"x" * (MAX_SENTENCE + 1), "Line 1 has a sentence of more than")])
def test_a_broken_table_is_refused_by_line(data, message):
    with pytest.raises(TextError, match=message):
        read_pair_table(data)


def test_tatoeba_is_read_from_a_zip_and_from_the_file(tmp_path):
    text = "Go.\tVa\u202f!\tCC-BY\nHi.\tSalut.\tCC-BY\n".encode()
    (tmp_path / "fra.txt").write_bytes(text)
    with zipfile.ZipFile(tmp_path / "fra-eng.zip", "w") as archive:
        archive.writestr("fra.txt", text)
    for name in ("fra.txt", "fra-eng.zip"):
        pairs = read_tatoeba(tmp_path / name)
        assert pairs.sources == ("Go.", "Hi.") and pairs.target_language == "fr"


def test_a_damaged_zip_is_named(tmp_path):
    (tmp_path / "fra-eng.zip").write_bytes(b"PK\x03\x04" + b"\0" * 40)
    with pytest.raises((CorpusError, TextError)):
        read_tatoeba(tmp_path / "fra-eng.zip")


def test_multi30k_must_have_as_many_lines_on_both_sides(tmp_path):
    for language, lines in (("en", "One.\nTwo.\n"), ("fr", "Un.\nDeux.\n")):
        (tmp_path / f"val.{language}.gz").write_bytes(gzip.compress(lines.encode()))
    assert read_multi30k("val", tmp_path).targets == ("Un.", "Deux.")
    (tmp_path / "val.fr.gz").write_bytes(gzip.compress(b"Un.\n"))
    with pytest.raises(CorpusError, match="2 English and 1 French"):
        read_multi30k("val", tmp_path)
    (tmp_path / "val.fr.gz").write_bytes(b"no gzip")
    with pytest.raises(CorpusError, match="cannot be read"):
        read_multi30k("val", tmp_path)


def test_a_file_may_stand_for_a_corpus(tmp_path):
    path = tmp_path / "my pairs.tsv"
    path.write_text("hallo\thello\n", "utf-8")
    pairs = read_pairs(str(path), ("de", "en"))
    assert pairs.source_language == "de" and pairs.name == "my pairs"
    with pytest.raises(CorpusError, match="neither a corpus of pairs nor a file"):
        read_pairs("no-such-thing")
    assert pairs_licence(str(path)) == "unregistered" and "Wordglass" in pairs_licence("demo-pairs")


def test_the_demo_is_a_corpus_of_pairs():
    assert len(read_demo()) == 320 and read_pairs("demo-pairs").sha256 == read_demo().sha256


@pytest.mark.needs_corpus("multi30k")
def test_multi30k_as_it_is_known():
    assert [len(read_multi30k(p)) for p in ("train", "val", "test_2016_flickr", "test_2017_flickr",
                                            "test_2017_mscoco")] == [29_000, 1_014, 1_000, 1_000, 461]


@pytest.mark.needs_corpus("fra-eng")
def test_tatoeba_as_it_is_known():
    assert len(read_tatoeba()) >= 167_130
