"""The app `portal`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The customer's own page, reached by a secret link."""

    name = "amends.desk.portal"
    label = "portal"

    def ready(self) -> None:
        """Secrets of links stay out of the log, and are put into mail only as it leaves."""
        from amends.desk.outbox.finishing import register_finisher
        from amends.desk.pages.places import Entry, settings_tab
        from amends.desk.portal.secrecy import hide_secrets
        from amends.desk.portal.sending import put_foot, put_in_place
        from amends.desk.portal.services import PAGE_LINK

        hide_secrets()
        for purpose in ("reply", "acknowledgement"):
            register_finisher(purpose, put_foot)
        for purpose in (PAGE_LINK, "check-in"):
            register_finisher(purpose, put_in_place)
        settings_tab(Entry("portal:settings", _("Customers’ pages"), act="link.issue", group="mending", order=30))
