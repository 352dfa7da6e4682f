"""Incidents: one cause, many customers; one page for all, one note for each."""
