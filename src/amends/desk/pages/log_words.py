"""The log in the reader's words: acts, names of values, and the values themselves where they are words of ours.

Rows keep the plain names ("case.moved", "waiting-for-us"), so that the log outlives any wording. An act that is not
here is shown by its plain name.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise as Lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

__all__ = ["act_words", "changes", "name_words", "value_words"]

_ACTS: Mapping[str, "str | Lazy"] = {
    "calendar.issued": _("calendar address made"),
    "calendar.revoked": _("calendar address ended"),
    "call.recorded": _("call recorded"),
    "case.assigned": _("case given to somebody"),
    "case.blanked": _("content erased with the customer"),
    "case.erased": _("content erased with the customer"),
    "case.heard": _("message heard"),
    "case.moved": _("case moved"),
    "case.opened": _("case opened"),
    "case.team": _("case given to a team"),
    "check-in.changed": _("check-in changed"),
    "check-in.planned": _("check-in planned"),
    "customer.changed": _("customer changed"),
    "customer.contact-added": _("address added"),
    "customer.created": _("customer new"),
    "customer.erased": _("customer erased"),
    "customer.exported": _("customer's data exported"),
    "hearing.is_complaint": _("hearing corrected"),
    "hearing.severity": _("hearing corrected"),
    "hearing.urgency": _("hearing corrected"),
    "hearing.kinds": _("hearing corrected"),
    "hearing.stakes": _("hearing corrected"),
    "hearing.flags": _("hearing corrected"),
    "house.changed": _("business changed"),
    "house.demonstration-loaded": _("demonstration loaded"),
    "house.demonstration-removed": _("demonstration removed"),
    "intake.changed": _("ways in changed"),
    "keeping.applied": _("rules of keeping applied"),
    "keeping.changed": _("rules of keeping changed"),
    "link.issued": _("link to the customer's page made"),
    "link.revoked": _("link to the customer's page ended"),
    "mail.again": _("mail sent once more"),
    "mail.failed": _("mail not sent"),
    "mail.had-arrived": _("mail had arrived"),
    "mailbox.added": _("mailbox added"),
    "mailbox.changed": _("mailbox changed"),
    "mailbox.moved": _("mailbox moved"),
    "mailbox.removed": _("mailbox removed"),
    "message.delayed": _("mail delayed on its way"),
    "message.note": _("note written"),
    "message.out": _("word to the customer"),
    "message.received": _("word of the customer"),
    "message.returned": _("mail came back"),
    "message.stranger": _("word of somebody else"),
    "message.written-down": _("words written down"),
    "outline.cause": _("outline changed"),
    "outline.event-added": _("event added"),
    "outline.event-changed": _("event changed"),
    "outline.event-removed": _("event taken out"),
    "outline.fault": _("outline changed"),
    "outline.fix": _("outline changed"),
    "outline.longer_answer": _("outline changed"),
    "outline.make_good": _("outline changed"),
    "outline.perceived": _("outline changed"),
    "outline.prevention": _("outline changed"),
    "outline.record": _("outline changed"),
    "person.asked-new-password": _("new password asked for"),
    "person.deactivated": _("access ended"),
    "person.first-owner": _("first owner's account made"),
    "person.invited": _("person invited"),
    "person.joined": _("person joined"),
    "person.new-password": _("password changed"),
    "person.reactivated": _("person let in again"),
    "person.recovery-code-used": _("recovery code used"),
    "person.role": _("role changed"),
    "person.second-factor-off": _("second factor switched off"),
    "person.second-factor-on": _("second factor switched on"),
    "person.signed-out-everywhere": _("signed out everywhere"),
    "profile.changed": _("time limits changed"),
    "promise.broken": _("promise broken"),
    "promise.corrected": _("promise corrected"),
    "promise.danger-changed": _("promise in danger"),
    "promise.in-danger": _("promise in danger"),
    "promise.kept": _("promise kept"),
    "promise.lapsed": _("promise lapsed"),
    "promise.late": _("promise kept late"),
    "promise.recorded": _("promise recorded"),
    "promise.released": _("promise released by the customer"),
    "promise.reopened": _("promise opened again"),
    "promise.safe": _("promise out of danger"),
    "promise.told": _("customer told before it lapsed"),
    "reply-address.revoked": _("reply address ended"),
    "reply.approved": _("reply approved"),
    "reply.sent-back": _("reply given back to its writer"),
    "reply.sent-on": _("reply handed to a second person"),
    "reply.stopped": _("reply held back by findings"),
    "reply.undone": _("reply taken back"),
    "reply.written": _("reply written"),
    "team.saved": _("team saved"),
}

_NAMES: Mapping[str, "str | Lazy"] = {
    "act": _("what is promised"),
    "assignee": _("who takes care of it"),
    "cares_about": _("what they care about"),
    "cause": _("cause"),
    "channel": _("way"),
    "clock": _("time"),
    "complaint": _("complaint"),
    "condition": _("hangs on"),
    "country": _("country"),
    "day": _("day"),
    "due_at": _("due"),
    "due_day": _("due day"),
    "email": _("mail address"),
    "fault": _("who failed"),
    "first_word_hours": _("hours until the first word"),
    "fix": _("how it is put right"),
    "form_of_address": _("form of address"),
    "gendered_form": _("grammatical form"),
    "kept_at": _("kept"),
    "kind": _("kind"),
    "kinds": _("kinds"),
    "language": _("language"),
    "limits": _("limits"),
    "longer_answer": _("longer answer"),
    "make_good": _("what makes it good"),
    "name": _("name"),
    "notes": _("notes"),
    "perceived": _("what it was like"),
    "prevention": _("what prevents it"),
    "quote": _("words"),
    "reach": _("likes to be reached"),
    "reach_words": _("when and how"),
    "record": _("what the record shows"),
    "role": _("role"),
    "severity": _("severity"),
    "stakes": _("stakes"),
    "state": _("state"),
    "subject": _("subject"),
    "time_zone": _("time zone"),
    "until": _("until"),
    "urgency": _("urgency"),
    "value": _("address"),
    "why": _("why"),
    "words": _("words"),
}

# Numbers of rows say nothing to a reader; names stand beside them.
_SILENT = frozenset({"message", "link", "event", "promise", "owner", "person", "team", "left", "automatic"})


def act_words(act: str) -> str:
    """An act for people."""
    return str(_ACTS.get(act, act.replace(".", ": ").replace("-", " ")))


def name_words(name: str) -> str:
    """The name of a value for people."""
    return str(_NAMES.get(name, name.replace("_", " ")))


def value_words(name: str, value: Any, subject: str = "case") -> str:
    """A value for people: our own words translated, moments as they are said here, lists with commas.

    Args:
        name: Its name in the log.
        value: As stored.
        subject: What the entry is about, as a promise's states have other words than a case's.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(value_words(name, one, subject) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_words(str(key), one, subject)}" for key, one in value.items())
    if isinstance(value, str):
        key = "promise.state" if name == "state" and subject == "promise" else name
        known = _values().get(key, {}).get(value)
        if known is not None:
            return str(known)
        if name.endswith("_at") or name == "until":
            moment = parse_datetime(value)
            if moment is not None and moment.tzinfo is not None:
                return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")
    return str(value)


def changes(act: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """What an entry changed: the name of each value with its words before and after."""
    subject = act.partition(".")[0]
    found = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if name in _SILENT or old == new:
            continue
        words = {"before": value_words(name, old, subject), "after": value_words(name, new, subject)}
        if words["before"] or words["after"]:
            found.append((name_words(name), words))
    return found


@cache
def _values() -> dict[str, dict[str, Any]]:
    """For each name the words of its values."""
    from amends.desk.cases.models import Case, Channel
    from amends.desk.cases.models.case import Fault
    from amends.desk.customers.models import ContactPoint, FormOfAddress, GenderedForm, Reach
    from amends.desk.ledger.models import Promise
    from amends.desk.people.roles import Role

    return {
        "state": dict(Case.State.choices),
        "promise.state": dict(Promise.State.choices),
        "channel": dict(Channel.choices),
        "fault": dict(Fault.choices),
        "why": dict(Case.SetAsideWhy.choices),
        "kind": dict(ContactPoint.Kind.choices),
        "form_of_address": dict(FormOfAddress.choices),
        "gendered_form": dict(GenderedForm.choices),
        "reach": dict(Reach.choices),
        "role": dict(Role.choices),
    }
