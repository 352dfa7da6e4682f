"""The app `incidents`."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Incidents: one cause, many customers."""

    name = "amends.desk.incidents"
    label = "incidents"
