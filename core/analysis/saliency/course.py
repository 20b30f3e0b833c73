"""How one sentence is learned: the saliency of its words and the prediction after every epoch (Figs. 3 and 4)."""

from dataclasses import dataclass

import numpy as np

from core.checkpoints.cnn import CNNCheckpoint
from core.errors import TextError
from core.settings import MAX_TEXT_CHARACTERS, MAX_TYPED_TOKENS
from core.states.saliency import Method, record_saliency
from core.tokens.labelled import EncodedTexts, split_words


@dataclass(frozen=True)
class SentenceCourse:
    """T words, K epochs, C classes.

    Attributes
    ----------
    words : tuple of str, length T
    known : bool array of shape (T,)
        False for a word outside the network's list, which is read as the unknown word.
    epochs : int64 array of shape (K,)
        0 is the untrained network.
    saliency : float32 array of shape (T, K)
        By the method asked for, see `core.states.saliency.record_saliency`.
    probabilities : float32 array of shape (K, C)
    """

    words: tuple[str, ...]
    known: np.ndarray
    epochs: np.ndarray
    saliency: np.ndarray
    probabilities: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """Class after every epoch, int64 (K,)."""
        return self.probabilities.argmax(1)


def read_sentence(text: str) -> list[str]:
    """The words of a typed sentence.

    Raises
    ------
    TextError
        Nothing in it, or too long.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise TextError("The sentence has {n:,} characters.", "At most {most:,} are read at once.", n=len(text),
                        most=MAX_TEXT_CHARACTERS)
    words = split_words(text)
    if not words:
        raise TextError("There is no word in the sentence.", "Type a sentence, such as: a warm and funny film .")
    if len(words) > MAX_TYPED_TOKENS:
        raise TextError("The sentence has {n:,} words.", "At most {most:,} are read at once.", n=len(words),
                        most=MAX_TYPED_TOKENS)
    return words


def follow_sentence(checkpoint: CNNCheckpoint, text: str, *, method: Method = "predicted",
                    label: int | None = None) -> SentenceCourse:
    """Read one sentence with the network of every kept epoch; 51 epochs take about 60 ms.

    Parameters
    ----------
    label : int, optional
        The class that is right; ``gold`` needs it.

    Raises
    ------
    TextError
        An empty or too long sentence, or ``gold`` without a label.
    """
    if method == "gold" and label is None:
        raise TextError("The gradient of the right label needs that label.", "Say which label is right.")
    words = read_sentence(text)
    ids = checkpoint.words.encode(words)
    one = EncodedTexts(ids, np.array([0, len(ids)]), np.array([label or 0]))
    found = [record_saliency(model, one, method=method) for model in checkpoint.models]
    return SentenceCourse(tuple(words), np.array([word in checkpoint.words.ids for word in words]),
                          np.array(checkpoint.card.epochs), np.stack([f.words for f in found], 1),
                          np.exp(np.concatenate([f.scores for f in found])))


def standardise(saliency: np.ndarray) -> np.ndarray:
    """Saliency (T, K) less its mean, over its deviation, within each epoch: Figs. 3 and 4; 0 where all words agree.

    The paper does not say over which words; these are the sentence's own.
    """
    centred = saliency - saliency.mean(0)
    spread = saliency.std(0)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-12)
