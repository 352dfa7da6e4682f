"""The public complaint form: its page, its guard against spam, and how what was written becomes a message."""
