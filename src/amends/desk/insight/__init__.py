"""Insight: figures of the desk, the letter to the owner, the private mirror."""
