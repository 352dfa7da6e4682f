"""The app `advocates`."""

from django.apps import AppConfig


class AdvocatesConfig(AppConfig):
    """Advocates: customers who speak for the house after it put things right."""

    name = "amends.desk.advocates"
    label = "advocates"
