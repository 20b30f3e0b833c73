"""Seed 000, how an LSTM language model encodes syntax: its studies and their claims."""

from functools import partial

from core.reproduce.claims import ClaimSystem
from core.reproduce.lstm import (
    ablation,
    distributions,
    generalisation,
    heldout,
    phrases,
    probe,
    regression,
    snap,
    sparsity,
    word_classes,
)
from core.reproduce.studies import Study, measure_claims, recompute_studies

STUDIES: dict[str, Study] = {study.name: study for study in (
    heldout.STUDY,
    distributions.STUDY,
    generalisation.STUDY,
    sparsity.STUDY,
    regression.STUDY,
    phrases.STUDY,
    probe.STUDY,
    word_classes.STUDY,
    snap.STUDY,
    ablation.STUDY,
)}
SYSTEM = ClaimSystem("lstm", lambda: measure_claims(list(STUDIES.values()), "lstm"),
                     partial(recompute_studies, list(STUDIES.values()), "lstm"))
