"""Pages of seed 002: a bidirectional language model, layer by layer."""
