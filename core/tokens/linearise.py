"""The five linearisations of a tree (seed 000, slide "learning types") and their token labels."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from core.corpora.trees import Tree
from core.errors import TreeSyntaxError

ST, ED, UNK = "<ST>", "<ED>", "<UNK>"  # sentence start, sentence end, word outside the vocabulary
PHRASES = ("VP", "NP", "PP", "S", "SBAR")  # phrases whose own depth is kept per token
OPEN, CLOSE, MARK = "(", ")", "-"  # values of `tags` for tokens that are not words


class Kind(IntEnum):
    """What a model reads: brackets, their labels, words."""

    BRACKETS = 1
    TAGGED_BRACKETS = 2
    BRACKETS_WORDS = 3
    TAGGED_BRACKETS_WORDS = 4
    WORDS = 5

    @property
    def has_brackets(self) -> bool:
        return self is not Kind.WORDS

    @property
    def has_labels(self) -> bool:
        return self in (Kind.TAGGED_BRACKETS, Kind.TAGGED_BRACKETS_WORDS)

    @property
    def has_words(self) -> bool:
        return self >= Kind.BRACKETS_WORDS


@dataclass(frozen=True)
class Linearised:
    """One sentence as a model reads it, with what analyses ask about each token.

    Attributes
    ----------
    tokens : tuple of str, length T
        ``<ST>`` … ``<ED>``. Brackets are ``(`` / ``)``, or ``(NP`` / ``NP)`` in tagged kinds.
    tags : tuple of str, length T
        POS tag of a word (``""`` when unknown), ``(`` or ``)`` for brackets, ``-`` for markers.
    depth : int16 array of shape (T,)
        Brackets open *after* reading the token, as the state is the one after consuming it.
        For kind 5, the number of phrases around the word.
    phrase_depth : int16 array of shape (T, len(PHRASES))
        The same count for VP, NP, PP, S and SBAR alone. A token is inside iff it is positive.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    depth: np.ndarray
    phrase_depth: np.ndarray


def linearise(tree: Tree, kind: Kind, *, pos_brackets: bool = False) -> Linearised:
    """Write a tree as the token sequence of one kind, with labels.

    The root always has its bracket, so the sequence is balanced and its depth returns to 0 only
    before ``<ED>``.

    Parameters
    ----------
    pos_brackets : bool
        Whether preterminals are brackets too: ``(DT the DT)`` or plain ``the``.

    Examples
    --------
    >>> from core.corpora.trees import parse_tree
    >>> t = parse_tree("(S (NP (NNP Ann)) (VP (VBZ sings)))")
    >>> " ".join(linearise(t, Kind.TAGGED_BRACKETS_WORDS).tokens)
    '<ST> (S (NP Ann NP) (VP sings VP) S) <ED>'
    >>> linearise(t, Kind.BRACKETS).depth.tolist()
    [0, 1, 2, 1, 2, 1, 0, 0]
    """
    rows: list[tuple[str, str, int, tuple[int, ...]]] = [(ST, MARK, 0, (0,) * len(PHRASES))]
    counts = [0] * len(PHRASES)

    def visit(node: Tree | str, tag: str, depth: int) -> None:
        if isinstance(node, str):
            if kind.has_words:
                rows.append((node, tag, depth, tuple(counts)))
            return
        if node.is_preterminal and not pos_brackets and depth > 0:
            visit(node.children[0], node.label, depth)
            return
        column = PHRASES.index(node.label) if node.label in PHRASES else None
        if column is not None:
            counts[column] += 1
        if kind.has_brackets:
            opening = "(" + node.label if kind.has_labels else "("
            rows.append((opening, OPEN, depth + 1, tuple(counts)))
        for child in node.children:
            visit(child, node.label if node.is_preterminal else "", depth + 1)
        if column is not None:
            counts[column] -= 1
        if kind.has_brackets:
            closing = node.label + ")" if kind.has_labels else ")"
            rows.append((closing, CLOSE, depth, tuple(counts)))

    visit(tree, "", 0)
    rows.append((ED, MARK, 0, (0,) * len(PHRASES)))
    tokens, tags, depth, phrase_depth = zip(*rows, strict=True)
    return Linearised(tokens, tags, np.array(depth, np.int16), np.array(phrase_depth, np.int16))


def linearise_words(words: list[str]) -> Linearised:
    """A raw sentence (kind 5) whose tree is not known: depths are 0 and tags empty."""
    n = len(words) + 2
    return Linearised((ST, *words, ED), (MARK, *[""] * len(words), MARK),
                      np.zeros(n, np.int16), np.zeros((n, len(PHRASES)), np.int16))


def delinearise(tokens: tuple[str, ...], kind: Kind) -> Tree | list[str]:
    """Read a token sequence back: a tree for kinds 1–4, the word list for kind 5.

    What the kind does not write is not there: kinds 1 and 3 give unlabelled nodes, kinds 1 and 2
    give phrases without words.

    Raises
    ------
    TreeSyntaxError
        When brackets do not match; ``position`` is the index of the token at fault.
    """
    inner = [t for t in tokens if t not in (ST, ED)]
    if kind is Kind.WORDS:
        return inner
    stack: list[tuple[str, list]] = [("", [])]
    for position, token in enumerate(inner):
        if token.startswith("("):
            stack.append((token[1:], []))
        elif token.endswith(")"):
            label, children = stack.pop()
            if not stack or label != token[:-1]:
                raise TreeSyntaxError("Token {position}, “{word}”, does not close the bracket that is open.",
                                      "Close “({label}” first.", position=position, word=token, label=label)
            stack[-1][1].append(Tree(label, tuple(children)))
        else:
            stack[-1][1].append(token)
    if len(stack) > 1 or len(stack[0][1]) != 1 or isinstance(stack[0][1][0], str):
        raise TreeSyntaxError("The sequence holds {n} open bracket(s) at its end, or is not one tree.",
                              "Close every bracket, and wrap all in one.", n=len(stack) - 1,
                              position=len(inner))
    return stack[0][1][0]
