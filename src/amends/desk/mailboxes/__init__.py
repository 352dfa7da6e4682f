"""Mailboxes that are connected by OAuth 2 and that send, and mail through providers."""
