"""Constituency trees: the data structure, the bracket reader and the bracket writer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import TreeSyntaxError
from core.settings import MAX_TREE_DEPTH

# ASCII blanks only: some treebank words contain a hair space (U+200A).
_PIECE = re.compile(r"[()]|[^() \t\n\r\f\v]+")


@dataclass(frozen=True, slots=True)
class Tree:
    """A node of a constituency tree.

    Attributes
    ----------
    label : str
        Phrase label or POS tag; ``""`` where the linearisation kept no label.
    children : tuple of Tree or str
        Daughters, left to right. A *preterminal* has exactly one child, a word.
    """

    label: str
    children: tuple["Tree | str", ...]

    @property
    def is_preterminal(self) -> bool:
        return len(self.children) == 1 and isinstance(self.children[0], str)

    def words(self) -> list[str]:
        """Leaves, left to right."""
        return [w for child in self.children
                for w in ([child] if isinstance(child, str) else child.words())]

    def __str__(self) -> str:
        inside = " ".join(map(str, self.children))
        return f"({self.label} {inside})" if inside else f"({self.label})"


def mirror(tree: Tree) -> Tree:
    """The tree as it stands in a mirror: its words from last to first, every phrase around the same words.

    >>> str(mirror(parse_tree("(S (NP (NNP Ann)) (VP (VBZ sings)))")))
    '(S (VP (VBZ sings)) (NP (NNP Ann)))'
    """
    return Tree(tree.label, tuple(c if isinstance(c, str) else mirror(c) for c in reversed(tree.children)))


def parse_trees(text: str) -> Iterator[Tree]:
    """Read every bracketed tree in ``text``.

    The outer empty bracket of PTB files, ``( (S ...) )``, is kept as a node with label ``""``.

    Raises
    ------
    TreeSyntaxError
        With the character offset of the fault: a bracket closed twice, never closed, a word
        outside brackets, or nesting deeper than ``MAX_TREE_DEPTH``.

    Examples
    --------
    >>> [str(t) for t in parse_trees("(NP (DT the) (NN cat)) (VP (VBZ sits))")]
    ['(NP (DT the) (NN cat))', '(VP (VBZ sits))']
    """
    stack: list[tuple[str, list, int]] = []  # label, children, offset of "("
    label_may_follow = False
    for piece in _PIECE.finditer(text):
        token = piece.group()
        if token == "(":
            if len(stack) >= MAX_TREE_DEPTH:
                raise TreeSyntaxError("The tree nests deeper than {limit} brackets at character {position}.",
                                      "Shorten it: no treebank sentence nests that deep.",
                                      limit=MAX_TREE_DEPTH, position=piece.start())
            stack.append(("", [], piece.start()))
            label_may_follow = True
        elif token == ")":
            if not stack:
                raise TreeSyntaxError("The bracket at character {position} closes nothing.",
                                      "Remove it, or add the opening bracket it belongs to.",
                                      position=piece.start())
            label, children, _ = stack.pop()
            node = Tree(label, tuple(children))
            label_may_follow = False
            if stack:
                stack[-1][1].append(node)
            else:
                yield node
        elif not stack:
            raise TreeSyntaxError("“{word}” at character {position} stands outside every bracket.",
                                  "Write a tree such as (S (NP (PRP she)) (VP (VBZ sleeps))).",
                                  word=token[:40], position=piece.start())
        elif label_may_follow:
            stack[-1] = (token, *stack[-1][1:])
            label_may_follow = False
        else:
            stack[-1][1].append(token)
    if stack:
        raise TreeSyntaxError("The bracket opened at character {position} is never closed.",
                              "Add {missing} closing bracket(s) at the end, or remove this one.",
                              position=stack[-1][2], missing=len(stack))


def parse_tree(text: str) -> Tree:
    """Read exactly one tree.

    Raises
    ------
    TreeSyntaxError
        When the text is empty, holds more than one tree, or is not well bracketed.
    """
    trees = list(parse_trees(text))
    if not trees:
        raise TreeSyntaxError("There is no tree in the text.",
                              "Write a tree such as (S (NP (PRP she)) (VP (VBZ sleeps))).", position=0)
    if len(trees) > 1:
        raise TreeSyntaxError("The text holds {n} trees; one is expected.",
                              "Wrap them in one bracket, (S …), or keep only one.",
                              n=len(trees), position=_second_tree(text))
    return trees[0]


def _second_tree(text: str) -> int:
    """Offset of the bracket that opens after the first one has closed."""
    depth, closed = 0, False
    for offset, character in enumerate(text):
        if character == "(":
            if closed:
                return offset
            depth += 1
        elif character == ")":
            depth -= 1
            closed = depth == 0
    return len(text)
