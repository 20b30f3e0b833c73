"""Figures about what word2vec learns."""
