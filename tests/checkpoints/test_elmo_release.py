"""The published form, on files written here: read as the published code computes, or refused by name."""

import json

import h5py
import numpy as np
import pytest
import torch

from core.checkpoints.elmo_release import read_options, read_release
from core.errors import CheckpointError
from core.tokens.characters import encode_characters

OPTIONS = {"lstm": {"use_skip_connections": True, "projection_dim": 5, "cell_clip": 3, "proj_clip": 3, "dim": 7,
                    "n_layers": 2},
           "char_cnn": {"activation": "relu", "filters": [[1, 4], [2, 3], [3, 6]], "n_highway": 2,
                        "embedding": {"dim": 4}, "n_characters": 262, "max_characters_per_token": 50}}
FILTERS, D, P, H = 13, 4, 5, 7


def arrays(seed=0):
    """Weights by their published names, drawn."""
    rng = np.random.default_rng(seed)
    shapes = {"char_embed": (261, D), "CNN_proj/W_proj": (FILTERS, P), "CNN_proj/b_proj": (P,)}
    for i, (width, n) in enumerate(OPTIONS["char_cnn"]["filters"]):
        shapes |= {f"CNN/W_cnn_{i}": (1, width, D, n), f"CNN/b_cnn_{i}": (n,)}
    for k in range(2):
        for name in ("transform", "carry"):
            shapes |= {f"CNN_high_{k}/W_{name}": (FILTERS, FILTERS), f"CNN_high_{k}/b_{name}": (FILTERS,)}
        for d in range(2):
            place = f"RNN_{d}/RNN/MultiRNNCell/Cell{k}/LSTMCell"
            shapes |= {f"{place}/W_0": (2 * P, 4 * H), f"{place}/B": (4 * H,), f"{place}/W_P_0": (H, P)}
    return {name: rng.normal(scale=0.5, size=shape).astype(np.float32) for name, shape in shapes.items()}


def write(folder, weights, options=OPTIONS):
    (folder / "x_options.json").write_text(json.dumps(options))
    with h5py.File(folder / "x_weights.hdf5", "w") as file:
        for name, array in weights.items():
            file[name] = array
    return folder / "x_options.json", folder / "x_weights.hdf5"


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def published(w, words):
    """The layers of one sentence by the published equations, in numpy and double precision."""
    w = {name: a.astype(np.float64) for name, a in w.items()}
    characters = np.concatenate([np.zeros((1, D)), w["char_embed"]])[encode_characters(words)]  # W, 50, D
    found = []
    for i, (width, _) in enumerate(OPTIONS["char_cnn"]["filters"]):
        answers = [sum(characters[:, p + q] @ w[f"CNN/W_cnn_{i}"][0, q] for q in range(width))
                   for p in range(50 - width + 1)]
        found.append(np.maximum(np.max(answers, axis=0) + w[f"CNN/b_cnn_{i}"], 0))
    x = np.concatenate(found, axis=1)
    for k in range(2):
        carry = sigmoid(x @ w[f"CNN_high_{k}/W_carry"] + w[f"CNN_high_{k}/b_carry"])
        transform = np.maximum(x @ w[f"CNN_high_{k}/W_transform"] + w[f"CNN_high_{k}/b_transform"], 0)
        x = carry * transform + (1 - carry) * x
    x = x @ w["CNN_proj/W_proj"] + w["CNN_proj/b_proj"]
    sides = []
    for d in range(2):
        inputs, own = (x if d == 0 else x[::-1]), []
        for k in range(2):
            place = f"RNN_{d}/RNN/MultiRNNCell/Cell{k}/LSTMCell"
            h, c, outputs = np.zeros(P), np.zeros(H), []
            for x_t in inputs:
                i, j, f, o = np.split(np.concatenate([x_t, h]) @ w[f"{place}/W_0"] + w[f"{place}/B"], 4)
                c = np.clip(sigmoid(f + 1.0) * c + sigmoid(i) * np.tanh(j), -3, 3)
                h = np.clip((sigmoid(o) * np.tanh(c)) @ w[f"{place}/W_P_0"], -3, 3)
                outputs.append(h + x_t if k else h)
            inputs = np.array(outputs)
            own.append(inputs if d == 0 else inputs[::-1])
        sides.append(own)
    return np.stack([np.concatenate([x, x], 1), *(np.concatenate(pair, 1) for pair in zip(*sides, strict=True))])


@torch.inference_mode()
def test_vectors_are_those_of_the_published_equations(tmp_path):
    words = ["The", "seal", "barked", "extraordinarily", "🙂", "."]
    model = read_release(*write(tmp_path, arrays()))
    x = model.encoder(torch.from_numpy(encode_characters(words))).unsqueeze(1)
    layers = model.represent(x, torch.tensor([len(words)]))[:, :, 0]
    np.testing.assert_allclose(layers.numpy(), published(arrays(), words), atol=2e-5)
    assert model.softmax is None and not model.training


@pytest.mark.parametrize("name", sorted(arrays()))
def test_what_is_absent_or_of_another_shape_is_named(tmp_path, name):
    weights = arrays()
    without = {n: a for n, a in weights.items() if n != name}
    with pytest.raises(CheckpointError, match=f"lacks {name}"):
        read_release(*write(tmp_path, without))
    with pytest.raises(CheckpointError, match=name) as caught:
        read_release(*write(tmp_path, weights | {name: np.concatenate([weights[name]] * 2, axis=-1)}))
    assert str(weights[name].shape) in str(caught.value)


def test_options_of_another_model_do_not_fit(tmp_path):
    larger = {**OPTIONS, "lstm": OPTIONS["lstm"] | {"dim": 9}}
    with pytest.raises(CheckpointError, match=r"RNN_0.*W_0.*\(10, 28\).*\(10, 36\)"):
        read_release(*write(tmp_path, arrays(), larger))


@pytest.mark.parametrize(("group", "name", "value"), [
    ("lstm", "dim", "many"), ("lstm", "dim", 0), ("lstm", "projection_dim", None), ("lstm", "n_layers", 99),
    ("lstm", "use_skip_connections", False), ("lstm", "proj_clip", 5), ("char_cnn", "filters", [[3, 1], [1, 1]]),
    ("char_cnn", "filters", "all"), ("char_cnn", "activation", "elu"), ("char_cnn", "n_characters", 128),
    ("char_cnn", "max_characters_per_token", 30), ("char_cnn", "embedding", 4)])
def test_options_that_are_not_elmos_are_named(tmp_path, group, name, value):
    options = {**OPTIONS, group: OPTIONS[group] | {name: value}}
    path, _ = write(tmp_path, {}, options)
    with pytest.raises(CheckpointError, match=f"{group}.{name}"):
        read_options(path)


@pytest.mark.parametrize("text", ["", "[]", "{", "{\"lstm\": 3}", "\udcff"])
def test_no_options_file_is_refused(tmp_path, text):
    (tmp_path / "options.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CheckpointError) as caught:
        read_options(tmp_path / "options.json")
    assert caught.value.remedy


def test_a_damaged_weights_file_is_refused(tmp_path):
    options, weights = write(tmp_path, arrays())
    data = weights.read_bytes()
    for broken in (b"", b"not HDF5", data[:len(data) // 2]):
        weights.write_bytes(broken)
        with pytest.raises(CheckpointError):
            read_release(options, weights)
    weights.unlink()
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_release(options, weights)


def test_values_that_are_no_numbers_are_refused(tmp_path):
    weights = arrays()
    weights["CNN_proj/b_proj"][2] = np.nan
    with pytest.raises(CheckpointError, match="CNN_proj/b_proj"):
        read_release(*write(tmp_path, weights))
