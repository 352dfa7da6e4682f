"""The app `plan`."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """The recovery plan, its drills, and the words of the house."""

    name = "amends.desk.plan"
    label = "plan"
