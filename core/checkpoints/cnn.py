"""Text CNNs on disk, in ``cache/checkpoints/cnn-<corpus>-<hash8>/``: the weights after every epoch, and the record of
how saliency moved. Of the sentences nothing is kept but their words, one by one, and numbers.
"""

import copy
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import torch

from core.checkpoints.assemble import fill_model
from core.checkpoints.card import CLASSIFIERS, SCHEMA, CNNCard
from core.checkpoints.parts import list_cards, plan_card, read_part, read_words, refuse, write_parts
from core.checkpoints.verify import CheckpointFault, list_folders, read_card
from core.models.cnn import TextCNN, TextCNNConfig
from core.tokens.labelled import WordList

_AGAIN = "Restore the folder from the repository, or train it again: python -m core.training cnn --help."
WEIGHT_BYTES = 16 * 2**20  # of all epochs in half precision; networks that learn their vectors keep fewer epochs


@dataclass(frozen=True)
class TrainingRecord:
    """How saliency moved while a text CNN learned. V words, S sentences of T1, K epochs.

    Attributes
    ----------
    wac, wac_margin : float32 arrays of shape (V,)
        Eq. (9), and the same of the saliency of the margin, wa / (1 - p_R).
    occurrences : int32 array of shape (V,)
        In T1.
    course : float32 array of shape (V, K)
        Mean saliency of a word's occurrences after every epoch; 0 for a word that never came.
    errors, doubt : float32 arrays of shape (V,)
        As in `core.analysis.saliency.experiment.SeedResult`.
    rows : int32 array of shape (S,)
        Which sentences of the corpus these are.
    labels : int64 array of shape (S,)
    predicted : uint8 array of shape (S, K)
    sentence_doubt : float32 array of shape (S, K)
        1 - p_R.
    movement : float32 array of shape (S, K - 1)
        Σ over words of |wa_{n+1} - wa_n|.
    unsettled : float32 array of shape (S,)
        A_S.
    lengths : int32 array of shape (S,)
        Words.
    """

    wac: np.ndarray
    wac_margin: np.ndarray
    occurrences: np.ndarray
    course: np.ndarray
    errors: np.ndarray
    doubt: np.ndarray
    rows: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray
    sentence_doubt: np.ndarray
    movement: np.ndarray
    unsettled: np.ndarray
    lengths: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """Sentences whose last prediction is right, bool (S,)."""
        return self.predicted[:, -1] == self.labels


_SHAPES = {"wac": ("V",), "wac_margin": ("V",), "occurrences": ("V",), "course": ("V", "K"), "errors": ("V",),
           "doubt": ("V",), "rows": ("S",), "labels": ("S",), "predicted": ("S", "K"), "sentence_doubt": ("S", "K"),
           "movement": ("S", None), "unsettled": ("S",), "lengths": ("S",)}
_ROUNDED = ("course", "sentence_doubt", "movement")  # to half precision


@dataclass(frozen=True)
class CNNCheckpoint:
    """A verified text CNN at every epoch that was kept.

    Attributes
    ----------
    card : CNNCard
    words : WordList
    models : tuple of TextCNN
        One for each of ``card.epochs``, float32, evaluation mode, no gradients; word vectors that do not learn are
        shared. Nobody may change them.
    record : TrainingRecord
    """

    card: CNNCard
    words: WordList
    models: tuple[TextCNN, ...]
    record: TrainingRecord

    @property
    def model(self) -> TextCNN:
        """After the last epoch."""
        return self.models[-1]

    @cached_property
    def label_names(self) -> tuple[str, ...]:
        return tuple(self.card.corpus.label_names)


def choose_epochs(n_epochs: int, model: TextCNN) -> list[int]:
    """Epochs whose weights fit into `WEIGHT_BYTES`, evenly spread; 0, the start, and the last always."""
    size = 2 * sum(p.numel() for p in model.parameters() if p.requires_grad)
    n = max(2, min(n_epochs + 1, WEIGHT_BYTES // size))
    return sorted({round(e) for e in np.linspace(0, n_epochs, n)})


def save_cnn(words: Sequence[str], model: TextCNN, weights: dict[int, dict[str, torch.Tensor]],
             record: TrainingRecord, *, card_fields: dict) -> CNNCard:
    """Write a text CNN whole.

    Parameters
    ----------
    model : TextCNN
        For its sizes and the vectors that do not learn.
    weights : dict
        Epoch → what learns, by parameter name.
    card_fields : dict
        Fields of `CNNCard` other than id, model, epochs and files.
    """
    fixed = {n: p.detach().half() for n, p in model.named_parameters() if not p.requires_grad}
    learned = {name: torch.stack([weights[e][name] for e in sorted(weights)]).half()
               for name in next(iter(weights.values()))}
    tensors = {n: torch.tensor(v).half() if n in _ROUNDED else torch.tensor(v) for n, v in vars(record).items()}
    config = asdict(model.config) | {"heights": list(model.config.heights)}
    name = re.sub(r"[^a-z0-9]+", "-", card_fields["corpus"].name.lower()).strip("-")[:40] or "texts"
    return write_parts(CNNCard, f"{CLASSIFIERS}{name}-", list(words), {
        "weights": learned | fixed, "record": tensors},
        card_fields | {"model": config, "epochs": sorted(weights)})


def load_cnn(checkpoint_id: str) -> CNNCheckpoint:
    """Load and verify a text CNN.

    Raises
    ------
    CheckpointError
        Anything absent, truncated, altered or of the wrong shape, with a remedy.
    """
    card = read_card(checkpoint_id, CNNCard, SCHEMA, again=_AGAIN)
    plan = plan_card(card, lambda: TextCNN(TextCNNConfig(**card.model | {"heights": tuple(card.model["heights"])})),
                     again=_AGAIN)
    words = WordList(read_words(card, plan.config.vocabulary_size, again=_AGAIN))
    shapes = {n: ("E",) * p.requires_grad + tuple(p.shape) for n, p in plan.named_parameters()}
    tensors = {n: t.float() for n, t in read_part(card, "weights", shapes, again=_AGAIN).items()}
    found = {n: t.float() if n in _ROUNDED else t
             for n, t in read_part(card, "record", _SHAPES, again=_AGAIN).items()}
    learned = [n for n, p in plan.named_parameters() if p.requires_grad]
    if len(tensors[learned[0]]) != len(card.epochs) or len(found["wac"]) != len(words):
        raise refuse(card, "epochs or words differ", again=_AGAIN)
    models = tuple(fill_model(copy.deepcopy(plan), {n: t[e] if n in learned else t for n, t in tensors.items()})
                   for e in range(len(card.epochs)))
    return CNNCheckpoint(card, words, models, TrainingRecord(**{n: t.numpy() for n, t in found.items()}))


def list_cnns() -> tuple[list[CNNCard], list[CheckpointFault]]:
    """Cards of all text CNNs, those of the largest corpus first, and the folders left out."""
    cards, faults = list_cards(CNNCard, list_folders(CLASSIFIERS), again=_AGAIN)
    return sorted(cards, key=lambda c: (-c.corpus.n_sentences, str(c.training.get("channels")), c.id)), faults
