"""Claims about translation (seed 001)."""

from functools import partial

from core.reproduce.claims import ClaimSystem, read_claims
from core.reproduce.seq2seq.claims import CLAIMS
from core.reproduce.seq2seq.measure import recompute

SYSTEM = ClaimSystem("s2s", partial(read_claims, CLAIMS), recompute)
