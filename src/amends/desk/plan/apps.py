"""The app `plan`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    """The recovery plan, its drills, and the words of the house."""

    name = "amends.desk.plan"
    label = "plan"

    def ready(self) -> None:
        """Take two tabs of the settings."""
        from amends.desk.pages.places import Entry, settings_tab

        own = ("plan", "plan:drills")
        settings_tab(Entry("plan:plan", _("Recovery plan"), act="plan.see", group="house", order=30, namespaces=own))
        settings_tab(
            Entry("plan:words:edit", _("Words"), act="words.edit", group="house", order=40, namespaces=("plan:words",))
        )
