"""Packed bits on disk: mapped, checked, packed again when damaged, never too many."""

import json

import numpy as np
import pytest

from core.checkpoints.store import load_checkpoint
from core.corpora.demo import read_demo_treebank
from core.errors import StatesError
from core.search import store
from core.search.bits import is_on, unpack_cells
from core.search.store import describe_packing, open_packed, packed_folder, read_packed
from core.settings import cache_folder
from core.states.lstm import record_states
from core.states.sources import encode_source


@pytest.fixture
def recorded(tiny_checkpoint, scratch_cache, monkeypatch):
    monkeypatch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
    checkpoint = load_checkpoint(tiny_checkpoint.words)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[:2])
    values = record_states(checkpoint.model, sentences, names=("layer0.c",))["layer0.c"]
    monkeypatch.setenv("WORDGLASS_CACHE", str(scratch_cache))
    return checkpoint, sentences, values


def open_it(recorded, threshold=0.1, **more):
    checkpoint, sentences, values = recorded
    manifest = describe_packing(checkpoint, sentences, "layer0.c", threshold=threshold, sign=1)
    return manifest, open_packed(manifest, values, sentences.starts, **more)


def test_disk_keeps_every_bit(recorded):
    seen = []
    manifest, bits = open_it(recorded, progress=lambda done, n: seen.append((done, n)))
    assert isinstance(bits.words, np.memmap) and seen[-1][0] == seen[-1][1] == len(recorded[2])
    assert np.array_equal(unpack_cells(bits, np.arange(8)), is_on(recorded[2], 0.1, 1))
    assert json.loads((packed_folder(manifest) / "manifest.json").read_text())["weights_sha256"] \
        == recorded[0].card.weights.sha256
    seen.clear()
    open_it(recorded, progress=lambda *_: seen.append(1))
    assert not seen  # read, not packed


def test_another_threshold_is_another_folder(recorded):
    assert packed_folder(open_it(recorded)[0]) != packed_folder(open_it(recorded, 0.2)[0])


@pytest.mark.parametrize("damage", ["cut", "manifest", "schema", "shape"])
def test_damage_is_refused_then_packed_again(recorded, damage):
    manifest, _ = open_it(recorded)
    folder = packed_folder(manifest)
    if damage == "cut":
        data = (folder / "words.npy").read_bytes()
        (folder / "words.npy").write_bytes(data[:len(data) // 2])
    elif damage == "manifest":
        (folder / "manifest.json").write_text("[")
    else:
        values = json.loads((folder / "manifest.json").read_text())
        values |= {"schema": 99} if damage == "schema" else {"n_cells": 9}
        (folder / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(StatesError):
        read_packed(folder)
    assert open_it(recorded)[1].n_tokens == len(recorded[2])
    read_packed(folder)


def test_a_full_disk_does_not_fail_the_search(recorded, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(store, "fill_folder", fail)
    bits = open_it(recorded)[1]
    assert np.array_equal(unpack_cells(bits, np.arange(8)), is_on(recorded[2], 0.1, 1))


def test_only_the_newest_packings_are_kept(recorded, monkeypatch):
    monkeypatch.setattr(store, "KEPT", 3)
    for n in range(6):
        open_it(recorded, 0.05 * (n + 1))
    folders = list((cache_folder() / "patterns").iterdir())
    assert len(folders) == 3 and not [f for f in folders if f.name.endswith(".part")]
    assert packed_folder(open_it(recorded, 0.3)[0]) in folders
