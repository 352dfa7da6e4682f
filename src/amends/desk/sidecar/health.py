"""Which other desks are in trouble, for those who look after them."""

from collections.abc import Iterator
from functools import partial

from django.db.models import Q
from django.urls import reverse

from amends.desk.sidecar.models import Connection
from amends.desk.sidecar.outcomes import REFUSED, TO_DO, TROUBLE
from amends.desk.telling.trouble import Trouble

__all__ = ["desks_in_trouble"]


def desks_in_trouble() -> Iterator[Trouble]:
    """Each desk whose notes wait, or of which nothing comes but what is refused."""
    rows = Connection.objects.filter(state=Connection.State.ON)
    for row in rows.filter(Q(trouble_since__isnull=False) | Q(refused_since__isnull=False)):
        address = reverse("sidecar:connection", args=[row.pk])
        if row.trouble_since is not None:
            words = partial(_words, row.trouble)
            yield Trouble(f"sidecar {row.pk}", row.name, row.trouble_since, words, address)
        if row.refused_since is not None:
            why = REFUSED.get(row.refused_why, "")
            yield Trouble(f"sidecar {row.pk} refused", row.name, row.refused_since, partial(str, why), address)


def _words(code: str) -> str:
    return f"{TROUBLE.get(code, code)}. {TO_DO.get(code, '')}".strip()
