"""Bluesky and other servers of the AT protocol: mentions, replies, quotes, posts that name the business."""
