"""What the papers report and what ours gives: one record a claim."""
