"""The app `search`."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Full-text search and saved views."""

    name = "amends.desk.search"
    label = "search"
