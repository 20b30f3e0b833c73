"""Typed text to one sentence a model can read, with every fault pointed at."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from core.corpora.treebank import TreeRules, normalise_tree, unwrap_root
from core.corpora.trees import Tree, parse_tree
from core.errors import TextError
from core.settings import MAX_TEXT_CHARACTERS, MAX_TYPED_TOKENS
from core.tokens.linearise import CLOSE, OPEN, Kind, Linearised, linearise, linearise_words
from core.tokens.vocabulary import Vocabulary

# Penn Treebank tokenisation in brief: clitics, brackets and punctuation stand alone.
_WORD = re.compile(r"""n't\b|'(?:s|re|ve|ll|d|m)\b|can(?=not\b)|o'clock\b|(?-i:[OD]'[A-Z]\w+)
                       |\d[\d.,:/]*\d(?:-?\w+)*|\w+(?:[-.&]\w+)*(?=n't\b)
                       |(?:[A-Za-z]\.){2,}|(?:Mr|Mrs|Ms|Dr|St|Co|Inc|Corp|Nov|Dec|Oct|Sept|Aug|Jan|Feb)\.
                       |\w+(?:[-&'’]\w+)*?(?=n't\b|'(?:s|re|ve|ll|d|m)\b)|\w+(?:[-&]\w+)*|\.\.\.|--|\S""",
                   re.VERBOSE | re.IGNORECASE)
_PENN = {"(": "-LRB-", ")": "-RRB-", "[": "-LSB-", "]": "-RSB-", "{": "-LCB-", "}": "-RCB-"}


def tokenise_words(text: str) -> list[str]:
    """Split raw English as the Penn Treebank does.

    >>> tokenise_words("She can't say (yet) that it's late.")
    ['She', 'ca', "n't", 'say', '-LRB-', 'yet', '-RRB-', 'that', 'it', "'s", 'late', '.']
    """
    words, quote_open = [], False
    text = unicodedata.normalize("NFC", text)  # a letter and its accent are one character
    for word in _WORD.findall(text.replace("’", "'").replace("“", '"').replace("”", '"')):
        if word == '"':
            words.append("''" if quote_open else "``")
            quote_open = not quote_open
        else:
            words.append(_PENN.get(word, word))
    return words


def parse_treebank_tree(text: str) -> Tree:
    """One tree without traces, function tags and outer bracket.

    Raises
    ------
    TextError
        When nothing but traces is left, or (`TreeSyntaxError`) the text is not one well-bracketed tree.
    """
    tree = normalise_tree(unwrap_root(parse_tree(text)), TreeRules())
    if tree is None:
        raise TextError("Nothing but traces is left of the tree.", "Give it at least one word.")
    return tree


@dataclass(frozen=True)
class TextForm:
    """How typed text is read for one model: a bracketed tree, or words alone."""

    parse: Callable[[str], Tree] = parse_treebank_tree
    split: Callable[[str], list[str]] = tokenise_words


def read_typed_sentence(text: str, kind: Kind, *, pos_brackets: bool = False,
                        form: TextForm = TextForm()) -> tuple[Linearised, Tree | None]:
    """Read what a visitor typed: words for kind 5, a bracketed tree for kinds 1–4.

    Kind 5 also takes a tree, whose words and labels are then used; one pair of brackets round a
    sentence is no tree.

    Parameters
    ----------
    form : TextForm
        Another one where the text is no treebank's (Lisp), or not read as English from left to right.

    Raises
    ------
    TextError
        Empty, too long, or (`TreeSyntaxError`) not one well-bracketed tree.
    """
    if not text.strip():
        raise TextError("There is no text.", "Type a sentence, or pick one from the list.")
    if len(text) > MAX_TEXT_CHARACTERS:
        raise TextError("The text has {n} characters; at most {limit} are read.",
                        "Shorten it to one sentence.", n=len(text), limit=MAX_TEXT_CHARACTERS)
    if any(ord(c) < 32 and c not in "\t\n\r" for c in text):
        raise TextError("The text holds control characters; it looks like a binary file.",
                        "Paste plain text.")
    looks_like_tree = text.lstrip().startswith("(") and text.rstrip().endswith(")") and text.count("(") > 1
    if kind is Kind.WORDS and not looks_like_tree:
        tree, sentence = None, linearise_words(form.split(text))
    else:
        tree = form.parse(text)
        sentence = linearise(tree, kind, pos_brackets=pos_brackets)
    if len(sentence.tokens) > MAX_TYPED_TOKENS:
        raise TextError("The sentence has {n} tokens; at most {limit} are read.",
                        "Shorten it to one sentence.", n=len(sentence.tokens), limit=MAX_TYPED_TOKENS)
    return sentence, tree


def check_labels(sentence: Linearised, vocabulary: Vocabulary) -> None:
    """Make sure a model knows every bracket of a sentence; unknown words are allowed, labels are not.

    Raises
    ------
    TextError
        Naming the first foreign label and those the model knows.
    """
    for token, tag in zip(sentence.tokens, sentence.tags, strict=True):
        if tag in (OPEN, CLOSE) and token not in vocabulary:
            known = sorted(t[1:] for t in vocabulary.tokens if t.startswith("(") and len(t) > 1)
            raise TextError("The label “{label}” is not one this model has read.",
                            "Use Penn Treebank labels: {known}.", label=token.strip("()"), known=", ".join(known))
