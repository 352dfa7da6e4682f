"""The recovery plan, its drills, and the words of the house."""
