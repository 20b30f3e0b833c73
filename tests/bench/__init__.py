"""Speed of ours beside something independent, both timed in the same run: ``python -m tests.bench``."""
