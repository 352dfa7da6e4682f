"""What a token may be used for: each scope stands on acts that its person may do anyway."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from amends.desk.people.authority import may
from amends.desk.people.models import Person

__all__ = ["SCOPES", "Scope", "scopes_for"]


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope.

    Attributes:
        words: What it allows, for people.
        acts: What its person must be allowed to do; the services ask again at each call.
    """

    words: Lazy
    acts: tuple[str, ...]


SCOPES: Mapping[str, Scope] = {
    "cases:read": Scope(_("Read cases, their outlines and their logs"), ("case.see",)),
    "cases:write": Scope(
        _("Open cases, give them to people, move them, write their outlines"),
        ("case.open", "case.assign", "case.move", "case.set-aside", "case.outline"),
    ),
    "customers:read": Scope(_("Read what is known of customers, and find them"), ("customer.see",)),
    "customers:write": Scope(_("Change what is known of customers"), ("customer.edit",)),
    "messages:read": Scope(_("Read what was said in cases"), ("case.see",)),
    "messages:write": Scope(
        _("Add what customers said, write notes, propose replies that a person sends"),
        ("message.write-down", "message.note", "message.draft"),
    ),
    "messages:send": Scope(
        _("Send replies, as in the desk: what needs a second person waits for one"), ("message.draft",)
    ),
    "promises:read": Scope(_("Read promises"), ("promise.see",)),
    "promises:write": Scope(
        _("Record, correct and settle promises"), ("promise.record", "promise.correct", "promise.settle")
    ),
    "check": Scope(_("Check, hear and guard texts; nothing is stored"), ("message.draft",)),
}
"""Name to scope, in the order in which they are shown."""


def scopes_for(person: Person, scopes: Iterable[str] = tuple(SCOPES)) -> list[str]:
    """Those of some scopes that a person may give to a token."""
    return [name for name in SCOPES if name in scopes and all(may(person, act) for act in SCOPES[name].acts)]
