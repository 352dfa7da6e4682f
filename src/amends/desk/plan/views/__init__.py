"""Pages of the plan, the words, and drills."""
