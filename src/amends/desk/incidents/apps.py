"""The app `incidents`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    """Incidents: one cause, many customers."""

    name = "amends.desk.incidents"
    label = "incidents"

    def ready(self) -> None:
        """Take our places: the navigation, the case page, advice in the composer, the outbox's gate, erasing."""
        from amends.desk.composer.advising import register_source
        from amends.desk.customers.merging import register_follower
        from amends.desk.incidents.advising import advice
        from amends.desk.incidents.erasing import BLANK, listen
        from amends.desk.incidents.events import register_events
        from amends.desk.incidents.models import Note
        from amends.desk.incidents.services.belonging import NotesFollow
        from amends.desk.incidents.services.opening import open_count
        from amends.desk.incidents.services.sending import gate
        from amends.desk.outbox.lanes import register_gate
        from amends.desk.pages.places import Entry, Panel, navigation, panels
        from amends.desk.privacy.erasing import BLANKED

        navigation(
            Entry("incidents:list", _("Incidents"), icon="incident", act="incident.see", order=45, count=open_count)
        )
        panels(Panel("incidents/parts/of_case.html", side="side", order=40))
        register_source(advice)
        register_gate("note", gate)
        # The row stays when the case is erased; its words go, see `erasing`.
        BLANKED[Note] = BLANK
        listen()
        register_events()
        register_follower("notes", NotesFollow())
