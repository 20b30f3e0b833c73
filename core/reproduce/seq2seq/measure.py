"""Everything the claims about translation rest on, measured and stored."""

import time
from collections.abc import Callable, Sequence

from core.analysis.seq2seq.evaluation import Evaluation, evaluate, find_evaluation, load_evaluation, save_evaluation
from core.analysis.seq2seq.rescoring import load_rescoring, measure_rescoring, save_rescoring
from core.analysis.seq2seq.runs import load_measured_run, measure_run, save_run
from core.analysis.seq2seq.sources import HELD_OUT, name_demo, read_evaluation_pairs
from core.checkpoints.card import Seq2SeqCard
from core.checkpoints.seq2seq import list_seq2seqs, load_seq2seq
from core.corpora.pairs import MULTI30K, TATOEBA
from core.errors import AnalysisError, WordglassError
from core.reproduce.seq2seq.vectors import list_phrases, measure_phrases, save_phrases
from core.translate.beam import BeamSettings
from core.translate.translator import Translator

TEST = {MULTI30K: f"{MULTI30K}/test_2016_flickr", TATOEBA: HELD_OUT}
BEAMS = (1, 2, 12)
Report = Callable[[str], None]


def ensembles(cards: Sequence[Seq2SeqCard]) -> list[list[Seq2SeqCard]]:
    """Checkpoints that read backwards and differ in their seed alone: the first two, and all where there are more."""
    groups: dict[str, list[Seq2SeqCard]] = {}
    for card in cards:
        if card.reverse and card.corpus.name in TEST:
            groups.setdefault(f"{card.corpus.name} {card.model}", []).append(card)
    found = []
    for own in groups.values():
        own = sorted(own, key=lambda c: c.training.get("seed", 0))[:5]
        found += [own[:n] for n in sorted({2, len(own)}) if 2 <= n <= len(own)]
    return found


def pick_forward(cards: Sequence[Seq2SeqCard], partners: Sequence[Seq2SeqCard]) -> Seq2SeqCard | None:
    """The checkpoint of the same corpus and sizes that reads forwards, the first by seed."""
    alike = [c for c in cards if not c.reverse and c.corpus.name == partners[0].corpus.name
             and c.model == partners[0].model]
    return min(alike, key=lambda c: c.training.get("seed", 0), default=None)


def recompute(report: Report, *, missing: bool = False) -> None:
    """Translate the test sentences with every checkpoint and with ensembles; what has no corpus here is left out.

    Parameters
    ----------
    missing : bool
        Only what is not stored yet.
    """
    cards = list_seq2seqs()[0]
    for card in cards:
        if card.corpus.name in TEST:
            _try(report, f"{card.id}, references", lambda card=card: _measure_run(card, missing))
            for source in (TEST[card.corpus.name], name_demo(card.corpus.name)):
                for beam in BEAMS:
                    _try(report, f"{card.id}, {source}, beam {beam}",
                         lambda card=card, source=source, beam=beam: _evaluate([card], source, beam, missing))
            _try(report, f"{card.id}, phrases", lambda card=card: _measure_phrases(card, missing))
    for group in ensembles(cards):
        for beam in BEAMS:
            _try(report, f"{len(group)} of {group[0].corpus.name}, beam {beam}",
                 lambda group=group, beam=beam: _evaluate(group, TEST[group[0].corpus.name], beam, missing))
    for group in ensembles(cards):
        if (forward := pick_forward(cards, group)) is not None and len(group) == max(map(len, ensembles(cards))):
            _try(report, f"lists of {forward.id} rescored", lambda f=forward, g=group: _rescore(f, g, missing))


def _try(report: Report, what: str, measure: Callable[[], bool]) -> None:
    """Run a measurement and say how long it took; what cannot be measured here is named."""
    start = time.monotonic()
    try:
        if measure():
            report(f"{what}: {time.monotonic() - start:.0f} s")
    except WordglassError as error:
        report(f"{what} left out: {error}")


def _measure_run(card: Seq2SeqCard, missing: bool) -> bool:
    if missing:
        try:
            load_measured_run(card.id)
            return False
        except AnalysisError:
            pass
    save_run(measure_run(load_seq2seq(card.id), read_evaluation_pairs(TEST[card.corpus.name], card)))
    return True


def _measure_phrases(card: Seq2SeqCard, missing: bool) -> bool:
    if missing and any(p.checkpoint_id == card.id for p in list_phrases()):
        return False
    save_phrases(measure_phrases(load_seq2seq(card.id)))
    return True


def _evaluate(cards: Sequence[Seq2SeqCard], source: str, beam: int, missing: bool) -> bool:
    settings, ids = BeamSettings(beam=beam), [c.id for c in cards]
    if missing and find_evaluation(ids, source, settings) is not None:
        return False
    pairs = read_evaluation_pairs(source, cards[0])
    save_evaluation(evaluate(Translator([load_seq2seq(i) for i in ids]), pairs, settings))
    return True


def _rescore(forward: Seq2SeqCard, group: Sequence[Seq2SeqCard], missing: bool) -> bool:
    if missing:
        try:
            load_rescoring(forward.id)
            return False
        except AnalysisError:
            pass
    pairs = read_evaluation_pairs(TEST[forward.corpus.name], forward)
    save_rescoring(measure_rescoring(Translator([load_seq2seq(forward.id)]),
                                     Translator([load_seq2seq(c.id) for c in group]), pairs))
    return True


def stored(ids: Sequence[str], beam: int, *, corpus: str = MULTI30K) -> Evaluation:
    """A stored evaluation on the test sentences of a corpus; errors as `load_evaluation`."""
    return load_evaluation(list(ids), TEST[corpus], BeamSettings(beam=beam))
