"""The app `composer`."""

from django.apps import AppConfig


class ComposerConfig(AppConfig):
    """Answering a customer, in writing or by speaking."""

    name = "amends.desk.composer"
    label = "composer"
