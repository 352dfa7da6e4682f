"""The app `intake`."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """How complaints reach the desk: mail, the public form, words written down by hand."""

    name = "amends.desk.intake"
    label = "intake"
