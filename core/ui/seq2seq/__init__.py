"""Pages of translation: an encoder–decoder one can type into."""
