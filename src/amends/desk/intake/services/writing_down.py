"""Writing down what a customer said to one of us."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import assign, open_case, write_down
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.customers.services import (
    add_contact,
    change_customer,
    create_customer,
    find_by_contact,
    find_or_create,
)
from amends.desk.errors import WrongInput
from amends.desk.intake import hearing
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import INTAKE

__all__ = ["known_caller", "open_stories", "write_down_word"]

_READ_BACK = ("confirmed", "not-possible")


def known_caller(mail: str, phone: str) -> Customer | None:
    """The customer to whom an address or a number belongs, the address before the number."""
    found = find_by_contact("mail", mail) if mail else None
    return found or (find_by_contact("phone", phone) if phone else None)


def open_stories(customer: Customer | None) -> Sequence[Case]:
    """The cases of a customer that their words may belong to, the latest first."""
    if customer is None:
        return ()
    states = (*Case.IN_HAND, Case.State.RECOVERED, Case.State.CLOSED_SILENT)
    return list(customer.cases.filter(state__in=states).order_by("-created_at")[:10])


def write_down_word(
    acting: Person,
    *,
    text: str,
    channel: str,
    read_back: str,
    case: Case | None = None,
    name: str = "",
    phone: str = "",
    mail: str = "",
    reach: str = "",
    reach_words: str = "",
    form_of_address: str = "",
    language: str = "",
    mine: bool = False,
) -> Message:
    """Write down what a customer said, into one of their cases or a new one.

    Args:
        acting: Who listened.
        text: What was said, in the customer's words.
        channel: "call", "counter" or "letter".
        read_back: "confirmed" by the customer, or "not-possible".
        case: The case it belongs to; None opens one.
        name, phone, mail: Who it is; not needed with a case.
        reach, reach_words, form_of_address: How they want to be reached and spoken to, where they said so.
        language: ISO 639-1 code; as heard in the words if not given.
        mine: Whether the acting person takes care of it.

    Raises:
        NotAllowed: The acting person may not.
        WrongInput: There are no words, nobody is named, or a value is not possible.
    """
    require(acting, "message.write-down")
    text = text.strip()
    if not text:
        raise WrongInput(_("Write down what they said, in their words."), "text")
    if read_back not in _READ_BACK:
        raise WrongInput(_("Read it back to them first, and say whether that is how it was."), "read_back")
    heard = hearing.listen(text, language=language)
    with transaction.atomic():
        if case is None:
            customer, contact = _customer(acting, name, phone, mail, language or heard.language)
            case = open_case(
                acting,
                customer,
                channel=channel,
                subject=_subject(text),
                language=language or heard.language,
                severity=heard.severity,
                urgency=heard.urgency,
                kinds=heard.kinds,
                stakes=heard.stakes,
                flags=heard.flags,
            )
        else:
            customer = case.customer
            contact = _contacts(acting, customer, phone, mail)
        wishes = {"reach": reach, "reach_words": reach_words, "form_of_address": form_of_address, "name": name}
        change_customer(acting, customer, **{field: value for field, value in wishes.items() if value.strip()})
        message = write_down(
            acting,
            case,
            text=text,
            channel=channel,
            contact=contact,
            sender_name=customer.name[:200],
            sender_address=contact.value if contact else "",
            language=language or heard.language,
            headers={"read_back": read_back},
        )
        hearing.keep(INTAKE, message, heard)
        if mine:
            assign(acting, message.case, acting)
    return message


def _customer(acting: Person, name: str, phone: str, mail: str, language: str) -> tuple[Customer, ContactPoint | None]:
    known = known_caller(mail, phone)
    if known is not None:
        return known, _contacts(acting, known, phone, mail)
    if mail:
        customer, contact = find_or_create(acting, "mail", mail, name=name, language=language)
        return customer, _contacts(acting, customer, phone, "") or contact
    if not name.strip() and not phone:
        raise WrongInput(_("Write a name, a phone number or a mail address: who is it that we answer?"), "name")
    customer = create_customer(acting, name=name, language=language)
    return customer, _contacts(acting, customer, phone, "")


def _contacts(acting: Person, customer: Customer, phone: str, mail: str) -> ContactPoint | None:
    """Keep where they said that they can be reached; the phone first, as that is where they are."""
    by_mail = add_contact(acting, customer, "mail", mail) if mail else None
    by_phone = add_contact(acting, customer, "phone", phone) if phone else None
    return by_phone or by_mail


def _subject(text: str) -> str:
    line = text.splitlines()[0].strip()
    return line if len(line) <= 80 else line[:79].rstrip() + "…"
