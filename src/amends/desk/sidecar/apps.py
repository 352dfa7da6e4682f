"""The app `sidecar`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SidecarConfig(AppConfig):
    """The side-car: other desks tell of what is said there, and get notes on what is answered."""

    name = "amends.desk.sidecar"
    label = "sidecar"

    def ready(self) -> None:
        """Take its places on the shared pages; what it keeps of a customer goes with the customer."""
        from amends.desk.pages.places import Entry, Panel, panels, settings_tab
        from amends.desk.privacy.erasing import stay_blanked
        from amends.desk.sidecar.health import desks_in_trouble
        from amends.desk.sidecar.models import Delivery
        from amends.desk.telling.trouble import register_source

        register_source(desks_in_trouble)
        settings_tab(Entry("sidecar:list", _("Other desks"), act="sidecar.see", group="listening", order=40))
        panels(Panel("sidecar/parts/of_case.html", side="side", order=12))
        # That it came stays, so that it is not taken in again; what it says goes.
        stay_blanked(Delivery, {"content": None, "size": 0, "headers": {}, "why_words": "", "problem": ""})
