"""The app `api`."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The HTTP API: scoped tokens, OpenAPI."""

    name = "amends.desk.api"
    label = "api"
