"""Advocates: customers who speak for the house after it put things right."""
