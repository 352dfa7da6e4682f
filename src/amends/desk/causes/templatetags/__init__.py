"""Template tags of causes."""
