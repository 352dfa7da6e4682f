"""Which case a mail belongs to: by the headers that answer our mail or a signed reply address, never by a subject."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from amends.archive.mail import Mail
from amends.desk.cases.models import Case, Message
from amends.desk.customers.models import ContactPoint
from amends.desk.customers.reaching import normalised
from amends.desk.customers.services import contacts_of
from amends.desk.intake.mail.ours import which_are_ours
from amends.desk.intake.mail.reply_address import case_of_addresses

__all__ = [
    "Joined",
    "Known",
    "LookedUp",
    "addresses_of",
    "case_of",
    "in_brackets",
    "known_ids",
    "look_up",
    "named_ids",
    "takes_part",
]

_MOST_IDS = 60
"""Of the ids that a mail names, so many of the nearest are looked up."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a mail belongs.

    Attributes:
        case: The case it joins; None when it begins one.
        stranger_to: The case whose thread it answers although its sender has no part in it.
    """

    case: Case | None = None
    stranger_to: Case | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Stored messages whose ids a mail names.

    Attributes:
        same: Those with the mail's own id: other copies of it, or ours that came round.
        answered: Those that it answers, the nearest first; of equals those that we wrote ourselves.
    """

    same: tuple[Message, ...] = ()
    answered: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What is stored about mails that are about to be taken in; looked up for all of them at once.

    Attributes:
        messages: Messages by their mail ids.
        contacts: Contact points of the senders, by their normalised form.
        ours: Addresses of our mailboxes, and other addresses of ours, among the senders.
    """

    messages: Mapping[str, Sequence[Message]]
    contacts: Mapping[str, ContactPoint]
    ours: Collection[str]

    def contact_of(self, mail: Mail) -> ContactPoint | None:
        """The sender's contact point, when it is stored."""
        return self.contacts.get(normalised("mail", mail.sender.address)) if mail.sender else None


def look_up(mails: Iterable[Mail]) -> LookedUp:
    """Look up the ids that mails name, and their senders."""
    mails = list(mails)
    ids = {mail_id for mail in mails for mail_id in named_ids(mail)}
    senders = [mail.sender.address for mail in mails if mail.sender]
    messages: dict[str, list[Message]] = {}
    known = Message.objects.filter(mail_id__in=ids).exclude(direction=Message.Direction.INTERNAL)
    # Most mails begin something: whether any id is known is asked first, as it costs a tenth of reading the messages.
    if ids and (found := list(known.values_list("pk", flat=True))):
        stored = Message.objects.filter(pk__in=found).select_related("case__customer").order_by("pk")
        cases: dict[int, Case] = {}
        for message in stored.defer("html", "own_text", "review"):
            # One object for one case, so that what one mail changes the next one sees.
            message.case = cases.setdefault(message.case_id, message.case)
            messages.setdefault(message.mail_id, []).append(message)
    return LookedUp(
        messages,
        contacts_of("mail", (normalised("mail", sender) for sender in senders)),
        which_are_ours(senders),
    )


def named_ids(mail: Mail) -> list[str]:
    """The mail's own id and the nearest of those that it answers, in brackets."""
    return [mail_id for mail_id in dict.fromkeys([in_brackets(mail.message_id), *_answered_ids(mail)]) if mail_id]


def _answered_ids(mail: Mail) -> list[str]:
    nearest = [*reversed(mail.in_reply_to), *reversed(mail.references)]
    return [in_brackets(mail_id) for mail_id in dict.fromkeys(nearest)][:_MOST_IDS]


def known_ids(mail: Mail, looked_up: LookedUp) -> Known:
    """The stored messages with the mail's own id, and those that it answers."""
    place = {mail_id: number for number, mail_id in enumerate(_answered_ids(mail))}
    answered = sorted(
        (message for mail_id in place for message in looked_up.messages.get(mail_id, ())),
        key=lambda message: (place[message.mail_id], message.direction != Message.Direction.OUT, message.pk),
    )
    own = in_brackets(mail.message_id)
    return Known(tuple(looked_up.messages.get(own, ()) if own else ()), tuple(answered))


def case_of(mail: Mail, recipients: list[str], known: Known, contact: ContactPoint | None) -> Joined:
    """Find the case of a mail.

    Whoever writes into a thread must have a part in it: be the customer, or somebody to whom we wrote in it. A reply
    address alone does not open a case to others, as mails are passed on.

    Args:
        mail: The mail.
        recipients: All addresses at which it may have arrived.
        known: What `known_ids` found.
        contact: The sender's contact point, when it is stored.
    """
    found: list[Case] = []
    signed = case_of_addresses(recipients)
    if signed is not None:
        found.append(signed)
    found.extend(message.case for message in known.answered)
    sender = mail.sender.address if mail.sender else ""
    for case in dict.fromkeys(found):
        theirs = contact is not None and contact.customer_id == case.customer_id
        if case.customer.erased_at is None and (theirs or takes_part(case, sender)):
            return Joined(case)
    return Joined(stranger_to=next((case for case in found if case.customer.erased_at is None), None))


def takes_part(case: Case, address: str) -> bool:
    """Whether an address is the customer's, or one to which we wrote in this case."""
    wanted = normalised("mail", address)
    if not wanted:
        return False
    if ContactPoint.objects.filter(customer=case.customer_id, kind="mail", normalised=wanted).exists():
        return True
    for message in case.messages.filter(direction=Message.Direction.OUT, public=False).only("recipients"):
        for listed in message.recipients.values():
            if any(normalised("mail", known) == wanted for _name, known in listed):
                return True
    return False


def addresses_of(mail: Mail, envelope: dict[str, object]) -> list[str]:
    """All addresses at which a mail may have arrived, from its headers and from the server that handed it over."""
    handed = envelope.get("to", ())
    known = [str(address) for address in handed] if isinstance(handed, list) else []
    headers = (*mail.delivered_to, *mail.to, *mail.cc)
    return list(dict.fromkeys([*known, *(address.address for address in headers)]))


def in_brackets(mail_id: str | None) -> str:
    """A Message-ID as it is stored: with angle brackets; "" for none."""
    return f"<{mail_id}>" if mail_id else ""
