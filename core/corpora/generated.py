"""Treebanks made by our own generators, cut into documents so that they split as real corpora do."""

from functools import lru_cache

from core.corpora.grammar import generate_centre_embedding, generate_dyck, generate_right_branching
from core.corpora.treebank import Document, Treebank
from core.errors import CorpusError

GENERATED = ("dyck-1", "dyck-2", "embedding")
N_DOCUMENTS, PER_DOCUMENT = 60, 30
DYCK_DEPTH, DYCK_LENGTHS = 8, range(14, 44, 2)  # brackets without the root's; shorter ones are too few
MAX_EMBEDDED = 4                                # relative clauses inside one another


@lru_cache(maxsize=3)  # immutable
def generate_treebank(name: str, *, depth: int = 0) -> Treebank:
    """1,800 trees in 60 documents: ``dyck-1``, ``dyck-2``, or ``embedding`` (sentences with relative clauses).

    Structures of one length and depth are distinct, so that a held-out one has not been read.

    Parameters
    ----------
    depth : int
        Deepest nesting: of brackets below the root's (``dyck-…``; 0 is 8), or of relative clauses (``embedding``;
        0 is 4).

    Raises
    ------
    CorpusError
        When there is no such treebank.
    """
    if name not in GENERATED:
        raise CorpusError("There is no generator named “{name}”.", "The generators are: {known}.", name=name[:60],
                          known=", ".join(GENERATED))
    n = N_DOCUMENTS * PER_DOCUMENT
    if name == "embedding":
        makers = [(make, k) for k in range(1, (depth or MAX_EMBEDDED) + 1)
                  for make in (generate_centre_embedding, generate_right_branching)]
        kinds = [make(-(-n // len(makers)), depth=k, seed=k) for make, k in makers]
    else:
        kinds = [generate_dyck(-(-n // len(DYCK_LENGTHS)), pairs=int(name[-1]), max_depth=depth or DYCK_DEPTH,
                               length=length, seed=length) for length in DYCK_LENGTHS]
    trees = [tree for row in zip(*kinds, strict=True) for tree in row][:n]
    return Treebank(name, tuple(Document(f"part-{d + 1:02d}", tuple(trees[d::N_DOCUMENTS]))
                                for d in range(N_DOCUMENTS)))
