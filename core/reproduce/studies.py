"""Studies: one kind of stored result, how it is computed, and the claims that read it.

A study measures every checkpoint it applies to, on the documents the checkpoint has not read and on
the demo treebank, and stores the results under ``cache/analysis/``; claims and pages read those.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import stats

from core.analysis.results import load_result, save_result
from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint, list_checkpoints, load_checkpoint
from core.errors import AnalysisError
from core.reproduce.claims import ClaimRecord
from core.states.sources import DEMO, encode_source, read_held_out, read_source
from core.tokens.encoded import EncodedSentences

HELD_OUT = "held-out"  # stored results on the card's test documents; needs no corpus


def is_plain(card: CheckpointCard) -> bool:
    """Whether a checkpoint is an ordinary model of English trees: the one the seed speaks of."""
    special = {"lisp-sample", "emacs-lisp", "slib", "lisp", "dyck-1", "dyck-2", "embedding"}
    return not special & {corpus.name for corpus in card.corpora} and not card.training.get("l1", 0)


@dataclass(frozen=True)
class Claim:
    """What is claimed, of which kind of checkpoint, and how a result becomes a number.

    Attributes
    ----------
    record : ClaimRecord
        Without a measurement.
    kind : int
    read : callable
        Takes a result of the study; gives ``ours``, ``low``, ``high``, ``n``, ``control`` and ``holds``.
    of : callable
        Whether a checkpoint is one the claim speaks of.
    """

    record: ClaimRecord
    kind: int
    read: Callable[[Any], dict]
    of: Callable[[CheckpointCard], bool] = is_plain


@dataclass(frozen=True)
class Study:
    """One kind of result.

    Attributes
    ----------
    name : str
        Letters, digits and hyphens; part of the name of the stored results. Empty for the first study.
    result : type
        A flat frozen dataclass with ``corpus`` (str) and ``n_groups`` (int, documents or sentences), see
        `core.analysis.results`.
    compute : callable
        ``compute(checkpoint, sentences, source)`` gives a result; ``source`` as in `load_study`.
    applies : callable
        Which checkpoints are measured.
    claims : tuple of Claim
    """

    name: str
    result: type
    compute: Callable[[Checkpoint, EncodedSentences, str], Any]
    applies: Callable[[CheckpointCard], bool] = lambda card: True
    claims: tuple[Claim, ...] = field(default=())


def result_name(checkpoint_id: str, source: str = HELD_OUT, study: str = "") -> str:
    """Name under which a study's result for a checkpoint on a source is stored."""
    return "-".join(filter(None, (checkpoint_id, source, study)))


def name_corpus(card: CheckpointCard, source: str) -> str:
    """What a source reads, in words: the card's corpora for held-out documents."""
    return " + ".join(corpus.name for corpus in card.corpora) if source == HELD_OUT else source


def load_study(study: Study, card: CheckpointCard, source: str = HELD_OUT):
    """Stored result of one checkpoint, checked against its weights.

    Parameters
    ----------
    source : str
        ``held-out``, ``demo`` or a corpus.

    Raises
    ------
    AnalysisError
        When it is absent, damaged or of other weights.
    """
    return load_result(result_name(card.id, source, study.name), study.result,
                       parents={"weights": card.weights.sha256})


def run_study(study: Study, checkpoint: Checkpoint, sentences: EncodedSentences, source: str):
    """Compute a result and store it."""
    result = study.compute(checkpoint, sentences, source)
    save_result(result_name(checkpoint.card.id, source, study.name), result,
                parents={"weights": checkpoint.card.weights.sha256})
    return result


def measure_claims(studies: Sequence[Study], system: str) -> list[ClaimRecord]:
    """Every claim of some studies, from stored results.

    A claim is read from the smallest checkpoints of its kind; where several differ in their seed
    alone, its value is their mean and its interval Student's over the seeds.
    """
    cards, _ = list_checkpoints(system)
    records = []
    for study in studies:
        for claim in study.claims:
            own = [card for card in cards if card.kind == claim.kind and claim.of(card) and study.applies(card)]
            own = [card for card in own if card.model["hidden_size"] == own[0].model["hidden_size"]]
            found = [(card, result) for card in own if (result := _load(study, card)) is not None]
            records.append(_combine(claim, found) if found else claim.record)
    return records


def _load(study: Study, card: CheckpointCard):
    try:
        return load_study(study, card)
    except AnalysisError:
        return None


def _combine(claim: Claim, found: list[tuple[CheckpointCard, Any]]) -> ClaimRecord:
    found = sorted(found, key=lambda pair: (int(pair[0].training.get("seed", 0)), pair[0].id))
    card, result = found[0]
    measured = [claim.read(result) for _, result in found]
    record = replace(claim.record, corpus=result.corpus, checkpoint=card.id,
                     split=f"by document; {result.n_groups} test documents", **measured[0])
    if len(measured) == 1:
        return record
    values = np.array([m["ours"] for m in measured])
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return replace(record, ours=float(values.mean()), low=float(values.mean() - half), high=float(values.mean() + half),
                   split=f"{record.split}; {len(values)} seeds", holds=all(m["holds"] for m in measured))


def recompute_studies(studies: Sequence[Study], system: str, report: Callable[[str], None],
                      only: Callable[[CheckpointCard], bool] = lambda card: True) -> None:
    """Measure checkpoints again, on their held-out documents and on the demo treebank.

    Raises
    ------
    CorpusError
        When a corpus of a card is not on this machine.
    """
    for card in filter(only, list_checkpoints(system)[0]):
        own = [study for study in studies if study.applies(card)]
        if not own:
            continue
        checkpoint = load_checkpoint(card.id)
        for source, documents in ((HELD_OUT, read_held_out(card)), (DEMO, read_source(DEMO, card))):
            sentences = encode_source(checkpoint, documents)
            report(f"{card.id}: {source}, {sentences.n_tokens:,} tokens")
            for study in own:
                run_study(study, checkpoint, sentences, source)
                report(f"{card.id}: {source}, {study.name or 'correlations and predictions'} measured")
