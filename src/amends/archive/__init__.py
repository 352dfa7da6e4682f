"""Reads the mail and the exports that a business already has: one type of message, threads, and what they show."""
