"""The app `telling`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TellingConfig(AppConfig):
    """Telling staff what is worth telling, by the ways that they chose."""

    name = "amends.desk.telling"
    label = "telling"

    def ready(self) -> None:
        """Hear what happens to cases, and take our place in the settings."""
        from amends.desk.cases.services.recording import on_log
        from amends.desk.pages.places import Entry, settings_tab
        from amends.desk.telling.listening import hear

        on_log(hear)
        settings_tab(Entry("telling:team", _("Telling the team"), act="telling.edit", group="house", order=50))
