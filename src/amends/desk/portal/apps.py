"""The app `portal`."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The customer's own page, reached by a secret link."""

    name = "amends.desk.portal"
    label = "portal"

    def ready(self) -> None:
        """Secrets of links stay out of the log."""
        from amends.desk.portal.secrecy import hide_secrets

        hide_secrets()
