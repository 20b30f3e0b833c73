"""Encoder–decoders on disk: one byte a weight, whole or refused."""

import json

import numpy as np
import pytest
import torch

from core.checkpoints.rounding import round_weights
from core.checkpoints.seq2seq import list_seq2seqs, load_seq2seq, save_seq2seq
from core.checkpoints.store import list_checkpoints
from core.errors import CheckpointError
from tests.translate.toy import build_checkpoint


@pytest.fixture(params=[0.0, 4.0], ids=["plain", "tied"])
def saved(tmp_path, monkeypatch, request):
    monkeypatch.setenv("WORDGLASS_CACHE", str(tmp_path))
    toy = build_checkpoint(0, tied_scale=request.param)
    fields = {n: getattr(toy.card, n) for n in ("corpus", "reverse", "lower_source", "training", "epochs", "seconds",
                                                "history", "perplexity", "versions")}
    card = save_seq2seq(toy.model, toy.vocabulary, card_fields=fields)
    return card, toy, tmp_path / "checkpoints" / card.id


def test_what_is_read_is_what_was_rounded(saved):
    card, toy, _ = saved
    back = load_seq2seq(card.id)
    assert back.vocabulary == toy.vocabulary and back.card == card
    expected = round_weights(toy.model.state_dict())
    for name, tensor in back.model.state_dict().items():
        assert torch.equal(tensor, expected[name])
    assert not any(p.requires_grad for p in back.model.parameters()) and not back.model.training


def test_it_takes_a_byte_a_weight(saved):
    card, toy, folder = saved
    n = sum(p.numel() for p in toy.model.parameters() if p.ndim == 2)
    rows = sum(2 * p.shape[0] for p in toy.model.parameters())
    header = int.from_bytes((folder / "weights.safetensors").read_bytes()[:8], "little") + 8
    assert card.files["weights"].n_bytes == n + rows + header


def test_other_lists_pass_it_over(saved):
    card, _, _ = saved
    assert [c.id for c in list_seq2seqs()[0]] == [card.id] and list_checkpoints() == ([], [])


def test_the_name_tells_pairs_and_direction(saved):
    assert saved[0].id.startswith("seq2seq-toy-reversed-")


@pytest.mark.parametrize("harm, message", [
    ("truncate", "not the one its card describes"), ("remove", "is missing"), ("words", "not the one"),
    ("schema", "schema 99"), ("sizes", "does not fit its card"), ("card", "cannot be read")])
def test_damage_is_named_and_spares_the_others(saved, harm, message):
    card, _, folder = saved
    path = folder / "weights.safetensors"
    raw = json.loads((folder / "card.json").read_text())
    if harm == "truncate":
        path.write_bytes(path.read_bytes()[:-9])
    elif harm == "remove":
        path.unlink()
    elif harm == "words":
        (folder / "words.json").write_text("[]")
    elif harm == "schema":
        (folder / "card.json").write_text(json.dumps(raw | {"schema_version": 99}))
    elif harm == "sizes":
        (folder / "card.json").write_text(json.dumps(raw | {"model": raw["model"] | {"hidden_size": 9}}))
    else:
        (folder / "card.json").write_text("{")
    with pytest.raises(CheckpointError, match=message):
        load_seq2seq(card.id)
    cards, faults = list_seq2seqs()
    assert len(cards) + len(faults) == 1


def test_an_id_is_never_a_path():
    with pytest.raises(CheckpointError, match="is not the name of a checkpoint"):
        load_seq2seq("../../etc")


def test_translations_survive_the_rounding(saved):
    card, toy, _ = saved
    ids = torch.tensor([[0], [3], [5], [1]])
    for (h, c), (h2, c2) in zip(toy.model.encode(ids), load_seq2seq(card.id).model.encode(ids), strict=True):
        np.testing.assert_allclose(h, h2, atol=0.1)
        np.testing.assert_allclose(c, c2, atol=0.2)
