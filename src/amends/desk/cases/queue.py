"""The order of the inbox: by hurt and by waiting, and why a case stands where it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from amends.desk.cases.models import Case

__all__ = ["HOURS_PER_SEVERITY", "HOURS_PER_URGENCY", "Reason", "place_of", "reasons"]

HOURS_PER_SEVERITY = 1.0
"""A point of severity counts like an hour of waiting: the gravest harm goes before all that waits up to four days."""
HOURS_PER_URGENCY = 0.75

_GRAVE = 70
_PRESSING = 60


def place_of(waits_since: datetime, severity: int, urgency: int) -> datetime:
    """Where a case stands in the inbox, earliest first.

    Waiting grows alike for all cases, so that the order of two never changes with time and the place can be stored
    and indexed: the beginning of waiting, moved back by the hurt.

    Args:
        waits_since: Since when the customer waits for us; for a case that we opened first, its beginning.
        severity, urgency: 0 to 100.
    """
    return waits_since - timedelta(hours=severity * HOURS_PER_SEVERITY + urgency * HOURS_PER_URGENCY)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a case's place.

    Attributes:
        kind: "stake", "severity", "urgency", "repeat", "second-failure", "public", "waiting", "due" or "overdue".
        words: For people, translated.
    """

    kind: str
    words: str


def reasons(case: "Case", now: datetime) -> list[Reason]:
    """Why a case stands where it stands, gravest first.

    Args:
        case: The case.
        now: The moment at which it is looked at.
    """
    found = [Reason("stake", words) for words in _stakes(case)]
    if not found and case.severity >= _GRAVE:
        found.append(Reason("severity", _("badly hurt")))
    if case.failure_number > 1:
        found.append(Reason("second-failure", _("not our first failure with them")))
    if "repeat" in case.flags:
        found.append(Reason("repeat", _("had to ask again")))
    if "public" in case.flags:
        found.append(Reason("public", _("in public")))
    if case.urgency >= _PRESSING or "urgent" in case.flags:
        found.append(Reason("urgency", _("pressing")))
    if case.next_word_at is not None and case.next_word_at < now:
        found.append(Reason("overdue", _("should have heard from us by now")))
    if case.waits_since is not None:
        found.append(Reason("waiting", _waiting(now - case.waits_since)))
    return found


def _stakes(case: "Case") -> list[str]:
    words = {
        "safety": _("safety"),
        "health": _("health"),
        "threat": _("a threat"),
        "vulnerable": _("somebody vulnerable"),
        "legal": _("legal steps"),
        "money": _("money"),
    }
    return [words[stake] for stake in words if stake in case.stakes]


def _waiting(waited: timedelta) -> str:
    hours = max(0, int(waited.total_seconds() // 3600))
    if hours < 1:
        return _("waiting for less than an hour")
    if hours < 48:
        return ngettext("waiting for %(count)d hour", "waiting for %(count)d hours", hours) % {"count": hours}
    days = hours // 24
    return ngettext("waiting for %(count)d day", "waiting for %(count)d days", days) % {"count": days}
