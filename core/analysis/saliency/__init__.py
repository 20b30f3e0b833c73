"""How saliency moves while a text CNN learns, and what unsettled words are good for (seed 004)."""
