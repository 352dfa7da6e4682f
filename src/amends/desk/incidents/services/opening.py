"""Opening an incident, changing its facts, moving it, and the cases that it has."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Case, Channel
from amends.desk.cases.models.case import Fault
from amends.desk.cases.services import change_fault, change_outline, open_case, set_aside
from amends.desk.cases.services import log as case_log
from amends.desk.customers.services import create_customer
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.services import house, log
from amends.desk.incidents.events import tell
from amends.desk.incidents.models import Incident, IncidentCase, Link, Sending, Update
from amends.desk.ledger.models import Promise
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import DESK, Acting, person_of
from amends.desk.states import lock

__all__ = ["change", "link", "move", "open_count", "open_incident", "unlink"]

_LONGEST = 8_000
_MOST_AT_ONCE = 500


def open_incident(
    person: Person,
    *,
    title: str,
    since: datetime,
    happened: str = "",
    cause: str = "",
    cause_key: str = "",
    fault: str = "unknown",
    led_by: Person | None = None,
    demo: bool = False,
) -> Incident:
    """A new incident, with the case that stands for everybody: what is promised to all hangs on it.

    That case is set aside at once, as it is nobody's complaint; no time limits run on it and it is in no inbox.

    Args:
        person: Who opens it.
        title: In a few words.
        since: When it began, aware.
        happened, cause: What happened and why, as far as known.
        cause_key: The cause's name in the list of causes, if it has one.
        fault: A value of `cases.models.case.Fault`.
        led_by: Who leads; the opener if not given.
        demo: Whether it belongs to the demonstration.

    Raises:
        NotAllowed: The person may not.
        WrongInput: There is no title, or it would begin in the future.
    """
    require(person, "incident.edit")
    title = _title(title)
    _since(since)
    with transaction.atomic():
        with override(house().language):
            name = _("Everybody: %(title)s") % {"title": title}
        customer = create_customer(person, name=name, demo=demo)
        case = open_case(person, customer, channel=Channel.PAGE, subject=title, opened_by_us=True, began=since)
        set_aside(DESK, case, Case.SetAsideWhy.NO_COMPLAINT, note=_("It stands for everybody whom an incident hurt."))
        incident = Incident.objects.create(
            slug=_slug(title),
            salt=secrets.token_hex(32),
            title=title,
            happened=happened.strip()[:_LONGEST],
            cause=cause.strip()[:_LONGEST],
            cause_key=cause_key[:64],
            since=since,
            led_by=led_by or person,
            house_case=case,
            created_by=person,
        )
        Sending.objects.create(incident=incident)
        _tell_outline(person, incident, fault)
        log(person, incident.log_subject, "incident.opened", after={"title": title, "since": since})
        tell(incident, "incident.opened", since=since)
    return incident


def change(person: Person, incident: Incident, **values: Any) -> Incident:
    """Change an incident's facts.

    Args:
        person: Who does it.
        incident: Which.
        values: "title", "happened", "cause", "cause_key", "since", "led_by", "fault" to new values.

    Raises:
        NotAllowed: The person may not.
        WrongInput: A value is not possible.
        TypeError: There is no such field.
    """
    require(person, "incident.edit")
    fault = values.pop("fault", None)
    if unknown := values.keys() - {"title", "happened", "cause", "cause_key", "since", "led_by"}:
        raise TypeError(f"not to be changed here: {', '.join(sorted(unknown))}")
    if "title" in values:
        values["title"] = _title(values["title"])
    if "since" in values:
        _since(values["since"])
    with transaction.atomic():
        lock(incident)
        before, after = {}, {}
        for name, value in values.items():
            fresh = value.strip()[:_LONGEST] if isinstance(value, str) else value
            if getattr(incident, name) != fresh:
                before[name], after[name] = _plain(getattr(incident, name)), _plain(fresh)
                setattr(incident, name, fresh)
        incident.save()
        _tell_outline(person, incident, fault)
        if after:
            log(person, incident.log_subject, "incident.changed", before=before, after=after)
    return incident


def move(person: Person, incident: Incident, state: str) -> Incident:
    """Say that it is stopped, closed, or going on again.

    Raises:
        NotAllowed: The person may not.
        WrongInput: It cannot be closed while readers wait for an update, or notes are being sent.
        WrongMove: Its state does not allow it.
    """
    require(person, "incident.edit")
    with transaction.atomic():
        lock(incident)
        before = incident.state
        if state == Incident.State.CLOSED:
            _may_be_closed(incident)
        incident.move_to(state)
        now = timezone.now()
        incident.fixed_at = (incident.fixed_at or now) if state != Incident.State.OPEN else None
        incident.closed_at = now if state == Incident.State.CLOSED else None
        incident.save()
        log(person, incident.log_subject, "incident.moved", before={"state": before}, after={"state": state})
        tell(incident, "incident.moved", **{"from": before, "to": state})
    return incident


def link(person: Person, incident: Incident, cases: Iterable[Case], how: str = Link.HAND) -> int:
    """Put cases to an incident; those that it has already stay as they are.

    Returns:
        How many are new.

    Raises:
        NotAllowed: The person may not.
        WrongInput: They are too many at once, or there is no such way.
        WrongMove: The incident is closed.
    """
    require(person, "incident.link")
    if how not in Link.values:
        raise WrongInput(_("Choose one of the list."), "how")
    given = [case for case in cases if case.pk != incident.house_case_id][: _MOST_AT_ONCE + 1]
    if len(given) > _MOST_AT_ONCE:
        raise WrongInput(_("These are too many at once. Take five hundred at most."), "cases")
    count = 0
    with transaction.atomic():
        lock(incident)
        if incident.state == Incident.State.CLOSED:
            raise WrongMove(incident.state, "", _("This incident is closed. Open it again first."))
        for case in given:
            row, made = IncidentCase.objects.get_or_create(
                incident=incident, case=case, defaults={"how": how, "linked_by": person_of(person)}
            )
            if made:
                count += 1
                case_log(person, case, "incident.linked", after={"incident": incident.public_id, "how": row.how})
    return count


def unlink(person: Person, incident: Incident, case: Case) -> None:
    """Take a case away from an incident; a note that has gone to its customer stays where it is.

    Raises:
        NotAllowed: The person may not.
    """
    require(person, "incident.link")
    with transaction.atomic():
        lock(incident)
        gone, _by_model = IncidentCase.objects.filter(incident=incident, case=case).delete()
        if gone:
            case_log(person, case, "incident.unlinked", before={"incident": incident.public_id})


def open_count(_person: Acting) -> int:
    """How many incidents are not closed, for the navigation."""
    return Incident.objects.exclude(state=Incident.State.CLOSED).count()


def _may_be_closed(incident: Incident) -> None:
    if incident.sending.state == Sending.State.SENDING:
        raise WrongInput(_("Notes are being sent. Pause or stop them first, or wait until the last has gone."))
    waiting = Update.objects.filter(incident=incident, promise__state=Promise.State.OPEN)
    if waiting.exists():
        raise WrongInput(_("Readers were promised another update. Publish the last one first, then close this."))


def _tell_outline(person: Person, incident: Incident, fault: str | None) -> None:
    """The outline of the case that stands for all knows the facts, so that the check can hold the words against it."""
    case = incident.house_case
    change_outline(person, case, "record", incident.happened)
    change_outline(person, case, "cause", incident.cause)
    if fault is not None and fault != case.fault:
        if fault not in Fault.values:
            raise WrongInput(_("Choose one of the list."), "fault")
        change_fault(person, case, fault)


def _title(title: str) -> str:
    title = " ".join(title.split())[:160]
    if not title:
        raise WrongInput(_("Say in a few words what it is."), "title")
    return title


def _since(since: datetime) -> None:
    if since > timezone.now():
        raise WrongInput(_("This lies ahead. Write when it began."), "since")


def _slug(title: str) -> str:
    """An address that nobody guesses before the page is there: the title's letters and a few by chance."""
    words = slugify(title)[:40].strip("-")
    return f"{words}-{secrets.token_hex(3)}".lstrip("-")


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Person) else value
