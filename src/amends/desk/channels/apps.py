"""The app `channels`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    """Where customers speak besides mail: social networks, reviews."""

    name = "amends.desk.channels"
    label = "channels"

    def ready(self) -> None:
        """Bring answers to where the customer wrote, and show the room on shared pages."""
        from amends.desk.channels.health import channels_in_trouble
        from amends.desk.channels.models import HeardItem
        from amends.desk.channels.one_reply import too_long
        from amends.desk.channels.services import can_carry, carry
        from amends.desk.composer.advising import register_source
        from amends.desk.composer.posting import register_carrier
        from amends.desk.pages.places import Entry, Panel, panels, settings_tab
        from amends.desk.privacy.erasing import stay_blanked
        from amends.desk.telling import trouble

        for place in ("social", "review"):
            register_carrier(place, can_carry, carry)
        register_source(too_long)
        trouble.register_source(channels_in_trouble)
        # The id stays, so that what was erased is not taken in again at the next look.
        stay_blanked(HeardItem, {"content": b"", "problem": "", "address": "", "words": ""})
        settings_tab(Entry("channels:list", _("Channels"), act="channels.see", group="listening", order=30))
        panels(Panel("channels/parts/of_case.html", side="main", order=1))
