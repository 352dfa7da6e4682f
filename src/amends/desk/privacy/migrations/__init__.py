"""Migrations of the app `privacy`."""
