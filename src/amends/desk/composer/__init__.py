"""Answering a customer: drafts, the check while writing, a second person's look, sending, the call sheet."""
