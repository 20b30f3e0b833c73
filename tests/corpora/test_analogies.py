"""Analogy questions: families, pairs, bad lines."""

import pytest

from core.corpora.analogies import read_analogies
from core.errors import CorpusError

QUESTIONS = ": capital\nAthens Greece Oslo Norway\nOslo Norway Athens Greece\n\n: gram1\nslow slowly  quick quickly\n"


def test_families_and_pairs(tmp_path):
    path = tmp_path / "questions.txt"
    path.write_text("\ufeff" + QUESTIONS, "utf-8")
    capital, adverb = read_analogies(path)
    assert capital.name == "capital" and len(capital.questions) == 2
    assert capital.questions[0] == ("athens", "greece", "oslo", "norway")
    assert capital.pairs == (("athens", "greece"), ("oslo", "norway"))
    assert adverb.pairs == (("slow", "slowly"), ("quick", "quickly"))


@pytest.mark.parametrize(("data", "problem"), [
    (b": a\none two three", "Line 2"), (b"a b c d", "Line 1"), (b"", "no analogy"), (b": a\n", "no analogy"),
    (b": a\nf\xe9e b c d", "Byte 5")])
def test_bad_files(tmp_path, data, problem):
    (tmp_path / "q").write_bytes(data)
    with pytest.raises(CorpusError, match=problem):
        read_analogies(tmp_path / "q")


def test_absent_file(tmp_path):
    with pytest.raises(CorpusError, match="fetch google-analogies"):
        read_analogies(tmp_path / "absent")


@pytest.mark.needs_corpus("google-analogies")
def test_google_set():
    from core.corpora.registry import find_corpus
    families = read_analogies(find_corpus("google-analogies"))
    assert len(families) == 14 and sum(len(family.questions) for family in families) == 19_544
    assert sum(family.name.startswith("gram") for family in families) == 9
