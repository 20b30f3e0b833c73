"""Two buttons that save a drawn chart as PNG and SVG, from the reader's own browser.

The server has no renderer (kaleido drives a whole Chrome). Plotly's own camera button has one, reachable
from the chart's element; this component sets format, scale and name and presses it.
"""

from functools import lru_cache

import streamlit as st

from core.ui.language import tr

SCALE = 2  # print and high-density screens

_HTML = '<div class="row"></div>'

_CSS = """
.row { display: flex; gap: 1rem; font-family: var(--st-font); }
button {
  display: inline-flex; align-items: center; gap: 0.3rem; cursor: pointer;
  min-height: 2.5rem; padding: 0; font: inherit; font-size: 0.875rem; line-height: 1.6;
  color: var(--st-text-color); background: transparent; border: none;
  border-radius: var(--st-button-radius);
}
button:hover, button:active { color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
svg { width: 1rem; height: 1rem; fill: none; stroke: currentColor; stroke-width: 1.6; }
.failed { color: var(--st-red-text-color); font-size: 0.875rem; align-self: center; }
"""

_JS = """
const ICON = '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 3v9m0 0 3.5-3.5M10 12 6.5 8.5M3.5 13v3.5h13V13"/></svg>';

function findChart(key) {
  return document.querySelector(`.st-key-${CSS.escape(key)} .js-plotly-plot`);
}

function pressCamera(chart, options) {
  const camera = chart._fullLayout._modeBar.buttons.flat().find((button) => button.name === "toImage");
  const before = chart._context.toImageButtonOptions;
  chart._context.toImageButtonOptions = options;
  try {
    camera.click(chart);  // reads its options at once, draws later
  } finally {
    chart._context.toImageButtonOptions = before;
  }
}

export default function ({ parentElement, data }) {
  const row = parentElement.querySelector(".row");
  row.replaceChildren();
  for (const format of ["png", "svg"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.innerHTML = ICON;
    button.append(format.toUpperCase());
    button.title = data.titles[format];
    button.setAttribute("aria-label", `${format.toUpperCase()}: ${data.titles[format]}`);
    button.onclick = () => {
      row.querySelector(".failed")?.remove();
      try {
        pressCamera(findChart(data.chart), { format, filename: data.chart, scale: data.scale });
      } catch (error) {
        console.warn("The chart could not be saved.", error);
        const note = document.createElement("span");
        note.className = "failed";
        note.setAttribute("role", "alert");
        note.textContent = data.failed;
        row.append(note);
      }
    };
    row.append(button);
  }
}
"""


@lru_cache(maxsize=1)
def _component():
    return st.components.v2.component("wordglass.export", html=_HTML, css=_CSS, js=_JS)


def show_image_buttons(key: str) -> None:
    """PNG and SVG of the ``st.plotly_chart`` whose key is `key`, saved as ``<key>.png`` and ``<key>.svg``."""
    _component()(key=f"{key}_images", width="content", data={
        "chart": key, "scale": SCALE,
        "titles": {"png": tr("Save the figure as an image"), "svg": tr("Save the figure as vector graphics")},
        "failed": tr("The figure is not drawn yet."),
    })
