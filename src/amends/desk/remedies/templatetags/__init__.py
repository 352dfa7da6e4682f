"""Template tags of remedies."""
