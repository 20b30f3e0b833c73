"""What a page shows: its header, its reading guide, its figures with their downloads."""

import re
from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.ui.export import SCALE, show_image_buttons
from core.ui.language import tr
from core.ui.registry import find_page

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_UNUSED_BUTTONS = ("zoomIn2d", "zoomOut2d", "autoScale2d", "toggleSpikelines", "hoverClosestCartesian",
                   "hoverCompareCartesian")
# Streamlit's grey for ticks and axis titles has 3.5:1 on our page, too faint for text. This is its placeholder
# for the next darker one; the browser puts the theme's colour in its place.
_AXIS_TEXT = "#000037"


def page_header(stem: str) -> None:
    """Title and question of a page, from the registry."""
    entry = find_page(stem)
    st.title(tr(entry.title), anchor=False)
    st.caption(tr(entry.question))


def show_numbers(numbers: list[tuple[str, str, str, str]], *, columns: int) -> None:
    """Framed numbers, at most `columns` in a row: name, number, small print, help."""
    grid = st.grid(columns, min_column_width=150)
    for label, value, below, help in numbers:
        grid.metric(label[:1].upper() + label[1:], value, below, delta_color="off", delta_arrow="off", border=True,
                    help=help, height="stretch")


def show_guide(markdown: str) -> None:
    """The box that says what to look for in the figure above it.

    Parameters
    ----------
    markdown : str
        Already translated.
    """
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/visibility: **{tr('What to look for')}**")
        st.markdown(markdown)


def show_figure(figure: go.Figure, *, key: str, alt: str,
                table: pd.DataFrame | Callable[[], pd.DataFrame] | None = None, recipe: str | None = None,
                on_select: str | Callable | None = None, selection_mode=None, height: int | None = None):
    """Draw a figure and the row of its downloads.

    Parameters
    ----------
    figure : plotly Figure
        Colours, fonts and background come from the theme; leave them open. The colour of axis text is
        set in place where it is open.
    key : str
        Name of the chart on the page and of its files: ASCII letters, digits, ``_`` and ``-``.
    alt : str
        What the figure shows, in one translated sentence, for readers who do not see it.
    table : DataFrame or callable, optional
        The numbers behind the figure; a callable runs when the reader asks for them.
    recipe : str, optional
        A few lines of Python that make the figure from ``core``.
    on_select, selection_mode : optional
        As in ``st.plotly_chart``; a selection reruns the page only if `on_select` is given.
    height : int, optional
        Pixels; else the figure's own.

    Returns
    -------
    PlotlyState or DeltaGenerator
        What ``st.plotly_chart`` returns: the selection if `on_select` is given.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"Figure key {key!r} is not a plain name; it becomes a CSS class and a file name.")
    _strengthen_axis_text(figure)
    modes = selection_mode or ("points",)
    with st.container(gap="xsmall"):
        state = st.plotly_chart(figure, key=key, alt=alt, theme="streamlit", width="stretch",
                                height=height or "content", on_select=on_select or "ignore",
                                selection_mode=modes, config=_chart_config(key))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            show_image_buttons(key)
            if table is not None:
                _show_table_button(table, key)
            if recipe is not None:
                _show_recipe(recipe, key)
    return state


def read_click(key: str) -> list | None:
    """``customdata`` of the marker clicked in the figure `key`; None if nothing is selected."""
    points = st.session_state[key].selection.points
    if not points:
        return None
    data = points[0]["customdata"]
    # Where plotly sends numbers as a binary array, the browser hands a row of it back as {"0": …, "1": …}.
    return [data[str(i)] for i in range(len(data))] if isinstance(data, dict) else list(data)


def _strengthen_axis_text(figure: go.Figure) -> None:
    fonts = [figure.layout.font]
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        fonts += [axis.tickfont, axis.title.font]
    scales = [trace for trace in figure.data if "colorbar" in trace]  # heatmaps and their kin
    for scale in (*scales, *figure.select_coloraxes()):
        fonts += [scale.colorbar.tickfont, scale.colorbar.title.font]
    for font in fonts:
        if font.color is None:
            font.color = _AXIS_TEXT


def _chart_config(key: str) -> dict:
    return {
        "displaylogo": False,
        "modeBarButtonsToRemove": list(_UNUSED_BUTTONS),
        # The camera stays in the bar: the PNG and SVG buttons press it.
        "toImageButtonOptions": {"format": "png", "filename": key, "scale": SCALE},
    }


def _show_table_button(table: pd.DataFrame | Callable[[], pd.DataFrame], key: str) -> None:
    def write() -> bytes:
        frame = table() if callable(table) else table
        # With a byte-order mark spreadsheets read Japanese; pandas skips it.
        return frame.to_csv(index=frame.index.name is not None).encode("utf-8-sig")

    st.download_button("CSV", write, file_name=f"{key}.csv", mime="text/csv", key=f"{key}_csv", on_click="ignore",
                       type="tertiary", icon=":material/table_view:", help=tr("Save the numbers as a table"))


def _show_recipe(recipe: str, key: str) -> None:
    with st.popover("Python", type="tertiary", icon=":material/code:", key=f"{key}_recipe",
                    help=tr("The lines that make this figure")):
        st.code(recipe, language="python")
        st.download_button(tr("Save as {name}", name=f"{key}.py"), recipe.encode(), file_name=f"{key}.py",
                           mime="text/x-python", key=f"{key}_python", on_click="ignore",
                           icon=":material/download:")
