"""Where sentences to look at come from: the demo treebank, or documents a checkpoint has not read."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint
from core.corpora.demo import read_demo_treebank
from core.corpora.registry import find_corpus, locate_corpus
from core.corpora.treebank import Document, Treebank, TreeRules, read_trees
from core.corpora.trees import Tree
from core.errors import CorpusError
from core.tokens.encoded import EncodedSentences, encode_documents
from core.tokens.linearise import Kind

DEMO = "demo"
TREEBANKS = ("ptb-sample", "gum", "craft", "ptb-full")


@dataclass(frozen=True)
class SourceSentence:
    """One sentence to pick: its document, its number in it, and its tree."""

    document: str
    number: int
    tree: Tree

    @property
    def text(self) -> str:
        """The words, for menus."""
        return " ".join(self.tree.words())


def list_sources(card: CheckpointCard | None = None) -> tuple[str, ...]:
    """The demo treebank, then every treebank found on this machine."""
    return (DEMO, *(name for name in TREEBANKS if locate_corpus(name) is not None))


@lru_cache(maxsize=3)  # immutable; the largest treebank takes 16 s to read
def _read_treebank(name: str, path: Path) -> Treebank:
    return read_trees(path, name=name, rules=TreeRules())


def read_source(source: str, card: CheckpointCard) -> tuple[Document, ...]:
    """Documents of a source that the checkpoint has not been trained on.

    A corpus the checkpoint was trained on gives its test documents; another gives all of them.
    Document names are ``corpus/document``.

    Raises
    ------
    CorpusError
        When the corpus is not on this machine, or holds none of the card's test documents.
    """
    if source == DEMO:
        return read_demo_treebank().documents
    bank = _read_treebank(source, find_corpus(source))
    documents = tuple(Document(f"{source}/{d.name}", d.trees) for d in bank.documents)
    if source in {c.name for c in card.corpora}:
        held_out = set(card.split["test"])
        documents = tuple(d for d in documents if d.name in held_out)
    if not documents:
        raise CorpusError("The corpus {name} here holds none of the documents that {id} keeps for testing.",
                          "Use the edition named in the checkpoint's card.", name=source, id=card.id)
    return documents


def read_held_out(card: CheckpointCard) -> tuple[Document, ...]:
    """The test documents of every corpus of a card, in the card's order."""
    return tuple(d for corpus in card.corpora for d in read_source(corpus.name, card))


def encode_source(checkpoint: Checkpoint, documents: tuple[Document, ...]) -> EncodedSentences:
    """Documents as the checkpoint reads them."""
    return encode_documents(documents, Kind(checkpoint.card.kind), checkpoint.vocabulary,
                            pos_brackets=checkpoint.pos_brackets)


def list_sentences(documents: tuple[Document, ...]) -> list[SourceSentence]:
    """Every tree of some documents, in order."""
    return [SourceSentence(d.name, n, tree) for d in documents for n, tree in enumerate(d.trees, 1)]
