"""The app `cases`."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases: the customer's words, the outline, the log, the inbox."""

    name = "amends.desk.cases"
    label = "cases"
