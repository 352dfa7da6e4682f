"""Which mailboxes do not answer, for those who look after them."""

from collections.abc import Iterator
from functools import partial

from django.urls import reverse

from amends.desk.intake.mail.trouble import words_of
from amends.desk.intake.models import Mailbox
from amends.desk.telling.trouble import Trouble

__all__ = ["mailboxes_in_trouble"]


def mailboxes_in_trouble() -> Iterator[Trouble]:
    """Each mailbox that should be listening and does not answer."""
    for box in Mailbox.objects.filter(state=Mailbox.State.LISTENING, failing_since__isnull=False):
        assert box.failing_since is not None
        address = reverse("intake:mailbox", args=[box.pk])
        words = partial(words_of, box.trouble)
        yield Trouble(f"mailbox {box.pk}", box.address, box.failing_since, words, address)
