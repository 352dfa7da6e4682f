"""Which case a mail belongs to: by the headers that answer our mail or a signed reply address, never by a subject."""

from dataclasses import dataclass

from amends.archive.mail import Mail
from amends.desk.cases.models import Case, Message
from amends.desk.customers.models import ContactPoint
from amends.desk.customers.reaching import normalised
from amends.desk.intake.mail.reply_address import case_of_addresses

__all__ = ["Joined", "Known", "addresses_of", "case_of", "in_brackets", "known_ids", "takes_part"]

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


def known_ids(mail: Mail) -> Known:
    """Look up the mail's own id and those that it answers."""
    own = in_brackets(mail.message_id)
    nearest = [*reversed(mail.in_reply_to), *reversed(mail.references)]
    ids = [in_brackets(mail_id) for mail_id in dict.fromkeys(nearest)][:_MOST_IDS]
    wanted = {*ids, own} - {""}
    if not wanted:
        return Known()
    place = {mail_id: number for number, mail_id in enumerate(ids)}
    known = Message.objects.filter(mail_id__in=wanted).exclude(direction=Message.Direction.INTERNAL)
    # Most mails begin something: whether any id is known is asked first, as it costs a tenth of reading the messages.
    found = list(known.values_list("pk", flat=True))
    if not found:
        return Known()
    stored = list(
        Message.objects.filter(pk__in=found)
        .select_related("case__customer")
        .order_by("pk")
        .defer("html", "own_text", "review")
    )
    answered = sorted(
        (message for message in stored if message.mail_id in place),
        key=lambda message: (place[message.mail_id], message.direction != Message.Direction.OUT, message.pk),
    )
    return Known(tuple(message for message in stored if message.mail_id == own), tuple(answered))


def case_of(mail: Mail, recipients: list[str], known: Known) -> Joined:
    """Find the case of a mail.

    Whoever writes into a thread must have a part in it: be the customer, or somebody to whom we wrote in it. A reply
    address alone does not open a case to others, as mails are passed on.

    Args:
        mail: The mail.
        recipients: All addresses at which it may have arrived.
        known: What `known_ids` found.
    """
    found: list[Case] = []
    signed = case_of_addresses(recipients)
    if signed is not None:
        found.append(signed)
    found.extend(message.case for message in known.answered)
    sender = mail.sender.address if mail.sender else ""
    for case in dict.fromkeys(found):
        if case.customer.erased_at is None and takes_part(case, sender):
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
