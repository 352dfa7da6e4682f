"""Causes, preventions, recurrences and similar cases."""
