"""Where sentences to look at come from: the demo treebank, or documents a checkpoint has not read."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint
from core.corpora.demo import read_demo_treebank
from core.corpora.demo_pairs import read_demo_pairs
from core.corpora.library import (
    CLASSES,
    LISP,
    TREEBANKS,
    Family,
    corpus_family,
    draw_documents,
    read_corpus,
    read_lisp_demo,
    read_lisp_demo_classes,
)
from core.corpora.lisp import parse_form, replace_by_classes
from core.corpora.registry import find_corpus, locate_corpus
from core.corpora.treebank import Document, Treebank
from core.corpora.trees import Tree, mirror, parse_tree
from core.errors import CorpusError
from core.tokens.encoded import EncodedSentences, encode_documents
from core.tokens.languages import tokenise
from core.tokens.linearise import Kind
from core.tokens.sentences import TextForm, parse_treebank_tree

DEMO = "demo"
FOREIGN_DOCUMENTS = 150  # of a Lisp corpus that a checkpoint was not trained on

@dataclass(frozen=True)
class SourceSentence:
    """One sentence to pick: its document, its number in it, and its tree."""

    document: str
    number: int
    tree: Tree

    @property
    def text(self) -> str:
        """The words, or the brackets where there are none, for menus."""
        return " ".join(self.tree.words()) or str(self.tree)


def list_sources(card: CheckpointCard | None = None) -> tuple[str, ...]:
    """The demo of the checkpoint's language, then every corpus of that language found on this machine."""
    family = "english" if card is None else card_family(card)
    if card is not None and card.tree_rules.get("language", "en") != "en":  # there are English treebanks only
        return (DEMO,)
    if family == "generated":
        return (DEMO, *(c.name for c in card.corpora))
    if family == "lisp":
        ending = CLASSES if reads_classes(card) else ""
        return (DEMO, *(name + ending for name in LISP if locate_corpus(name) is not None))
    return (DEMO, *(name for name in TREEBANKS if locate_corpus(name) is not None))


def card_family(card: CheckpointCard) -> Family:
    """The language a checkpoint reads: English trees, Lisp, or what a generator makes."""
    return corpus_family(card.corpora[0].name)


def reads_classes(card: CheckpointCard) -> bool:
    """Whether a Lisp checkpoint reads classes instead of words."""
    return card.corpora[0].name.endswith(CLASSES)


def locate_source(source: str) -> Path | None:
    """Where a corpus lies; None where it is generated. Raises `CorpusError` when it is absent."""
    return None if corpus_family(source) == "generated" else find_corpus(source.removesuffix(CLASSES))


@lru_cache(maxsize=4)  # immutable; the largest treebank takes 16 s to read
def _read_corpus(name: str, path: str, depth: int, wanted: frozenset[str] | None) -> Treebank:
    # path is part of the key: another data folder is another corpus
    return read_corpus(name, depth=depth, wanted=wanted)


def typed_form(card: CheckpointCard) -> TextForm:
    """How text typed for a checkpoint is read: a treebank's tree, a Lisp form, bare brackets, or words of a language.

    A checkpoint that reads backwards gets trees and words in a mirror.
    """
    family, language = card_family(card), str(card.tree_rules.get("language", "en"))
    if family == "lisp":
        classes = reads_classes(card)
        return TextForm(lambda text: replace_by_classes(parse_form(text)) if classes else parse_form(text))
    if card.tree_rules.get("backwards"):
        return TextForm(lambda text: mirror(parse_treebank_tree(text)), lambda text: tokenise(text, language)[::-1])
    return TextForm(parse_tree if family == "generated" else parse_treebank_tree,
                    lambda text: tokenise(text, language))


def _read_demo(card: CheckpointCard) -> tuple[Document, ...]:
    if card.tree_rules.get("language", "en") != "en":
        return _read_translations(str(card.tree_rules["language"]))
    family = card_family(card)
    if family == "lisp":
        return (read_lisp_demo_classes() if reads_classes(card) else read_lisp_demo()).documents
    if family == "generated":  # the documents that were held out
        return read_source(card.corpora[0].name, card)
    return read_demo_treebank().documents


def _read_translations(language: str) -> tuple[Document, ...]:
    """Our own French sentences, each a phrase of words of which nothing more is known; none in other languages."""
    if language != "fr":
        raise CorpusError("There are no sentences in the language “{language}” here.", "Type one.", language=language)
    documents: dict[str, list[Tree]] = {}
    for pair in read_demo_pairs():
        words = tuple(Tree("", (word,)) for word in tokenise(pair.french, language))
        documents.setdefault(pair.style, []).append(Tree("S", words))
    return tuple(Document(f"{DEMO}/{style}", tuple(trees)) for style, trees in documents.items())


def read_source(source: str, card: CheckpointCard) -> tuple[Document, ...]:
    """Documents of a source that the checkpoint has not been trained on, in a mirror where it reads backwards.

    The demo is that of the checkpoint's language: our treebank, our Lisp, or held-out generated structures.
    A corpus the checkpoint was trained on gives its test documents; another gives all of them.
    Document names are ``corpus/document``.

    Raises
    ------
    CorpusError
        When the corpus is not on this machine, or holds none of the card's test documents.
    """
    documents = _read_demo(card) if source == DEMO else _read_unread(source, card)
    if card.tree_rules.get("backwards"):
        return tuple(Document(d.name, tuple(map(mirror, d.trees))) for d in documents)
    return documents


def _read_unread(source: str, card: CheckpointCard) -> tuple[Document, ...]:
    own = source in {c.name for c in card.corpora}
    held_out = set(card.split["test"])
    wanted = None
    if corpus_family(source) == "lisp":  # to read the whole of a large library would take a minute
        wanted = (frozenset(name.removeprefix(source + "/") for name in held_out) if own
                  else draw_documents(source, FOREIGN_DOCUMENTS, seed=0))
    bank = _read_corpus(source, str(locate_source(source)), int(card.training.get("max_depth", 0)), wanted)
    documents = tuple(Document(f"{source}/{d.name}", d.trees) for d in bank.documents)
    if own:
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
