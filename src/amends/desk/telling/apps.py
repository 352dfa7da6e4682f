"""The app `telling`."""

from django.apps import AppConfig


class TellingConfig(AppConfig):
    """Telling staff: mail, webhooks, web push, with quiet hours."""

    name = "amends.desk.telling"
    label = "telling"
