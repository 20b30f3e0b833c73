"""The figures of seed 000, one kind of picture a file."""
