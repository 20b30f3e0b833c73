"""Tables 1 and 2 of the paper beside ours, with the same rows."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.seq2seq.tables import show_tables

frame.ensure()
page_header("tables")
with guard():
    show_tables()
