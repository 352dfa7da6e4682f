"""The app `demonstration`."""

from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    """The made-up business that a desk begins with when it is tried."""

    name = "amends.desk.demonstration"
    label = "demonstration"
