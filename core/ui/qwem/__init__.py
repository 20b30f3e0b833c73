"""Parts of the pages about what word2vec learns."""
