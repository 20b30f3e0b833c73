"""Claims about what word2vec learns (seed 003), and the word2vec they are measured beside."""
