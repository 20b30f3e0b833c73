"""Where every phrase begins and ends in a token sequence, for drawing a tree under its tokens."""

from dataclasses import dataclass

from core.corpora.trees import Tree
from core.tokens.linearise import CLOSE, OPEN, Kind, Linearised


@dataclass(frozen=True)
class Span:
    """One phrase over tokens ``first`` … ``last`` (inclusive); ``level`` 1 is the root."""

    label: str
    first: int
    last: int
    level: int


def find_spans(sentence: Linearised, tree: Tree | None, kind: Kind) -> list[Span]:
    """Phrases of a sentence over its tokens, outermost first.

    Bracket kinds span from the opening to the closing token; kind 5 spans the words, which needs the
    tree. Labels come from the tree where it is known.
    """
    if kind is Kind.WORDS:
        return sorted(_word_spans(tree), key=lambda s: (s.level, s.first)) if tree is not None else []
    labels = iter(_labels(tree, sentence)) if tree is not None else None
    spans, stack = [], []
    for t, tag in enumerate(sentence.tags):
        if tag == OPEN:
            own = sentence.tokens[t][1:]
            stack.append((next(labels) if labels is not None else own, t))
        elif tag == CLOSE:
            label, first = stack.pop()
            spans.append(Span(label, first, t, len(stack) + 1))
    return sorted(spans, key=lambda s: (s.level, s.first))


def _labels(tree: Tree, sentence: Linearised) -> list[str]:
    """Labels in the order their brackets open; POS brackets only if the sentence has them."""
    n_brackets = sum(tag == OPEN for tag in sentence.tags)
    phrases, everything = [], []

    def visit(node: Tree, is_root: bool) -> None:
        everything.append(node.label)
        if is_root or not node.is_preterminal:
            phrases.append(node.label)
        for child in node.children:
            if isinstance(child, Tree):
                visit(child, False)

    visit(tree, True)
    return phrases if len(phrases) == n_brackets else everything


def _word_spans(tree: Tree) -> list[Span]:
    spans: list[Span] = []

    def visit(node: Tree, first: int, level: int) -> int:
        position = first
        for child in node.children:
            if isinstance(child, str) or child.is_preterminal:
                position += 1
            else:
                position = visit(child, position, level + 1)
        spans.append(Span(node.label, first, position - 1, level))
        return position

    visit(tree, 1, 1)  # token 0 is <ST>
    return spans
