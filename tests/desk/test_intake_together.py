"""Mails that are read at once tell the same story as mails that are read one by one."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.db import transaction

from amends.desk.cases.models import Case, CaseLog, Message, RawMessage
from amends.desk.cases.services import keep_raw
from amends.desk.customers.models import ContactPoint
from amends.desk.house.models import DeskLog
from amends.desk.intake import reading
from amends.desk.intake.models import Mailbox
from amends.desk.people.roles import INTAKE

pytestmark = pytest.mark.django_db


def _mail(sender: str, words: str, number: int, *, answers: int | None = None, **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, "hello@bakery.example"
    mail["Subject"] = headers.pop("subject", "Cake")
    mail["Message-ID"] = f"<m{number}@mail.example>"
    if answers is not None:
        mail["In-Reply-To"] = f"<m{answers}@mail.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(words)
    if number == 4:
        mail.add_attachment(b"\x89PNG\r\n\x1a\nxx", maintype="image", subtype="png", filename="cake.png")
    return mail.as_bytes()


ANA, BO, CY = "Ana <ana@mail.example>", "bo@mail.example", "cy@mail.example"
MAILS = [
    _mail(ANA, "The cake came a day late and nobody rang. I want my money back.", 1),
    _mail(BO, "What are your opening hours on Sunday?", 2),
    _mail(ANA, "And it was stale.", 3, answers=1),
    _mail(CY, "Third time that the wrong cake came. This is a disgrace.", 4),
    _mail(CY, "Third time that the wrong cake came. This is a disgrace.", 4),
    _mail(BO, "I never asked for this.", 5, answers=1),
    _mail(CY, "I am away until Monday.", 6, answers=4, Auto_Submitted="auto-replied"),
    _mail(BO, "I am away until Monday.", 7, Auto_Submitted="auto-replied"),
    _mail("hello@bakery.example", "Round and round.", 8),
    b"these bytes are no mail at all",
    _mail("nobody", "No address.", 9),
    _mail(ANA, "Another matter: you charged my card twice.", 10, subject="Card"),
]


def _told() -> list[object]:
    messages = Message.objects.select_related("case__customer", "hearing").order_by("raw_id")
    said = [
        (
            message.raw_id,
            message.text,
            message.automatic,
            message.case.state,
            message.case.severity,
            message.case.failure_number,
            message.case.place is None,
            str(message.case.customer),
            getattr(getattr(message, "hearing", None), "severity", None),
            message.attachments.count(),
            sorted(CaseLog.objects.filter(case=message.case).values_list("act", flat=True)),
        )
        for message in messages
    ]
    raw = [
        (row.state, (row.envelope.get("outcome") or {}).get("why"), row.lease_holder)
        for row in RawMessage.objects.order_by("pk")
    ]
    contacts = sorted(ContactPoint.objects.values_list("normalised", "customer__name"))
    threads = sorted(Case.objects.values_list("subject", "messages__text"))
    return [said, raw, contacts, threads, sorted(DeskLog.objects.values_list("act", flat=True))]


def _story(read: Callable[[], None]) -> list[object]:
    with transaction.atomic():
        first = RawMessage.objects.count()
        assert first == 0
        for raw in MAILS:
            keep_raw(INTAKE, "mailbox", raw)
        # Numbers begin anew in each story, as they stand in what is compared.
        numbers = {pk: place for place, pk in enumerate(RawMessage.objects.order_by("pk").values_list("pk", flat=True))}
        read()
        told = _told()
        told[0] = [(numbers[row[0]], *row[1:]) for row in told[0]]
        transaction.set_rollback(True)
    return told


def _one_by_one() -> None:
    for row in RawMessage.objects.order_by("pk"):
        reading.read(row)


def test_the_same_story_at_once_and_one_by_one(business, run_clock):
    Mailbox.objects.create(address="hello@bakery.example", kind="delivered")
    together = _story(run_clock)
    assert together == _story(_one_by_one)
    assert len(together[0]) == 7


def test_one_mail_that_goes_wrong_keeps_none_of_the_others(business, run_clock, monkeypatch):
    real = reading.read_mail

    def breaks(row: RawMessage, raw: bytes) -> None:
        if b"Sunday" in raw:
            raise RuntimeError("this one")
        real(row, raw)

    import amends.desk.intake.mail.reading as mails

    real_take_in = mails.take_in

    def take_in(acting, said, *args, **more):
        if "Sunday" in said.text:
            raise RuntimeError("this one")
        return real_take_in(acting, said, *args, **more)

    monkeypatch.setattr(reading, "read_mail", breaks)
    monkeypatch.setattr(mails, "take_in", take_in)
    for raw in MAILS[:4]:
        keep_raw(INTAKE, "mailbox", raw)
    run_clock()
    states = list(RawMessage.objects.order_by("pk").values_list("state", "tries"))
    assert states == [("read", 0), ("waiting", 1), ("read", 0), ("read", 0)]
    assert Message.objects.count() == 3
