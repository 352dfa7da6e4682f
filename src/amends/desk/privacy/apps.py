"""The app `privacy`."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """What is kept of customers: taking it out, erasing it, for how long it stays."""

    name = "amends.desk.privacy"
    label = "privacy"
