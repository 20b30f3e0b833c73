"""Lets a playing figure be stopped without an error in the browser's console.

Plotly keeps the frames still to come in a queue and rejects the promise of ▶ when ❚❚ or the slider empties it; nobody
hears that promise, so the browser reports an error without a word. No argument of ``animate`` avoids it: every mode
that stops empties the queue. This component has the promise fulfilled instead, when the pointer goes down, which is
before Plotly acts.
"""

from functools import lru_cache

import streamlit as st

_JS = """
function endQuietly(chart) {
  for (const frame of chart._transitionData?._frameQueue ?? []) {
    if (frame.onInterrupt) {
      frame.onInterrupt = () => { frame.onComplete(); frame.onComplete(); };  // once for each half of its end
    }
  }
}

export default function ({ data }) {
  const listen = () => document
    .querySelectorAll(`.st-key-${CSS.escape(data.chart)} .js-plotly-plot`).forEach(endQuietly);
  const kinds = ["pointerdown", "click"];
  kinds.forEach((kind) => document.addEventListener(kind, listen, true));
  return () => kinds.forEach((kind) => document.removeEventListener(kind, listen, true));
}
"""


@lru_cache(maxsize=1)
def _component():
    return st.components.v2.component("wordglass.playing", js=_JS)


def let_stop(key: str) -> None:
    """Mend the ▶ of the figure whose key is `key`; takes no room in a row of controls."""
    _component()(key=f"{key}_playing", width="content", data={"chart": key})
