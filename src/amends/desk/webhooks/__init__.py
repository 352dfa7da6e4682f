"""Signed webhooks for case and promise events."""
