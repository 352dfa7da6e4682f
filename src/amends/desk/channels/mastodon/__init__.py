"""Mastodon: mentions, replies and searches of our names; answers in threads; a private message to hand over."""
