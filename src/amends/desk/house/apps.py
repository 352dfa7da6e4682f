"""The app `house`."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """The business itself: its name, place, hours, and the log of its settings."""

    name = "amends.desk.house"
    label = "house"
