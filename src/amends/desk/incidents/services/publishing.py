"""Putting the page and its updates before readers. What is promised there stands in the ledger from that moment."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Channel, Message
from amends.desk.cases.services import record_out
from amends.desk.clock.loop import nudge
from amends.desk.composer.checking import Checked
from amends.desk.errors import NotFound, WrongInput, WrongMove
from amends.desk.house.services import house, log
from amends.desk.incidents.events import tell
from amends.desk.incidents.models import Incident, Subscriber, Update, Writing, WritingKind
from amends.desk.incidents.public import address_of
from amends.desk.incidents.services.causing import told_all
from amends.desk.incidents.services.writing import ensure_sound, said, writings_of
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import keep, record
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock
from amends.messages import NAMES

__all__ = ["draft_update", "publish_page", "publish_update", "withdraw_page"]

_FARTHEST = timedelta(days=60)
_SAME_MOMENT = timedelta(minutes=1)


def publish_page(person: Person, writing: Writing) -> Writing:
    """Put a page before its readers, or what was changed in it since.

    The promises of the language that was published first go into the ledger, in the case that stands for everybody;
    other languages say the same to others.

    Raises:
        NotAllowed: The person may not.
        WrongInput: Nothing is written, or something in it would hurt and there is no reason.
    """
    require(person, "incident.publish")
    _of_kind(writing, WritingKind.PAGE)
    checked = ensure_sound(person, writing)
    with transaction.atomic():
        incident = lock(writing.incident)
        lock(writing)
        fresh = dict(said(writing))
        if writing.published == fresh:
            return writing
        first = incident.published_at is None
        if first:
            incident.published_at, incident.language = timezone.now(), writing.language
            incident.save()
        message = _record(person, incident, writing, checked)
        if writing.language == incident.language:
            _promise(person, incident, message, checked, None)
        writing.published, writing.published_at = fresh, timezone.now()
        writing.review = checked.review.to_dict()
        writing.save()
        after = {"language": writing.language, "message": message.pk}
        log(person, incident.log_subject, "incident.page-published", after=after, note=writing.reason)
        told_all(person, incident, writing, writing.review)
        tell(incident, "incident.published", language=writing.language, page=address_of(incident, writing.language))
    return writing


def withdraw_page(person: Person, writing: Writing, *, reason: str) -> Writing:
    """Take the page of one language away from readers; its words stay as a draft.

    Raises:
        NotAllowed: The person may not.
        WrongInput: There is no reason.
        WrongMove: Readers do not see it.
    """
    require(person, "incident.publish")
    _of_kind(writing, WritingKind.PAGE)
    if not reason.strip():
        raise WrongInput(_("Write why; the reason stays in the log."), "reason")
    with transaction.atomic():
        incident = lock(writing.incident)
        lock(writing)
        if not writing.published:
            raise WrongMove("", "", _("Readers do not see this page."))
        writing.published = writing.published_at = None
        writing.save()
        others = list(
            incident.writings.filter(kind=WritingKind.PAGE, published__isnull=False).order_by("published_at", "pk")
        )
        if not others:
            incident.published_at, incident.language = None, ""
        elif incident.language == writing.language:
            incident.language = others[0].language
        incident.save()
        before = {"language": writing.language}
        log(person, incident.log_subject, "incident.page-withdrawn", before=before, note=reason.strip())
    return writing


def draft_update(person: Person, incident: Incident) -> Update:
    """The update that is being written; there is one at a time.

    Raises:
        NotAllowed: The person may not.
    """
    require(person, "incident.write")
    row, _made = Update.objects.get_or_create(incident=incident, state=Update.State.DRAFT)
    return row


def publish_update(person: Person, update: Update, *, next_by: datetime | None) -> Update:
    """Put an update before readers and subscribers, in every language that it is written in.

    It keeps the promise of the update before it; by when the next one follows is the next promise.

    Args:
        person: Who does it.
        update: Being written.
        next_by: By when the next one follows, aware; None only once the failure has stopped.

    Raises:
        NotAllowed: The person may not.
        WrongInput: Nothing is written, a language would hurt without a reason, there is no page, or the moment is not
            possible.
        WrongMove: It is published already.
    """
    require(person, "incident.publish")
    incident = update.incident
    incident.refresh_from_db()
    if incident.published_at is None:
        raise WrongInput(_("Publish the page first: updates stand on it."))
    _possible(incident, next_by)
    texts = writings_of(incident, WritingKind.UPDATE, update)
    if not texts:
        raise WrongInput(_("Write something first."), "text")
    checked = {language: ensure_sound(person, writing) for language, writing in texts.items()}
    now = timezone.now()
    with transaction.atomic():
        lock(incident)
        lock(update)
        update.move_to(Update.State.PUBLISHED)
        first = incident.language if incident.language in texts else next(iter(texts))
        for language in sorted(texts, key=lambda one: one != first):
            writing = lock(texts[language])
            message = _record(person, incident, writing, checked[language])
            if language == first:
                told = message
                _promise(person, incident, message, checked[language], next_by)
            writing.published, writing.published_at = dict(said(writing)), now
            writing.review = checked[language].review.to_dict()
            writing.save()
            told_all(person, incident, writing, writing.review)
        _keep_last(person, incident, told)
        if next_by is not None:
            with override(house().language):
                act = _("Next update on the page: %(title)s") % {"title": incident.title}
            update.promise = record(
                person, incident.house_case, act=act, owner=incident.led_by, due=next_by, message=told, confirmed=True
            )
        update.next_by, update.published_at, update.published_by = next_by, now, person
        if Subscriber.objects.filter(incident=incident, confirmed_at__isnull=False).exists():
            update.mailed_to = 0
        update.save()
        after = {"update": update.pk, "languages": list(texts), "next_by": next_by}
        log(person, incident.log_subject, "incident.update-published", after=after)
        tell(incident, "incident.updated", **after)
    transaction.on_commit(nudge)
    return update


def _possible(incident: Incident, next_by: datetime | None) -> None:
    now = timezone.now()
    if next_by is None:
        if incident.state == Incident.State.OPEN:
            raise WrongInput(
                _("It is still going on: say by when the next update follows, even when nothing new is known by then."),
                "next_by",
            )
    elif next_by <= now:
        raise WrongInput(_("This has passed. Choose a later moment."), "next_by")
    elif next_by > now + _FARTHEST:
        raise WrongInput(_("This is more than two months ahead. Choose an earlier moment."), "next_by")


def _of_kind(writing: Writing, kind: str) -> None:
    if writing.kind != kind:
        raise NotFound(_("There is no such text."))


def _record(person: Person, incident: Incident, writing: Writing, checked: Checked) -> Message:
    """What everybody can read is a public message of the case that stands for everybody."""
    return record_out(
        person,
        incident.house_case,
        text=writing.whole,
        channel=Channel.PAGE,
        public=True,
        subject=writing.subject or f"{incident.title} ({NAMES[writing.language]})",
        language=writing.language,
        review=checked.review.to_dict(),
        sent_despite=writing.reason if checked.errors else "",
        delivery=Message.Delivery.SENT,
    )


def _promise(person: Person, incident: Incident, message: Message, checked: Checked, next_by: datetime | None) -> None:
    """Record what a public text promises, but what is there already from the words before a correction."""
    zone = house().time_zone
    owners = {str(one.pk): one for one in Person.objects.filter(is_active=True)}
    for row in checked.promises:
        due = row.due(zone)
        about_next = isinstance(due, datetime) and next_by is not None and abs(due - next_by) < _SAME_MOMENT
        if row.removed or not row.act or about_next:
            continue
        found = row.found
        quote = found.quote if found else ""
        known = Promise.objects.filter(case=incident.house_case, act=row.act[:500], quote=quote)
        if known.exclude(state=Promise.State.RELEASED).exists():
            continue
        as_found = found is not None and (row.day, row.clock) == (row.was.get("day"), row.was.get("clock"))
        record(
            person,
            incident.house_case,
            act=row.act,
            owner=owners.get(row.owner, incident.led_by),
            due=due,
            quote=quote,
            message=message,
            span=(found.start, found.end) if found else None,
            precision=(found.precision or "") if found and as_found and due is not None else "",
            conditional=found.conditional if found else False,
            found=found.to_dict() if found else None,
            confirmed=True,
        )


def _keep_last(person: Person, incident: Incident, told: Message) -> None:
    """An update keeps the promise that one would follow, in time or late."""
    with override(house().language):
        evidence = _("The update was published.")
    last = Update.objects.filter(
        incident=incident, promise__state__in=[Promise.State.OPEN, Promise.State.BROKEN]
    ).select_related("promise__case")
    for row in last:
        if row.promise is not None:
            keep(person, row.promise, evidence=evidence, message=told)
