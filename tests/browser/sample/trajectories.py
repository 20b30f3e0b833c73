"""A page that uses every control and a figure; stands in for real pages in tests of the frame."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from core.errors import TreeSyntaxError
from core.ui import controls, frame
from core.ui.language import language
from core.ui.messages import guard, show_error
from core.ui.output import page_header, show_figure, show_guide

frame.ensure()
page_header("trajectories")

words = {"tree": {"en": "Tree", "ja": "木"}, "tags": {"en": "Tags", "ja": "タグ"}, "text": {"en": "Text", "ja": "本文"}}
columns = st.columns(3)
with columns[0]:
    kind = controls.pick_one("Kind", tuple(words), "t_kind", format=lambda k: words[k][language()])
    cells = controls.pick_many("Cells", (1, 2, 3, 40), "t_cells", (1, 2), max_selections=3)
with columns[1]:
    steps = controls.pick_number("Steps", 10, 100, "t_steps", default=40, step=10)
    rate = controls.pick_number("Rate", 0.0, 1.0, "t_rate", default=0.5, step=0.05)
with columns[2]:
    gate = controls.pick_segment("Gate", ("i", "f", "o"), "t_gate", "f")
    marks = controls.pick_many("Marks", ("dots", "lines"), "t_marks", ("lines",))
    bold = controls.pick_switch("Bold", "t_bold")
text = controls.pick_text("Text", "t_text", "the cat", lines=2)

st.code(repr((kind, cells, steps, rate, gate, bold, text)), language=None)

x = np.arange(steps, dtype=np.float32)
table = pd.DataFrame({f"cell {c}": np.sin(x / (c + 2)) for c in cells or [1]})
figure = go.Figure([go.Scatter(x=x, y=table[name], name=name) for name in table])
figure.update_layout(title="Sample", margin={"t": 48, "b": 48, "l": 48, "r": 16}, xaxis_title="token", yaxis_title="c")
show_figure(figure, key="sample_lines", alt="Sample lines", table=table, recipe="print('lines')\n", height=360)
show_guide("One **line** a cell; look for lines that rise while a bracket stays open.")

signed = go.Figure(go.Heatmap(z=np.sin(np.outer(np.arange(20), np.arange(40)) / 9).astype(np.float32), zmid=0,
                              autocolorscale=True))
signed.update_layout(margin={"t": 16, "b": 32, "l": 48, "r": 16})
show_figure(signed, key="sample_map", alt="Sample map", table=lambda: table, height=320)

if controls.pick_switch("Fail", "t_fail"):
    broken = "(S (NP the cat) sat ]"
    show_error(TreeSyntaxError("“{word}” at character {position} stands outside every bracket.",
                               "Close “({label}” first.", word="[x](http://evil.example) :red[no] $a$ `b` :smile:",
                               label="_NP_", position=broken.index("]")), text=broken)
    with guard():
        raise RuntimeError("secret path /etc/wordglass")
