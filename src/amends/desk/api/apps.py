"""The app `api`."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """The HTTP API: scoped tokens, OpenAPI."""

    name = "amends.desk.api"
    label = "api"

    def ready(self) -> None:
        """Tokens have a page in the settings, and end with the access of their person."""
        from amends.desk.pages.places import Entry, settings_tab
        from amends.desk.people.models import Person

        settings_tab(Entry("api:tokens", _("Programs"), act="api.token", group="programs", order=10))
        post_save.connect(_end_tokens, sender=Person, dispatch_uid="api.end-tokens")


def _end_tokens(instance: Any, created: bool, **_about: Any) -> None:
    from amends.desk.api.services import end_tokens_of

    if not created and not instance.is_active:
        end_tokens_of(instance)
