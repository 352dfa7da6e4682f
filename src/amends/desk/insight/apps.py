"""The app `insight`."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Insight: figures of the desk, the letter to the owner, the private mirror."""

    name = "amends.desk.insight"
    label = "insight"
