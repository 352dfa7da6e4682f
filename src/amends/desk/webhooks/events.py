"""What outgoing webhooks tell of. Other rooms add their own events with `register`, and tell of them with
`services.happened`.

Events of cases and promises come from the one place where every change of a case passes, its log: see `from_log`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import CaseLog, Message

__all__ = ["EVENTS", "Kind", "of_entry", "register"]

Taken = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event.

    Attributes:
        name: "promise.kept".
        words: What it tells, for people.
    """

    name: str
    words: str | Lazy


EVENTS: dict[str, Kind] = {}
"""All kinds by name, in the order in which they are shown."""


def register(name: str, words: str | Lazy) -> None:
    """Add a kind of event; call it in the app's `AppConfig.ready`."""
    EVENTS.setdefault(name, Kind(name, words))


for _name, _words in (
    ("case.opened", _("A case was opened")),
    ("case.moved", _("A case moved: taken up, answered, set aside, closed")),
    ("case.recovered", _("A customer says that it has been put right")),
    ("message.received", _("A customer said something")),
    ("message.sent", _("Something left for a customer")),
    ("promise.recorded", _("A promise was recorded")),
    ("promise.kept", _("A promise was kept in time")),
    ("promise.late", _("A promise was kept late")),
    ("promise.lapsed", _("A promise was not kept by its time")),
    ("promise.broken", _("A promise was broken")),
    ("promise.released", _("A customer let us off a promise")),
):
    register(_name, _words)


def of_entry(entry: CaseLog) -> list[tuple[str, Taken]]:
    """The events that an entry of a case's log stands for, each with its data.

    The data hold numbers, states and moments, never anybody's words: those are looked up when an event is sent, and
    only for who asked for them.
    """
    tell = _TELLING.get(entry.act)
    return list(tell(entry)) if tell else []


def _opened(entry: CaseLog) -> list[tuple[str, Taken]]:
    taken = {name: entry.after.get(name) for name in ("channel", "severity", "urgency")}
    return [("case.opened", taken)]


def _moved(entry: CaseLog) -> list[tuple[str, Taken]]:
    to = entry.after.get("state")
    data = {"from": entry.before.get("state"), "to": to}
    if why := entry.after.get("why"):
        data["why"] = why
    events: list[tuple[str, Taken]] = [("case.moved", data)]
    if to == "recovered":
        events.append(("case.recovered", {"message": entry.after.get("message")}))
    return events


def _received(entry: CaseLog) -> list[tuple[str, Taken]]:
    return [("message.received", {"message": entry.after.get("message"), "channel": entry.after.get("channel")})]


def _out(entry: CaseLog) -> list[tuple[str, Taken]]:
    # A mail has been sent when the mail server took it; the outbox tells.
    message = Message.objects.filter(pk=entry.after.get("message")).only("delivery").first()
    if message is None or message.delivery not in ("", Message.Delivery.SENT):
        return []
    names = ("message", "channel", "automatic")
    return [("message.sent", {name: entry.after.get(name) for name in names})]


def _promise(entry: CaseLog) -> list[tuple[str, Taken]]:
    names = ("promise", "owner", "due_day", "due_at", "state", "kept_at")
    return [(entry.act, {name: entry.after[name] for name in names if name in entry.after})]


_TELLING: Mapping[str, Callable[[CaseLog], list[tuple[str, Taken]]]] = {
    "case.opened": _opened,
    "case.moved": _moved,
    "message.received": _received,
    "message.written-down": _received,
    "message.out": _out,
    "promise.recorded": _promise,
    "promise.kept": _promise,
    "promise.late": _promise,
    "promise.lapsed": _promise,
    "promise.broken": _promise,
    "promise.released": _promise,
}
