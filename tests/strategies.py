"""Random words, trees and sentences for hypothesis."""

from hypothesis import strategies as st

from core.corpora.trees import Tree

PHRASE_NAMES = ("S", "NP", "VP", "PP", "SBAR", "ADJP")
TAG_NAMES = ("DT", "NN", "VBZ", "IN", ",", "PRP$")
ASCII_BLANKS = " \t\n\r\f\v"

# All that is no ASCII blank and no bracket is part of a word, even other blanks and control characters.
any_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=ASCII_BLANKS + "()"),
                    min_size=1, max_size=8)
# Words on which every reader agrees.
plain_words = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="()"), min_size=1, max_size=8)


def preterminals(words=plain_words):
    """A tag over a word."""
    return st.builds(lambda tag, word: Tree(tag, (word,)), st.sampled_from(TAG_NAMES), words)


def phrases(children, *, max_size: int = 4):
    """A phrase over some of `children`."""
    return st.builds(Tree, st.sampled_from(PHRASE_NAMES), st.lists(children, min_size=1, max_size=max_size).map(tuple))


def trees(words=plain_words):
    """Trees as treebanks have them: phrases, tags, words."""
    return phrases(st.recursive(preterminals(words), phrases, max_leaves=12))


def bare_trees(words=plain_words):
    """Trees whose words may stand directly in a phrase, as people type them."""
    return phrases(st.recursive(preterminals(words) | words, phrases, max_leaves=12))
