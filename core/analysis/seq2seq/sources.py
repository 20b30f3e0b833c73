"""Sentence pairs that no encoder–decoder here has learned from, by name: what translations are measured on."""

import dataclasses
from functools import lru_cache

from core.checkpoints.card import Seq2SeqCard
from core.corpora.demo_pairs import read_demo_pairs
from core.corpora.pairs import DEMO_PAIRS, MULTI30K, TATOEBA, SentencePairs, read_demo, read_multi30k
from core.corpora.registry import locate_corpus
from core.errors import CorpusError
from core.tokens.pairs import select_pairs
from core.training.seq2seq import Seq2SeqTraining, read_parts

DEMO_STYLES = {MULTI30K: "caption", TATOEBA: "everyday"}
HELD_OUT = f"{TATOEBA}/test"
CORPUS_SOURCES = {MULTI30K: tuple(f"{MULTI30K}/{part}" for part in (
    "test_2016_flickr", "test_2017_flickr", "test_2017_mscoco")), TATOEBA: (HELD_OUT,)}


def name_demo(corpus: str) -> str:
    """Our own sentences in the manner of a corpus; all of them for a corpus that is not ours to know."""
    style = DEMO_STYLES.get(corpus)
    return f"{DEMO_PAIRS}/{style}" if style else DEMO_PAIRS


def list_sources(corpus: str) -> tuple[str, ...]:
    """Names of what the models of a corpus are measured on, our own sentences first, whether on this machine or not."""
    return (name_demo(corpus), *CORPUS_SOURCES.get(corpus, ()))


def has_source(name: str) -> bool:
    """Whether a source is on this machine."""
    corpus = name.split("/")[0]
    return corpus == DEMO_PAIRS or locate_corpus(corpus) is not None


def read_evaluation_pairs(name: str, card: Seq2SeqCard) -> SentencePairs:
    """The pairs of a source.

    Parameters
    ----------
    name : str
        One of `list_sources` of the card's corpus.
    card : Seq2SeqCard
        Its settings say which pairs of a corpus without parts were held out.

    Raises
    ------
    CorpusError
        There is no such source; it is absent or damaged; or it was cut into parts from other sentences than the model
        learned from, so that some of the test may have been learned.
    """
    if name not in list_sources(card.corpus.name):
        raise CorpusError("“{name}” is no source for models of {corpus}.", "The sources are {known}.", name=name[:200],
                          corpus=card.corpus.name, known=", ".join(list_sources(card.corpus.name)))
    corpus, _, part = name.partition("/")
    if corpus == DEMO_PAIRS:
        return _read_demo(part)
    if corpus == MULTI30K:
        return read_multi30k(part)
    cut = {name: card.training[name] for name in ("corpus", "held_out", "split_seed")}
    parts = read_parts(Seq2SeqTraining(languages=tuple(card.training["languages"]), **cut))
    if parts["train"].sha256 != card.corpus.sha256:
        raise CorpusError("{corpus} on this machine is not the edition that {model} learned from, so that its test "
                          "part may hold sentences that were learned.", "Put the edition of the model's card in a data "
                          "folder, or choose another source.", corpus=corpus, model=card.id)
    return dataclasses.replace(parts["test"], name=name)


@lru_cache(maxsize=4)
def _read_demo(style: str) -> SentencePairs:
    pairs, styles = read_demo(), [p.style for p in read_demo_pairs()]
    rows = [i for i, own in enumerate(styles) if style in ("", own)]
    return dataclasses.replace(select_pairs(pairs, rows), name=f"{DEMO_PAIRS}/{style}" if style else DEMO_PAIRS)
