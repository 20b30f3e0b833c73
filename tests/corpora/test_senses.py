"""Words with senses: CoarseWSD-20 and Senseval as folders and zips, our own set, and what is damaged."""

import itertools
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora import senses
from core.corpora.senses import (
    COARSEWSD_WORDS,
    SENSEVAL_WORDS,
    SenseExample,
    read_coarsewsd,
    read_demo_senses,
    read_senseval,
)
from core.errors import CorpusError

MAP = json.dumps({"0": "bank_bank", "1": "bank_bank_(geography)", "2": "bank_data_bank"})
DATA = "2\tat the bank .\n0\tbank on\xa0it é\n"
SENSEVAL = """<corpus lang="en">

<lexelt item="hard-a">

<instance id="hard-a.one:">

<answer instance="hard-a.one:" senseid="HARD1"/>

<context>

<s snum="1"/> <wf pos="NNP">r</wf> <wf pos="CC">&amp;</wf> 1 <wf pos="NN">d</wf> FRASL <wf pos="NN">art</wf>
 <wf pos='"'>"</wf> <head> <wf pos="JJR">harder</wf></head> <compound><wf pos="NN">time</wf></compound> so  far .
</context>

</instance>

<instance id="hard-a.two:">

<answer instance="hard-a.two:" senseid="HARD9"/>

<context>
<head> <wf pos="JJ">hard</wf></head>
</context>

</instance>

</lexelt>

</corpus>
"""


def write_words(folder, *words, part="train", data=DATA, gold="0\n1\n", titles=MAP):
    for word in words or ("bank",):
        (folder / word).mkdir(parents=True)
        for name, text in ((f"{part}.data.txt", data), (f"{part}.gold.txt", gold), ("classes_map.txt", titles)):
            (folder / word / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def pack(folder, *, below=""):
    """A zip of a folder, with what some systems add of their own."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            place = file.relative_to(folder)
            archive.write(file, Path(below) / place)
            archive.writestr(f"__MACOSX/{place.parent}/._{place.name}", b"\0\1")
    return path


def test_sentences_are_read_with_names_of_their_senses(tmp_path):
    folder = write_words(tmp_path / "coarse", data=DATA + "0\tbank\n", gold="0\n1\n2\n")
    examples = read_coarsewsd("train", ("bank",), path=folder)
    assert examples == (
        SenseExample(("at", "the", "bank", "."), 2, "bank", "bank", "train"),
        SenseExample(("bank", "on", "it", "é"), 0, "bank", "bank (geography)", "train"),
        SenseExample(("bank",), 0, "bank", "data bank", "train"))
    assert read_coarsewsd("train", ("bank",), path=pack(folder, below="CoarseWSD-20")) == examples


def test_words_come_in_the_order_asked_for_and_are_all_by_default(tmp_path):
    folder = write_words(tmp_path / "coarse", *COARSEWSD_WORDS, part="test")
    assert [e.lemma for e in read_coarsewsd("test", ("yard", "apple"), path=folder)] == ["yard"] * 2 + ["apple"] * 2
    every = read_coarsewsd("test", path=folder)
    assert [e.lemma for e in every[::2]] == list(COARSEWSD_WORDS) and {e.source for e in every} == {"test"}
    assert every[-1].sense == "bank bank (geography)"  # only the word itself is taken from the head of a title


@pytest.mark.parametrize(("wrong", "said"), [
    ({"data": "4\tat the bank .\n0\tbank\n"}, "Line 1 of bank/train.data.txt in .* “4\tat the bank ."),
    ({"data": "2\tat the bank .\n-1\tbank\n"}, "Line 2 of bank/train.data.txt"),
    ({"data": "2\tat the bank .\nx\tbank\n"}, "Line 2 of bank/train.data.txt"),
    ({"data": "2\tat the bank .\n0 bank\n"}, "Line 2 of .*fetch or copy it again"),
    ({"data": "2\tat the bank .\n\n0\tbank\n", "gold": "0\n1\n0\n"}, "Line 2 of bank/train.data.txt"),
    ({"data": b"2\tat the bank .\n0\tbank \xe9t\xe9\n"}, "Line 2 of bank/train.data.txt"),
    ({"gold": "0\n7\n"}, "Line 2 of bank/train.gold.txt in .* “7”"),
    ({"gold": b"\xff\n1\n"}, "Line 1 of bank/train.gold.txt"),
    ({"gold": "0\n"}, "2 sentences in bank/train.data.txt, but 1 senses in bank/train.gold.txt"),
    ({"titles": "{"}, "Line 1 of bank/classes_map.txt"), ({"titles": "[]"}, "Line 1 of bank/classes_map.txt"),
    ({"titles": '{"0": 1}'}, "Line 1 of bank/classes_map.txt"), ({"titles": b"\xff"}, "bank/classes_map.txt"),
])
def test_a_faulty_line_is_named(tmp_path, wrong, said):
    with pytest.raises(CorpusError, match=said):
        read_coarsewsd("train", ("bank",), path=write_words(tmp_path / "coarse", **wrong))


def test_words_that_are_not_there_are_named(tmp_path):
    folder = write_words(tmp_path / "coarse")
    with pytest.raises(CorpusError, match="lacks bank/test.data.txt, bank/test.gold.txt. .*its words are apple, arm"):
        read_coarsewsd("test", ("bank",), path=folder)
    with pytest.raises(CorpusError, match="lacks apple/train.data.txt"):
        read_coarsewsd("train", path=folder)
    with pytest.raises(CorpusError) as caught:
        read_coarsewsd("train", ("../bank" * 1000,), path=folder)
    assert len(str(caught.value)) < 1000


def test_a_damaged_zip_is_told(tmp_path):
    path = pack(write_words(tmp_path / "coarse"))
    path.write_bytes(path.read_bytes().replace(b"at the bank", b"at the bonk"))
    with pytest.raises(CorpusError, match="cannot be read: Bad CRC"):
        read_coarsewsd("train", ("bank",), path=path)


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)
SENTENCE = st.lists(WORD, min_size=1, max_size=8).flatmap(
    lambda words: st.tuples(st.just(tuple(words)), st.integers(0, len(words) - 1), st.sampled_from("012")))


@given(rows=st.lists(SENTENCE, min_size=1, max_size=5))
def test_whatever_is_written_is_read(rows, tmp_path_factory):
    folder = write_words(tmp_path_factory.mktemp("coarse"),
                         data="".join(f"{place}\t{' '.join(words)}\n" for words, place, _ in rows),
                         gold="".join(f"{sense}\n" for *_, sense in rows))
    examples = read_coarsewsd("train", ("bank",), path=folder)
    assert [(e.words, e.position) for e in examples] == [row[:2] for row in rows]
    assert [e.sense for e in examples] == [("bank", "bank (geography)", "data bank")[int(row[2])] for row in rows]


def test_contexts_of_senseval_keep_words_that_lost_their_marks(tmp_path):
    (tmp_path / "senseval").mkdir()
    (tmp_path / "senseval" / "hard.pos").write_text(SENSEVAL)
    examples = read_senseval(("hard",), path=tmp_path / "senseval")
    assert examples == (
        SenseExample(tuple('r & 1 d / art " harder time so far .'.split()), 7, "hard", "difficult", "hard-a.one:"),
        SenseExample(("hard",), 0, "hard", "HARD9", "hard-a.two:"))  # a sense we have no name for
    assert read_senseval(("hard",), path=pack(tmp_path / "senseval", below="senseval")) == examples
    with pytest.raises(CorpusError, match="lacks interest.pos, line.pos, serve.pos. Run .*fetch senseval.* hard.pos"):
        read_senseval(path=tmp_path / "senseval")


def line_of(text):
    return SENSEVAL[:SENSEVAL.index(text)].count("\n") + 1


TWO = '<instance id="hard-a.two:">'
HEAD = '<head> <wf pos="JJ">hard</wf></head>'
SECOND = f"Line {line_of(TWO)} of hard.pos in .* “instance hard-a.two:”. .*fetch or copy"


@pytest.mark.parametrize(("old", "new", "said"), [
    (HEAD, "hard", SECOND), (HEAD, "<head> </head>", SECOND), (HEAD, HEAD * 2, SECOND),
    ('senseid="HARD9"', "", SECOND), ('senseid="HARD9"', 'senseid=""', SECOND),
    ('<answer instance="hard-a.two:" senseid="HARD9"/>', "", SECOND),
    (" so  far", "<head>hard</head>", f"Line {line_of('<instance')} of hard.pos"),
    ("&amp;", "&", f"Line {line_of('&amp;')} of hard.pos in .* “<s snum="),
    ("</lexelt>\n\n</corpus>\n", "", f"Line {line_of('</lexelt>')} of hard.pos"), (SENSEVAL, "", "Line 1 of hard.pos"),
])
def test_a_faulty_instance_is_named_by_its_line(tmp_path, old, new, said):
    assert old in SENSEVAL
    (tmp_path / "hard.pos").write_text(SENSEVAL.replace(old, new, 1))
    with pytest.raises(CorpusError, match=said):
        read_senseval(("hard",), path=tmp_path)


@pytest.fixture
def own_set(tmp_path, monkeypatch):
    monkeypatch.setattr(senses, "_DEMO", tmp_path / "demo.tsv")
    read_demo_senses.cache_clear()
    yield tmp_path / "demo.tsv"
    read_demo_senses.cache_clear()


def test_our_own_set_is_refused_where_it_is_gone_or_faulty(own_set):
    with pytest.raises(CorpusError, match="demo.tsv cannot be read: .*restore it"):
        read_demo_senses()
    good = "word\tsense\tsentence\nbank\triver bank\tMud on the [[banks]] .\n"
    own_set.write_text(good)
    assert read_demo_senses() is read_demo_senses()
    assert read_demo_senses() == (SenseExample(("Mud", "on", "the", "banks", "."), 3, "bank", "river bank", "demo"),)
    for line in ("bank\triver bank\tMud on the banks .", "bank\tMud on the [[banks]] .", "",
                 "bank\triver bank\t[[Banks]] of the [[bank]] ."):
        own_set.write_text(good + line + "\n")
        read_demo_senses.cache_clear()
        with pytest.raises(CorpusError, match="Line 3 of demo.tsv"):
            read_demo_senses()


@pytest.mark.needs_corpus("coarsewsd")
def test_the_registered_coarsewsd_is_whole():
    examples = {part: read_coarsewsd(part) for part in ("train", "test")}
    assert {part: len(found) for part, found in examples.items()} == {"train": 23_370, "test": 10_196}
    assert [sum(e.lemma == "bank" for e in examples[part]) for part in ("train", "test")] == [1107, 455]
    every = [*itertools.chain(*examples.values())]
    assert all(e.words[e.position] == e.lemma for e in every) and sum(len(e.words) for e in every) > 10**6
    names = Counter(lemma for lemma, _ in {(e.lemma, e.sense) for e in every})
    assert set(names) == set(COARSEWSD_WORDS) and set(names.values()) == {2, 3, 4, 5}
    assert {e.sense for e in every if e.lemma == "seal"} == {
        "pinniped", "seal (emblem)", "seal (mechanical)", "seal (musician)"}
    assert read_coarsewsd("test", ("seal",)) == tuple(e for e in examples["test"] if e.lemma == "seal")


@pytest.mark.needs_corpus("senseval")
def test_the_registered_senseval_is_whole():
    examples = read_senseval()
    counts = Counter(e.lemma for e in examples)
    assert [counts[word] for word in SENSEVAL_WORDS] == [4333, 2368, 4146, 4378]
    names = Counter(lemma for lemma, _ in {(e.lemma, e.sense) for e in examples})
    assert [names[word] for word in SENSEVAL_WORDS] == [3, 6, 6, 4]
    assert not any(e.sense[-1].isdigit() for e in examples)  # a code that has got no name
    assert all(e.words[e.position].startswith(e.lemma.removesuffix("e")) for e in examples)
    assert len({e.source for e in examples}) > 15_000
