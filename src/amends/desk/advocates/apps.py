"""The app `advocates`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdvocatesConfig(AppConfig):
    """Advocates: customers who speak for the house after it put things right."""

    name = "amends.desk.advocates"
    label = "advocates"

    def ready(self) -> None:
        """Take our places: the navigation, the settings, the case page, insight, erasing."""
        from amends.desk.advocates.erasing import listen
        from amends.desk.advocates.figures import figures
        from amends.desk.advocates.listing import thanks_owed_by
        from amends.desk.advocates.services.belonging import AdvocateFollows
        from amends.desk.customers.merging import register_follower
        from amends.desk.insight.sources import Source, register
        from amends.desk.pages.places import Entry, Panel, navigation, panels, settings_tab

        navigation(
            Entry(
                "advocates:list",
                _("Advocates"),
                icon="advocate",
                act="advocate.see",
                order=55,
                namespaces=("advocates",),
                count=thanks_owed_by,
            )
        )
        settings_tab(
            Entry(
                "advocates:settings", _("Advocates"), act="advocate.see", group="mending", order=50, namespaces=("-",)
            )
        )
        panels(Panel("advocates/parts/of_case.html", side="side", order=90))
        lead = _("Of the whole house: what customers agree to hangs on no case.")
        register(Source("advocates", _("Advocates"), figures, lead=lead, order=95))
        listen()
        register_follower("advocates", AdvocateFollows())
