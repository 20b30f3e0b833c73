"""Claims about translation (seed 001)."""

from core.reproduce.claims import ClaimSystem
from core.reproduce.seq2seq.claims import measure_claims
from core.reproduce.seq2seq.measure import recompute

SYSTEM = ClaimSystem("s2s", measure_claims, recompute)
