"""What takes long to make and is shown while it is made: a few results, kept for all sessions, the oldest given up.

Streamlit's own caches replay what a function draws and so refuse a bar of progress from outside.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any

import streamlit as st

from core.ui.language import tr


class Shelf:
    """At most `n` results by key."""

    def __init__(self, n: int):
        self._items: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock, self._n = Lock(), n

    def find(self, key: Hashable) -> Any | None:
        """The result, or None."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def keep(self, key: Hashable, item: Any) -> None:
        """Put a result on the shelf."""
        with self._lock:
            self._items[key] = item
            self._items.move_to_end(key)
            while len(self._items) > self._n:
                self._items.popitem(last=False)


def show_progress(text: str) -> tuple[Callable[[int, int], None], Callable[[], None]]:
    """A bar with `text`, to be moved by (done, in all), and what takes it away."""
    bar = st.progress(0.0, text=text)

    def move(done: int, n: int) -> None:
        bar.progress(done / max(n, 1), text=tr("{what} {done:,} of {n:,}", what=text, done=done, n=n))

    return move, bar.empty
