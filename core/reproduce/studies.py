"""Studies: one kind of stored result, how it is computed, and the claims that read it.

A study measures every checkpoint it applies to, on the documents the checkpoint has not read and on
the demo treebank, and stores the results under ``cache/analysis/``; claims and pages read those.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.analysis.intervals import estimate_mean
from core.analysis.results import load_result, save_result
from core.checkpoints.card import CheckpointCard
from core.checkpoints.store import Checkpoint, list_checkpoints, load_checkpoint
from core.corpora.library import corpus_family
from core.errors import AnalysisError, CorpusError
from core.reproduce.claims import ClaimRecord
from core.states.sources import DEMO, encode_source, read_held_out, read_source
from core.tokens.encoded import EncodedSentences

HELD_OUT = "held-out"  # stored results on the card's test documents; needs no corpus


def is_plain(card: CheckpointCard) -> bool:
    """Whether a checkpoint is an ordinary model of English trees: the one the seed speaks of."""
    return all(corpus_family(c.name) == "english" for c in card.corpora) and not card.training.get("l1", 0)


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

    A claim is read from the smallest measured checkpoints of its kind; where several differ in their seed
    alone, its value is their mean and its interval Student's over the seeds.
    """
    cards, _ = list_checkpoints(system)
    records = []
    for study in studies:
        for claim in study.claims:
            own = [card for card in cards if card.kind == claim.kind and claim.of(card) and study.applies(card)]
            found = [(card, result) for card in own if (result := _load(study, card)) is not None]
            found = [pair for pair in found if pair[0].model["hidden_size"] == found[0][0].model["hidden_size"]]
            records.append(_combine(claim, _largest_family(found)) if found else claim.record)
    return records


def _largest_family(found: list[tuple[CheckpointCard, Any]]) -> list[tuple[CheckpointCard, Any]]:
    """Of some checkpoints, the most that differ in their seed alone; of one seed the longest trained."""
    families: dict[str, dict] = {}
    for card, result in found:  # a setting that is off may be absent; epochs are a limit, patience ends the training
        settings = {k: v for k, v in card.training.items() if k not in ("seed", "epochs") and v}
        family = families.setdefault(json.dumps([settings, [c.name for c in card.corpora]], sort_keys=True), {})
        seed = card.training.get("seed")
        if seed not in family or card.training.get("epochs", 0) > family[seed][0].training.get("epochs", 0):
            family[seed] = (card, result)
    return list(max(families.values(), key=len).values())


def _load(study: Study, card: CheckpointCard, source: str = HELD_OUT):
    try:
        return load_study(study, card, source)
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
    mean, low, high = map(float, estimate_mean(values))
    return replace(record, ours=mean, low=low, high=high,
                   split=f"{record.split}; {len(values)} seeds", holds=all(m["holds"] for m in measured),
                   control=f"{record.control}, lowest seed {values.min():.3f}, highest seed {values.max():.3f}")


def recompute_studies(studies: Sequence[Study], system: str, report: Callable[[str], None], *,
                      missing: bool = False) -> None:
    """Measure checkpoints again, on their held-out documents and on the demo of their language.

    A corpus that is not on this machine is reported and left out.

    Parameters
    ----------
    missing : bool
        Only what is not stored yet, or was made from other weights or by another version.
    """
    for card in list_checkpoints(system)[0]:
        for source, read in ((HELD_OUT, read_held_out), (DEMO, lambda card: read_source(DEMO, card))):
            own = [study for study in studies if study.applies(card)
                   and not (missing and _load(study, card, source) is not None)]
            if not own:
                continue
            try:
                checkpoint = load_checkpoint(card.id)
                sentences = encode_source(checkpoint, read(card))
            except CorpusError as error:
                report(f"{card.id}: {source} left out: {error}")
                continue
            for study in own:
                start = time.monotonic()
                run_study(study, checkpoint, sentences, source)
                report(f"{card.id}: {source}, {sentences.n_tokens:,} tokens, {study.name or 'correlations'} measured "
                       f"in {time.monotonic() - start:.0f} s")
