"""One sentence through one model: every internal vector, and what it expects next at every token."""

from dataclasses import dataclass

import numpy as np
import torch

from core.checkpoints.store import Checkpoint
from core.states.lstm import NAMES, compute_log_probabilities, record_batch
from core.tokens.linearise import Linearised


@dataclass(frozen=True)
class Trajectory:
    """T tokens, H cells, K candidates.

    Attributes
    ----------
    sentence : Linearised
    known : bool array of shape (T,)
        False where the model read ``<UNK>`` instead of the word.
    states : dict
        ``"layer0.c"`` → float32 array of shape (T, H): the state after reading each token.
    next_tokens : tuple of T tuples of K str
        The most probable next tokens, best first.
    next_probabilities : float32 array of shape (T, K)
    surprisal : float32 array of shape (T,)
        Bits of each token given those before it; NaN for the first.
    """

    sentence: Linearised
    known: np.ndarray
    states: dict[str, np.ndarray]
    next_tokens: tuple[tuple[str, ...], ...]
    next_probabilities: np.ndarray
    surprisal: np.ndarray

    @property
    def perplexity(self) -> float:
        """2 to the mean surprisal of all predicted tokens."""
        return float(2 ** np.nanmean(self.surprisal))


def compute_trajectory(checkpoint: Checkpoint, sentence: Linearised, *, n_candidates: int = 8) -> Trajectory:
    """Read a sentence with a checkpoint and keep everything a page can show of it."""
    ids = checkpoint.vocabulary.encode(sentence.tokens)
    batch = record_batch(checkpoint.model, torch.from_numpy(ids)[:, None])
    states = {f"layer{n}.{name}": getattr(layer, name)[:, 0].numpy()
              for n, layer in enumerate(batch.layers) for name in NAMES}
    top_h = states[f"layer{len(batch.layers) - 1}.h"]
    logp = compute_log_probabilities(checkpoint.model, top_h)
    k = min(n_candidates, logp.shape[1])
    best = np.argsort(-logp, axis=1, kind="stable")[:, :k]
    surprisal = np.full(len(ids), np.nan, np.float32)
    surprisal[1:] = -logp[np.arange(len(ids) - 1), ids[1:]] / np.log(2)
    words = checkpoint.vocabulary.tokens
    return Trajectory(
        sentence=sentence, known=ids != checkpoint.vocabulary.ids["<UNK>"], states=states,
        next_tokens=tuple(tuple(words[i] for i in row) for row in best),
        next_probabilities=np.exp(np.take_along_axis(logp, best, 1)).astype(np.float32), surprisal=surprisal)
