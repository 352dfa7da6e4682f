"""Keeping what a service gives for the next time: sessions and tokens, sealed like the secrets that people enter."""

import json

from django.db import transaction

from amends.desk.channels.models import Channel

__all__ = ["keep_secrets"]


def keep_secrets(channel: Channel, **values: str) -> None:
    """Keep secrets beside those of the form, at once: some are good only once.

    Args:
        channel: Whose; it knows them afterwards.
        values: By names that no field of the form has.
    """
    with transaction.atomic():
        row = Channel.objects.select_for_update().only("secrets").get(pk=channel.pk)
        kept = json.dumps({**row.secret_values, **values})
        Channel.objects.filter(pk=channel.pk).update(secrets=kept)
    channel.secrets = kept
