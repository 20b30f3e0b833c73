"""Watch it learn: training, moment by moment, until one cell counts."""

import streamlit as st

from core.ui import frame
from core.ui.language import tr
from core.ui.lstm.learning import show_snapshots, show_trainer, show_two_runs
from core.ui.output import page_header, show_guide

frame.ensure()
page_header("learning")
show_snapshots()
show_guide(tr("Press play, or drag the slider from left to right. At epoch 0 some cells follow the depth a little, "
              "for an untrained network remembers what it has just read. Then one stem outgrows the others, and the "
              "red line below, flat or wild at first, begins to climb and fall with the grey depth: a counter is born. "
              "Does it come in one leap, or bit by bit while the perplexity still falls? Many cells that grow alike "
              "would mean that the count is shared, and a stem as long at epoch 0 that training has nothing to do "
              "with it."))
show_trainer()
show_two_runs()
st.caption(tr("Every visitor of this server sees the same runs and may stop them; one trains at a time. A run whose "
              "page is closed stops after three minutes, with its state saved. A finished run leaves an ordinary "
              "checkpoint in cache/checkpoints, which the other pages open; the last 30 runs are kept."))
