"""Where corpora are looked for, and what is said when they are absent."""

import os
from pathlib import Path

import pytest

from core.corpora import registry
from core.corpora.registry import (
    CorpusEntry,
    CorpusFile,
    corpus_entry,
    find_corpus,
    list_corpora,
    locate_corpus,
    verify_file,
)
from core.errors import CorpusError

NAMES = [entry.name for entry in list_corpora()]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Empty data folders: first and second of $WORDGLASS_DATA, the user's, NLTK's."""
    paths = {name: tmp_path / name for name in ("first", "second", "user", "nltk/corpora")}
    monkeypatch.setenv("WORDGLASS_DATA", os.pathsep.join([str(paths["first"]), str(paths["second"])]))
    monkeypatch.setattr(registry, "data_folders", lambda: tuple(paths.values()))
    monkeypatch.setattr(registry, "user_data_folder", lambda: paths["user"])
    return paths


def place(folder: Path, location: str, content: bytes = b"x") -> Path:
    path = folder / location
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_names_are_unique_and_complete():
    assert len(set(NAMES)) == len(NAMES)
    assert {"ptb-sample", "ptb-full", "gum", "craft", "fra-eng", "multi30k", "wiki-en", "wiki-articles", "text8",
            "google-analogies", "glove-6b-50d", "rt-polarity", "semcor", "coarsewsd", "senseval", "brown",
            "conll2000", "masc"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_entries_are_well_formed(name):
    entry = corpus_entry(name)
    assert entry.what and entry.licence and entry.source and entry.files
    for file in entry.files:
        assert len(file.locations) == len(entry.files[0].locations)
        assert file.sha256 is None or len(file.sha256) == 64
        assert all(url.startswith(("http://", "https://")) for url in file.urls)
        for location in file.locations:
            assert not Path(location).is_absolute() and ".." not in Path(location).parts
        assert "*" not in file.locations[0] or not file.urls  # a fetched file goes to the first location


def test_the_first_data_folder_wins_and_then_the_first_location(folders):
    unpacked = place(folders["nltk/corpora"], "treebank/combined/wsj_0001.mrg")
    assert find_corpus("ptb-sample") == unpacked.parent
    archive = place(folders["nltk/corpora"], "treebank.zip")
    assert find_corpus("ptb-sample") == archive
    second = place(folders["second"], "ptb-sample/treebank.zip")
    assert find_corpus("ptb-sample") == second
    first = place(folders["first"], "treebank.zip")
    assert find_corpus("ptb-sample") == first


@pytest.mark.parametrize(("name", "location", "found"), [
    ("craft", "craft/penn/11319941.tree", "craft/penn"),
    ("craft", "craft/11319941.tree", "craft"),
    ("gum", "gum/const/GUM_bio_byron.ptb", "gum/const"),
    ("ptb-full", "ptb-full/00/wsj_0001.mrg", "ptb-full"),
    ("ptb-full", "ptb-full/parsed/mrg/wsj/00/WSJ_0001.MRG", "ptb-full"),
    ("ptb-full", "ptb/WSJ/00/WSJ_0001.MRG", "ptb/WSJ"),
    ("brown", "brown/ca01", "brown"),
    ("semcor", "wsd/semcor3.0/brown1/tagfiles/br-a01", "wsd/semcor3.0"),
    ("coarsewsd", "wsd/CoarseWSD-20/bank/train.data.txt", "wsd/CoarseWSD-20"),
])
def test_a_placed_folder_is_found(folders, name, location, found):
    place(folders["user"], location)
    assert find_corpus(name) == folders["user"] / found


def test_empty_files_unfinished_downloads_and_empty_folders_are_not_a_corpus(folders):
    place(folders["first"], "ptb-sample/treebank.zip", b"")
    place(folders["first"], "ptb-sample/treebank.zip.part")
    (folders["first"] / "ptb-full").mkdir()
    assert locate_corpus("ptb-sample") is None
    assert locate_corpus("ptb-full") is None


def test_several_files_must_lie_together(folders):
    names = [file.locations[0] for file in corpus_entry("multi30k").files]
    for location in names[:-1]:
        place(folders["first"], location)
    place(folders["second"], names[-1])
    with pytest.raises(CorpusError, match=Path(names[-1]).name) as caught:
        find_corpus("multi30k")
    assert "lacks" in str(caught.value) and "fetch multi30k" in str(caught.value)
    place(folders["first"], names[-1])
    assert find_corpus("multi30k") == folders["first"] / "multi30k"


@pytest.mark.parametrize("name", NAMES)
def test_an_absent_corpus_says_how_to_get_it(folders, name):
    with pytest.raises(CorpusError) as caught:
        find_corpus(name)
    text = str(caught.value)
    assert name in text and str(folders["user"]) in text and "{" not in text
    if corpus_entry(name).fetchable:
        assert f"python -m core.corpora fetch {name}" in text
        assert all(file.urls[0] in text for file in corpus_entry(name).files)
    else:
        assert f"fetch {name}”" not in text


def test_an_unknown_name_lists_close_names():
    with pytest.raises(CorpusError, match="Did you mean .*ptb-sample"):
        corpus_entry("ptb-simple")
    with pytest.raises(CorpusError, match="The corpora are: ptb-sample"):
        corpus_entry("???")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "", "{0}", "gum/const", "x" * 10**6])
def test_names_never_become_paths(name):
    with pytest.raises(CorpusError) as caught:
        find_corpus(name)
    assert len(str(caught.value)) < 500


def test_verify_file_compares_size_and_hash(tmp_path):
    path = place(tmp_path, "a.txt", b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    verify_file(CorpusFile(("a.txt",), 3, digest), path, name="toy")
    verify_file(CorpusFile(("a.txt",)), path, name="toy")
    with pytest.raises(CorpusError, match="3 bytes instead of 4"):
        verify_file(CorpusFile(("a.txt",), 4, digest), path, name="toy")
    with pytest.raises(CorpusError, match="sha256"):
        verify_file(CorpusFile(("a.txt",), 3, "0" * 64), path, name="toy")


def test_size_is_unknown_where_one_file_is():
    entry = CorpusEntry("toy", "w", "l", "s", (CorpusFile(("a",), 3), CorpusFile(("b",))))
    assert entry.bytes is None
    assert CorpusEntry("toy", "w", "l", "s", (CorpusFile(("a",), 3), CorpusFile(("b",), 4))).bytes == 7


@pytest.mark.parametrize("name", NAMES)
def test_files_of_the_data_folder_are_the_registered_editions(name):
    folders = [Path(p) for p in os.environ.get("WORDGLASS_DATA", "").split(os.pathsep) if p]
    if not folders:
        pytest.skip("WORDGLASS_DATA is not set: there are no files to compare")
    present = [(file, folder / file.locations[0]) for folder in folders for file in corpus_entry(name).files
               if "*" not in file.locations[0] and (folder / file.locations[0]).is_file()]
    if not present:
        pytest.skip(f"no file of {name} lies in WORDGLASS_DATA")
    for file, path in present:
        verify_file(file, path, name=name)
