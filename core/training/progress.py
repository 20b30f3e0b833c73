"""What a training run says while it runs: one line for people, one JSON record for pages."""

import sys
import time
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Rate and time left of a known number of tokens, or of what `unit` names.

    ``report`` prints at most every ``every`` seconds, on one rewritten line when the stream is a
    terminal and on lines of their own otherwise.
    """

    total: int
    every: float = 5.0
    done: int = 0
    started: float = field(default_factory=time.monotonic)
    unit: str = "tokens"
    _done_at_start: int = 0
    _last: float = 0.0

    def resume_at(self, done: int) -> None:
        """Start counting from tokens an earlier run has done."""
        self.done = self._done_at_start = done

    def report(self, text: str, *, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._last < self.every:
            return
        self._last = now
        rate = (self.done - self._done_at_start) / max(now - self.started, 1e-9)
        left = (self.total - self.done) / rate if rate else float("inf")
        line = f"{text}  {rate:,.0f} {self.unit}/s  {_clock(left)} left"
        end = "\r" if sys.stderr.isatty() and not force else "\n"
        print(line, end=end, file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    if seconds == float("inf"):
        return "?"
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
