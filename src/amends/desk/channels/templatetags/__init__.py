"""Template tags of `channels`."""
