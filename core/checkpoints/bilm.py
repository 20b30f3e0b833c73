"""Bidirectional language models: ours in ``cache/checkpoints/bilm-<cells>-<hash8>/``, weights rounded to one byte, and
published ones as they lie in the folder ``elmo`` of a data folder."""

from dataclasses import asdict, dataclass
from pathlib import Path

from core.checkpoints.assemble import fill_model
from core.checkpoints.card import BILMS, SCHEMA, BiLMCard
from core.checkpoints.elmo_release import read_release
from core.checkpoints.parts import list_cards, plan_card, read_part, read_words, write_parts
from core.checkpoints.rounding import pack_weights, packed_shapes, unpack_weights
from core.checkpoints.verify import CheckpointFault, list_folders, read_card
from core.errors import CheckpointError
from core.models.bilm import BiLM, BiLMConfig
from core.models.character_encoder import CharacterConfig
from core.settings import data_folders

RELEASES = "elmo-"  # ids of published models
_AGAIN = "Restore the folder from the repository, or train it again: python -m core.training bilm --help."
_OPTIONS, _WEIGHTS = "_options.json", "_weights.hdf5"


@dataclass(frozen=True)
class BiLMCheckpoint:
    """A verified model, ready to run (float32, evaluation mode, no gradients); nobody may change it.

    Attributes
    ----------
    words : tuple of str
        Those it can predict, the markers first; empty for a published model, which has no softmax.
    card : BiLMCard or None
        None for a published model.
    """

    id: str
    model: BiLM
    words: tuple[str, ...] = ()
    card: BiLMCard | None = None


def flatten_config(config: BiLMConfig) -> dict:
    """Sizes as a card keeps them: those of the character encoder beside the others."""
    values = asdict(config)
    characters = values.pop("characters")
    return values | characters | {"filters": [list(f) for f in config.characters.filters]}


def restore_config(values: dict) -> BiLMConfig:
    """The inverse of `flatten_config`.

    Raises
    ------
    TypeError, ValueError
        A size is absent, unknown or of another kind.
    """
    own = {name: values[name] for name in values if name in BiLMConfig.__dataclass_fields__}
    characters = {name: values[name] for name in values if name not in own}
    characters["filters"] = tuple((int(w), int(n)) for w, n in characters.get("filters", ()))
    return BiLMConfig(CharacterConfig(**characters), **own)


def save_bilm(model: BiLM, words: list[str], *, card_fields: dict) -> BiLMCard:
    """Write a model whole.

    Parameters
    ----------
    words : list of str
        Those that can be predicted.
    card_fields : dict
        Fields of `BiLMCard` other than id, model and files.
    """
    state = {name: t.detach().cpu() for name, t in model.state_dict().items()}
    return write_parts(BiLMCard, f"{BILMS}{model.config.cell_size}-", list(words), {"weights": pack_weights(state)},
                       card_fields | {"model": flatten_config(model.config)})


def load_bilm_card(checkpoint_id: str) -> BiLMCard:
    """Read and validate the card of a model of ours without touching the weights; errors as `load_bilm`."""
    return read_card(checkpoint_id, BiLMCard, SCHEMA, again=_AGAIN)


def load_bilm(checkpoint_id: str) -> BiLMCheckpoint:
    """Load and verify a model.

    Raises
    ------
    CheckpointError
        Anything absent, truncated, altered or of the wrong shape, with a remedy.
    """
    if checkpoint_id.startswith(RELEASES):
        return _load_release(checkpoint_id)
    card = load_bilm_card(checkpoint_id)
    model = plan_card(card, lambda: BiLM(restore_config(card.model)), again=_AGAIN)
    words = read_words(card, model.config.vocabulary_size, again=_AGAIN)
    weights = read_part(card, "weights", packed_shapes(model.state_dict()), again=_AGAIN)
    return BiLMCheckpoint(card.id, fill_model(model, unpack_weights(weights)), words, card)


def list_bilms() -> tuple[list[BiLMCard], list[CheckpointFault]]:
    """Cards of our models, the one trained longest first, and the folders left out."""
    cards, faults = list_cards(BiLMCard, list_folders(BILMS), again=_AGAIN)
    return sorted(cards, key=lambda c: (-c.steps * c.model["cell_size"], c.id)), faults


def find_releases() -> dict[str, tuple[Path, Path]]:
    """Published models at hand: id → options and weights. A release is a pair of files ``NAME_options.json`` and
    ``NAME_weights.hdf5`` in the folder ``elmo`` of a data folder."""
    found: dict[str, tuple[Path, Path]] = {}
    for folder in data_folders():
        for options in sorted((folder / "elmo").glob(f"*{_OPTIONS}")):
            name = options.name.removesuffix(_OPTIONS)
            weights = options.with_name(name + _WEIGHTS)
            if weights.is_file():
                plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower()).strip("-")
                found.setdefault(f"{RELEASES}{plain}", (options, weights))
    return found


def _load_release(checkpoint_id: str) -> BiLMCheckpoint:
    found = find_releases().get(checkpoint_id)
    if found is None:
        raise CheckpointError("There is no published model {id} in any data folder.",
                              "Put NAME_options.json and NAME_weights.hdf5 into the folder elmo of a data folder.",
                              id=checkpoint_id[:60])
    return BiLMCheckpoint(checkpoint_id, read_release(*found))
