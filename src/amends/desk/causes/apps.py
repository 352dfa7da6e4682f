"""The app `causes`."""

from django.apps import AppConfig


class CausesConfig(AppConfig):
    """Causes, preventions, recurrences and similar cases."""

    name = "amends.desk.causes"
    label = "causes"
