"""The business itself: its name, place, hours, and the log of its settings."""
