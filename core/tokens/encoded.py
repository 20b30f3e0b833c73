"""Many sentences as flat arrays: what models read and what analyses ask, one row a token."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.corpora.treebank import Document
from core.tokens.linearise import PHRASES, Kind, Linearised, linearise
from core.tokens.vocabulary import Vocabulary


@dataclass(frozen=True)
class EncodedSentences:
    """Sentences in a row. N tokens in all, S sentences.

    Attributes
    ----------
    ids : int64 array of shape (N,)
        Vocabulary ids.
    starts : int64 array of shape (S + 1,)
        Sentence ``s`` is ``ids[starts[s]:starts[s + 1]]``.
    depth : int16 array of shape (N,)
    phrase_depth : int16 array of shape (N, len(PHRASES))
    tags : tuple of str, length N
    tokens : tuple of str, length N
        As written, before unknown words are replaced.
    document : int32 array of shape (S,)
        Index into ``documents``.
    documents : tuple of str
    """

    ids: np.ndarray
    starts: np.ndarray
    depth: np.ndarray
    phrase_depth: np.ndarray
    tags: tuple[str, ...]
    tokens: tuple[str, ...]
    document: np.ndarray
    documents: tuple[str, ...]

    @property
    def n_sentences(self) -> int:
        return len(self.starts) - 1

    @property
    def n_tokens(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> np.ndarray:
        return np.diff(self.starts)

    @property
    def position(self) -> np.ndarray:
        """Index of each token in its sentence, int32 of shape (N,)."""
        return (np.arange(self.n_tokens) - np.repeat(self.starts[:-1], self.lengths)).astype(np.int32)

    @property
    def token_document(self) -> np.ndarray:
        """Document index of each token, int32 of shape (N,)."""
        return np.repeat(self.document, self.lengths)

    def sentence(self, s: int) -> Linearised:
        """One sentence with its labels."""
        a, b = self.starts[s], self.starts[s + 1]
        return Linearised(self.tokens[a:b], self.tags[a:b], self.depth[a:b], self.phrase_depth[a:b])


def encode_sentences(sentences: Iterable[Linearised], vocabulary: Vocabulary, *,
                     document: Iterable[int] | None = None,
                     documents: tuple[str, ...] = ("",)) -> EncodedSentences:
    """Flatten linearised sentences and look their tokens up."""
    rows = list(sentences)
    tokens = tuple(token for row in rows for token in row.tokens)
    lengths = [len(row.tokens) for row in rows]
    return EncodedSentences(
        ids=vocabulary.encode(tokens),
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        depth=np.concatenate([row.depth for row in rows]) if rows else np.zeros(0, np.int16),
        phrase_depth=(np.concatenate([row.phrase_depth for row in rows])
                      if rows else np.zeros((0, len(PHRASES)), np.int16)),
        tags=tuple(tag for row in rows for tag in row.tags),
        tokens=tokens,
        document=np.fromiter(document if document is not None else [0] * len(rows), np.int32),
        documents=documents)


def linearise_documents(documents: Iterable[Document], kind: Kind, *,
                        pos_brackets: bool = False) -> Iterator[Linearised]:
    """Every tree of every document in one kind's form, in order."""
    for document in documents:
        for tree in document.trees:
            yield linearise(tree, kind, pos_brackets=pos_brackets)


def encode_documents(documents: tuple[Document, ...], kind: Kind, vocabulary: Vocabulary, *,
                     pos_brackets: bool = False) -> EncodedSentences:
    """Linearise and encode documents, keeping which sentence came from which."""
    return encode_sentences(
        linearise_documents(documents, kind, pos_brackets=pos_brackets), vocabulary,
        document=(i for i, d in enumerate(documents) for _ in d.trees),
        documents=tuple(d.name for d in documents))
