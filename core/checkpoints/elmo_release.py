"""The form in which ELMo was published (bilm-tf, read by AllenNLP): options in JSON, weights in HDF5.

Layout, with F filters in all, P the projection, H the cells, E = P::

    char_embed                          (261, D)        row k is character number k + 1; number 0 has zeros
    CNN/W_cnn_<i>, CNN/b_cnn_<i>        (1, width, D, n), (n,)
    CNN_high_<k>/W_transform, W_carry   (F, F), x @ W;  b_transform, b_carry (F,)
    CNN_proj/W_proj, b_proj             (F, P), x @ W;  (P,)
    RNN_<d>/RNN/MultiRNNCell/Cell<l>/LSTMCell/
        W_0 (E + P, 4H), [x, h] @ W;  B (4H,);  W_P_0 (H, P), m @ W

Gates stand in the order i, j, f, o, where j is what is written (g here), and 1 is added to f's pre-activation.
Direction 0 reads forward, 1 backward. The published files hold no softmax, so such a model represents words and
predicts none.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch

from core.checkpoints.assemble import fill_model, plan_model
from core.errors import CheckpointError
from core.models.bilm import DIRECTIONS, BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.tokens.characters import MAX_CHARACTERS, N_CHARACTERS

_GET = "Take both files of the same release, *_options.json and *_weights.hdf5."
_FORGET_BIAS = 1.0
_MAX_OPTIONS = 100_000  # bytes


def read_options(path: Path) -> BiLMConfig:
    """Sizes from an options file.

    Raises
    ------
    CheckpointError
        Unreadable, not JSON, an option absent or of another kind, or a model that is not built like ELMo.
    """
    try:
        with path.open("rb") as stream:
            options = json.loads(stream.read(_MAX_OPTIONS))
    except (OSError, ValueError) as error:
        raise CheckpointError("{file} is no options file: {why}.", _GET, file=path.name, why=str(error)[:120]) from None

    def option(group: str, name: str, read: Callable[[Any], Any], *default: Any) -> Any:
        try:
            return read(options[group].get(name, *default) if default else options[group][name])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CheckpointError("{file} lacks the option {group}.{name}, or it is not of its kind.", _GET,
                                  file=path.name, group=group, name=name) from None

    cnn, lstm = "char_cnn", "lstm"
    filters = option(cnn, "filters", lambda rows: tuple((int(w), int(n)) for w, n in rows))
    config = BiLMConfig(
        CharacterConfig(filters, option(cnn, "embedding", lambda e: int(e["dim"])), option(cnn, "n_highway", int),
                        option(lstm, "projection_dim", int), option(cnn, "activation", str, "relu")),
        option(lstm, "dim", int), option(lstm, "n_layers", int), option(lstm, "cell_clip", float, 3))
    faults = {
        "char_cnn.n_characters": option(cnn, "n_characters", int, N_CHARACTERS) not in (N_CHARACTERS, N_CHARACTERS - 1),
        "char_cnn.max_characters_per_token": option(cnn, "max_characters_per_token", int) != MAX_CHARACTERS,
        "char_cnn.activation": config.characters.activation not in ("relu", "tanh"),
        "char_cnn.filters": not filters or list(filters) != sorted(filters) or any(
            not (1 <= w <= 20 and 1 <= n <= 8192) for w, n in filters),
        "lstm.proj_clip": option(lstm, "proj_clip", float, 3) != config.clip,
        "lstm.use_skip_connections": not option(lstm, "use_skip_connections", bool, False) and config.n_layers > 1,
        "lstm.dim": not 1 <= config.cell_size <= 16_384, "lstm.n_layers": not 1 <= config.n_layers <= 8,
        "lstm.projection_dim": not 1 <= config.characters.projection_size <= 4096}
    for name, wrong in faults.items():
        if wrong:
            raise CheckpointError("The option {name} of {file} is not one of an ELMo model that can be read here.",
                                  _GET, name=name, file=path.name)
    return config


def read_release(options: Path, weights: Path) -> BiLM:
    """A published model, ready to run (float32, evaluation mode, no gradients).

    Raises
    ------
    CheckpointError
        Options as in `read_options`; weights that are no HDF5, or in which a group is absent, or of another shape than
        the options say: the first one is named with both shapes.
    """
    config = read_options(options)
    model = plan_model(lambda: BiLM(config))
    state = {}
    try:
        with h5py.File(weights, "r") as file:
            for name, place, shape, turn in _layout(config):
                if place not in file or not isinstance(file[place], h5py.Dataset):
                    raise CheckpointError("{file} lacks {place}.", _GET, file=weights.name, place=place)
                if file[place].shape != shape:
                    raise CheckpointError("{place} in {file} has the shape {found}; its options say {expected}.", _GET,
                                          place=place, file=weights.name, found=file[place].shape, expected=shape)
                state[name] = torch.from_numpy(np.ascontiguousarray(turn(file[place][()].astype(np.float32))))
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise CheckpointError("{file} cannot be read as HDF5: {why}.", "Fetch or copy it again. " + _GET,
                              file=weights.name, why=" ".join(str(error).split())[:120]) from None
    for name, place, _, _ in _layout(config):
        if not torch.isfinite(state[name]).all():
            raise CheckpointError("{place} in {file} holds values that are no numbers.", "Fetch or copy it again.",
                                  place=place, file=weights.name)
    for direction in DIRECTIONS:
        for k in range(config.n_layers):
            both = state.pop(f"{direction}_layers.{k}.both")
            size = config.characters.projection_size
            state |= {f"{direction}_layers.{k}.w_ih": both[:, :size].contiguous(),
                      f"{direction}_layers.{k}.w_hh": both[:, size:].contiguous()}
            state[f"{direction}_layers.{k}.b"][config.cell_size:2 * config.cell_size] += _FORGET_BIAS
    return fill_model(model, state)


Entry = tuple[str, str, tuple[int, ...], Callable[[np.ndarray], np.ndarray]]


def _layout(config: BiLMConfig) -> Iterator[Entry]:
    """(name here, place there, shape there, there → here) of every array; ``both`` are w_ih and w_hh side by side."""
    c, hidden = config.characters, config.cell_size
    size, n_filters = c.projection_size, c.n_filters
    yield ("encoder.characters.weight", "char_embed", (N_CHARACTERS - 1, c.character_size),
           lambda a: np.concatenate([np.zeros((1, a.shape[1]), a.dtype), a]))
    for i, (width, n) in enumerate(c.filters):
        yield (f"encoder.filters.{i}.weight", f"CNN/W_cnn_{i}", (1, width, c.character_size, n),
               lambda a: a[0].transpose(2, 1, 0))
        yield f"encoder.filters.{i}.bias", f"CNN/b_cnn_{i}", (n,), np.asarray
    for k in range(c.n_highway):
        for name, there in (("transform", "transform"), ("gate", "carry")):
            yield f"encoder.highway.{k}.{name}.weight", f"CNN_high_{k}/W_{there}", (n_filters, n_filters), np.transpose
            yield f"encoder.highway.{k}.{name}.bias", f"CNN_high_{k}/b_{there}", (n_filters,), np.asarray
    yield "encoder.projection.weight", "CNN_proj/W_proj", (n_filters, size), np.transpose
    yield "encoder.projection.bias", "CNN_proj/b_proj", (size,), np.asarray

    def swap(a: np.ndarray) -> np.ndarray:
        """Between the orders i, j, f, o and i, f, g, o along the last axis; its own inverse."""
        i, j, f, o = np.split(a, 4, axis=-1)
        return np.concatenate([i, f, j, o], axis=-1)

    for d, direction in enumerate(DIRECTIONS):
        for k in range(config.n_layers):
            place, name = f"RNN_{d}/RNN/MultiRNNCell/Cell{k}/LSTMCell", f"{direction}_layers.{k}"
            yield f"{name}.both", f"{place}/W_0", (2 * size, 4 * hidden), lambda a: swap(a).T
            yield f"{name}.b", f"{place}/B", (4 * hidden,), swap
            yield f"{name}.w_hr", f"{place}/W_P_0", (hidden, size), np.transpose
