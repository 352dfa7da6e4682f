"""The app `remedies`."""

from django.apps import AppConfig


class RemediesConfig(AppConfig):
    """Remedies: what makes it good, within what each may give."""

    name = "amends.desk.remedies"
    label = "remedies"
