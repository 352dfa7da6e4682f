"""The app `pages`."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """What all pages share: the frame, languages and themes, error pages, static files."""

    name = "amends.desk.pages"
    label = "pages"
