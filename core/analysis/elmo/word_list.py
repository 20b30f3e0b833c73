"""The words that a word is compared with: the model's own, or for one without a softmax those at hand."""

from collections import Counter

from core.checkpoints.bilm import BiLMCheckpoint
from core.corpora.demo import read_demo_treebank
from core.corpora.labelled import read_demo_reviews
from core.corpora.registry import locate_corpus
from core.corpora.senses import read_demo_senses
from core.corpora.vectors import GLOVE, read_vectors
from core.tokens.running import tokenise_paragraph
from core.tokens.streams import MARKERS

MOST = 6000  # of a published model, whose encoder takes four times as long a word


def reference_words(checkpoint: BiLMCheckpoint) -> tuple[str, ...]:
    """Words without repetition, the most frequent first: those the model can predict without its markers.

    A published model predicts none. It gets the words of the texts that ship and, where GloVe is at hand, the first
    of its list, 6,000 at most.
    """
    if checkpoint.words:
        return tuple(word for word in checkpoint.words if word not in MARKERS)
    counts = Counter(word for example in read_demo_senses() for word in example.words)
    counts.update(word for text in read_demo_reviews().texts for word in tokenise_paragraph(text))
    counts.update(word for document in read_demo_treebank().documents for tree in document.trees
                  for word in tree.words())
    ours = [word for word, _ in counts.most_common()]
    path = locate_corpus(GLOVE)
    more = read_vectors(path, max_words=MOST).words if path is not None and path.is_file() else ()
    return tuple(dict.fromkeys((*ours, *more)))[:MOST]
