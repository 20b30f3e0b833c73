"""Seed 002: what the layers of a bidirectional language model know of a word, and how they are mixed."""
