"""Text in, translations out: one encoder–decoder or an ensemble of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.checkpoints.seq2seq import Seq2SeqCheckpoint
from core.errors import CheckpointError, TextError
from core.models.packing import pack_rows
from core.models.products import runs_half
from core.parallel import map_on_cores
from core.settings import MAX_TEXT_CHARACTERS, MAX_TYPED_TOKENS
from core.tokens.languages import detokenise
from core.tokens.linearise import UNK
from core.tokens.pairs import PairVocabulary
from core.translate.beam import BeamResult, BeamSettings, Hypothesis, search_beams, without_tree
from core.translate.scores import score_again
from core.translate.stepper import States, Stepper

AT_ONCE = 96  # sentences of a batch, at most: at beam 12 more are no faster, and hold more states


@dataclass(frozen=True)
class SourceSentence:
    """A sentence to translate.

    Attributes
    ----------
    text : str
    words : tuple of str
        In the order in which they are written, as the model's vocabulary has them (lower case).
    known : tuple of bool
        False for a word that the model reads as ``<UNK>``.
    """

    text: str
    words: tuple[str, ...]
    known: tuple[bool, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(w for w, known in zip(self.words, self.known, strict=True) if not known)


def read_source(text: str, vocabulary: PairVocabulary) -> SourceSentence:
    """Check a typed sentence and cut it into words.

    Raises
    ------
    TextError
        It is empty, too long, no text, or the model knows none of its words.
    """
    if not text.strip():
        raise TextError("There is no text.", "Type a sentence, or pick one from the list.")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise TextError("The text has {n} characters; at most {limit} are read.",
                        "Shorten it to one sentence.", n=len(text), limit=MAX_TEXT_CHARACTERS)
    if any(ord(c) < 32 and c not in "\t\n\r" for c in text):
        raise TextError("The text holds control characters; it looks like a binary file.", "Paste plain text.")
    source = mark_unknown(text, vocabulary)
    if len(source.words) > MAX_TYPED_TOKENS:
        raise TextError("The sentence has {n} tokens; at most {limit} are read.",
                        "Shorten it to one sentence.", n=len(source.words), limit=MAX_TYPED_TOKENS)
    letters = [known for word, known in zip(source.words, source.known, strict=True) if any(map(str.isalnum, word))]
    if not any(letters):
        raise TextError("The model knows none of these words.", "It reads the language “{language}” and {n:,} words "
                        "of it; try more common ones.", language=vocabulary.source_language, n=len(vocabulary.source))
    return source


def mark_unknown(text: str, vocabulary: PairVocabulary) -> SourceSentence:
    """Words of a sentence, and which of them the vocabulary has."""
    words = vocabulary.split_source(text)
    unknown = vocabulary.source.ids[UNK]
    return SourceSentence(text, tuple(words), tuple(bool(i != unknown) for i in vocabulary.source.encode(words)))


class Translator:
    """Checkpoints that translate together; made for one search or thousands, and never changed by them.

    Parameters
    ----------
    checkpoints : sequence of Seq2SeqCheckpoint
        Their target words must be the same ones; each reads the source in its own direction.

    Raises
    ------
    CheckpointError
        When they cannot be averaged.
    """

    def __init__(self, checkpoints: Sequence[Seq2SeqCheckpoint]):
        first = checkpoints[0]
        for other in checkpoints[1:]:
            if other.vocabulary != first.vocabulary:
                raise CheckpointError("{a} and {b} do not have the same words and cannot translate together.",
                                      "Choose checkpoints trained on the same pairs with the same settings.",
                                      a=first.card.id, b=other.card.id)
        self.checkpoints = tuple(checkpoints)
        self.vocabulary = first.vocabulary
        self.stepper = Stepper([c.model for c in checkpoints])

    def start(self, sentences: Sequence[Sequence[str]]) -> States:
        """States after reading sentences of words."""
        return self.stepper.start([
            pack_rows(checkpoint.vocabulary.encode_source(words, reverse=checkpoint.card.reverse)
                      for words in sentences) for checkpoint in self.checkpoints])

    def translate(self, words: Sequence[str], settings: BeamSettings = BeamSettings(), *,
                  prefix: Sequence[int] = ()) -> BeamResult:
        """Search for one sentence, with its whole tree; all hypotheses begin with the ids of ``prefix``."""
        return search_beams(self.stepper, self.start([words]), [len(words)], settings, prefixes=[prefix])[0]

    def translate_all(self, sentences: Sequence[Sequence[str]], settings: BeamSettings = BeamSettings(), *,
                      progress: Callable[[int, int], None] | None = None) -> list[BeamResult]:
        """Search for many sentences, those of like length together; trees are not kept.

        Every core searches a batch of its own. Where the machine is faster with less precision, see `Stepper`, whole
        batches are searched with less; what is found is then scored again in float32, and ordered by that.

        Parameters
        ----------
        progress : callable, optional
            Called with (sentences done, sentences in all) after every batch.
        """
        longest_first = np.argsort([-len(words) for words in sentences], kind="stable")
        n_cores = torch.get_num_threads()
        n_batches = -(-len(sentences) // (AT_ONCE * n_cores)) * n_cores
        batches = [rows for rows in np.array_split(longest_first, max(1, n_batches)) if len(rows)]
        coarse = runs_half() and len(sentences) >= AT_ONCE
        stepper = Stepper(self.stepper.models, coarse=True) if coarse else self.stepper

        def search(rows: np.ndarray) -> list[BeamResult]:
            states, lengths = self.start([sentences[s] for s in rows]), [len(sentences[s]) for s in rows]
            found = [without_tree(r) for r in search_beams(stepper, states, lengths, settings)]
            return score_again(self.stepper, states, found, settings) if coarse else found

        results: list[BeamResult | None] = [None] * len(sentences)
        done = 0
        for rows, found in zip(batches, map_on_cores(search, batches), strict=True):
            for s, result in zip(rows, found, strict=True):
                results[s] = result
            done += len(rows)
            if progress is not None:
                progress(done, len(sentences))
        return results

    def write(self, hypothesis: Hypothesis) -> str:
        """A hypothesis as text."""
        return detokenise([self.vocabulary.target.tokens[i] for i in hypothesis.ids], self.vocabulary.target_language)
