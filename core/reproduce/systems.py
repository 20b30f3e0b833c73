"""The systems whose claims are measured."""

from core.reproduce import elmo, lstm, qwem, saliency, seq2seq
from core.reproduce.claims import ClaimSystem

SYSTEMS: dict[str, ClaimSystem] = {system.name: system for system in (lstm.SYSTEM, qwem.SYSTEM, saliency.SYSTEM,
                                                                  seq2seq.SYSTEM, elmo.SYSTEM)}
