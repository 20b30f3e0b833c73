"""Seed 000, how an LSTM language model encodes syntax: its studies and their claims."""

from core.reproduce.claims import ClaimSystem
from core.reproduce.lstm import heldout
from core.reproduce.studies import Study, measure_claims, recompute_studies

STUDIES: dict[str, Study] = {study.name: study for study in (heldout.STUDY,)}
SYSTEM = ClaimSystem("lstm", lambda: measure_claims(list(STUDIES.values()), "lstm"),
                     lambda report: recompute_studies(list(STUDIES.values()), "lstm", report))
