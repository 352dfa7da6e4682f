"""The app `webhooks`."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Signed webhooks for case and promise events."""

    name = "amends.desk.webhooks"
    label = "webhooks"
