"""Formats of Estonian."""
