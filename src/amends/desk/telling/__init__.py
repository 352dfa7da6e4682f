"""Telling staff: mail, webhooks, web push, with quiet hours."""
