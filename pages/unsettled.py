"""Unsettled words: whose saliency never comes to rest, and whether that is more than rarity or doubt."""

from core.ui import frame
from core.ui.messages import guard
from core.ui.output import page_header
from core.ui.saliency.movement import show_movement
from core.ui.saliency.pickers import pick_cnn
from core.ui.saliency.relations import show_relations
from core.ui.saliency.unsettled import show_words

frame.ensure()
page_header("unsettled")
with guard():
    card = pick_cnn()
    show_words(card)
    show_movement(card)
    show_relations(card)
