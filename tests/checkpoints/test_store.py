"""Checkpoints: what is saved comes back, and what does not fit its card is refused."""

import hashlib
import json
import shutil

import pytest
import torch

from core.checkpoints.store import (
    checkpoint_folder,
    list_checkpoints,
    load_card,
    load_checkpoint,
    load_snapshots,
    save_checkpoint,
)
from core.errors import CheckpointError
from core.models.lstm import LSTMConfig, LSTMLanguageModel
from core.settings import cache_folder
from core.tokens.linearise import ED, ST, UNK, Kind
from core.tokens.vocabulary import Vocabulary

VOCABULARY = Vocabulary((ST, ED, UNK, "(", ")", "構文"))
FIELDS = {"system": "lstm", "kind": 3, "tree_rules": {"unary": "keep", "pos_brackets": True}, "training": {"seed": 1},
          "corpora": [], "split": {"train": ["a/b"]}, "epochs": 2, "seconds": 1.5,
          "scores": {"test": {"perplexity": 4.0, "n_tokens": 9, "n_documents": 1}}, "versions": {"torch": "x"}}


def build(seed: int = 0, hidden: int = 4) -> LSTMLanguageModel:
    torch.manual_seed(seed)
    return LSTMLanguageModel(LSTMConfig(len(VOCABULARY), 3, hidden)).eval()


@pytest.fixture
def saved(scratch_cache):
    """The card of a checkpoint in an empty cache."""
    return save_checkpoint(build(), VOCABULARY, card_fields=FIELDS)


def edit_card(card_id: str, change) -> None:
    path = checkpoint_folder(card_id) / "card.json"
    raw = json.loads(path.read_text("utf-8"))
    change(raw)
    path.write_text(json.dumps(raw), "utf-8")


def fault(card_id: str) -> str:
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(card_id)
    assert caught.value.remedy
    return str(caught.value)


def test_what_is_saved_comes_back(saved):
    loaded, model = load_checkpoint(saved.id), build()
    assert loaded.card == saved and loaded.vocabulary == VOCABULARY
    assert loaded.kind is Kind.BRACKETS_WORDS and loaded.pos_brackets
    for name, weight in loaded.model.state_dict().items():
        assert weight.dtype == torch.float32
        assert torch.equal(weight, model.state_dict()[name].half().float())
    ids = torch.tensor([[0], [3], [5]])
    torch.testing.assert_close(loaded.model(ids), model(ids), atol=1e-3, rtol=0)


def test_a_loaded_model_is_ready_and_cannot_be_trained_by_accident(saved):
    state = torch.get_rng_state()
    model = load_checkpoint(saved.id).model
    assert not model.training and not any(p.requires_grad for p in model.parameters())
    assert torch.equal(torch.get_rng_state(), state)  # loading draws no random numbers


def test_the_id_names_system_kind_size_and_weights(scratch_cache):
    a, b = (save_checkpoint(build(seed), VOCABULARY, card_fields=FIELDS) for seed in (0, 1))
    assert a.id.startswith("lstm-3-4-") and b.id.startswith("lstm-3-4-") and a.id != b.id
    assert save_checkpoint(build(0), VOCABULARY, card_fields=FIELDS).id == a.id
    assert sorted(p.name for p in (cache_folder() / "checkpoints").iterdir()) == sorted([a.id, b.id])


def test_snapshots_come_back_in_order(scratch_cache):
    models = {f"epoch{n:02d}": build(n) for n in (1, 2, 11, 100)}
    snapshots = {f"{epoch}.{name}": t for epoch, m in models.items() for name, t in m.state_dict().items()}
    card = save_checkpoint(build(), VOCABULARY, card_fields=FIELDS, snapshots=snapshots)
    loaded = load_snapshots(card.id)
    assert len(loaded) == 4 and not any(m.training for m in loaded)
    for ours, theirs in zip(loaded, models.values(), strict=True):
        assert torch.equal(ours.decoder.bias, theirs.decoder.bias.half().float())


def test_a_checkpoint_without_snapshots_has_none(saved):
    assert saved.snapshots is None and load_snapshots(saved.id) == []


@pytest.mark.parametrize("name", ["weights.safetensors", "vocabulary.json"])
def test_a_damaged_file_is_refused(saved, name):
    path = checkpoint_folder(saved.id) / name
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:len(whole) // 2], b"", whole + b"\0",
                    whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:]):
        path.write_bytes(damaged)
        assert f"{name} of {saved.id} is not the one" in fault(saved.id)
    path.unlink()
    assert f"{name} of {saved.id} is missing" in fault(saved.id)
    path.write_bytes(whole)
    assert load_checkpoint(saved.id).card == saved


def test_a_file_that_is_no_safetensors_is_refused_even_when_the_card_knows_it(saved):
    content = b"\x80\x04 no tensors here"
    (checkpoint_folder(saved.id) / "weights.safetensors").write_bytes(content)
    edit_card(saved.id, lambda raw: raw["weights"].update(n_bytes=len(content),
                                                          sha256=hashlib.sha256(content).hexdigest()))
    assert "not valid safetensors" in fault(saved.id)


@pytest.mark.parametrize(("change", "says"), [
    (lambda raw: raw["model"].update(hidden_size=5), "do not fit its card"),
    (lambda raw: raw["model"].update(hidden_size=10**9), "do not fit its card"),
    (lambda raw: raw["model"].update(hidden_size=-1), "do not fit its card"),
    (lambda raw: raw["model"].update(n_layers=2), "do not fit its card"),
    (lambda raw: raw["model"].update(vocabulary_size=7), "do not fit its card"),
    (lambda raw: raw["model"].update(colour=1), "do not fit its card"),
    (lambda raw: raw["model"].update(input_dropout=7.0), "do not fit its card"),
    (lambda raw: raw["model"].pop("embedding_size"), "do not fit its card"),
    (lambda raw: raw["model"].update(hidden_size="many"), "not complete: model.hidden_size"),
    (lambda raw: raw.pop("weights"), "not complete: weights"),
    (lambda raw: raw.pop("scores"), "not complete: scores"),
    (lambda raw: raw.update(extra=1), "not complete: extra"),
    (lambda raw: raw.update(kind=9), "not complete: kind"),
    (lambda raw: raw.update(schema_version=2), "has schema 2; this version reads schema 1"),
    (lambda raw: raw.pop("schema_version"), "has schema None"),
    (lambda raw: raw.update(id="lstm-3-4-00000000"), "belongs to lstm-3-4-00000000"),
    (lambda raw: raw["weights"].update(name="../../secret"), "missing"),
])
def test_a_card_that_does_not_fit_is_refused_with_the_reason(saved, change, says):
    edit_card(saved.id, change)
    assert says in fault(saved.id)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'"text"', b"1" * 5_000])
def test_a_card_that_is_no_card_is_refused(saved, content):
    (checkpoint_folder(saved.id) / "card.json").write_bytes(content)
    assert saved.id in fault(saved.id)


@pytest.mark.parametrize("name", ["", ".", "..", "../lstm", "a/b", "a\\b", "/", "lstm-1 ", "lstm\0", "-", "--", "ｌstm",
                                  "lstm_1", "lstm.1", "~", "a" * 300 + "/", "%2e%2e"])
def test_ids_are_names_and_never_paths(scratch_cache, name):
    with pytest.raises(CheckpointError, match="is not the name of a checkpoint"):
        checkpoint_folder(name)
    with pytest.raises(CheckpointError):
        load_checkpoint(name)


def test_an_absent_checkpoint_says_how_to_get_one(scratch_cache):
    with pytest.raises(CheckpointError, match="is not here.*python -m core.training"):
        load_card("lstm-1-100-ffffffff")


def test_an_empty_cache_lists_nothing(scratch_cache):
    assert list_checkpoints() == ([], [])


def test_a_folder_that_vanishes_is_an_error_of_its_own(saved):
    shutil.rmtree(checkpoint_folder(saved.id))
    assert "is not here" in fault(saved.id)
    assert list_checkpoints() == ([], [])


def test_one_bad_checkpoint_leaves_the_others_working(saved):
    cards = [save_checkpoint(build(n), VOCABULARY, card_fields=FIELDS) for n in (1, 2, 3)]
    edit_card(cards[0].id, lambda raw: raw.update(schema_version=99))
    edit_card(cards[1].id, lambda raw: raw["model"].pop("hidden_size"))
    (checkpoint_folder(cards[2].id) / "card.json").unlink()
    root = checkpoint_folder(saved.id).parent
    (root / "not a name").mkdir()
    (root / ".lstm.abc.part").mkdir()
    (root / "a-file").touch()
    good, faults = list_checkpoints()
    assert saved.id in [c.id for c in good] and load_checkpoint(saved.id).card == saved
    assert {f.id for f in faults} >= {cards[0].id, cards[2].id, "not a name"}
    assert not any(f.id.startswith(".") or f.id == "a-file" for f in faults)
    assert all(isinstance(f.error, CheckpointError) for f in faults)


def test_the_list_goes_by_kind_and_size(scratch_cache):
    for kind, hidden in ((5, 4), (1, 8), (1, 4)):
        save_checkpoint(build(kind, hidden), VOCABULARY, card_fields={**FIELDS, "kind": kind})
    save_checkpoint(build(9), VOCABULARY, card_fields={**FIELDS, "system": "other"})
    good, _ = list_checkpoints("lstm")
    assert [(c.kind, c.model["hidden_size"]) for c in good] == [(1, 4), (1, 8), (5, 4)]
    assert len(list_checkpoints()[0]) == 4


def test_trained_checkpoints_are_listed_and_loadable(tiny_cache):
    good, faults = list_checkpoints("lstm")
    assert [c.id for c in good] == [tiny_cache.brackets, tiny_cache.words] and not faults
    assert len(load_snapshots(tiny_cache.brackets)) == 2
    assert load_checkpoint(tiny_cache.words).kind is Kind.TAGGED_BRACKETS_WORDS
