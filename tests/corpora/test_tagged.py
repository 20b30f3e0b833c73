"""Tagged sentences: each corpus as a zip and as a folder, what its annotation leaves open, and what is refused."""

import re
import zipfile
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corpora.demo import read_demo_treebank
from core.corpora.registry import find_corpus
from core.corpora.tagged import TaggedSentence, read_brown, read_conll2000, read_masc, tag_trees
from core.corpora.treebank import Document, read_trees
from core.corpora.trees import Tree, parse_tree
from core.errors import CorpusError

COLUMNS = "Our DT B-NP\ncat NN I-NP\nsleeps VBZ B-VP\n. . O\n\nYes UH B-INTJ\n\n"
CAT = TaggedSentence(("Our", "cat", "sleeps", "."), ("DT", "NN", "VBZ", "."), ("B-NP", "I-NP", "B-VP", "O"), "test")
PIECE = st.text(st.characters(categories=["L", "N", "P", "S"], max_codepoint=0x3000), min_size=1, max_size=8)
TAG = st.sampled_from(["NN", "PRP$", "``", ".", "-LRB-", "nn-tl", "fw-*"])
SENTENCES = st.lists(st.lists(st.tuples(PIECE, TAG), min_size=1, max_size=5), min_size=1, max_size=4)


@pytest.fixture
def pack(tmp_path):
    """Writes files below a folder, or into a zip, and gives the path."""
    def write(files, *, zipped, name="corpus"):
        path = tmp_path / (f"{name}.zip" if zipped else name)
        if zipped:
            with zipfile.ZipFile(path, "w") as archive:
                for place, text in files.items():
                    inside = PurePath(name, place)
                    archive.writestr(str(inside), text)
                    archive.writestr(str("__MACOSX" / inside.with_name(f"._{inside.name}")), b"\xff")
        else:
            for place, text in files.items():
                file = path / place
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path
    return write


def words(sentences):
    return [" ".join(sentence.words) for sentence in sentences]


@pytest.mark.parametrize("zipped", [True, False])
def test_conll_has_three_columns(pack, zipped):
    path = pack({"train.txt": "One CD B-NP\n", "test.txt": COLUMNS, "README": "no rows"}, zipped=zipped)
    read = read_conll2000("test", path)
    assert read == (CAT, TaggedSentence(("Yes",), ("UH",), ("B-INTJ",), "test"))
    assert read_conll2000("train", path) == (TaggedSentence(("One",), ("CD",), ("B-NP",), "train"),)


@pytest.mark.parametrize("text", [COLUMNS.replace("\n", "\r\n"), COLUMNS.rstrip(), "\n\n" + COLUMNS,
                                  COLUMNS.replace(" ", "\t")], ids=["windows", "no last end", "blank first", "tabs"])
def test_blanks_of_every_kind_part_the_columns(pack, text):
    read = read_conll2000("test", pack({"test.txt": text}, zipped=False) / "test.txt")
    assert read[0] == CAT and len(read) == 2


@pytest.mark.parametrize("zipped", [True, False])
def test_masc_names_its_texts_by_folder_and_joins_what_the_annotation_parts(pack, zipped):
    path = pack({"categories.txt": "written/note.txt note", "spoken/talk.txt": "Oh_UH ,_, _UH yes_UH\n",
                 "written/note.txt": "well_UH . . ._... D. C._NNP\n\nsnake_case_NN so=\ncalled_JJ ;_;\n"},
                zipped=zipped)
    talk, first, second, third = read_masc(path)
    assert talk == TaggedSentence(("Oh", ",", "yes"), ("UH", ",", "UH"), (), "spoken/talk")
    assert first == TaggedSentence(("well", "...", "D.C."), ("UH", "...", "NNP"), (), "written/note")
    assert second.words == ("snake_case",) and third.words == ("so=called", ";") and third.tags == ("JJ", ";")


@pytest.mark.parametrize("zipped", [True, False])
def test_brown_reads_its_own_files_alone(pack, zipped):
    path = pack({"ca01": "\n\n\tAnd/or/cc the/at cat's/np$ //in\n\n", "cr09": "Yes/rb ./.\n", "cats.txt": "ca01 news",
                 "README": "BROWN"}, zipped=zipped)
    assert read_brown(path) == (
        TaggedSentence(("And/or", "the", "cat's", "/"), ("cc", "at", "np$", "in"), (), "ca01"),
        TaggedSentence(("Yes", "."), ("rb", "."), (), "cr09"))


@given(sentences=SENTENCES)
def test_what_is_written_is_read(tmp_path_factory, sentences):
    folder = tmp_path_factory.mktemp("tagged")

    def write(name, form, end):
        (folder / name).write_text("".join(end.join(form.format(word, tag) for word, tag in row) + "\n\n"
                                           for row in sentences), newline="\n")

    write("ca01", "{}/{}", " ")
    write("text.txt", "{}_{}", " ")
    write("test.txt", "{} {} O", "\n")
    for read in (read_brown(folder / "ca01"), read_masc(folder / "text.txt"), read_conll2000("test", folder)):
        assert [list(zip(s.words, s.tags, strict=True)) for s in read] == sentences


@pytest.mark.parametrize(("read", "name", "line"), [
    (lambda path: read_conll2000("test", path), "test.txt", "dog NN"),
    (lambda path: read_conll2000("test", path), "test.txt", "dog NN B-NP more"),
    (lambda path: read_conll2000("test", path), "test.txt", "dog NN NP"),
    (lambda path: read_conll2000("test", path), "test.txt", "dog NN I-VP"),
    (read_masc, "text.txt", "no tags on this line"), (read_masc, "text.txt", "dog_"), (read_masc, "text.txt", "dog"),
    (read_brown, "ca01", "dog"), (read_brown, "ca01", "dog/"), (read_brown, "ca01", "/nn"),
    (read_brown, "ca01", b"caf\xe9/nn"), (read_masc, "text.txt", b"caf\xe9_NN"),
])
def test_a_damaged_line_is_named(pack, read, name, line):
    good = {"test.txt": "the DT B-NP\n", "text.txt": "the_DT\n", "ca01": "the/at\n"}[name]
    for zipped in (True, False):
        data = good.encode() + (line if isinstance(line, bytes) else line.encode()) + b"\n"
        with pytest.raises(CorpusError, match=rf"Line [23] of .*{name} is not .*fetch the corpus again") as caught:
            read(pack({name: data}, zipped=zipped))
        assert len(str(caught.value)) < 400


def test_a_chunk_goes_on_only_within_its_sentence(pack):
    with pytest.raises(CorpusError, match="Line 3 of test.txt is not word TAG chunk"):
        read_conll2000("test", pack({"test.txt": "a DT B-NP\n\ncat NN I-NP\n"}, zipped=False))


@pytest.mark.parametrize(("read", "corpus"), [(lambda path: read_conll2000("train", path), "conll2000"),
                                              (read_masc, "masc"), (read_brown, "brown")])
def test_what_holds_no_sentence_is_refused(pack, read, corpus):
    path = pack({"README": "nothing", "test.txt.gz": "", "train.txt": "\n", "ca01": "", "ca1": "x"}, zipped=False)
    with pytest.raises(CorpusError, match=f"holds no sentence of {corpus}. Run .*fetch {corpus}"):
        read(path)
    with pytest.raises(CorpusError, match="cannot be read"):
        read(path / "absent.txt") if corpus == "masc" else read(path.parent / "ca01")
    broken = pack({"train.txt": "a DT O\n", "ca01": "a/at\n", "t.txt": "a_DT\n"}, zipped=True)
    broken.write_bytes(re.sub(rb"a(.)(DT|at)", rb"o\1\2", broken.read_bytes()))
    with pytest.raises(CorpusError, match="cannot be read: Bad CRC"):
        read(broken)


def test_trees_keep_their_words_and_tags():
    documents = read_demo_treebank().documents
    tagged = tag_trees(documents)
    trees = [(document.name, tree) for document in documents for tree in document.trees]
    assert [(s.document, list(s.words)) for s in tagged] == [(name, tree.words()) for name, tree in trees]
    for sentence, (_, tree) in zip(tagged, trees, strict=True):
        assert [*zip(sentence.tags, sentence.words, strict=True)] == re.findall(r"\(([^() ]+) ([^() ]+)\)", str(tree))


def test_a_word_without_a_bracket_of_its_own_is_refused():
    trees = (parse_tree("(S (PRP it) (VBZ is))"), parse_tree("(NP (DT the) small (NN cat))"))
    with pytest.raises(CorpusError, match="Tree 2 of notes has a word without a part of speech: “small”"):
        tag_trees([Document("notes", trees)])
    assert tag_trees([Document("notes", (trees[0], Tree("S", ())))]) == (
        TaggedSentence(("it", "is"), ("PRP", "VBZ"), (), "notes"),)


@pytest.mark.needs_corpus("conll2000")
@pytest.mark.parametrize(("part", "n_sentences", "n_words"), [("train", 8_936, 211_727), ("test", 2_012, 47_377)])
def test_the_registered_chunks_are_whole(part, n_sentences, n_words):
    read = read_conll2000(part)
    assert len(read) == n_sentences and sum(len(s.words) for s in read) == n_words
    assert all(len(s.words) == len(s.tags) == len(s.chunks) for s in read)


@pytest.mark.needs_corpus("brown")
def test_the_registered_brown_corpus_is_whole():
    read = read_brown()
    assert len(read) == 57_340 and sum(len(s.words) for s in read) == 1_161_192
    assert len({s.document for s in read}) == 500 and len({tag for s in read for tag in s.tags}) == 472


@pytest.mark.needs_corpus("masc")
def test_the_registered_masc_is_whole():
    """Of its 592,469 tags 20 have no word, and two of the pieces without a tag complete one that has none."""
    read = read_masc()
    assert sum(len(s.words) for s in read) == 592_449 and len({s.document for s in read}) == 392
    assert all(word and tag for s in read for word, tag in zip(s.words, s.tags, strict=True))


@pytest.mark.needs_corpus("ptb-sample")
def test_the_treebank_sample_has_the_usual_tags():
    tagged = tag_trees(read_trees(find_corpus("ptb-sample")).documents)
    assert len(tagged) == 3_914 and sum(len(s.words) for s in tagged) == 94_084
    assert len({tag for s in tagged for tag in s.tags}) == 45  # 36 parts of speech and 9 of punctuation
