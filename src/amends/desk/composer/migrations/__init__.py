"""Migrations of the app `composer`."""
