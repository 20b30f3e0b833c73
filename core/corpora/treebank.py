"""Treebank files (PTB `.mrg`, GUM `.ptb`, CRAFT `.tree`; folders or zips) to documents of trees."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Literal

from core.corpora.trees import Tree, parse_trees
from core.errors import CorpusError, TreeSyntaxError
from core.settings import MAX_FILE_BYTES

SUFFIXES = (".mrg", ".ptb", ".tree")  # in either case: the Penn Treebank's own are .MRG in some editions
_OUTER = ("", "ROOT", "TOP")


@dataclass(frozen=True)
class TreeRules:
    """How annotated trees become the trees that models read.

    The seed shows one tree through all five kinds (slide "learning types"): phrases carry no
    function tags or traces, ``(NP Pierre Vinken)`` holds its words directly, and one-daughter
    phrases such as ``(NP board)`` stand. So function tags and traces go, unary chains stay, and
    POS brackets are dropped; the same slide brackets "the" and "board" by their tags, which is
    why ``pos_brackets`` is a setting (of the linearisation) and not a fact.
    """

    unary: Literal["keep", "collapse"] = "keep"  # collapse: X over X becomes one X (same label only)
    pos_brackets: bool = False                   # True: (DT the DT) stands inside its phrase


@dataclass(frozen=True)
class Document:
    """One file of a treebank: its name and its trees in order."""

    name: str
    trees: tuple[Tree, ...]


@dataclass(frozen=True)
class Treebank:
    """Documents of one corpus; ``problems`` names files that could not be read and why."""

    name: str
    documents: tuple[Document, ...]
    problems: tuple[str, ...] = field(default=())

    @property
    def n_trees(self) -> int:
        return sum(len(d.trees) for d in self.documents)


def strip_label(label: str) -> str:
    """Drop function tags, indices and alternatives: ``NP-SBJ-2`` and ``NP=2`` → ``NP``.

    Labels that begin with a hyphen (``-LRB-``, ``-NONE-``) are kept whole.

    >>> [strip_label(x) for x in ("NP-SBJ-2", "PRP$", "-LRB-", "ADVP|PRT", "S=1")]
    ['NP', 'PRP$', '-LRB-', 'ADVP', 'S']
    """
    if label.startswith("-"):
        return label
    return re.split(r"[-=|]", label, maxsplit=1)[0]


def normalise_tree(tree: Tree, rules: TreeRules = TreeRules()) -> Tree | None:
    """Strip labels, drop traces and phrases left empty; apply the unary rule.

    Returns
    -------
    Tree or None
        ``None`` when nothing but traces remains.
    """
    if tree.label == "-NONE-":
        return None
    if tree.is_preterminal:
        return Tree(strip_label(tree.label), tree.children)
    kept = [normalise_tree(child, rules) if isinstance(child, Tree) else child for child in tree.children]
    children = tuple(child for child in kept if child is not None)
    if not children:
        return None
    label = strip_label(tree.label)
    if rules.unary == "collapse" and len(children) == 1 and isinstance(children[0], Tree) \
            and children[0].label == label:
        return children[0]
    return Tree(label, children)


def unwrap_root(tree: Tree) -> Tree:
    """Remove the outer empty (or ROOT / TOP) bracket; several daughters are kept under ``ROOT``."""
    while tree.label in _OUTER and len(tree.children) == 1 and isinstance(tree.children[0], Tree):
        tree = tree.children[0]
    return Tree("ROOT", tree.children) if tree.label in _OUTER else tree


def read_trees(path: Path, *, name: str | None = None, rules: TreeRules = TreeRules()) -> Treebank:
    """Read a treebank file, a folder of them (any depth) or a zip.

    A file that cannot be read is left out and named in ``problems``; the others still count.

    Raises
    ------
    CorpusError
        When the path is absent or holds no readable tree at all.
    """
    if not path.exists():
        raise CorpusError("There is no treebank at {path}.",
                          "Give a .mrg, .ptb or .tree file, a folder or a zip of them.", path=str(path))
    documents, problems = [], []
    for place, read in iterate_files(path, SUFFIXES):
        stem = PurePath(place).stem
        try:
            text = read().decode("utf-8")
            found = (normalise_tree(unwrap_root(t), rules) for t in parse_trees(text))
            trees = tuple(t for t in found if t is not None)
        except UnicodeDecodeError as error:
            problems.append(f"{stem}: byte {error.start} is not UTF-8 text.")
        except TreeSyntaxError as error:
            problems.append(f"{stem}: {error}")
        except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:  # RuntimeError: an encrypted member
            problems.append(f"{stem}: cannot be read ({error}).")
        else:
            documents.append(Document(stem, trees))
    if not any(d.trees for d in documents):
        raise CorpusError("No tree could be read from {path}. {first}",
                          "Give PTB-style files, for example ( (S (NP (PRP she)) (VP (VBZ sleeps))) ).",
                          path=str(path), first=problems[0] if problems else "")
    return Treebank(name or path.stem, tuple(documents), tuple(problems))


def iterate_files(path: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Pairs of (place below ``path``, function that returns the bytes) of a file, a folder or a zip, sorted."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in sorted(archive.infolist(), key=lambda i: i.filename):
                if info.filename.lower().endswith(suffixes) and info.file_size <= MAX_FILE_BYTES:
                    yield info.filename, lambda info=info: archive.read(info)
    elif path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.name.lower().endswith(suffixes) and p.is_file()):
            yield file.relative_to(path).as_posix(), file.read_bytes
    elif path.name.lower().endswith(suffixes) and path.stat().st_size <= MAX_FILE_BYTES:
        yield path.name, path.read_bytes
