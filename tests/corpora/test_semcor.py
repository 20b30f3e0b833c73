"""SemCor's words and senses as they are written, and the table of WordNet's senses; both whole, both damaged."""

import lzma
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.semcor import (
    FULL,
    SenseGloss,
    SenseSentence,
    SenseTarget,
    first_senses,
    read_semcor,
    read_sense_glosses,
)
from core.errors import CorpusError

HEAD = "<contextfile concordance=brown>\n<context filename=br-a01 paras=yes>\n<p pnum=1>\n"
FOOT = "</p>\n</context>\n</contextfile>\n\n"
SENTENCES = HEAD + """<s snum=1>
<wf cmd=done rdf=group pos=NNP lemma=group wnsn=1 lexsn=1:03:00:: pn=group>Café_House</wf>
<wf cmd=done pos=VB lemma=take_place wnsn=1 lexsn=2:30:00::>took_place</wf>
<punc>,</punc>
<wf cmd=done pos=JJ lemma=several wnsn=1 lexsn=5:00:00:some(a):00>several</wf>
<wf cmd=tag pos=RB>at_the_time</wf>
<wf cmd=ignore pos=TO>_to</wf>
<wf cmd=done pos=RB lemma=out wnsn=2;1 lexsn=4:02:01::;4:02:00::>out</wf>
</s>
<s snum=2>
<wf cmd=done pos=VBD ot=notag>was</wf>
</s>
""" + FOOT
READ = (
    SenseSentence(("Café", "House", "took", "place", ",", "several", "at", "the", "time", "to", "out"),
                  (SenseTarget(1, "group", "group%1:03:00::"), SenseTarget(2, "take_place", "take_place%2:30:00::"),
                   SenseTarget(5, "several", "several%5:00:00:some:00"), SenseTarget(10, "out", "out%4:02:01::")),
                  "brown1/br-a01"),
    SenseSentence(("was",), (), "brown1/br-a01"))
TABLE = ("sense_key\tpos\tsense_number\ttag_count\tsynset_words\tgloss\n"
         "bank%1:17:01::\tn\t1\t25\tbank\tsloping land\n"
         "bank%1:14:00::\tn\t2\t20\tdepository bank\ta house of money\n"
         "bank%2:40:00::\tv\t1\t0\tbank\tput into a bank\n")


def write_files(folder, **texts):
    for part, text in texts.items():
        (folder / part / "tagfiles").mkdir(parents=True)
        (folder / part / "tagfiles" / "br-a01").write_bytes(text.encode("latin-1"))
    return folder


def write_table(folder, text):
    path = folder / "senses.tsv.xz"
    path.write_bytes(lzma.compress(text.encode()))
    return path


def test_units_are_split_and_their_sense_stands_at_the_word_that_inflects(tmp_path):
    assert read_semcor(("brown1",), path=write_files(tmp_path, brown1=SENTENCES)) == READ
    assert [target.pos for target in READ[0].targets] == ["n", "v", "a", "r"]


def test_a_zip_and_windows_line_ends_make_no_difference(tmp_path):
    folder = write_files(tmp_path / "semcor3.0", brown1=SENTENCES.replace("\n", "\r\n"), brown2=SENTENCES)
    (folder / "README").write_text("about the corpus")
    (folder / "brown1" / "tagfiles" / ".DS_Store").write_bytes(b"\0")
    assert read_semcor(("brown1",), path=folder) == READ
    with zipfile.ZipFile(tmp_path / "semcor.zip", "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(tmp_path))
    both = read_semcor(path=tmp_path / "semcor.zip")
    assert both[:2] == READ and [s.document for s in both[1:3]] == ["brown1/br-a01", "brown2/br-a01"]
    assert read_semcor(("brown2", "brown1"), path=folder) == both[2:] + both[:2]


@pytest.mark.parametrize(("old", "new", "said"), [
    ("<punc>,</punc>", "and then", "Line 7 of brown1/br-a01 in .* “and then”.*fetch or copy"),
    ("<punc>,</punc>", "<punc>,", "Line 7 of"), ("<punc>,</punc>", "<punc></punc>", "Line 7 of"),
    (">out<", "><", "Line 11 of"), (">out<", ">_<", "Line 11 of"), ("lemma=out ", "", "Line 11 of"),
    (" lexsn=4:02:01::;4:02:00::", "", "Line 11 of"), ("4:02:01::;", "6:02:01::;", "Line 11 of"),
    ("5:00:00:some(a):00", "5:00", "Line 8 of"), (FOOT, "", "brown1/br-a01 in .* ends too early, on line 16"),
    ("</s>\n" + FOOT, FOOT, "ends too early"), ("<s snum=2>", "<sentence>", "Line 13 of .* “<sentence>”"),
])
def test_a_faulty_line_is_named(tmp_path, old, new, said):
    assert old in SENTENCES
    with pytest.raises(CorpusError, match=said):
        read_semcor(("brown1",), path=write_files(tmp_path, brown1=SENTENCES.replace(old, new)))


def test_parts_that_are_not_there_are_named(tmp_path):
    with pytest.raises(CorpusError, match="holds no sentences in brown2. Give the zip"):
        read_semcor(path=write_files(tmp_path, brown1=SENTENCES))
    with pytest.raises(CorpusError, match="holds no sentences in brownv"):
        read_semcor(("brownv",), path=write_files(tmp_path, brownv=HEAD + FOOT))
    with pytest.raises(CorpusError, match="holds no sentences in ../x"):
        read_semcor(("../x",), path=tmp_path)


WORD = st.text("abcdeé-'.", min_size=1, max_size=5)
UNIT = st.tuples(st.lists(WORD, min_size=1, max_size=3), st.sampled_from([0, 1, 2, 3, 4, 5]))  # 0: without a sense


@given(sentences=st.lists(st.lists(UNIT, min_size=1, max_size=5), min_size=1, max_size=3))
def test_whatever_is_written_is_read(sentences, tmp_path_factory):
    lines = []
    for units in sentences:
        lines.append("<s snum=1>")
        for words, kind in units:
            unit = "_".join(words)
            sense = f" lemma={unit} wnsn=1 lexsn={kind}:01:00::" if kind else ""
            lines.append(f"<wf cmd=done pos=X{sense}>{unit}</wf>")
        lines.append("</s>")
    text = HEAD + "".join(f"{line}\n" for line in lines) + FOOT
    found = read_semcor(("brownv",), path=write_files(tmp_path_factory.mktemp("semcor"), brownv=text))
    for units, sentence in zip(sentences, found, strict=True):
        assert list(sentence.words) == [word for words, _ in units for word in words]
        tagged = [(words, kind) for words, kind in units if kind]
        for (words, kind), target in zip(tagged, sentence.targets, strict=True):
            assert sentence.words[target.position] == (words[0] if kind == 2 else words[-1])
            assert target.sense_key == f"{target.lemma}%{kind}:01:00::" and target.lemma == "_".join(words)
        assert [*sentence.targets] == sorted(sentence.targets)


def test_senses_are_read_with_their_ranks(tmp_path):
    glosses = read_sense_glosses(write_table(tmp_path, TABLE))
    assert list(glosses) == ["bank%1:17:01::", "bank%1:14:00::", "bank%2:40:00::"]
    assert glosses["bank%1:14:00::"] == SenseGloss("n", 2, 20, ("depository", "bank"), "a house of money")
    assert first_senses(glosses) == {("bank", "n"): "bank%1:17:01::", ("bank", "v"): "bank%2:40:00::"}
    backwards = dict(reversed(glosses.items()))
    assert first_senses(backwards) == first_senses(glosses)


@pytest.mark.parametrize(("text", "said"), [
    (TABLE + "bank\n", "Line 5 of senses.tsv.xz in .* “bank”"), (TABLE.replace("\t20\t", "\tx\t"), "Line 3 of"),
    (TABLE.replace("\t2\t", "\t\t"), "Line 3 of"), (TABLE.replace("\n", "\tmore\n"), "Line 1 of .*copy it again"),
    (TABLE.replace("put into", "put\tinto"), "Line 4 of"), ("", "Line 1 of"), (TABLE + "\nx", "Line 5 of"),
])
def test_a_faulty_row_is_named(tmp_path, text, said):
    with pytest.raises(CorpusError, match=said):
        read_sense_glosses(write_table(tmp_path, text))


def test_what_is_no_whole_archive_is_told(tmp_path):
    path = write_table(tmp_path, TABLE)
    whole = path.read_bytes()
    for data in (whole[:-8], whole[:20] + b"\0" * 8 + whole[28:], TABLE.encode()):
        path.write_bytes(data)
        with pytest.raises(CorpusError, match="senses.tsv.xz cannot be read"):
            read_sense_glosses(path)


@pytest.mark.needs_corpus("semcor")
def test_the_registered_semcor_is_whole():
    full, verbs = read_semcor(), read_semcor(("brownv",))
    assert (len(full), sum(len(s.targets) for s in full)) == (20_138, 192_639)
    assert (len(verbs), sum(len(s.targets) for s in verbs)) == (17_038, 41_497)
    assert [len({s.document for s in part}) for part in (full, verbs)] == [103 + 83, 166]
    assert {s.document.split("/")[0] for s in full} == set(FULL)
    assert all(target.pos == "v" for s in verbs for target in s.targets)
    for sentence in (*full, *verbs):
        places = [target.position for target in sentence.targets]
        assert sentence.words and places == sorted(set(places)) and max(places, default=0) < len(sentence.words)
        assert not any("_" in word or not word for word in sentence.words)


@pytest.mark.needs_corpus("semcor")
@pytest.mark.needs_corpus("wordnet-senses")
def test_most_words_of_semcor_have_the_first_sense_of_wordnet():
    """Wherever a key is one of WordNet 3.0, the table gives it the class that the key itself tells."""
    glosses = read_sense_glosses()
    first = first_senses(glosses)
    assert len(glosses) == 58_487 and all(glosses[key].number == 1 for key in first.values())
    targets = [target for sentence in read_semcor() for target in sentence.targets]
    known = [target for target in targets if target.sense_key in glosses]
    assert 0.96 < len(known) / len(targets) < 0.97
    assert all(glosses[target.sense_key].pos == target.pos for target in known)
    assert 0.75 < sum(first[t.lemma, t.pos] == t.sense_key for t in known) / len(known) < 0.78
