"""Telling staff: what is worth telling, by mail, Slack and web push, once for each person and way."""
