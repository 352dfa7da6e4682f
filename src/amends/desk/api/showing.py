"""Rows of the desk as the API shows them."""

from django.conf import settings
from django.urls import reverse

from amends.desk.api import shapes
from amends.desk.cases.models import Case, CaseLog, Message, Outline
from amends.desk.cases.models.case import CaseState, Channel, Fault
from amends.desk.cases.models.message import Direction
from amends.desk.cases.services import outline_of, stamp
from amends.desk.composer.models import Kind, Reply, ReplyState, SecondLook
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.ledger.models import Promise, PromiseState
from amends.desk.people.models import Person
from amends.desk.people.roles import Role

__all__ = ["case", "customer", "log_entry", "message", "outline", "outline_tag", "page", "person", "promise", "reply"]


def page(name: str, *values: object) -> str:
    """The full address of a page of the desk, for people."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=values)}"


def person(row: Person) -> shapes.PersonOut:
    """Somebody of ours."""
    return shapes.PersonOut(id=row.pk, name=str(row), role=Role(row.role))


def case(row: Case) -> shapes.CaseOut:
    """A case; its customer, assignee and team are loaded with lists."""
    return shapes.CaseOut(
        id=row.public_id,
        customer=shapes.CustomerShort(id=row.customer.public_id, name=row.customer.name),
        subject=row.subject,
        channel=Channel(row.channel),
        language=row.language,
        state=CaseState(row.state),
        severity=row.severity,
        urgency=row.urgency,
        kinds=row.kinds,
        stakes=row.stakes,
        flags=row.flags,
        fault=Fault(row.fault),
        assignee=person(row.assignee) if row.assignee else None,
        team=str(row.team) if row.team else None,
        waits_since=row.waits_since,
        next_word_at=row.next_word_at,
        next_word_why=row.next_word_why,
        opened_by_us=row.opened_by_us,
        failure_number=row.failure_number,
        set_aside_why=row.set_aside_why,
        created_at=row.created_at,
        updated_at=row.updated_at,
        first_reply_at=row.first_reply_at,
        last_in_at=row.last_in_at,
        last_out_at=row.last_out_at,
        recovered_at=row.recovered_at,
        closed_at=row.closed_at,
        page=page("cases:case", row.public_id),
    )


def outline(row: Case) -> shapes.OutlineOut:
    """The outline of a case."""
    kept = outline_of(row)
    return shapes.OutlineOut(
        **{field: getattr(kept, field) for field in Outline.FIELDS},
        fault=Fault(row.fault),
        events=[
            shapes.EventOut(
                id=event.pk, day=event.day, time=f"{event.clock:%H:%M}" if event.clock else None, words=event.words
            )
            for event in kept.events.all()
        ],
        seen={field: stamp(getattr(kept, field)) for field in Outline.FIELDS},
    )


def outline_tag(shown: shapes.OutlineOut) -> str:
    """The entity tag of an outline: it changes with any of its fields."""
    return f'"{stamp(shown.model_dump_json())}"'


def log_entry(row: CaseLog) -> shapes.LogEntry:
    """An entry of a log."""
    return shapes.LogEntry(
        id=row.pk,
        at=row.at,
        person=person(row.person) if row.person else None,
        actor=row.actor,
        act=row.act,
        before=row.before,
        after=row.after,
        note=row.note,
    )


def customer(row: Customer) -> shapes.CustomerOut:
    """A customer with their contacts."""
    return shapes.CustomerOut(
        id=row.public_id,
        name=row.name,
        form_of_address=row.form_of_address,
        gendered_form=row.gendered_form,
        language=row.language,
        reach=row.reach,
        reach_words=row.reach_words,
        cares_about=row.cares_about,
        notes=row.notes,
        contacts=[
            shapes.Contact(
                kind=ContactPoint.Kind(contact.kind),
                network=contact.network,
                value=contact.value,
                verified=contact.verified_at is not None,
                private=contact.private,
            )
            for contact in row.contacts.all()
        ],
        cases=row.cases.count(),
        erased=row.erased_at is not None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        page=page("customers:customer", row.public_id),
    )


def message(row: Message, case_id: str) -> shapes.MessageOut:
    """Something said."""
    return shapes.MessageOut(
        id=row.pk,
        case=case_id,
        direction=Direction(row.direction),
        channel=Channel(row.channel),
        public=row.public,
        automatic=row.automatic,
        author=person(row.author) if row.author else None,
        sender_name=row.sender_name,
        sender_address=row.sender_address,
        subject=row.subject,
        words=row.words,
        text=row.text,
        language=row.language,
        sent_at=row.sent_at,
        received_at=row.received_at,
        delivery=row.delivery,
        attachments=[attachment.name for attachment in row.attachments.all()],
    )


def reply(row: Reply) -> shapes.ReplyOut:
    """A reply on its way."""
    return shapes.ReplyOut(
        id=row.pk,
        case=row.case.public_id,
        kind=Kind(row.kind),
        channel=Channel(row.channel),
        state=ReplyState(row.state),
        author=person(row.author),
        subject=row.subject,
        text=row.text,
        not_before=row.not_before,
        second_look=SecondLook(row.second_look),
        sent_despite=row.sent_despite,
        word=row.word,
        stopped_why=row.stopped_why,
        message=row.message_id,
        created_at=row.created_at,
    )


def promise(row: Promise) -> shapes.PromiseOut:
    """A promise; its case and owner are loaded with lists."""
    return shapes.PromiseOut(
        id=row.pk,
        case=row.case.public_id,
        message=row.message_id,
        act=row.act,
        quote=row.quote,
        owner=person(row.owner) if row.owner else None,
        due_day=row.due_day,
        due_at=row.due_at,
        precision=row.precision,
        condition=row.condition,
        state=PromiseState(row.state),
        overdue=row.is_overdue,
        evidence=row.evidence,
        created_at=row.created_at,
        kept_at=row.kept_at,
        settled_at=row.settled_at,
    )
