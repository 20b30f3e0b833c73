"""Figures are drawn with their description and downloads, in colours of the theme."""

import json
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.ui.output import read_click, show_figure


def page():
    import pandas as pd
    import plotly.graph_objects as go
    import streamlit as st

    from core.ui.output import page_header, show_figure, show_guide

    page_header("home")
    figure = go.Figure([go.Heatmap(z=[[1, -1]]), go.Scatter(y=[1, 2])])
    figure.update_layout(xaxis_tickfont_color="red")
    show_figure(figure, key="map", alt="A map", table=lambda: pd.DataFrame({"a": [1]}), recipe="print(1)\n")
    state = show_figure(go.Figure(go.Scatter(y=[1])), key="line", alt="A line", on_select="rerun")
    st.session_state["points"] = state.selection.points
    show_guide("Look **here**.")


@pytest.fixture(scope="module")
def app():
    at = AppTest.from_function(page, default_timeout=20).run()
    assert not at.exception
    return at


def test_header_and_guide(app):
    assert app.title[0].value == "Home" and app.caption[0].value
    assert app.markdown[-1].value == "Look **here**."


def test_figure_is_described_and_returns_its_selection(app):
    assert [chart.proto.alt for chart in app.get("plotly_chart")] == ["A map", "A line"]
    assert app.session_state["points"] == []


def test_axis_text_is_strong_unless_the_figure_says_otherwise(app):
    layout = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]
    assert layout["xaxis"]["tickfont"]["color"] == "red"
    assert layout["yaxis"]["tickfont"]["color"] == layout["font"]["color"] == "#000037"


def test_downloads(app):
    assert [button.proto.label for button in app.get("download_button")] == ["CSV", "Save as map.py"]
    assert app.code[0].value.strip() == "print(1)"


def test_key_must_be_a_plain_name():
    with pytest.raises(ValueError, match="plain name"):
        show_figure(None, key="../x", alt="")


@pytest.mark.parametrize("customdata", [[2, 0, 5], {"0": 2, "1": 0, "2": 5}])
def test_a_click_is_read_in_either_shape(customdata, monkeypatch):
    point = {"customdata": customdata}
    monkeypatch.setattr(st, "session_state", {"map": SimpleNamespace(selection=SimpleNamespace(points=[point]))})
    assert read_click("map") == [2, 0, 5]


def test_no_click_is_none(monkeypatch):
    monkeypatch.setattr(st, "session_state", {"map": SimpleNamespace(selection=SimpleNamespace(points=[]))})
    assert read_click("map") is None
