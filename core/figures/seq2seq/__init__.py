"""Figures of encoder–decoders."""
