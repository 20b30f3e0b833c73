"""What encoder–decoders do: gradients, sentence vectors, quality by length and rarity."""
