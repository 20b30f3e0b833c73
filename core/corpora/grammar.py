"""Sentences and bracket structures whose depth is known, because we made them.

Every generator numbers the structures it can make, draws distinct numbers, and builds the structure of each
number; so a call repeats nothing until everything possible has been made, and one seed fixes all.
"""

import math
from dataclasses import dataclass

import numpy as np

from core.corpora.trees import Tree
from core.errors import CorpusError
from core.settings import MAX_TREE_DEPTH

MAX_CLAUSES = 20         # a clause nests four brackets: stays below MAX_TREE_DEPTH
MAX_DYCK_LENGTH = 1_000  # brackets of one structure; the table of counts grows with length times depth


@dataclass(frozen=True)
class Lexicon:
    """Words of the sentence grammar, each as (singular, plural).

    Every noun is a person, so that every noun can do and undergo every verb.
    """

    nouns: tuple[tuple[str, str], ...]
    determiners: tuple[tuple[str, str], ...]
    transitives: tuple[tuple[str, str], ...]
    intransitives: tuple[tuple[str, str], ...]
    complementiser: str = "that"


LEXICON = Lexicon(
    nouns=(("clerk", "clerks"), ("painter", "painters"), ("child", "children"), ("doctor", "doctors"),
           ("farmer", "farmers"), ("singer", "singers"), ("woman", "women"), ("man", "men"),
           ("teacher", "teachers"), ("pilot", "pilots"), ("baker", "bakers"), ("lawyer", "lawyers"),
           ("neighbour", "neighbours"), ("sailor", "sailors"), ("student", "students"), ("actor", "actors")),
    determiners=(("the", "the"), ("this", "these"), ("every", "all")),
    transitives=(("admires", "admire"), ("remembers", "remember"), ("follows", "follow"),
                 ("greets", "greet"), ("helps", "help"), ("visits", "visit"), ("trusts", "trust"),
                 ("watches", "watch"), ("teaches", "teach"), ("knows", "know")),
    intransitives=(("sings", "sing"), ("laughs", "laugh"), ("sleeps", "sleep"), ("smiles", "smile"),
                   ("waits", "wait"), ("travels", "travel"), ("whispers", "whisper"), ("dances", "dance")),
)


def generate_centre_embedding(n: int, *, depth: int, seed: int, lexicon: Lexicon = LEXICON) -> list[Tree]:
    """Sentences with ``depth`` object relatives, each inside the one before.

    Parameters
    ----------
    n : int
        Number of sentences.
    depth : int
        Number of embedded clauses; a sentence has ``4 + 4 * depth`` tokens.
    seed : int
        The same seed gives the same sentences.

    Returns
    -------
    list of Tree
        Distinct unless the lexicon cannot make ``n`` sentences.

    Raises
    ------
    CorpusError
        When ``n`` or ``depth`` is out of range.

    Examples
    --------
    >>> " ".join(generate_centre_embedding(1, depth=1, seed=3)[0].words())
    'The pilots that the man visits sing .'
    """
    return [_centre_sentence(*words, lexicon) for words in _draw_words(n, depth, seed, lexicon)]


def generate_right_branching(n: int, *, depth: int, seed: int, lexicon: Lexicon = LEXICON) -> list[Tree]:
    """Sentences with ``depth`` subject relatives, each at the right edge of the one before.

    The counterpart of `generate_centre_embedding` with the same parameters: the same number of tokens, nouns
    and verbs, and for one seed the same nouns and the same verbs up to agreement.

    Examples
    --------
    >>> " ".join(generate_right_branching(1, depth=1, seed=3)[0].words())
    'The pilots visit the man that sings .'
    """
    return [_right_sentence(*words, lexicon) for words in _draw_words(n, depth, seed, lexicon)]


def generate_dyck(n: int, *, pairs: int, max_depth: int, length: int, seed: int, min_depth: int = 0) -> list[Tree]:
    """Balanced bracket structures, drawn evenly from all that fit.

    A pair of brackets is a node labelled ``A`` (or ``B`` where ``pairs`` is 2), with the pairs inside it as
    daughters; the pairs of the outermost level are daughters of one root ``S``, which is not counted.

    Parameters
    ----------
    n : int
        Number of structures.
    pairs : int
        Kinds of brackets, 1 or 2 (the languages Dyck-1 and Dyck-2).
    max_depth : int
        Deepest nesting allowed.
    min_depth : int
        Nesting that every structure reaches somewhere.
    length : int
        Number of brackets, opening and closing, of every structure: even.

    Returns
    -------
    list of Tree
        Distinct unless there are fewer than ``n`` such structures.

    Raises
    ------
    CorpusError
        When a parameter is out of range.

    Examples
    --------
    >>> sorted(map(str, generate_dyck(2, pairs=1, max_depth=2, length=4, seed=0)))
    ['(S (A (A)))', '(S (A) (A))']
    """
    _check("n", n, 0)
    _check("pairs", pairs, 1, 2)
    _check("length", length, 0, MAX_DYCK_LENGTH)
    _check("max_depth", max_depth, 1, MAX_TREE_DEPTH - 1)
    if length % 2:
        raise CorpusError("A balanced structure cannot have {length} brackets.", "Choose an even length.",
                          length=length)
    _check("min_depth", min_depth, 0, min(max_depth, length // 2))
    counts = _count_balanced(length, max_depth)
    shallow = _count_balanced(length, min_depth - 1) if min_depth else None
    labellings = pairs ** (length // 2)
    capacity = counts[length][0] - (shallow[length][0] if shallow else 0)
    ranks = _distinct_ranks(np.random.default_rng(seed), capacity * labellings, n)
    return [_dyck_tree(*divmod(rank, labellings), pairs, counts, shallow) for rank in ranks]


def _draw_words(n: int, depth: int, seed: int, lexicon: Lexicon) -> list[tuple[list, list]]:
    """Nouns as (noun, determiner, number) and verbs, as indices, of ``n`` sentences.

    Within a sentence no noun and no transitive verb comes back before all have been used.
    """
    _check("n", n, 0)
    _check("depth", depth, 0, MAX_CLAUSES)
    n_nouns, n_verbs = len(lexicon.nouns), len(lexicon.transitives)
    radices = [len(lexicon.intransitives)]
    radices += [n_verbs - k % n_verbs for k in range(depth)]
    radices += [n_nouns - k % n_nouns for k in range(depth + 1)]
    radices += [len(lexicon.determiners), 2] * (depth + 1)
    drawn = []
    for rank in _distinct_ranks(np.random.default_rng(seed), math.prod(radices), n):
        digits = []
        for radix in radices:
            rank, digit = divmod(rank, radix)
            digits.append(digit)
        verbs = [*_arrange(digits[1:depth + 1], n_verbs), digits[0]]
        nouns = _arrange(digits[depth + 1:2 * depth + 2], n_nouns)
        rest = digits[2 * depth + 2:]
        drawn.append((list(zip(nouns, rest[::2], rest[1::2], strict=True)), verbs))
    return drawn


def _arrange(digits: list[int], size: int) -> list[int]:
    """Items drawn without replacement, ``digits[k]`` among those left; refilled when none is left."""
    items, left = [], []
    for digit in digits:
        left = left or list(range(size))
        items.append(left.pop(digit))
    return items


def _centre_sentence(nouns: list, verbs: list[int], lexicon: Lexicon) -> Tree:
    """``verbs`` belong to the nouns from the innermost clause outwards; the last is intransitive."""
    phrase = _noun_phrase(nouns[-1], lexicon)
    for k, noun in enumerate(reversed(nouns[:-1])):
        clause = Tree("S", (phrase, Tree("VP", (_verb(lexicon.transitives[verbs[k]], nouns[-1 - k]),))))
        phrase = _relative(_noun_phrase(noun, lexicon), clause, lexicon)
    return _sentence(phrase, Tree("VP", (_verb(lexicon.intransitives[verbs[-1]], nouns[0]),)))


def _right_sentence(nouns: list, verbs: list[int], lexicon: Lexicon) -> Tree:
    """``verbs`` belong to the nouns from left to right; the last, at the right edge, is intransitive."""
    rest = Tree("VP", (_verb(lexicon.intransitives[verbs[-1]], nouns[-1]),))
    for k in range(len(nouns) - 1, 0, -1):
        object_phrase = _relative(_noun_phrase(nouns[k], lexicon), Tree("S", (rest,)), lexicon)
        rest = Tree("VP", (_verb(lexicon.transitives[verbs[k - 1]], nouns[k - 1]), object_phrase))
    return _sentence(_noun_phrase(nouns[0], lexicon), rest)


def _noun_phrase(noun: tuple[int, int, int], lexicon: Lexicon) -> Tree:
    index, determiner, number = noun
    return Tree("NP", (Tree("DT", (lexicon.determiners[determiner][number],)),
                       Tree(("NN", "NNS")[number], (lexicon.nouns[index][number],))))


def _verb(forms: tuple[str, str], subject: tuple[int, int, int]) -> Tree:
    number = subject[2]
    return Tree(("VBZ", "VBP")[number], (forms[number],))


def _relative(head: Tree, clause: Tree, lexicon: Lexicon) -> Tree:
    link = Tree("WHNP", (Tree("WDT", (lexicon.complementiser,)),))
    return Tree("NP", (head, Tree("SBAR", (link, clause))))


def _sentence(subject: Tree, predicate: Tree) -> Tree:
    return Tree("S", (_capitalise(subject), predicate, Tree(".", (".",))))


def _capitalise(tree: Tree) -> Tree:
    first, *others = tree.children
    first = first[:1].upper() + first[1:] if isinstance(first, str) else _capitalise(first)
    return Tree(tree.label, (first, *others))


def _count_balanced(length: int, max_depth: int) -> list[list[int]]:
    """``counts[r][h]``: ways to go on with ``r`` more brackets from depth ``h`` and end at depth 0."""
    counts = [[1] + [0] * max_depth]
    for _ in range(length):
        after = counts[-1]
        counts.append([(after[h + 1] if h < max_depth else 0) + (after[h - 1] if h else 0)
                       for h in range(max_depth + 1)])
    return counts


def _dyck_tree(rank: int, labelling: int, pairs: int, counts: list[list[int]],
               shallow: list[list[int]] | None) -> Tree:
    """The structure of number ``rank``; the base-``pairs`` digits of ``labelling`` are its labels.

    ``shallow`` counts the ways that stay too shallow; they are no ways until the structure is deep enough.
    """
    open_nodes: list[tuple[str, list[Tree]]] = [("S", [])]
    for left in range(len(counts) - 2, -1, -1):
        height = len(open_nodes) - 1
        n_opening = counts[left][height + 1] if height + 1 < len(counts[0]) else 0
        if shallow and height + 1 < len(shallow[0]):
            n_opening -= shallow[left][height + 1]
        if rank < n_opening:
            labelling, digit = divmod(labelling, pairs)
            open_nodes.append(("AB"[digit], []))
            if shallow and height + 1 == len(shallow[0]):
                shallow = None
        else:
            rank -= n_opening
            label, children = open_nodes.pop()
            open_nodes[-1][1].append(Tree(label, tuple(children)))
    return Tree("S", tuple(open_nodes[0][1]))


def _distinct_ranks(rng: np.random.Generator, capacity: int, n: int) -> list[int]:
    """``n`` even draws from ``range(capacity)``, distinct until all have been drawn."""
    if capacity <= 4 * n:  # a shuffled list of all: rejection would take long, and the list is short
        order = rng.permutation(capacity).tolist()
        return [order[k % capacity] for k in range(n)]
    n_bytes = capacity.bit_length() // 8 + 9  # eight bytes more than needed: bias below 2**-64
    seen: dict[int, None] = {}
    while len(seen) < n:
        seen[int.from_bytes(rng.bytes(n_bytes), "little") % capacity] = None
    return list(seen)


def _check(name: str, value: int, low: int, high: int | None = None) -> None:
    if value < low or (high is not None and value > high):
        raise CorpusError("{parameter} cannot be {value}.", "Choose at least {low}." if high is None
                          else "Choose a number from {low} to {high}.",
                          parameter=name, value=value, low=low, high=high)
