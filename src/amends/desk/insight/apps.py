"""The app `insight`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    """Insight: figures of the desk, the letter to the owner, the private mirror."""

    name = "amends.desk.insight"
    label = "insight"

    def ready(self) -> None:
        """Add the entry of the navigation, and forget cases that are deleted."""
        from amends.desk.cases.models import Case
        from amends.desk.pages.places import Entry, navigation

        navigation(Entry("insight:overview", _("How are we doing"), icon="insight", act="insight.see", order=60))
        post_delete.connect(_forget, sender=Case, dispatch_uid="insight.forget")


def _forget(sender: object, instance: Any, **more: Any) -> None:
    from amends.desk.insight.reckoning import forget

    forget(instance.pk)
