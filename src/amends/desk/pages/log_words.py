"""The log in the reader's words: acts, names of values, and the values themselves where they are words of ours.

Rows keep the plain names ("case.moved", "waiting-for-us"), so that the log outlives any wording. An act that is not
here is shown by its plain name.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
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
    "case.customer": _("customers put together or taken apart"),
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
    "customer.merged": _("two put together who are the same person"),
    "customer.taken-apart": _("two taken apart again"),
    "hearing.is_complaint": _("hearing corrected"),
    "hearing.severity": _("hearing corrected"),
    "hearing.urgency": _("hearing corrected"),
    "hearing.kinds": _("hearing corrected"),
    "hearing.stakes": _("hearing corrected"),
    "hearing.flags": _("hearing corrected"),
    "house.changed": _("business changed"),
    "house.demonstration-loaded": _("demonstration loaded"),
    "house.demonstration-removed": _("demonstration removed"),
    # Incidents.
    "incident.changed": _("incident changed"),
    "incident.linked": _("case put to an incident"),
    "incident.list-discarded": _("list thrown away"),
    "incident.list-taken": _("list taken in"),
    "incident.list-uploaded": _("list sent"),
    "incident.moved": _("incident moved"),
    "incident.note-allowed": _("held note let go"),
    "incident.note-left-out": _("person left out"),
    "incident.note-mended": _("note mended"),
    "incident.note-taken-in": _("person taken in again"),
    "incident.note-text": _("text of the notes set"),
    "incident.notes-done": _("all notes gone"),
    "incident.notes-from-cases": _("customers of linked cases taken in"),
    "incident.notes-pace": _("pace of the notes changed"),
    "incident.notes-paused": _("notes paused"),
    "incident.notes-resumed": _("notes sent on"),
    "incident.notes-started": _("notes started"),
    "incident.notes-stopped": _("notes stopped"),
    "incident.opened": _("incident opened"),
    "incident.page-published": _("page published"),
    "incident.page-withdrawn": _("page taken away"),
    "incident.unlinked": _("case taken away from an incident"),
    "incident.update-published": _("update published"),
    "suspicion.dismissed": _("suspicion dismissed"),
    "suspicion.raised": _("suspicion raised"),
    "suspicion.taken": _("suspicion made an incident"),
    "intake.changed": _("ways in changed"),
    "keeping.applied": _("rules of keeping applied"),
    "keeping.changed": _("rules of keeping changed"),
    "link.issued": _("link to the customer's page made"),
    "link.revoked": _("link to the customer's page ended"),
    "mail.again": _("mail sent once more"),
    "mail.failed": _("mail not sent"),
    "mail.had-arrived": _("mail had arrived"),
    "mail-provider.added": _("mail provider added"),
    "mail-provider.changed": _("mail provider changed"),
    "mail-provider.read-again": _("posts of a mail provider read again"),
    "mail-provider.removed": _("mail provider removed"),
    "mailbox.added": _("mailbox added"),
    "mailbox.aliases": _("mailbox changed"),
    "mailbox.connected": _("mailbox connected"),
    "mailbox.disconnected": _("mailbox disconnected"),
    "mailbox.lapsed": _("mailbox to be connected again"),
    "mailbox.sending-changed": _("mailbox changed"),
    "mailbox.changed": _("mailbox changed"),
    "mailbox.moved": _("mailbox moved"),
    "mailbox.removed": _("mailbox removed"),
    "message.called-spam": _("called spam by the customer's mail program"),
    "message.delivered": _("delivered to the other server"),
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
    "person.identity": _("Signed in through the provider for the first time"),
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
    "link.mailed": _("link to the customer's page mailed"),
    "link.renewed": _("link to the customer's page renewed"),
    "portal.changed": _("settings of customers' pages changed"),
    "reply.posted": _("answer posted where the world reads"),
    "reply.to-post": _("answer waits to be posted"),
    "reply.sent-back": _("reply given back to its writer"),
    "reply.sent-on": _("reply handed to a second person"),
    "reply.stopped": _("reply held back by findings"),
    "reply.undone": _("reply taken back"),
    "reply.written": _("reply written"),
    "team.saved": _("team saved"),
    # Insight.
    "insight.letters-off": _("monthly letter switched off"),
    "insight.letters-on": _("monthly letter switched on"),
    # The recovery plan and the words of the house.
    "plan.proposal-left": _("change proposed in a drill: left as it is"),
    "plan.proposal-taken": _("change proposed in a drill: in the plan"),
    "plan.written": _("recovery plan written"),
    "words.changed": _("words of the house changed"),
    # Views of the inbox.
    "view.removed": _("view of the inbox removed"),
    "view.renamed": _("view of the inbox renamed"),
    "view.saved": _("view of the inbox shared"),
    # Remedies, vouchers, tills.
    "remedy.asked": _("remedy: approval asked for"),
    "remedy.budget-changed": _("budget changed"),
    "remedy.changed": _("remedy changed"),
    "remedy.decided": _("remedy decided"),
    "remedy.done": _("remedy done"),
    "remedy.limits-changed": _("limits of remedies changed"),
    "remedy.proposed": _("remedy proposed"),
    "remedy.refused": _("remedy refused"),
    "remedy.reopened": _("remedy opened again"),
    "remedy.settings-changed": _("settings of remedies changed"),
    "remedy.told": _("customer told of the remedy"),
    "remedy.withdrawn": _("remedy withdrawn"),
    "till.made": _("till made"),
    "till.revoked": _("till ended"),
    "voucher.redeemed": _("voucher redeemed"),
    "voucher.undone": _("voucher: redemption undone"),
    "voucher.valid-again": _("voucher valid again"),
    "voucher.void": _("voucher no longer valid"),
    # Programs.
    "draft.proposed": _("reply proposed by a program"),
    "token.made": _("token for a program made"),
    "token.revoked": _("token for a program ended"),
    "webhook.added": _("webhook added"),
    "webhook.again": _("webhook sent once more"),
    "webhook.changed": _("webhook changed"),
    "webhook.new-secret": _("new secret for a webhook"),
    "webhook.off": _("webhook switched off"),
    "webhook.on": _("webhook switched on"),
    "webhook.removed": _("webhook removed"),
    "opinion.changed": _("second opinion set up"),
    "opinion.failed": _("a second opinion did not come"),
    "opinion.off": _("second opinion switched off"),
    "opinion.on": _("second opinion switched on"),
    "opinion.questions": _("a model was asked for questions"),
    "opinion.rewording": _("a model was asked for a rewording"),
    # Other desks.
    "sidecar.added": _("other desk connected"),
    "sidecar.changed": _("connection to another desk changed"),
    "sidecar.new-secret": _("new secret for another desk"),
    "sidecar.off": _("connection to another desk switched off"),
    "sidecar.on": _("connection to another desk switched on"),
    "sidecar.removed": _("connection to another desk removed"),
    "telling.way-added": _("way to tell somebody added"),
    "telling.way-changed": _("way to tell somebody changed"),
    "telling.way-off": _("way to tell somebody switched off"),
    "telling.way-on": _("way to tell somebody switched on"),
    "telling.way-removed": _("way to tell somebody removed"),
    "telling.words-off": _("push and Slack show no words"),
    "telling.words-on": _("push and Slack may show words"),
    # Channels.
    "channel.added": _("channel added"),
    "channel.again": _("answer posted again"),
    "channel.changed": _("the customer has changed what they wrote"),
    "channel.changed-settings": _("channel changed"),
    "channel.gone": _("deleted where it was written"),
    "channel.handed-over": _("customer written to privately"),
    "channel.not-posted": _("answer not posted"),
    "channel.off": _("channel switched off"),
    "channel.on": _("channel switched on"),
    "channel.posted": _("answer posted"),
    "channel.removed": _("channel removed"),
    # Causes, preventions, likenesses, customers hurt again or told first.
    "cause.archived": _("cause archived"),
    "cause.linked": _("cause given to the case"),
    "cause.made": _("cause new on the list"),
    "cause.merged": _("causes put together"),
    "cause.moved": _("cause of the case put together or split"),
    "cause.notes": _("notes on the cause changed"),
    "cause.renamed": _("cause renamed"),
    "cause.split": _("cause split"),
    "cause.taken-up": _("cause on the list again"),
    "cause.unlinked": _("cause taken from the case"),
    "causes.settings": _("settings of causes changed"),
    "disclosure.dropped": _("customer not told after all"),
    "disclosure.late": _("customer not told in time"),
    "disclosure.overtaken": _("customer found out before we told them"),
    "disclosure.planned": _("customer is to be told first"),
    "disclosure.told": _("customer told before they found out"),
    "prevention.changed": _("prevention changed"),
    "prevention.checked": _("prevention looked at"),
    "prevention.done": _("prevention done"),
    "prevention.doubted": _("it happened again in spite of the prevention"),
    "prevention.dropped": _("prevention given up"),
    "prevention.planned": _("prevention planned"),
    "prevention.told": _("customer told that it will not happen again"),
    "recurrence.raised": _("it has happened again"),
    "recurrence.seen": _("recurrence seen by a lead"),
    "recurrence.withdrawn": _("it was no recurrence"),
    "second-failure.handed-on": _("handed on: we hurt this customer before"),
    "similar.same": _("said to have the same cause as another case"),
    "similar.unrelated": _("said not to be related to another case"),
    # Advocates.
    "advocate.agreed": _("advocate: agreed"),
    "advocate.asked": _("advocate: asked"),
    "advocate.changed": _("advocate: agreement changed"),
    "advocate.declined": _("advocate: would rather not"),
    "advocate.deed": _("advocate: did something for us"),
    "advocate.found": _("advocate: found"),
    "advocate.keeper": _("advocate: given to somebody"),
    "advocate.moved": _("advocate: moved"),
    "advocate.praise-judged": _("advocate: praise looked at"),
    "advocate.reward-dropped": _("advocate: reward not given"),
    "advocate.rewarded": _("advocate: reward given"),
    "advocate.settings-changed": _("settings of advocates changed"),
    "advocate.thanked": _("advocate: thanked"),
    "advocate.withdrawn": _("advocate: took it back"),
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
    "customer": _("customer"),
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
    "amount": _("amount"),
    "cost": _("cost"),
    "currency": _("currency"),
    "for_what": _("for what"),
    "order_number": _("order number"),
    "paid": _("given"),
    "per_month": _("per month"),
    "remedy_kind": _("kind"),
    "remedy_state": _("state"),
    "told_at": _("told"),
    "what": _("what"),
    # The recovery plan.
    "part": _("part"),
    "version": _("version"),
    "vocabulary": _("words of the house"),
    # Causes.
    "by_at": _("by"),
    "cases": _("cases"),
    "check_day": _("looked at on"),
    "in_time": _("in time"),
    "into": _("into"),
    "main": _("main cause"),
    "result": _("result"),
    # Advocates.
    "advocate_state": _("state"),
    "agreed_to": _("agrees to"),
    "per_year": _("per year"),
    "thank_months": _("months between thanks"),
}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

# Numbers of rows say nothing to a reader; names stand beside them.
_SILENT = frozenset(
    {"message", "link", "event", "promise", "owner", "person", "team", "left", "automatic", "remedy", "voucher", "row"}
)


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
        if _DAY.fullmatch(value) and (day := parse_date(value)) is not None:
            return date_format(day, "SHORT_DATE_FORMAT")
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
    from amends.desk.advocates.models import Advocate, Use
    from amends.desk.cases.listing import KIND_WORDS, STAKE_WORDS
    from amends.desk.cases.models import Case, Channel
    from amends.desk.cases.models.case import Fault
    from amends.desk.customers.models import ContactPoint, FormOfAddress, GenderedForm, Reach
    from amends.desk.ledger.models import Promise
    from amends.desk.people.roles import Role
    from amends.desk.plan.models import Part
    from amends.desk.remedies.models import Kind as RemedyKind
    from amends.desk.remedies.models import RemedyState

    return {
        "state": dict(Case.State.choices),
        "promise.state": dict(Promise.State.choices),
        "channel": dict(Channel.choices),
        "fault": dict(Fault.choices),
        "kinds": dict(KIND_WORDS),
        "stakes": dict(STAKE_WORDS),
        "why": dict(Case.SetAsideWhy.choices),
        "kind": dict(ContactPoint.Kind.choices),
        "form_of_address": dict(FormOfAddress.choices),
        "gendered_form": dict(GenderedForm.choices),
        "reach": dict(Reach.choices),
        "role": dict(Role.choices),
        "part": dict(Part.choices),
        "remedy_kind": dict(RemedyKind.choices),
        "remedy_state": dict(RemedyState.choices),
        "advocate_state": dict(Advocate.State.choices),
        "agreed_to": dict(Use.choices),
    }
