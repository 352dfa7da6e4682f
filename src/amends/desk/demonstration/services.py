"""Loading the demonstration and taking it away again."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from amends.checker import check
from amends.desk.cases.models import Attachment, Case, CaseLog, Message, Outline
from amends.desk.cases.services import (
    add_event,
    add_note,
    assign,
    change_fault,
    change_outline,
    close_silent,
    keep_hearing,
    open_case,
    receive,
    record_out,
    record_recovery,
    set_aside,
    write_down,
)
from amends.desk.customers.models import Customer
from amends.desk.customers.services import add_contact, change_customer, find_or_create
from amends.desk.demonstration.former import FORMER
from amends.desk.demonstration.stories import BUSINESS, CUSTOMERS, PASSWORD, PEOPLE, STORIES, Somebody, Story
from amends.desk.house.models import DeskLog
from amends.desk.house.services import house, log
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import break_promise, keep, record
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, INTAKE, Acting

__all__ = ["load", "remove"]

_SPOKEN = ("call", "counter")


def load(acting: Acting = DESK) -> bool:
    """Load the demonstration, unless it is there or the desk has cases of its own.

    Returns:
        Whether it was loaded now.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "demo.load")
    with transaction.atomic():
        row = house()
        if row.demo or Case.objects.exists():
            return False
        row.demo = True
        if not row.name:
            row.name, row.country, row.time_zone = BUSINESS, "EE", "Europe/Tallinn"
        row.save()
        people = {person.key: _person(person.key) for person in PEOPLE}
        now = timezone.now()
        for somebody, story in FORMER:
            _tell(story, people, _customer(somebody), now)
        customers = {somebody.key: _customer(somebody) for somebody in CUSTOMERS}
        for story in STORIES:
            _tell(story, people, customers[story.customer], now)
        for room in _rooms():
            room.show(acting)
        log(acting, "house", "house.demonstration-loaded")
    return True


def remove(acting: Acting) -> None:
    """Take the demonstration away; what was added to the desk besides it stays.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "demo.remove")
    with transaction.atomic():
        for room in _rooms():
            if hasattr(room, "take_away"):
                room.take_away(acting)
        made_up = Q(case__customer__demo=True)
        OutgoingMessage.objects.filter(message__case__customer__demo=True).delete()
        Promise.objects.filter(made_up).delete()
        Attachment.objects.filter(message__case__customer__demo=True).delete()
        _remove_what_others_keep()
        Message.objects.filter(made_up).delete()
        # The log of a made-up case says nothing of anybody; querysets delete it where rows refuse.
        CaseLog.objects.filter(made_up).delete()
        Outline.objects.filter(made_up).delete()
        Case.objects.filter(customer__demo=True).delete()
        subjects = [f"customer {key}" for key in Customer.objects.filter(demo=True).values_list("public_id", flat=True)]
        DeskLog.objects.filter(subject__in=subjects).delete()
        Customer.objects.filter(demo=True).delete()
        _let_people_go()
        row = house()
        row.demo = False
        if row.name == BUSINESS:
            row.name = ""
        row.save()
        log(DESK, "house", "house.demonstration-removed")


def _rooms() -> list[Any]:
    """The modules `demonstration` of other apps: `show(acting)` adds what makes their pages worth looking at, and
    `take_away(acting)` takes away what does not go with the made-up customers."""
    from django.apps import apps
    from django.utils.module_loading import module_has_submodule

    configs = [config for config in apps.get_app_configs() if config.name.startswith("amends.desk.")]
    return [
        import_module(f"{config.name}.demonstration")
        for config in configs
        if config.module is not None and module_has_submodule(config.module, "demonstration")
    ]


def _remove_what_others_keep() -> None:
    """Rows of any other app that hang on a made-up case or message and would hold it back."""
    from django.apps import apps
    from django.db.models import ProtectedError

    cases = Case.objects.filter(customer__demo=True)
    messages = Message.objects.filter(case__in=cases)
    known = (Case, CaseLog, Message, Outline, Promise, Attachment, OutgoingMessage)
    for model in apps.get_models():
        if model in known:
            continue
        for column in model._meta.fields:
            target = getattr(column, "related_model", None)
            if target in (Case, Message):
                rows = model._default_manager.filter(**{f"{column.name}__in": cases if target is Case else messages})
                try:
                    with transaction.atomic():
                        rows.delete()
                except ProtectedError as error:  # pragma: no cover - says which app has to be taught
                    raise RuntimeError(f"{model.__name__} holds rows of the demonstration back") from error


def _let_people_go() -> None:
    """Made-up people go, but for those whom rows that stay still name: they can no longer sign in."""
    from django.db.models import ProtectedError

    for person in Person.objects.filter(demo=True):
        try:
            with transaction.atomic():
                DeskLog.objects.filter(person=person).update(person=None, actor="demonstration")
                person.delete()
        except ProtectedError:
            person.is_active = False
            person.set_unusable_password()
            person.save()


def _person(key: str) -> Person:
    made = next(person for person in PEOPLE if person.key == key)
    person = Person(email=made.email, name=made.name, role=made.role, language=made.language, demo=True)
    person.set_password(PASSWORD)
    person.save()
    return person


def _customer(somebody: Somebody) -> Customer:
    customer, _contact = find_or_create(
        INTAKE, "mail", somebody.email, name=somebody.name, language=somebody.language, verified=True
    )
    Customer.objects.filter(pk=customer.pk).update(demo=True)
    customer.refresh_from_db()
    change_customer(
        INTAKE,
        customer,
        form_of_address=somebody.form_of_address,
        gendered_form=somebody.gendered_form,
        reach=somebody.reach,
        reach_words=somebody.reach_words,
        cares_about=somebody.cares_about,
    )
    if somebody.phone:
        add_contact(INTAKE, customer, "phone", somebody.phone, private=True)
    return customer


def _tell(story: Story, people: dict[str, Person], customer: Customer, now: datetime) -> None:
    began = now - timedelta(hours=max(said.hours for said in story.said))
    case = open_case(
        people[story.assignee] if story.opened_by_us and story.assignee else INTAKE,
        customer,
        channel=story.channel,
        subject=story.subject,
        language=customer.language,
        began=began,
        opened_by_us=story.opened_by_us,
    )
    if story.assignee:
        assign(INTAKE, case, people[story.assignee])
    last_in: Message | None = None
    last_out: Message | None = None
    for said in story.said:
        at = now - timedelta(hours=said.hours)
        if said.note:
            note = add_note(people[said.by], case, said.text)
            Message.objects.filter(pk=note.pk).update(sent_at=at, received_at=at)
        elif said.by == "customer":
            last_in = _came_in(story, case, people, said.text, at, customer)
        else:
            last_out = record_out(
                people[said.by],
                case,
                text=said.text,
                channel="mail",
                sent_at=at,
                language=customer.language,
                delivery=Message.Delivery.SENT,
                review=_checked(story, customer, said.text, last_in),
            )
    change_fault(people["lena"], case, story.fault)
    for name, text in story.outline.items():
        change_outline(people[story.assignee or "lena"], case, name, text)
    for days, words in story.events:
        add_event(people[story.assignee or "lena"], case, words=words, day=(now - timedelta(days=days)).date())
    _promise(story, case, people, last_out, now)
    last = now - timedelta(hours=min(said.hours for said in story.said))
    if story.ends == "recovered":
        record_recovery(people["lena"], case, last_in)
        _ended_then(case, last)
    elif story.ends == "closed-silent":
        close_silent(people["lena"], case)
        _ended_then(case, last)
    elif story.ends == "set-aside":
        set_aside(INTAKE, case, Case.SetAsideWhy.NO_COMPLAINT)


def _ended_then(case: Case, moment: datetime) -> None:
    """What is over ended with its last word, and its log is as old: a half year lies behind the made-up business."""
    recovered_at = moment if case.recovered_at is not None else None
    Case.objects.filter(pk=case.pk).update(closed_at=moment, recovered_at=recovered_at)
    CaseLog.objects.filter(case=case).update(at=moment)


def _checked(story: Story, customer: Customer, text: str, last_in: Message | None) -> dict[str, Any]:
    """What the checker says of a reply, as it is kept with one that is written at the desk."""
    complaint = last_in.text if last_in is not None else None
    return check(
        text,
        language=customer.language,
        complaint=complaint,
        name=customer.name,
        fault=story.fault,
        channel="private",
    ).to_dict()


def _came_in(
    story: Story, case: Case, people: dict[str, Person], text: str, at: datetime, customer: Customer
) -> Message:
    contact = customer.contacts.filter(kind="mail").first()
    about = {
        "sender_name": customer.name,
        "sender_address": contact.value if contact else "",
        "language": customer.language,
        "public": story.channel == "review",
    }
    channel = story.channel if case.messages.filter(direction="in").count() == 0 else "mail"
    if channel in _SPOKEN:
        message = write_down(people["jonas"], case, text=text, channel=channel, sent_at=at, **about)
    else:
        message = receive(INTAKE, case, text=text, channel=channel, sent_at=at, contact=contact, **about)
    Message.objects.filter(pk=message.pk).update(received_at=at)
    if story.kinds:
        keep_hearing(
            INTAKE,
            message,
            is_complaint=True,
            severity=story.severity,
            urgency=story.urgency,
            kinds=story.kinds,
            stakes=story.stakes,
            flags=story.flags,
            heard_by="demonstration",
        )
    return message


def _promise(story: Story, case: Case, people: dict[str, Person], message: Message | None, now: datetime) -> None:
    for made in story.promises:
        at = message.text.find(made.quote) if message is not None and made.quote else -1
        owner = people[made.owner]
        promise = record(
            owner,
            case,
            act=made.act,
            owner=owner,
            due=None if made.due is None else now + timedelta(hours=made.due),
            quote=made.quote,
            message=message if at >= 0 else None,
            span=(at, at + len(made.quote)) if at >= 0 else None,
            precision="hour",
            confirmed=True,
        )
        if made.state in ("kept", "late"):
            kept_at = now + timedelta(hours=made.kept or 0)
            keep(owner, promise, evidence=made.evidence, kept_at=kept_at)
            Promise.objects.filter(pk=promise.pk).update(settled_at=kept_at)
        elif made.state == "broken":
            break_promise(owner, promise)
