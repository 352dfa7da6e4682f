"""The app `mailboxes`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailboxesConfig(AppConfig):
    """Mailboxes that are connected by OAuth 2 and that send, and mail through providers."""

    name = "amends.desk.mailboxes"
    label = "mailboxes"

    def ready(self) -> None:
        """Give the intake its tokens, the outbox its ways out, and the settings a page."""
        from amends.desk.intake.mail.access import register_access
        from amends.desk.mailboxes.tokens import tokens
        from amends.desk.mailboxes.told import sending_in_trouble
        from amends.desk.mailboxes.ways_out import ways_out
        from amends.desk.outbox.routes import use_routing
        from amends.desk.pages.places import Entry, settings_tab
        from amends.desk.telling.trouble import register_source

        register_access(tokens)
        use_routing(ways_out)
        register_source(sending_in_trouble)
        settings_tab(Entry("mailboxes:list", _("Mailboxes"), act="mailbox.see", group="listening", order=20))
