"""What makes a treebank well formed, said of one sentence at a time."""

from collections import Counter
from collections.abc import Iterator

from core.corpora.treebank import Treebank
from core.corpora.trees import Tree

# Penn Treebank II (Bies et al. 1995): 36 tags of words, 9 of punctuation and signs.
POS_TAGS = frozenset(
    "CC CD DT EX FW IN JJ JJR JJS LS MD NN NNS NNP NNPS PDT POS PRP PRP$ RB RBR RBS RP SYM TO UH VB VBD VBG VBN "
    "VBP VBZ WDT WP WP$ WRB # $ '' `` -LRB- -RRB- , . :".split())
PHRASE_LABELS = frozenset(
    "S SBAR SBARQ SINV SQ ADJP ADVP CONJP FRAG INTJ LST NAC NP NX PP PRN PRT QP RRC UCP VP WHADJP WHADVP WHNP WHPP "
    "X".split())
FRAGMENTS = frozenset(("FRAG", "INTJ", "LST", "NP", "X"))  # roots that need no full stop
THAT_TAGS = frozenset(("DT", "IN", "WDT", "RB"))           # this book; I know that; the one that; that big
_CLOSERS = frozenset(("''", "-RRB-"))                      # may stand after the final punctuation


def validate_treebank(bank: Treebank) -> list[str]:
    """Every fault of a treebank, as ``document, sentence n: what``; empty when there is none.

    Checked are the labels, that each word has a tag and each phrase a word, that no phrase is the only
    daughter of its like, the tags of “that”, the final punctuation, and that no sentence comes twice.
    """
    faults, seen = [], {}
    for document in bank.documents:
        for n, tree in enumerate(document.trees, 1):
            place = f"{document.name}, sentence {n}"
            faults += [f"{place}: {what}" for what in _find_faults(tree)]
            sentence = " ".join(tree.words()).lower()
            if sentence in seen:
                faults.append(f"{place}: the sentence is that of {seen[sentence]}")
            seen.setdefault(sentence, place)
    return faults


def count_labels(bank: Treebank) -> Counter[str]:
    """How often each phrase label and POS tag stands in a treebank."""
    return Counter(node.label for document in bank.documents for tree in document.trees for node in walk_nodes(tree))


def walk_nodes(tree: Tree) -> Iterator[Tree]:
    """A tree's nodes, each before its daughters."""
    yield tree
    for child in tree.children:
        if isinstance(child, Tree):
            yield from walk_nodes(child)


def _find_faults(tree: Tree) -> Iterator[str]:
    if tree.is_preterminal:
        yield f"the word “{tree.children[0]}” stands alone, without a phrase"
    for node in walk_nodes(tree):
        if node.is_preterminal:
            yield from _find_word_faults(node.label, node.children[0])
        else:
            yield from _find_phrase_faults(node)
    leaves = [node.label for node in walk_nodes(tree) if node.is_preterminal]
    while leaves and leaves[-1] in _CLOSERS:
        leaves.pop()
    if tree.label not in FRAGMENTS and (not leaves or leaves[-1] != "."):
        yield "no final punctuation, and not marked as a fragment"


def _find_word_faults(tag: str, word: str) -> Iterator[str]:
    if tag in PHRASE_LABELS:
        yield f"the word “{word}” has no tag, only the phrase {tag}"
    elif tag not in POS_TAGS:
        yield f"“{tag}” of the word “{word}” is no Penn Treebank tag"
    if word.lower() == "that" and tag not in THAT_TAGS:
        yield f"“that” as {tag}; it is one of {', '.join(sorted(THAT_TAGS))}"


def _find_phrase_faults(node: Tree) -> Iterator[str]:
    if node.label not in PHRASE_LABELS:
        yield f"“{node.label}” is no Penn Treebank phrase"
    if not node.children:
        yield f"the {node.label or 'phrase'} holds nothing"
    for child in node.children:
        if isinstance(child, str):
            yield f"the word “{child}” has no tag, only the phrase {node.label}"
    if len(node.children) == 1 and isinstance(node.children[0], Tree) and node.children[0].label == node.label:
        yield f"{node.label} is the only daughter of {node.label}"
