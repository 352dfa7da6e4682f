"""The loop that finds what is due and does it."""
