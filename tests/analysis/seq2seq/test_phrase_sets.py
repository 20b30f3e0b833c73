"""Phrases of the paper and of a reader: groups, forms, unknown words, and lines that cannot be used."""

import pytest

from core.analysis.seq2seq.phrase_sets import (
    MAX_LINES,
    read_own_phrases,
    read_paper_phrases,
    write_quadruples,
)
from core.corpora.phrases import PhraseQuadruple
from core.errors import TextError
from tests.translate.toy import build_checkpoint

VOCABULARY = build_checkpoint().vocabulary


@pytest.mark.parametrize("panel", ["left", "right"])
def test_the_papers_phrases_are_two_meanings_in_three_forms(panel):
    phrases = read_paper_phrases(panel, VOCABULARY)
    assert len({(p.meaning, p.form) for p in phrases}) == 6 and len({p.meaning for p in phrases}) == 2
    if panel == "left":
        assert all(p.form in p.source.text for p in phrases)
        assert all(p.source.text.startswith(p.meaning.split(" ")[0]) for p in phrases)
    assert not any(p.known for p in phrases if "mary" in p.source.words)


def test_lines_give_group_form_and_phrase():
    phrases, faults = read_own_phrases("g | f | the cat\nh|a dog\n\na man zzz", VOCABULARY)
    assert [(p.meaning, p.form, p.source.text, p.known) for p in phrases] == [
        ("g", "f", "the cat", True), ("h", "", "a dog", True), ("", "", "a man zzz", False)]
    assert not faults and phrases[2].source.unknown == ("zzz",)


def test_bad_lines_are_named_and_the_others_kept():
    text = "the cat\na |\nthe dog\nx | y | z | a man\nqqq rrr\nthe man\n" + "cat " * 60
    phrases, faults = read_own_phrases(text, VOCABULARY)
    assert [p.source.text for p in phrases] == ["the cat", "the dog", "the man"]
    assert [f.fields["line"] for f in faults] == [2, 4, 5, 7]
    assert "nothing after the bar" in str(faults[0]) and "two bars" in str(faults[1])
    assert "knows no word" in str(faults[2]) and "200 characters" in str(faults[3])


@pytest.mark.parametrize(("text", "said"), [
    ("", "There are 0 phrases"), ("the cat\nthe dog", "There are 2 phrases"), ("...\n!\n?", "knows no word of line 1"),
    ("the cat\n" * (MAX_LINES + 1), "61 lines"), ("شكرا\nمرحبا\nنعم", "knows no word of line 1")])
def test_too_few_or_too_many_are_refused(text, said):
    with pytest.raises(TextError, match=said):
        read_own_phrases(text, VOCABULARY)


def test_quadruples_written_are_quadruples_read():
    written = write_quadruples([PhraseQuadruple("the cat sees a dog", "a dog sees the cat", "a dog hears the cat",
                                                "the cat hears a dog")], ("act", "pass"))
    phrases, faults = read_own_phrases(written, VOCABULARY)
    assert not faults and [(p.meaning, p.form) for p in phrases] == [("A", "act"), ("A", "pass"), ("B", "act"),
                                                                     ("B", "pass")]
    assert [p.source.text for p in phrases][1:3] == ["a dog hears the cat", "a dog sees the cat"]
