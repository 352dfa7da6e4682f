"""The app `webhooks`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Signed webhooks for case and promise events."""

    name = "amends.desk.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Be told of what happens: by the log of cases, and by the outbox when a mail has left."""
        from amends.desk.cases.services.recording import on_log
        from amends.desk.outbox.models import OutgoingMessage
        from amends.desk.pages.places import Entry, settings_tab
        from amends.desk.webhooks.models import Endpoint
        from amends.desk.webhooks.services.telling import forget_wanted, tell_of_entry

        on_log(tell_of_entry)
        post_save.connect(_mail_saved, sender=OutgoingMessage, dispatch_uid="webhooks.mail")
        post_save.connect(forget_wanted, sender=Endpoint, dispatch_uid="webhooks.wanted")
        settings_tab(Entry("webhooks:list", _("Webhooks"), act="webhook.edit", group="programs", order=20))


def _mail_saved(instance: Any, **_about: Any) -> None:
    from amends.desk.webhooks.services import sent_by_mail

    sent_by_mail(instance)
