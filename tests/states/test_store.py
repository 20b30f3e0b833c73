"""States on disk: mapped, checked, recorded again when damaged, never half there."""

import json

import numpy as np
import pytest

from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.errors import StatesError
from core.settings import cache_folder
from core.states import store
from core.states.lstm import record_states
from core.states.sources import DEMO, encode_source, list_sentences, list_sources, read_source
from core.states.store import open_states, read_states, states_folder

NAMES = ("layer0.c_up", "layer0.c", "layer0.h")


@pytest.fixture
def recorded(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[:1])
    open_states(checkpoint, sentences)
    yield checkpoint, sentences, states_folder(checkpoint, sentences, NAMES)


def test_disk_keeps_what_was_recorded(recorded):
    checkpoint, sentences, folder = recorded
    kept, fresh = read_states(folder), record_states(checkpoint.model, sentences)
    for name in NAMES:
        assert isinstance(kept[name], np.memmap)
        np.testing.assert_allclose(kept[name], fresh[name], atol=2e-3)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["weights_sha256"] == checkpoint.card.weights.sha256


def test_truncated_array_is_refused_then_recorded_again(recorded):
    checkpoint, sentences, folder = recorded
    data = (folder / "layer0.c.npy").read_bytes()
    (folder / "layer0.c.npy").write_bytes(data[:len(data) // 2])
    with pytest.raises(StatesError, match="damaged"):
        read_states(folder)
    assert open_states(checkpoint, sentences)["layer0.c"].shape[0] == sentences.n_tokens
    read_states(folder)


def test_other_schema_is_refused(recorded):
    folder = recorded[2]
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema": 99}))
    with pytest.raises(StatesError, match="schema"):
        read_states(folder)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_interrupted_recording_leaves_nothing(tiny_cache, monkeypatch):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[1:2])

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "record_states", stop)
    with pytest.raises(KeyboardInterrupt):
        open_states(checkpoint, sentences)
    left = [p.name for p in (cache_folder() / "states").iterdir()]
    assert states_folder(checkpoint, sentences, NAMES).name not in left
    assert not [name for name in left if name.endswith(".part")]


def test_full_disk_does_not_fail_the_reader(tiny_cache, monkeypatch, caplog):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[2:3])

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "fill_folder", full)
    assert open_states(checkpoint, sentences)["layer0.h"].shape[0] == sentences.n_tokens
    assert "not kept" in caplog.text


def test_demo_is_always_a_source(tiny_cache):
    card = load_checkpoint(tiny_cache.words).card
    assert list_sources()[0] == DEMO
    sentences = list_sentences(read_source(DEMO, card))
    assert len(sentences) == read_demo_treebank().n_trees
    assert sentences[0].number == 1 and sentences[0].text


@pytest.mark.needs_corpus("ptb-sample")
def test_a_corpus_gives_only_documents_the_model_has_not_read():
    from core.checkpoints.store import list_checkpoints
    cards = [c for c in list_checkpoints("lstm")[0] if any(k.name == "ptb-sample" for k in c.corpora)]
    assert cards, "no shipped checkpoint was trained on the PTB sample"
    for card in cards:
        names = {d.name for d in read_source("ptb-sample", card)}
        assert names and names <= set(card.split["test"]) and not names & set(card.split["train"])
