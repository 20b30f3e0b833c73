"""Claims about ELMo (seed 002)."""

from core.reproduce.claims import ClaimSystem
from core.reproduce.elmo.claims import measure_claims
from core.reproduce.elmo.measure import recompute

SYSTEM = ClaimSystem("elmo", measure_claims, recompute)
