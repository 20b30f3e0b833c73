"""Made-up tasks on sequences of letters, on which the order of reading can be seen to help or to hurt."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn.utils.rnn import pad_packed_sequence

from core.corpora.pairs import SentencePairs
from core.models.seq2seq import Seq2Seq
from core.tokens.pairs import EncodedPairs, plan_pair_batches
from core.training.seq2seq import pack_pairs

TASKS: dict[str, Callable[[list[int]], list[int]]] = {
    "copy": lambda row: row, "sort": sorted, "reverse": lambda row: row[::-1]}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class ToyTask:
    """A task and the sequences it is set on.

    Attributes
    ----------
    name : str
        One of `TASKS`.
    shortest, longest : int
        Letters of a sequence.
    letters : int
        Letters of the alphabet.
    """

    name: str
    shortest: int
    longest: int
    letters: int

    @property
    def n_sequences(self) -> int:
        """How many different sequences there are."""
        return sum(self.letters ** n for n in range(self.shortest, self.longest + 1))


def make_parts(task: ToyTask, n_pairs: int, n_held_out: int, *, seed: int) -> dict[str, SentencePairs]:
    """Different sequences with their answers, by part: none of the test or of validation is learned from.

    Lengths are drawn evenly; where there are too few short sequences, longer ones take their place. At least twice as
    many sequences as are drawn must exist, or drawing takes long.

    >>> parts = make_parts(ToyTask("reverse", 2, 4, 5), 6, 2, seed=1)
    >>> parts["test"].sources[0], parts["test"].targets[0]
    ('c d e', 'e d c')
    """
    rng, drawn, wanted = np.random.default_rng(seed), {}, n_pairs + 2 * n_held_out
    while len(drawn) < wanted:
        n = int(rng.integers(task.shortest, task.longest + 1))
        drawn.setdefault(tuple(rng.integers(0, task.letters, n).tolist()))
    rows, parts, at = list(drawn), {}, 0
    for part, n in (("test", n_held_out), ("validation", n_held_out), ("train", n_pairs)):
        own, at = rows[at:at + n], at + n
        parts[part] = SentencePairs(task.name, "xx", "xx", tuple(map(_write, own)),
                                    tuple(_write(TASKS[task.name](list(row))) for row in own))
    return parts


def _write(row: Iterable[int]) -> str:
    return " ".join(LETTERS[i] for i in row)


@dataclass(frozen=True, eq=False)
class Reading:
    """How well one model answers S unread sequences.

    Attributes
    ----------
    perplexity : float
        Of a letter, the end included, given those before it.
    right : bool array of shape (S,)
        Whether greedy decoding writes the whole sequence without a fault.
    places : float array of shape (L + 1,)
        Share of right letters at each place, given the right ones before it; ends count at the place they stand. NaN
        where no sequence reaches.
    """

    perplexity: float
    right: np.ndarray
    places: np.ndarray

    def pack(self) -> dict[str, Any]:
        """As JSON."""
        return {"perplexity": round(self.perplexity, 5), "right": round(float(self.right.mean()), 5),
                "places": [None if math.isnan(p) else round(p, 4) for p in self.places.tolist()]}


@torch.inference_mode()
def read_sequences(model: Seq2Seq, pairs: EncodedPairs) -> Reading:
    """Answer sequences greedily.

    Greedy decoding is right exactly where the likeliest letter is right at every place, given the right ones before
    it: up to the first fault the two are the same. So one pass serves all three numbers.
    """
    was_training = model.training
    model.eval()
    longest, loss, right = int(pairs.target_lengths.max()) - 1, 0.0, np.zeros(len(pairs), bool)
    hits, there = np.zeros(longest), np.zeros(longest)
    for rows in plan_pair_batches(pairs, 128):
        source, inputs, targets = pack_pairs(pairs, rows)
        h, _ = model.decoder.read(inputs, states=model.encode(source))
        log_p = model.decoder.decoder(h).log_softmax(1)
        loss -= float(log_p.gather(1, targets.unsqueeze(1)).sum())
        hit = inputs._replace(data=log_p.argmax(1) == targets)
        by_place, _ = pad_packed_sequence(hit)
        hits[:len(by_place)] += by_place.sum(1).numpy()
        there[:len(by_place)] += inputs.batch_sizes.numpy()
        right[rows] = pad_packed_sequence(hit, padding_value=True)[0].all(0).numpy()
    model.train(was_training)
    with np.errstate(invalid="ignore"):
        return Reading(math.exp(min(50.0, loss / there.sum())), right, hits / there)
