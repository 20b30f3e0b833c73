"""Text CNNs on disk: what is saved comes back, and what is damaged or does not fit is refused with a reason."""

import hashlib
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save

from core.checkpoints.card import LabelledCard
from core.checkpoints.cnn import TrainingRecord, choose_epochs, list_cnns, load_cnn, save_cnn
from core.checkpoints.store import list_checkpoints
from core.checkpoints.verify import checkpoint_folder
from core.errors import CheckpointError
from core.models.cnn import TextCNN, TextCNNConfig

WORDS = ("<PAD>", "<UNK>", "film", "naïve", "語", "a")
V, S, K, D = len(WORDS), 4, 3, 5
CARD = {"vectors": "random", "n_found": 0, "training": {"channels": "static", "seed": 0},
        "parts": {"t1": S, "t2": 4, "t3": 1}, "history": [{"loss": 0.5, "accuracy": 0.6, "test": 0.7}] * K,
        "seconds": {"training": 1.0, "recording": 0.5}, "versions": {"torch": "2"}}


def describe(name="own", n=9):
    return LabelledCard(name=name, licence="", sha256="0" * 64, n_sentences=n, label_names=["bad", "good"])


def make_model(channels="static", seed=0):
    return TextCNN(TextCNNConfig(V, D, 2, (2, 3), 4, 0.5, channels), seed=seed).eval()


def make_record(seed=0):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.random(shape).astype(np.float32)

    return TrainingRecord(
        wac=draw(V), wac_margin=draw(V), occurrences=rng.integers(0, 9, V).astype(np.int32), course=draw(V, K),
        errors=np.array([np.nan, *draw(V - 1)], np.float32), doubt=draw(V), rows=np.arange(S, dtype=np.int32),
        labels=np.array([0, 1, 0, 1]), predicted=rng.integers(0, 2, (S, K)).astype(np.uint8),
        sentence_doubt=draw(S, K), movement=draw(S, K - 1), unsettled=draw(S), lengths=np.full(S, 3, np.int32))


def keep(channels="static", *, epochs=(0, 2, 3), name="own", n=9):
    models = {e: make_model(channels, seed=e) for e in epochs}
    start = models[epochs[0]]
    for model in models.values():  # what does not learn is the same at every epoch
        model.words.data.copy_(start.words) if not model.words.requires_grad else None
    weights = {e: {n: p.detach() for n, p in m.named_parameters() if p.requires_grad} for e, m in models.items()}
    card = save_cnn(WORDS, models[epochs[-1]], weights, make_record(), card_fields=CARD | {"corpus": describe(name, n)})
    return card, models


@pytest.fixture
def card(scratch_cache):
    return keep()[0]


@pytest.mark.parametrize("channels", ["static", "non-static", "multichannel"])
def test_every_epoch_comes_back_in_half_precision(scratch_cache, channels):
    card, models = keep(channels)
    loaded = load_cnn(card.id)
    assert loaded.card == card and card.epochs == [0, 2, 3] and loaded.words.words == WORDS
    assert card.id.startswith("cnn-own-") and loaded.label_names == ("bad", "good")
    ids, lengths = torch.tensor([[2, 3, 4], [5, 2, 0]]), torch.tensor([3, 2])
    for found, epoch in zip(loaded.models, card.epochs, strict=True):
        for (name, p), theirs in zip(found.named_parameters(), models[epoch].parameters(), strict=True):
            assert not p.requires_grad and p.dtype == torch.float32, name
            torch.testing.assert_close(p.data, theirs.detach(), rtol=1e-3, atol=1e-4)
        assert not found.training
        torch.testing.assert_close(found(ids, lengths), models[epoch](ids, lengths).detach(), rtol=1e-2, atol=5e-3)
    shared = len({model.words.data_ptr() for model in loaded.models})
    assert shared == (3 if channels == "non-static" else 1)
    assert loaded.model is loaded.models[-1]


def test_the_record_comes_back(card):
    found, made = load_cnn(card.id).record, make_record()
    for name, array in vars(made).items():
        got = getattr(found, name)
        assert got.shape == array.shape, name
        np.testing.assert_allclose(got, array, rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(found.wac, made.wac)  # what is ranked is not rounded
    assert np.isnan(found.errors[0]) and found.predicted.dtype == np.uint8
    np.testing.assert_array_equal(found.right, made.predicted[:, -1] == made.labels)


def test_equal_networks_are_one_folder_and_others_another(scratch_cache):
    first, again, other = keep()[0], keep()[0], keep("non-static")[0]
    assert first.id == again.id != other.id
    assert keep(name="RT Polarity / x")[0].id.startswith("cnn-rt-polarity-x-") and keep(name="語")[0].id.startswith(
        "cnn-texts-")


def test_the_list_shows_large_corpora_first_and_leaves_faults_out(scratch_cache):
    small, large = keep(n=9)[0], keep("non-static", n=99)[0]
    broken = keep("multichannel")[0]
    (checkpoint_folder(broken.id) / "card.json").write_text("{")
    cards, faults = list_cnns()
    assert cards == [large, small] and [fault.id for fault in faults] == [broken.id]
    assert faults[0].error.remedy and list_checkpoints()[0] == []


def edit_card(card_id, change):
    path = checkpoint_folder(card_id) / "card.json"
    raw = json.loads(path.read_text("utf-8"))
    change(raw)
    path.write_text(json.dumps(raw), "utf-8")


def rewrite(card_id, part, change):
    """Change the tensors (or words) of a part and let the card know the new hash."""
    path = checkpoint_folder(card_id) / f"{part}.{'json' if part == 'words' else 'safetensors'}"
    if part == "words":
        data = json.dumps(change(json.loads(path.read_text("utf-8")))).encode()
    else:
        tensors = load_file(path)
        change(tensors)
        data = save({name: tensor.contiguous() for name, tensor in tensors.items()})
    path.write_bytes(data)
    edit_card(card_id, lambda raw: raw["files"][part].update(
        n_bytes=len(data), sha256=hashlib.sha256(data).hexdigest()))


def fault(card_id):
    with pytest.raises(CheckpointError) as caught:
        load_cnn(card_id)
    assert "python -m core.training cnn" in caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize("name", ["weights.safetensors", "record.safetensors", "words.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_damaged_file_is_refused(card, name, damage):
    path = checkpoint_folder(card.id) / name
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-3] if damage == "cut" else data[:-1] + bytes([data[-1] ^ 1]))
    assert name in fault(card.id)


@pytest.mark.parametrize(("part", "change", "says"), [
    ("weights", lambda t: t.update({"output.bias": t["output.bias"][:, :1]}), "output.bias has the shape"),
    ("weights", lambda t: t.update({"words": t["words"][:-1]}), "words has the shape"),
    ("weights", lambda t: t.update({"biases.0": t["biases.0"][:2]}), "has the shape"),
    ("weights", lambda t: t.pop("filters.1") is None, "filters.1"),
    ("weights", lambda t: t.update({"spy": t["words"].clone()}), "spy"),
    ("record", lambda t: t.update({"course": t["course"][:, 1:]}), "has the shape"),
    ("record", lambda t: t.update({"labels": t["labels"][1:]}), "has the shape"),
    ("record", lambda t: t.update({"rows": t["rows"][None]}), "rows has the shape"),
    ("record", lambda t: t.pop("wac") is None, "wac"),
    ("words", lambda words: words[:-1], "not 6 words"), ("words", lambda words: [*words[:-1], 3], "not 6 words"),
    ("words", lambda words: {"a": 1}, "not 6 words")])
def test_tensors_that_do_not_fit_are_named(card, part, change, says):
    rewrite(card.id, part, change)
    assert says in fault(card.id)


def test_a_record_of_fewer_words_than_the_list_is_refused(card):
    def shorten(tensors):
        for name in ("wac", "wac_margin", "occurrences", "course", "errors", "doubt"):
            tensors[name] = tensors[name][:-1]

    rewrite(card.id, "record", shorten)
    assert "epochs or words differ" in fault(card.id)


@pytest.mark.parametrize("change", [
    lambda raw: raw["model"].update(n_filters=9), lambda raw: raw["model"].update(surprise=1),
    lambda raw: raw["model"].pop("heights"), lambda raw: raw["model"].update(heights=3),
    lambda raw: raw["model"].update(vocabulary_size=-1), lambda raw: raw["epochs"].append(9),
    lambda raw: raw["files"].pop("record"), lambda raw: raw.update(schema_version=99),
    lambda raw: raw.update(surprise=1), lambda raw: raw.update(id="cnn-own-00000000")])
def test_a_card_that_lies_is_refused(card, change):
    edit_card(card.id, change)
    with pytest.raises(CheckpointError) as caught:
        load_cnn(card.id)
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["../x", "cnn-own-absent", "/etc", ""])
def test_what_is_not_here_is_refused(scratch_cache, name):
    with pytest.raises(CheckpointError):
        load_cnn(name)


def test_kept_epochs_begin_with_the_start_end_with_the_last_and_fit():
    model = make_model()
    assert choose_epochs(3, model) == [0, 1, 2, 3]
    large = TextCNN(TextCNNConfig(20_000, 50, channels="non-static"))
    kept = choose_epochs(50, large)
    size = 2 * sum(p.numel() for p in large.parameters() if p.requires_grad)
    assert kept[0] == 0 and kept[-1] == 50 and 2 < len(kept) < 51 and len(kept) * size <= 16 * 2**20
    assert max(np.diff(kept)) - min(np.diff(kept)) <= 1
