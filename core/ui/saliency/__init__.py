"""What the pages about the saliency of a text CNN share and show."""
