"""The pointer of a figure clicks or draws, as the reader chooses."""

import plotly.graph_objects as go

from core.ui.pointer import set_pointer


def test_a_figure_takes_clicks_or_a_tool():
    figure = go.Figure()
    set_pointer(figure, "lasso", draws=True)
    assert figure.layout.dragmode == "lasso"
    set_pointer(figure, "select", draws=False)
    assert (figure.layout.dragmode, figure.layout.clickmode) == ("pan", "event+select")
