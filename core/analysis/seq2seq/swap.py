"""Change one word of a source sentence and see what becomes of its translation."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

import numpy as np

from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.errors import TextError
from core.tokens.linearise import ED, ST, UNK
from core.translate.beam import BeamSettings, Hypothesis
from core.translate.force import score_translations
from core.translate.translator import Translator


@dataclass(frozen=True)
class Aligned:
    """A place of two sentences laid side by side; a word is None where one of them has none."""

    before: str | None
    after: str | None

    @property
    def same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Swap:
    """Two sources that differ in one word, and the best translation of each.

    Attributes
    ----------
    before, after : tuple of str
        Words of the sources.
    old, new : Hypothesis
        The translation of each.
    old_log_p : float
        log p of the old translation given the new source, nats.
    new_log_p : float
        log p of the new translation given the old source, nats.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    old: Hypothesis
    new: Hypothesis
    old_log_p: float
    new_log_p: float


def find_near_words(checkpoint: Seq2SeqCheckpoint, word: str, *, n: int = 12) -> list[tuple[str, float]]:
    """Source words whose embeddings have the largest cosine with that of a word, and these cosines.

    Raises
    ------
    TextError
        When the model does not know the word.
    """
    vocabulary = checkpoint.vocabulary.source
    if word not in vocabulary or word in (ST, ED, UNK):
        raise TextError("The model does not know “{word}”, which has no embedding of its own.",
                        "Choose a word it knows, or type the replacement.", word=word)
    vectors = checkpoint.model.encoder.embedding.weight.numpy()
    own = vectors[vocabulary.ids[word]]
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(own)
    cosines = vectors @ own / np.maximum(lengths, 1e-12)
    cosines[[vocabulary.ids[t] for t in (word, ST, ED, UNK)]] = -np.inf
    best = [i for i in np.argsort(-cosines, kind="stable")[:n].tolist() if np.isfinite(cosines[i])]
    return [(vocabulary.tokens[i], float(cosines[i])) for i in best]


def swap_word(translator: Translator, words: Sequence[str], place: int, replacement: Sequence[str], *,
              settings: BeamSettings = BeamSettings()) -> Swap:
    """Translate a sentence with and without a change of one word.

    Parameters
    ----------
    words : sequence of str
        The source.
    place : int
        Of the word that goes.
    replacement : sequence of str
        What stands there instead, one word or more; none takes the word away.

    Raises
    ------
    TextError
        When there is no such place, or no word would be left.
    """
    words = tuple(words)
    if not 0 <= place < len(words):
        raise TextError("The sentence has no word {place}.", "Choose 1 to {n}.", place=place + 1, n=len(words))
    after = (*words[:place], *replacement, *words[place + 1:])
    if not after:
        raise TextError("No word would be left.", "Type a replacement.")
    old, new = (translator.translate(source, settings).best for source in (words, after))
    tokens = translator.vocabulary.target.tokens
    crossed = score_translations(translator, [after, words], [[tokens[i] for i in h.ids] for h in (old, new)])
    return Swap(words, after, old, new, *(float(row[:len(h.log_p)].sum()) for row, h in zip(crossed, (old, new),
                                                                                          strict=True)))


def align_words(before: Sequence[str], after: Sequence[str]) -> list[Aligned]:
    """Lay two sentences side by side so that their longest common runs meet.

    >>> [(a.before, a.after) for a in align_words(["un", "chat", "dort"], ["un", "chien", "noir", "dort"])]
    [('un', 'un'), ('chat', 'chien'), (None, 'noir'), ('dort', 'dort')]
    """
    places = []
    for _, i, i_end, j, j_end in SequenceMatcher(None, list(before), list(after), autojunk=False).get_opcodes():
        places += [Aligned(a, b) for a, b in zip_longest(before[i:i_end], after[j:j_end])]
    return places
