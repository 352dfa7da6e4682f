"""The app `people`."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People who work at the desk: who they are, what they may do, how they sign in."""

    name = "amends.desk.people"
    label = "people"
