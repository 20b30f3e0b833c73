"""Figures of seed 002."""
