"""Turn sentences into others with encoder–decoders: beam search, forced decoding, rescoring, BLEU."""
