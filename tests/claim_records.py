"""Every claim as it is shipped, measured once a process."""

from functools import cache

from core.reproduce.claims import ClaimRecord
from core.reproduce.systems import SYSTEMS


@cache
def read_shipped_records() -> tuple[ClaimRecord, ...]:
    """Records of all systems from the results in the repository; to be asked while tests are collected."""
    return tuple(record for system in SYSTEMS.values() for record in system.measure())
