"""How long every page takes to answer a control, warm, without the browser's share."""

import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from core.ui import controls
from core.ui.registry import PageEntry, list_pages
from tests.bench.row import Row

REDRAW_LIMIT = 500.0  # milliseconds
LIMITS = {"What word2vec learns": 200.0, "Saliency over training": 300.0,  # of a section's pages, where others
          "Sequence to sequence": 300.0, "ELMo": 300.0}
# Another model or language is another page, not a redraw.
LOADS = {"kind", "model", "lang", "cnn", "qwem", "pairs", "translator", "bilm"}


def bench_page(entry: PageEntry, turns: int = 3) -> Row:
    """The slowest control of a page, both of its values warm; a page without controls is rerun as it is.

    Each control goes to and fro ``turns`` times.
    """
    offered: dict[str, list] = {}
    seed_choice = controls._seed_choice

    def note_options(key, options, *rest):
        offered[key] = list(options)
        return seed_choice(key, options, *rest)

    with patch.object(controls, "_seed_choice", note_options):
        at = AppTest.from_file(str(entry.path), default_timeout=300).run()
        slowest, name = _time_run(at), "rerun"
        for key, find, values in list(_list_switches(at, offered)):
            for value in values:  # once each, cold
                find(at).set_value(value).run()
            seconds = median(_time_run(find(at).set_value(value)) for value in values * turns)
            slowest, name = max((slowest, name), (seconds, key))
    limit = LIMITS.get(entry.section, REDRAW_LIMIT)
    return Row(f"redraw.{entry.stem}", 1000 * slowest, limit, limit / (1000 * slowest), 1.0, f"ms ({name})")


def _time_run(runnable) -> float:
    start = time.perf_counter()
    runnable.run()
    return time.perf_counter() - start


def _list_switches(at: AppTest, offered: dict[str, list]) -> Iterator[tuple[str, Callable, tuple]]:
    """Every menu, switch and slider: its key, how to find it, and another value and the present one."""
    for kind in ("segmented_control", "selectbox", "toggle", "slider"):
        for widget in getattr(at, kind):
            now = widget.value
            if kind == "toggle":
                other = [not now]
            elif kind == "slider":
                other = [widget.min if now != widget.min else widget.max] if not isinstance(now, (list, tuple)) else []
            else:
                other = [value for value in offered.get(widget.key, []) if value != now]
            if other and widget.key not in LOADS:
                yield widget.key, partial(_find, kind, widget.key), (other[0], now)


def _find(kind: str, key: str, at: AppTest):
    return getattr(at, kind)(key=key)


def run() -> list[Row]:
    """A row a page, in menu order."""
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("streamlit")]:
        logging.getLogger(name).setLevel(logging.ERROR)  # that no browser is there is known
    return [bench_page(entry) for entry in list_pages()]
