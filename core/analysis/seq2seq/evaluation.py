"""Translate the sentences of a source once and keep what came out: token ids and n-gram counts, no text of a corpus.

Stored in ``cache/analysis/<name>/`` (see `core.analysis.results`), a folder a (checkpoints, source, search). Sources
and references are joined from the corpus where they are shown.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from core.analysis.results import load_result, save_result
from core.corpora.pairs import SentencePairs
from core.errors import AnalysisError
from core.tokens.languages import detokenise
from core.tokens.linearise import UNK
from core.tokens.pairs import PairVocabulary
from core.tokens.vocabulary import Vocabulary
from core.translate.beam import BeamSettings
from core.translate.bleu import BLEUCounts, count_ngrams
from core.translate.translator import Translator


@dataclass(frozen=True)
class Evaluation:
    """Translations of S sentences by one checkpoint or an ensemble.

    Attributes
    ----------
    checkpoint_ids : tuple of str
    source_name : str
        Such as ``multi30k/test_2016_flickr``, see `core.analysis.seq2seq.sources`.
    pairs_sha256 : str
        Of the pairs as they were read.
    beam, length_penalty, allow_unknown, longest
        The search; see `core.translate.beam.BeamSettings`.
    hypotheses : int32 array of shape (N,)
        Target ids of all translations in a row, without markers.
    starts : int64 array of shape (S + 1,)
    log_p : float32 array of shape (S,)
        Of each translation, nats, its end included.
    finished : bool array of shape (S,)
        False where a translation was cut.
    matched, possible : int32 arrays of shape (S, 4)
    length, reference_length : int32 arrays of shape (S,)
        See `core.translate.bleu.BLEUCounts`.
    source_lengths : int32 array of shape (S,)
        Words of each source, without markers.
    source_ranks : float32 array of shape (S,)
        Mean rank of its words in the source vocabulary, see `rank_sources`.
    source_unknown : int32 array of shape (S,)
        Words of each source that the model does not know.
    """

    checkpoint_ids: tuple[str, ...]
    source_name: str
    pairs_sha256: str
    beam: int
    length_penalty: float
    allow_unknown: bool
    longest: float
    hypotheses: np.ndarray
    starts: np.ndarray
    log_p: np.ndarray
    finished: np.ndarray
    matched: np.ndarray
    possible: np.ndarray
    length: np.ndarray
    reference_length: np.ndarray
    source_lengths: np.ndarray
    source_ranks: np.ndarray
    source_unknown: np.ndarray

    def __len__(self) -> int:
        return len(self.log_p)

    @property
    def counts(self) -> BLEUCounts:
        return BLEUCounts(self.matched, self.possible, self.length, self.reference_length)

    @property
    def settings(self) -> BeamSettings:
        return BeamSettings(beam=self.beam, length_penalty=self.length_penalty, allow_unknown=self.allow_unknown,
                            longest=self.longest)

    def ids(self, s: int) -> np.ndarray:
        """Target ids of one translation."""
        return self.hypotheses[self.starts[s]:self.starts[s + 1]]

    def write(self, s: int, vocabulary: PairVocabulary) -> str:
        """One translation as text."""
        return detokenise([vocabulary.target.tokens[i] for i in self.ids(s)], vocabulary.target_language)


def rank_words(words: Sequence[str], vocabulary: Vocabulary) -> np.ndarray:
    """Places of words by falling count in what a model has read, the most frequent 1; int64 array of shape (T,).

    A word that the model does not know takes the size of the vocabulary.
    """
    unknown = vocabulary.ids[UNK]  # the last of the markers, after which words come by falling count
    ids = vocabulary.encode(words)
    return np.where(ids > unknown, ids - unknown, len(vocabulary))


def rank_sources(sentences: Sequence[Sequence[str]], vocabulary: Vocabulary) -> np.ndarray:
    """Mean rank of each sentence's words, float32 array of shape (S,): what Figure 3 (right) of Sutskever et al. (2014)
    is sorted by."""
    ranks = [rank_words(words, vocabulary).mean() if len(words) else np.nan for words in sentences]
    return np.array(ranks, np.float32)


def evaluate(translator: Translator, pairs: SentencePairs, settings: BeamSettings = BeamSettings(), *,
             progress: Callable[[int, int], None] | None = None) -> Evaluation:
    """Translate all sources of `pairs` and count what they share with the references.

    Parameters
    ----------
    pairs : SentencePairs
        Its name becomes that of the source.
    settings : BeamSettings
        Only the best translation is kept, whatever `n_best`.
    progress : callable, optional
        Called with (sentences done, sentences in all) after every batch.

    Raises
    ------
    AnalysisError
        On a setting out of range, or when there are no pairs.
    """
    settings = replace(settings, n_best=1)
    settings.check()
    if not len(pairs):
        raise AnalysisError("{source} holds no sentences.", "Choose another source.", source=pairs.name)
    vocabulary = translator.vocabulary
    sentences = [vocabulary.split_source(text) for text in pairs.sources]
    best = [found.best for found in translator.translate_all(sentences, settings, progress=progress)]
    counts = count_ngrams([translator.write(h) for h in best], pairs.targets)
    unknown = vocabulary.source.ids[UNK]
    return Evaluation(
        checkpoint_ids=tuple(c.card.id for c in translator.checkpoints), source_name=pairs.name,
        pairs_sha256=pairs.sha256, **_search(settings),
        hypotheses=np.array([i for h in best for i in h.ids], np.int32),
        starts=np.concatenate([[0], np.cumsum([len(h.ids) for h in best])]).astype(np.int64),
        log_p=np.array([h.score for h in best], np.float32), finished=np.array([h.finished for h in best], bool),
        matched=counts.matched, possible=counts.possible, length=counts.length,
        reference_length=counts.reference_length,
        source_lengths=np.array([len(words) for words in sentences], np.int32),
        source_ranks=rank_sources(sentences, vocabulary.source),
        source_unknown=np.array([(vocabulary.source.encode(w) == unknown).sum() for w in sentences], np.int32))


def _search(settings: BeamSettings) -> dict:
    """The settings that choose the best translation."""
    return {n: v for n, v in asdict(settings).items() if n != "n_best"}


def name_evaluation(checkpoint_ids: Sequence[str], source_name: str, settings: BeamSettings) -> str:
    """Name of the folder: readable for one checkpoint and the paper's search, with a digest for anything else."""
    who = checkpoint_ids[0]
    if len(checkpoint_ids) > 1:
        who = f"ensemble-{len(checkpoint_ids)}-{_digest(sorted(checkpoint_ids))}"
    source = "".join(c if c.isalnum() else "-" for c in source_name)
    special = _search(settings) | {"beam": 0}
    tail = "" if special == _search(BeamSettings()) | {"beam": 0} else f"-{_digest(special)}"
    return f"{who}-{source}-beam-{settings.beam}{tail}"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def save_evaluation(evaluation: Evaluation) -> str:
    """Store an evaluation; returns its name."""
    name = name_evaluation(evaluation.checkpoint_ids, evaluation.source_name, evaluation.settings)
    save_result(name, evaluation, parents={"pairs": evaluation.pairs_sha256})
    return name


def load_evaluation(checkpoint_ids: Sequence[str], source_name: str, settings: BeamSettings = BeamSettings(), *,
                    pairs: SentencePairs | None = None) -> Evaluation:
    """Read a stored evaluation; an identifier of a checkpoint holds the hash of its weights.

    Parameters
    ----------
    pairs : SentencePairs, optional
        What it must have been made from, where the corpus is on the machine.

    Raises
    ------
    AnalysisError
        Absent, damaged, or made from other pairs.
    """
    return load_result(name_evaluation(checkpoint_ids, source_name, settings), Evaluation,
                       parents=None if pairs is None else {"pairs": pairs.sha256})


def find_evaluation(checkpoint_ids: Sequence[str], source_name: str, settings: BeamSettings = BeamSettings(), *,
                    pairs: SentencePairs | None = None) -> Evaluation | None:
    """`load_evaluation`, or None where there is none that can be used."""
    try:
        return load_evaluation(checkpoint_ids, source_name, settings, pairs=pairs)
    except AnalysisError:
        return None
