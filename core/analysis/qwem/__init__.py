"""What word2vec learns (seed 003): the matrix M*, its eigenvectors, their growth, and what directions carry."""
