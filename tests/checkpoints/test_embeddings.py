"""Concepts, recorded runs and vectors: what is saved comes back, and what does not fit its card is refused."""

import hashlib
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save

from core.checkpoints.embeddings import (
    list_concepts,
    list_runs,
    list_vectors,
    load_concepts,
    load_run,
    load_vectors,
    save_concepts,
    save_run,
    save_vectors,
)
from core.checkpoints.store import list_checkpoints
from core.checkpoints.verify import checkpoint_folder
from core.errors import CheckpointError

WORDS = ("the", "of", "naïve", "語", "a")
TEXT = {"name": "wiki-en", "licence": "CC", "sha256": "", "n_tokens": 90, "n_articles": 1}
CARD = {"corpus": TEXT, "settings": {"window": 4, "target": "mstar"}, "seconds": {"count": 1.5}, "versions": {"x": "1"}}
RUN = {"corpus": TEXT, "settings": {"loss": "qwem"}, "lr": 0.1, "tau": 2.0, "n_steps": 9, "seconds": 1.0,
       "versions": {}}


def make_pairs(seed=0, k=3):
    rng = np.random.default_rng(seed)
    vectors = np.linalg.qr(rng.standard_normal((5, k)))[0].astype(np.float32)
    return {"words": WORDS, "word_counts": np.array([9, 7, 5, 5, 1]), "values": np.array([3.5, 2.0, 0.25])[:k],
            "vectors": vectors, "residuals": np.array([1e-4, 1e-4, 1e-5])[:k]}


def make_run(seed=0, n=4, k=2):
    rng = np.random.default_rng(seed)
    arrays = {name: rng.random((n, k)) * 1e-24 for name in ("singular", "strength", "overlap")}
    arrays |= {"values": np.array([5.0, 3.0, 1.0]), "start": np.full(k, 1e-24), "step": np.arange(n),
               "time": np.arange(n) / 7, "loss": np.linspace(1, 0, n), "agreement": np.eye(k)}
    snapshots = {3: torch.tensor(rng.standard_normal((5, k)) * 8.0), 1: torch.tensor(rng.random((5, k)) * 1e-12)}
    return {"words": WORDS, "arrays": arrays, "snapshots": snapshots}


@pytest.fixture
def concepts(scratch_cache):
    return save_concepts(**make_pairs(), card_fields=CARD)


@pytest.fixture
def run(scratch_cache):
    return save_run(**make_run(), card_fields=RUN)


def edit_card(card_id, change):
    path = checkpoint_folder(card_id) / "card.json"
    raw = json.loads(path.read_text("utf-8"))
    change(raw)
    path.write_text(json.dumps(raw), "utf-8")


def rewrite(card_id, part, change):
    """Change a file and let the card know its new hash."""
    path = checkpoint_folder(card_id) / f"{part}.{'json' if part == 'words' else 'safetensors'}"
    data = change(path)
    path.write_bytes(data)
    known = {"n_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    edit_card(card_id, lambda raw: raw["files"][part].update(known))


def fault(load, card_id):
    with pytest.raises(CheckpointError) as caught:
        load(card_id)
    assert caught.value.remedy
    return str(caught.value)


def test_concepts_come_back_in_half_precision(concepts):
    loaded, made = load_concepts(concepts.id), make_pairs()
    assert loaded.card == concepts and loaded.words == WORDS and concepts.id.startswith("qwem-5-")
    assert loaded.values.dtype == np.float64 and np.array_equal(loaded.values, made["values"])
    assert loaded.vectors.dtype == np.float32
    np.testing.assert_allclose(loaded.vectors, made["vectors"], atol=3e-4)
    assert loaded.word_counts.tolist() == [9, 7, 5, 5, 1] and np.array_equal(loaded.residuals, made["residuals"])
    assert concepts.max_residual == pytest.approx(5e-5) and concepts.dimension == 3


def test_runs_come_back_with_the_smallest_numbers(run):
    loaded, made = load_run(run.id), make_run()
    assert loaded.card == run and loaded.words == WORDS and run.id.startswith("qwem-run-5-")
    for name, array in made["arrays"].items():
        np.testing.assert_allclose(getattr(loaded, name), array, rtol=1e-6)
    assert loaded.snapshot_step.tolist() == [1, 3]
    for found, step in zip(loaded.snapshots, (1, 3), strict=True):
        expected = made["snapshots"][step].numpy()
        np.testing.assert_allclose(found, expected, atol=np.abs(expected).max() / 2000)
    assert loaded.snapshots.dtype == np.float32 and 0 < loaded.snapshots[0].max() < 1e-11


def test_a_run_without_snapshots_has_none(scratch_cache):
    card = save_run(**make_run() | {"snapshots": {}}, card_fields=RUN)
    assert load_run(card.id).snapshots.shape == (0, 5, 0)


def test_vectors_come_back(scratch_cache):
    vectors = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    card = save_vectors(words=WORDS, vectors=vectors, contexts=-vectors,
                        card_fields=CARD | {"program": "gensim 4", "seconds": 2.0})
    loaded = load_vectors(card.id)
    np.testing.assert_allclose(loaded.vectors, vectors, atol=2e-3)
    assert np.array_equal(loaded.contexts, -loaded.vectors) and list_vectors() == ([card], [])


@pytest.mark.parametrize("name", ["eigenpairs.safetensors", "words.json"])
def test_a_damaged_file_is_refused(concepts, name):
    path = checkpoint_folder(concepts.id) / name
    whole = path.read_bytes()
    for damaged in (whole[:-1], b"", whole + b"\0", whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:]):
        path.write_bytes(damaged)
        assert f"{name} of {concepts.id} is not the one" in fault(load_concepts, concepts.id)
    path.unlink()
    assert f"{name} of {concepts.id} is missing" in fault(load_concepts, concepts.id)
    path.write_bytes(whole)
    assert load_concepts(concepts.id).card == concepts


@pytest.mark.parametrize(("change", "says"), [
    (lambda raw: raw.update(vocabulary_size=6), "not 6 words"),
    (lambda raw: raw.update(dimension=2), "values has the shape \\(3,\\)"),
    (lambda raw: raw.update(dimension="many"), "not complete: dimension"),
    (lambda raw: raw["files"].pop("words"), "words is not listed"),
    (lambda raw: raw.pop("corpus"), "not complete: corpus"),
    (lambda raw: raw["corpus"].update(extra=1), "not complete: corpus.extra"),
    (lambda raw: raw.update(schema_version=9), "has schema 9; this version reads schema 1"),
    (lambda raw: raw.update(id="qwem-5-00000000"), "belongs to qwem-5-00000000"),
    (lambda raw: raw["files"]["words"].update(name="../../secret"), "missing")])
def test_a_card_that_does_not_fit_is_refused_with_the_reason(concepts, change, says):
    edit_card(concepts.id, change)
    with pytest.raises(CheckpointError, match=says):
        load_concepts(concepts.id)


@pytest.mark.parametrize(("part", "change", "says"), [
    ("words", lambda path: b"{}", "not 5 words"), ("words", lambda path: b"[1, 2, 3, 4, 5]", "not 5 words"),
    ("words", lambda path: b"[", "does not fit its card"), ("words", lambda path: b"\xff\xfe", "does not fit its card"),
    ("eigenpairs", lambda path: b"\x80 no tensors", "not valid safetensors"),
    ("eigenpairs", lambda path: save({"values": torch.zeros(3)}), "tensors residuals, vectors, word_counts"),
    ("eigenpairs", lambda path: save(load_file(path) | {"vectors": torch.zeros(5, 2)}), "vectors has the shape")])
def test_content_that_does_not_fit_is_refused_even_when_the_card_knows_it(concepts, part, change, says):
    rewrite(concepts.id, part, change)
    assert says in fault(load_concepts, concepts.id)


@pytest.mark.parametrize("name", ["singular", "overlap", "loss", "agreement", "snapshots", "snapshot_scale"])
def test_a_run_whose_arrays_disagree_is_refused(run, name):
    rewrite(run.id, "run", lambda path: save({n: t[:1].contiguous() if n == name else t
                                              for n, t in load_file(path).items()}))
    assert f"{name} has the shape" in fault(load_run, run.id) or "has the shape" in fault(load_run, run.id)


def test_a_bad_folder_leaves_the_others_working(concepts, run):
    other = save_concepts(**make_pairs(seed=1), card_fields=CARD)
    edit_card(other.id, lambda raw: raw.update(schema_version=99))
    broken = save_run(**make_run(seed=1), card_fields=RUN)
    (checkpoint_folder(broken.id) / "card.json").unlink()
    assert list_concepts()[0] == [concepts] and [f.id for f in list_concepts()[1]] == [other.id]
    assert list_runs()[0] == [run] and [f.id for f in list_runs()[1]] == [broken.id]
    assert load_concepts(concepts.id).card == concepts and load_run(run.id).card == run
    assert list_checkpoints() == ([], [])  # they are none of the language models, not even as faults


def test_kinds_are_not_mistaken_for_one_another(concepts, run):
    assert "not complete" in fault(load_concepts, run.id) and "not complete" in fault(load_run, concepts.id)


@pytest.mark.parametrize("load", [load_concepts, load_run, load_vectors])
def test_absent_and_impossible_ids_are_said(scratch_cache, load):
    assert "is not here" in fault(load, "qwem-5-ffffffff")
    assert "is not the name of a checkpoint" in fault(load, "../qwem")
    assert list_concepts() == list_runs() == list_vectors() == ([], [])


def test_equal_content_has_one_id(scratch_cache):
    a, b, c = (save_concepts(**make_pairs(seed), card_fields=CARD) for seed in (0, 0, 1))
    assert a.id == b.id != c.id
