"""The app `house`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HouseConfig(AppConfig):
    """The business itself: its name, place, hours, and the log of its settings."""

    name = "amends.desk.house"
    label = "house"

    def ready(self) -> None:
        """The desk's own tabs of the settings."""
        from amends.desk.pages.places import Entry, settings_tab

        settings_tab(Entry("house:settings", _("The business"), group="house", order=10))
        settings_tab(Entry("people:list", _("People"), group="house", order=20))
        settings_tab(Entry("checkin:settings", _("Check-in"), group="mending", order=20))
        settings_tab(
            Entry("intake:settings", _("How complaints come in"), act="intake.edit", group="listening", order=10)
        )
        settings_tab(Entry("privacy:rules", _("What is kept"), act="keeping.preview", group="records", order=10))
        settings_tab(Entry("house:log", _("Log"), group="records", order=20, namespaces=("-",)))
