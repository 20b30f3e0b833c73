"""What is computed from the recorded states of an LSTM (seed 000), one analysis a file."""
