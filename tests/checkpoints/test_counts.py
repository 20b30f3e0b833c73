"""Stored counts: what is written comes back, what is stopped or damaged is not taken for counts."""

import json

import numpy as np
import pytest
from scipy import sparse

import core.checkpoints.counts as module
import core.tokens.cooccurrence as counting
from core.checkpoints.counts import count_corpus, count_folder, load_counts
from core.errors import CorpusError
from core.tokens.cooccurrence import CountSettings

WANTED = CountSettings(window=2, vocabulary_size=3)


@pytest.fixture
def text(tmp_path, scratch_cache):
    path = tmp_path / "My text.txt"
    path.write_text("the cat saw the dog\n\nthe dog ran été", "utf-8")
    return path


@pytest.mark.parametrize("dense", [True, False])
def test_counts_come_back(text, monkeypatch, dense):
    monkeypatch.setattr(counting, "DENSE_VOCABULARY", 10 if dense else 1)
    made = count_corpus(text, WANTED)
    monkeypatch.setattr(module, "count_cooccurrences", None)  # it would fail if it counted again
    found = count_corpus(text, WANTED)
    assert found.words == made.words == ("the", "dog", "cat") and found.settings == WANTED
    assert (found.n_tokens, found.n_articles) == (made.n_tokens, made.n_articles) == (9, 2)
    assert np.array_equal(found.word_counts, [3, 2, 1]) and found.counts.dtype == made.counts.dtype
    assert sparse.issparse(found.counts) is not dense
    assert abs(found.counts - made.counts).sum() == 0 < made.counts.sum()


def test_folder_names_text_and_settings(text, scratch_cache):
    folder = count_folder(text, WANTED)
    assert folder.parent == scratch_cache / "counts" and folder.name.startswith("my-text-")
    assert count_folder(text, CountSettings(window=3, vocabulary_size=3)) != folder
    text.write_text("another text", "utf-8")
    assert count_folder(text, WANTED) != folder


def test_a_stopped_count_leaves_shards_and_goes_on(text, monkeypatch):
    def stop(stage, done, total):
        if stage == "count":
            raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        count_corpus(text, WANTED, report=stop)
    folder = count_folder(text, WANTED)
    (shards,) = folder.parent.iterdir()
    assert shards.name == f".{folder.name}.shards" and list(shards.glob("*.safetensors"))
    monkeypatch.setattr("core.tokens.shards.iterate_file", None)  # it would fail if it read again
    assert count_corpus(text, WANTED).n_tokens == 9
    assert list(folder.parent.iterdir()) == [folder]


def test_what_cannot_be_trusted(text, scratch_cache):
    count_corpus(text, WANTED)
    folder = count_folder(text, WANTED)
    manifest = json.loads((folder / "manifest.json").read_text())
    for change in ({"schema": 99}, {"settings": {"width": 3}}, {"settings": None}):
        (folder / "manifest.json").write_text(json.dumps(manifest | change))
        with pytest.raises(CorpusError, match="Delete that folder"):
            count_corpus(text, WANTED)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    data = (folder / "arrays.safetensors").read_bytes()
    for damaged in (data[:-4], b""):
        (folder / "arrays.safetensors").write_bytes(damaged)
        with pytest.raises(CorpusError, match="cannot be read"):
            load_counts(folder)
    with pytest.raises(CorpusError, match="cannot be read"):
        load_counts(folder / "absent")


def test_absent_texts(scratch_cache, tmp_path):
    with pytest.raises(CorpusError, match="no corpus named"):
        count_corpus("no-such-corpus")
    with pytest.raises(CorpusError, match="no text at"):
        count_corpus(tmp_path / "absent")
