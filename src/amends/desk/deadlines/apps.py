"""The app `deadlines`."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    """Time limits by place within which a complaint must be answered."""

    name = "amends.desk.deadlines"
    label = "deadlines"
