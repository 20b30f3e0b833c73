"""Claims about ELMo (seed 002)."""

from functools import partial

from core.reproduce.claims import ClaimSystem, read_claims
from core.reproduce.elmo.claims import CLAIMS
from core.reproduce.elmo.measure import recompute

SYSTEM = ClaimSystem("elmo", partial(read_claims, CLAIMS), recompute)
