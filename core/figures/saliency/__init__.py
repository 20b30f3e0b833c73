"""Figures of the saliency of a text CNN over training (seed 004)."""
