"""Template tags of the check-in."""
