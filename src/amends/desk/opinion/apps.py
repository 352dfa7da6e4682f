"""The app `opinion`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpinionConfig(AppConfig):
    """A second opinion on a reply, asked of a language model that the owner chose; off unless they switch it on."""

    name = "amends.desk.opinion"
    label = "opinion"

    def ready(self) -> None:
        """Take our place in the settings."""
        from amends.desk.pages.places import Entry, settings_tab

        settings_tab(Entry("opinion:settings", _("Second opinion"), act="opinion.edit", group="programs", order=30))
