"""The app `outbox`."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """What is to be sent: never twice, never lost."""

    name = "amends.desk.outbox"
    label = "outbox"
