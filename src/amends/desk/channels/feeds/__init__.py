"""Atom and RSS feeds: reviews, alerts and forums that a site publishes as a feed."""
