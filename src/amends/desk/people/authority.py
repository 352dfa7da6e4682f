"""The table of what each role may do. Services ask it before they change anything; templates never decide."""

from collections.abc import Mapping

from amends.desk.errors import NotAllowed
from amends.desk.people.roles import Acting, Role

__all__ = ["ACTS", "may", "require"]

_OWNER = frozenset({Role.OWNER.value})
_LEADS = _OWNER | {Role.LEAD.value}
_AGENTS = _LEADS | {Role.AGENT.value}
_STAFF = _AGENTS | {Role.JUNIOR.value}
_MACHINE = frozenset({"machine"})
_CUSTOMER = frozenset({"customer"})

ACTS: Mapping[str, frozenset[str]] = {
    # The business and its people.
    "house.edit": _OWNER,
    "people.see": _STAFF,
    "people.invite": _LEADS,
    "people.invite-owner": _OWNER,
    "people.change-role": _OWNER,
    "people.deactivate": _OWNER,
    "people.edit-team": _LEADS,
    "people.edit-self": _STAFF,
    "demo.remove": _OWNER,
    "demo.load": _OWNER | _MACHINE,
    # Customers.
    "customer.see": _STAFF,
    "customer.create": _STAFF | _MACHINE,
    "customer.edit": _STAFF | _MACHINE | _CUSTOMER,
    "customer.merge": _AGENTS,
    "customer.export": _LEADS,
    "customer.erase": _LEADS | _MACHINE,
    # Cases and messages.
    "case.see": _STAFF,
    "case.open": _STAFF | _MACHINE,
    "case.assign": _STAFF | _MACHINE,
    "case.assign-other": _AGENTS | _MACHINE,
    "case.move": _STAFF | _MACHINE,
    "case.set-aside": _STAFF | _MACHINE,
    "case.recover": _CUSTOMER | _STAFF,  # Only with the customer's word as evidence; the service sees to it.
    "case.correct-hearing": _STAFF,
    "case.outline": _STAFF,
    "message.receive": _MACHINE | _CUSTOMER,
    "message.write-down": _STAFF,
    "message.note": _STAFF | _MACHINE,
    "message.draft": _STAFF,
    "message.send": _AGENTS | _MACHINE,
    "message.approve": _AGENTS,
    "message.send-despite-findings": _AGENTS,
    "message.hold": _STAFF,
    "attachment.read": _STAFF,
    # Promises.
    "promise.see": _STAFF,
    "promise.record": _STAFF | _MACHINE,
    "promise.correct": _STAFF,
    "promise.settle": _STAFF | _MACHINE,
    "promise.release": _AGENTS | _CUSTOMER,
    "promise.give-to-other": _AGENTS,
    "promise.endanger": _STAFF | _MACHINE,
    "promise.see-rates": _LEADS,
    "calendar.link": _STAFF,
    # The customer's page.
    "link.issue": _AGENTS | _MACHINE,
    "link.revoke": _AGENTS | _MACHINE,
    "page.answer": _CUSTOMER,
    "portal.edit": _LEADS,
    # The check-in, and what is kept for how long.
    "checkin.ask": _MACHINE,
    "checkin.edit": _LEADS,
    "keeping.edit": _OWNER,
    "keeping.preview": _LEADS,
    "keeping.apply": _OWNER | _MACHINE,
    # The intake.
    "mailbox.see": _LEADS,
    "mailbox.edit": _LEADS,
    "intake.edit": _LEADS,
    "raw.see": _STAFF,
    "raw.take-up": _STAFF,
    # Time limits and mail.
    "deadlines.edit": _LEADS,
    "outbox.queue": _STAFF | _MACHINE | _CUSTOMER,
    "outbox.retry": _AGENTS,
    "outbox.deliver": _MACHINE,
    # Speaking with a customer.
    "call.record": _STAFF,
    # Incidents.
    "incident.see": _STAFF,
    "incident.link": _STAFF | _MACHINE,
    "incident.write": _STAFF,
    "incident.edit": _AGENTS,
    "incident.publish": _AGENTS,
    "incident.import": _AGENTS,
    "incident.suspect": _MACHINE,
    "incident.export": _STAFF | _MACHINE,
    "incident.send-notes": _LEADS,
    "incident.hold-notes": _AGENTS,
    # Remedies and vouchers; how much each may give is in `remedies`.
    "remedy.see": _STAFF,
    "remedy.propose": _STAFF,
    "remedy.decide": _STAFF,
    "remedy.approve": _AGENTS,
    "remedy.tell": _STAFF,
    "remedy.finish": _STAFF | _MACHINE,
    "remedy.withdraw": _STAFF,
    "remedy.edit-limits": _OWNER,
    "remedy.see-budget": _LEADS,
    "voucher.redeem": _STAFF | _MACHINE,
    "till.edit": _LEADS,
    # Programs: tokens of the API, webhooks.
    "api.token": _STAFF,
    "api.all-tokens": _OWNER,
    "message.propose-to-other": _AGENTS,
    "webhook.edit": _LEADS,
    # Insight. A mirror is always the acting person's own: no service takes another person.
    "insight.see": _STAFF,
    "insight.download": _LEADS,
    "insight.mirror": _STAFF,
    "insight.letter": _OWNER,
    "insight.write-letter": _MACHINE,
    # Causes, preventions, similar cases, customers hurt again, customers told first.
    "cause.see": _STAFF,
    "cause.link": _STAFF | _MACHINE,
    "cause.make": _STAFF | _MACHINE,
    "cause.edit": _LEADS,
    "prevention.plan": _AGENTS | _MACHINE,
    "prevention.do": _STAFF | _MACHINE,
    "prevention.check": _AGENTS,
    "prevention.tell": _STAFF | _MACHINE,
    "recurrence.raise": _STAFF | _MACHINE,
    "recurrence.see": _LEADS,
    "similar.decide": _STAFF,
    "similar.compare": _MACHINE,
    "disclosure.plan": _STAFF,
    "disclosure.settle": _STAFF | _MACHINE,
    "second-failure.hand-on": _MACHINE,
    "causes.settings": _LEADS,
    # The recovery plan, its drills, the words of the house.
    "plan.see": _STAFF,
    "plan.edit": _OWNER,
    "words.edit": _LEADS,
    "drill.take-part": _STAFF,
    # Views of the inbox.
    "view.save": _STAFF,
    "view.share": _LEADS,
    # Advocates.
    "advocate.see": _STAFF,
    "advocate.find": _MACHINE,
    "advocate.suggest": _STAFF,
    "advocate.confirm": _STAFF,
    "advocate.decide": _AGENTS,
    "advocate.ask": _AGENTS,
    "advocate.withdraw": _STAFF,
    "advocate.thank": _STAFF,
    "advocate.note": _STAFF,
    "advocate.reward": _AGENTS,
    "advocate.settings": _OWNER,
    # Channels.
    "channels.see": _STAFF,
    "channels.change": _LEADS,
    "channels.answer": _AGENTS,
    # How staff is told.
    "telling.tell": _STAFF | _MACHINE | _CUSTOMER,
    "telling.choose": _STAFF,
    "telling.edit": _LEADS,
    "telling.allow-words": _OWNER,
    "telling.hear-of-trouble": _LEADS,
    # Other desks.
    "sidecar.see": _LEADS,
    "sidecar.edit": _OWNER,
    # A second opinion.
    "opinion.edit": _OWNER,
    "opinion.ask": _STAFF,
}
"""Act to the roles that may do it; "machine" is the desk itself, "customer" the customer on their own page."""


def may(acting: Acting, act: str) -> bool:
    """Whether somebody may do something.

    Args:
        acting: A person or a machine.
        act: A key of `ACTS`.

    Raises:
        KeyError: There is no such act: a mistake in the program, never a question of rights.
    """
    roles = ACTS[act]
    return acting.role in roles and getattr(acting, "is_active", True)


def require(acting: Acting, act: str) -> None:
    """Go on only if somebody may do something.

    Raises:
        NotAllowed: They may not.
        KeyError: There is no such act.
    """
    if not may(acting, act):
        raise NotAllowed
