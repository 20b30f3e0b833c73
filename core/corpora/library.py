"""Any corpus of trees by its name: treebanks, Lisp source, our own generators and samples."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from core.corpora.generated import GENERATED, generate_treebank
from core.corpora.lisp import SUFFIXES as LISP_SUFFIXES
from core.corpora.lisp import name_document, read_lisp
from core.corpora.registry import corpus_entry, find_corpus
from core.corpora.treebank import Treebank, iterate_files, read_trees
from core.errors import CorpusError

TREEBANKS = ("ptb-sample", "gum", "craft", "ptb-full")
LISP = ("emacs-lisp", "slib", "lisp")  # Debian's packages, and a folder of the reader's own
LISP_DEMO = "lisp-demo"
CLASSES = "-classes"                   # ending of a Lisp corpus read with every word replaced by its class

Family = Literal["english", "lisp", "generated"]


def corpus_family(name: str) -> Family:
    """What language a corpus is in, from its name alone."""
    base = name.removesuffix(CLASSES)
    return "lisp" if base in (*LISP, LISP_DEMO) else "generated" if name in GENERATED else "english"


def corpus_licence(name: str) -> str:
    """Licence of a corpus, for a checkpoint's card."""
    if corpus_family(name) == "generated":
        return "generated"
    try:
        return corpus_entry(name.removesuffix(CLASSES)).licence
    except CorpusError:  # a treebank that was handed over and is no registered corpus
        return "unregistered"


def read_corpus(name: str, *, depth: int = 0, wanted: frozenset[str] | None = None) -> Treebank:
    """Every document of a corpus.

    Parameters
    ----------
    name : str
        A registered treebank or Lisp corpus, a Lisp corpus with the ending ``-classes``, or a generator.
    depth : int
        Deepest nesting a generator may make; 0 is its own choice.
    wanted : frozenset of str, optional
        Documents to read, where reading all takes long (Lisp).

    Raises
    ------
    CorpusError
        When there is no such corpus here, or nothing in it can be read.
    """
    family = corpus_family(name)
    if family == "generated":
        return generate_treebank(name, depth=depth)
    path = find_corpus(name.removesuffix(CLASSES))
    if family == "lisp":
        return read_lisp(path, name=name, classes=name.endswith(CLASSES), wanted=wanted)
    return read_trees(path, name=name)


def draw_documents(name: str, n: int, *, seed: int) -> frozenset[str] | None:
    """Names of ``n`` documents of a Lisp corpus, drawn by ``seed``; None means all of them."""
    if not n or corpus_family(name) != "lisp":
        return None
    names = [name_document(place) for place, _ in iterate_files(find_corpus(name.removesuffix(CLASSES)), LISP_SUFFIXES)]
    order = np.random.default_rng(seed).permutation(len(names))[:n]
    return frozenset(names[i] for i in order)


@lru_cache(maxsize=1)  # immutable and small
def read_lisp_demo() -> Treebank:
    """Our own Lisp, one document a file: lists, text, interpreters, macros."""
    return read_lisp(Path(__file__).with_name("demo_lisp"), name=LISP_DEMO)


@lru_cache(maxsize=1)
def read_lisp_demo_classes() -> Treebank:
    """The same forms as classes of words."""
    return read_lisp(Path(__file__).with_name("demo_lisp"), name=LISP_DEMO + CLASSES, classes=True)
