"""From a stored form to a case. A form always opens one: nothing in it proves who wrote it."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.archive.mail import sniffed_type
from amends.desk import store
from amends.desk.cases.models import Channel, RawMessage
from amends.desk.customers.models import ContactPoint, Customer, Reach
from amends.desk.customers.services import (
    add_contact,
    change_customer,
    create_customer,
    find_by_contact,
    find_or_create,
)
from amends.desk.house.services import house
from amends.desk.intake import acknowledging, hearing
from amends.desk.intake.outcomes import close_raw
from amends.desk.intake.taking_in import File, Said, plain, take_in
from amends.desk.people.roles import INTAKE
from amends.desk.states import lock

__all__ = ["read_form"]

_SNIFFED = 4_096


def read_form(row: RawMessage, raw: bytes) -> None:
    """Read one stored form into a new case, once.

    Args:
        row: The raw message; nothing happens unless it waits.
        raw: Its bytes, as `submitting.keep_form` made them.
    """
    content: dict[str, Any] = json.loads(raw)
    fields: dict[str, str] = {name: plain(str(value)) for name, value in content["fields"].items()}
    text = "\n\n".join(part for name in ("happened", "wish") if (part := fields.get(name, "").strip()))
    heard = hearing.listen(text)
    if not heard.language:
        heard = hearing.listen(text, language=content["language"])
    # What somebody sends through a form for complaints waits for a person, whatever it was heard to be.
    if heard.is_complaint is False:
        heard = hearing.Heard(None, language=heard.language, flags=heard.flags, result=heard.result)
    promised = parse_datetime(content["promised"])
    said = Said(
        channel=Channel.FORM,
        text=text,
        language=content["language"],
        sender_name=fields.get("name", ""),
        sender_address=fields.get("mail", "") or fields.get("phone", ""),
        received_at=row.received_at,
        headers={name: fields[name] for name in ("phone", "reach", "reach_words") if fields.get(name)},
        files=_files(content["files"]),
    )
    with transaction.atomic():
        if lock(row).state != RawMessage.State.WAITING:
            return
        customer, contact = _customer(fields, content["language"])
        message = take_in(INTAKE, said, heard, customer=customer, contact=contact, case=None, raw=row)
        business = house()
        if promised is not None:
            with override(content["language"]):
                quote = _("A person reads it and answers you by %(moment)s.") % {
                    "moment": acknowledging.moment_words(promised, business)
                }
            acknowledging.record_first_word(message.case, promised, content["language"], quote=quote)
        acknowledging.acknowledge(message, new_case=True, answerable=True, promised=promised)
        close_raw(row, RawMessage.State.READ)


def _customer(fields: dict[str, str], language: str) -> tuple[Customer, ContactPoint | None]:
    """Whose form it is. What a form says is not proved: it adds to new customers, and changes nothing about known ones.

    A phone number that a stranger wrote beside a customer's mail address must not become a number that we ring; it
    stays with the message, where people see that it came by the form.
    """
    contact: ContactPoint | None
    name, mail, phone = (fields.get(field, "").strip() for field in ("name", "mail", "phone"))
    if mail:
        known = find_by_contact("mail", mail)
        customer, contact = find_or_create(INTAKE, "mail", mail, name="" if known else name, language=language)
    else:
        known = None
        customer = create_customer(INTAKE, name=name, language=language)
        contact = add_contact(INTAKE, customer, "phone", phone) if phone else None
    if known is None:
        if mail and phone:
            add_contact(INTAKE, customer, "phone", phone, private=True)
        reach = fields.get("reach", "")
        change_customer(
            INTAKE,
            customer,
            reach=reach if reach in Reach.values else "",
            reach_words=fields.get("reach_words", ""),
        )
    return customer, contact


def _files(files: list[dict[str, Any]]) -> Iterator[File]:
    for file in files:
        content = store.read(file["hash"])
        yield File(file["name"], content, sniffed_type(content[:_SNIFFED], file["type"], file["name"]))
