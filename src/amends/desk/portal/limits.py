"""How often something may be done on customers' pages, so that nobody can flood or guess. Nothing of the customer is
stored for it but hashes, and those for a day.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from amends.desk.errors import DeskError
from amends.desk.portal.models import PageAct

__all__ = ["TooOften", "count", "forget_old", "refuse_when_too_often"]

_KEPT = timedelta(days=1)
_MOST: Mapping[str, tuple[int, timedelta]] = {
    "message": (20, timedelta(hours=1)),
    "wish": (20, timedelta(hours=1)),
    "answer": (20, timedelta(hours=1)),
    "renewal": (3, timedelta(hours=24)),
    "renewal-address": (20, timedelta(hours=1)),
    "miss": (60, timedelta(minutes=15)),
}
"""How many within what time, by kind."""


class TooOften(DeskError):  # noqa: N818 - it says what happened
    """It was done too often in a short time."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("That was a lot in a short time. Wait an hour and go on; what you sent before has arrived."))


def refuse_when_too_often(kind: str, counted: str) -> None:
    """Go on only while something was not done too often.

    Args:
        kind: What is done.
        counted: Who or what is counted: a link's hash, a network address.

    Raises:
        TooOften: It was.
    """
    most, within = _MOST[kind]
    since = timezone.now() - within
    if PageAct.objects.filter(key=_key(counted), kind=kind, at__gte=since).count() >= most:
        raise TooOften


def count(kind: str, counted: str) -> None:
    """Count that something was done."""
    PageAct.objects.create(key=_key(counted), kind=kind)


def forget_old() -> None:
    """Forget what no longer counts."""
    PageAct.objects.filter(at__lt=timezone.now() - _KEPT).delete()


def _key(counted: str) -> str:
    return salted_hmac("amends.desk.portal.limits", counted, algorithm="sha256").hexdigest()
