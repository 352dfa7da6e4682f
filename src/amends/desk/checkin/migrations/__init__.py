"""Migrations of the app `checkin`."""
