"""One result for a checkpoint: complete, storable, checked against its parents."""

import dataclasses

import numpy as np
import pytest

from core.analysis.lstm.correlation import PROPERTIES
from core.analysis.lstm.heldout import (
    BEST,
    HeldOut,
    compute_epochs,
    compute_held_out,
    group_tokens,
    split_groups,
    untrained_like,
)
from core.analysis.results import load_result, result_folder, save_result
from core.checkpoints.store import load_checkpoint, load_snapshots
from core.corpora.demo import read_demo_treebank
from core.errors import AnalysisError
from core.states.sources import encode_source


@pytest.fixture(scope="module")
def measured(tiny_checkpoint):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORDGLASS_CACHE", str(tiny_checkpoint.cache))
        checkpoint = load_checkpoint(tiny_checkpoint.words)
        sentences = encode_source(checkpoint, read_demo_treebank().documents)
        return compute_held_out(checkpoint, sentences, corpus="demo"), checkpoint, sentences


def test_arrays_have_the_shapes_they_say(measured):
    result, checkpoint, sentences = measured
    hidden = checkpoint.model.config.hidden_size
    assert result.r.shape == result.partial.shape == (3, hidden, len(PROPERTIES))
    assert result.best.shape == (3, len(PROPERTIES), len(BEST)) and result.n_tokens == sentences.n_tokens
    assert len(result.classes) == len(result.confusion) and result.confusion.sum() == \
        sentences.n_tokens - sentences.n_sentences
    assert 0 <= result.best_cell("c", "VP")["cell"] < hidden
    assert result.value_by_level("c", "depth").levels.tolist() == sorted(result.value_by_level("c", "depth").levels)


def test_best_cells_carry_their_controls(measured):
    best = measured[0].best_cell("c", "depth")
    assert best["low"] <= abs(best["r"]) <= best["high"]
    assert 0 <= best["null"] <= 1 and 0 <= best["untrained"] <= 1


def test_halves_share_no_group(measured):
    groups = group_tokens(measured[2])
    chosen = split_groups(groups)
    assert not set(groups[chosen]) & set(groups[~chosen])
    assert 0.3 < chosen.mean() < 0.7


def test_a_result_comes_back_as_it_was(measured, scratch_cache):
    result = measured[0]
    save_result("x-demo", result, parents={"weights": "abc"})
    back = load_result("x-demo", HeldOut, parents={"weights": "abc"})
    for field in dataclasses.fields(HeldOut):
        np.testing.assert_equal(getattr(back, field.name), getattr(result, field.name))


@pytest.mark.parametrize("harm", ["parents", "manifest", "arrays", "absent", "type"])
def test_what_does_not_fit_is_refused_with_a_remedy(measured, scratch_cache, harm):
    save_result("x-demo", measured[0], parents={"weights": "abc"})
    folder, parents = result_folder("x-demo"), {"weights": "abc"}
    if harm == "parents":
        parents = {"weights": "other"}
    elif harm == "manifest":
        (folder / "manifest.json").write_text("{", encoding="utf-8")
    elif harm == "arrays":
        (folder / "arrays.safetensors").write_bytes(b"\x00" * 20)
    elif harm == "absent":
        (folder / "manifest.json").unlink()
    else:
        text = (folder / "manifest.json").read_text("utf-8").replace('"HeldOut"', '"Else"')
        (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(AnalysisError, match="recompute"):
        load_result("x-demo", HeldOut, parents=parents)


def test_the_untrained_control_draws_no_random_number_of_the_caller(measured):
    import torch
    state = torch.get_rng_state()
    one, two = untrained_like(measured[1].model), untrained_like(measured[1].model)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.decoder.weight, measured[1].model.decoder.weight)


def test_every_epoch_gets_a_row(tiny_cache):
    checkpoint = load_checkpoint(tiny_cache.brackets)
    sentences = encode_source(checkpoint, read_demo_treebank().documents[:4])
    models = load_snapshots(tiny_cache.brackets)
    epochs = compute_epochs(models, sentences)
    assert epochs.shape == (len(models), 1 + len(PROPERTIES)) and epochs[-1, 0] < epochs[0, 0]
    assert compute_epochs([], sentences).shape == (0, 1 + len(PROPERTIES))
