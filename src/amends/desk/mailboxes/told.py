"""Which mailboxes cannot send, for those who look after them; that one cannot be read the intake says."""

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from amends.desk.intake.models import Mailbox
from amends.desk.mailboxes.models import Sending
from amends.desk.mailboxes.trouble import words_of
from amends.desk.telling.trouble import Trouble

__all__ = ["sending_in_trouble"]


def sending_in_trouble() -> Iterator[Trouble]:
    """Each mailbox that should send and cannot, unless it cannot be read either and so has been told of."""
    troubled = Sending.objects.filter(on=True, failing_since__isnull=False, mailbox__failing_since__isnull=True)
    for row in troubled:
        assert row.failing_since is not None
        mailbox = Mailbox.objects.get(pk=row.mailbox_id)
        address = reverse("mailboxes:mailbox", args=[mailbox.pk])
        yield Trouble(
            f"sending {mailbox.pk}", mailbox.address, row.failing_since, partial(words_of, row.trouble), address
        )
