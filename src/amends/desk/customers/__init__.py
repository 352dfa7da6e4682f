"""Customers as persons: how they are addressed and reached, what they care about."""
