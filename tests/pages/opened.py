"""A page opened without a browser, and what a reader sees on it."""

import base64
import json

import numpy as np
from streamlit.testing.v1 import AppTest

from core.ui.registry import find_page

SECONDS = 90  # a page that measures the demo treebank live, on a busy machine


def open_page(stem: str, locale: str = "en-GB", **query: str) -> AppTest:
    """One page as a deep link opens it."""
    at = AppTest.from_file(str(find_page(stem).path), default_timeout=SECONDS)
    at.context = {"locale": locale}
    for key, value in query.items():
        at.query_params[key] = value
    return at.run()


def figures(at: AppTest) -> list[dict]:
    """The charts, as the browser gets them."""
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def numbers(field: list | dict) -> np.ndarray:
    """The numbers of a trace, which Plotly may send as binary."""
    if not isinstance(field, dict):
        return np.array(field)
    shape = [int(n) for n in field["shape"].split(",")] if "shape" in field else [-1]
    return np.frombuffer(base64.b64decode(field["bdata"]), field["dtype"]).reshape(shape)


def shown(at: AppTest) -> str:
    """What a reader can tell apart: figures, numbers, sentences, messages."""
    texts = [[element.value for element in group] for group in (at.metric, at.markdown, at.info, at.error)]
    return json.dumps([figures(at), *texts])


def calm(at: AppTest) -> AppTest:
    """The page, which must show neither fault nor message of one."""
    assert not at.exception and not at.error, [e.value for e in at.error]
    return at


def said(at: AppTest) -> str:
    """Text, captions and notes of the page."""
    return " ".join([m.value for m in at.markdown] + [c.value for c in at.caption] + [i.value for i in at.info])
