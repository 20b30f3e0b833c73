"""A sentence learns: its words' saliency and its prediction after every epoch of a text CNN's training."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.saliency.pickers import pick_cnn
from core.ui.saliency.sentence import show_sentence
from core.ui.saliency.sentence_pair import show_pair

frame.ensure()
page_header("saliency")
with guard():
    card = pick_cnn()
    show_sentence(card)
    show_pair(card)
