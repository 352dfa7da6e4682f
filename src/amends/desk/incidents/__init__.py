"""Incidents: one cause, many customers."""
