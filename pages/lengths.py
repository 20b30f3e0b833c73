"""Length and rarity: whether long sentences and rare words cost quality."""

from core.corpora.pairs import MULTI30K
from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.seq2seq.lengths_sentences import show_page
from core.ui.seq2seq.pickers import pick_checkpoint

frame.ensure()
page_header("lengths")
with guard():
    show_page(pick_checkpoint(default_corpus=MULTI30K))  # trained in both directions
