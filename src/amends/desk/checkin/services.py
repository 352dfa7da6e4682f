"""Planning, asking and ending check-ins.

Nothing here ever records a recovery: that is the customer's word alone, see `portal.answering` and
`cases.services.record_recovery`.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Case, Message
from amends.desk.cases.services import add_note, close_silent, log, record_out
from amends.desk.checkin.models import CheckIn, CheckInSettings
from amends.desk.errors import WrongInput
from amends.desk.house.services import house
from amends.desk.house.services import log as desk_log
from amends.desk.intake.mail.reply_address import reply_address
from amends.desk.ledger.models import Promise
from amends.desk.outbox.services import new_mail_id, queue
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.portal.answering import Answer
from amends.desk.portal.services import PLACE, language_of, mail_address_of
from amends.desk.states import lock

__all__ = ["ask", "change_settings", "check_in_settings", "end_in_silence", "figures", "heard", "plan"]

_HOUR = time(10)
"""Questions leave in the morning of the house, never at night."""
_DONE = (Promise.State.KEPT.value, Promise.State.LATE.value)
_NOT_DONE = (Promise.State.OPEN.value, Promise.State.BROKEN.value)
_PENDING = (CheckIn.State.PLANNED.value, CheckIn.State.ASKED.value)
_MOST = 200


def check_in_settings() -> CheckInSettings:
    """The settings; made with their defaults when first asked for."""
    return CheckInSettings.objects.get_or_create(pk=1)[0]


def change_settings(acting: Acting, *, on: bool, days: int, silent_days: int) -> CheckInSettings:
    """Change whether and when customers are asked.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: A number is not possible.
    """
    require(acting, "checkin.edit")
    if not 1 <= days <= 90:
        raise WrongInput(_("Write a number of days from 1 to 90."), "days")
    if not 3 <= silent_days <= 180:
        raise WrongInput(_("Write a number of days from 3 to 180."), "silent_days")
    check_in_settings()
    with transaction.atomic():
        row = lock(CheckInSettings(pk=1))
        before = {"on": row.on, "days": row.days, "silent_days": row.silent_days}
        row.on, row.days, row.silent_days = on, days, silent_days
        row.save()
        after = {"on": on, "days": days, "silent_days": silent_days}
        if before != after:
            desk_log(acting, "check-in", "check-in.changed", before=before, after=after)
    return row


def plan(acting: Acting) -> int:
    """Plan the question for each case whose last promise was kept, where the customer has the word and none is planned.

    A case with a broken or open promise is not asked about: first it is ours to do something.

    Returns:
        How many were planned.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "checkin.ask")
    rules = check_in_settings()
    if not rules.on:
        return 0
    promises = Promise.objects.filter(case=OuterRef("pk"))
    done = promises.filter(state__in=_DONE, settled_at__isnull=False)
    asked = CheckIn.objects.filter(case=OuterRef("pk"))
    cases = (
        Case.objects.filter(
            Exists(done),
            ~Exists(promises.filter(state__in=_NOT_DONE)),
            state=Case.State.WAITING_FOR_CUSTOMER,
            customer__erased_at=None,
            customer__demo=False,
        )
        .annotate(last=Subquery(done.order_by("-settled_at").values("settled_at")[:1]))
        .filter(~Exists(asked.filter(created_at__gte=OuterRef("last")).exclude(state=CheckIn.State.OFF)))
        .filter(~Exists(asked.filter(state__in=_PENDING)))
    )
    count = 0
    for case in cases[:_MOST]:
        with transaction.atomic():
            lock(case)
            if case.state == Case.State.WAITING_FOR_CUSTOMER and not _pending(case):
                row = CheckIn.objects.create(
                    case=case, ask_at=_morning_after(max(case.last, case.last_out_at or case.last), rules.days)
                )
                log(acting, case, "check-in.planned", after={"ask_at": row.ask_at})
                count += 1
    return count


def ask(acting: Acting, row: CheckIn) -> CheckIn:
    """Ask the customer, by mail with a link to their page, in their language; once.

    When the case went on in the meantime, the question is called off. Without a mail address a note asks a person to.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "checkin.ask")
    with transaction.atomic():
        case = lock(row.case)
        lock(row)
        if row.state != CheckIn.State.PLANNED:
            return row
        if not _may_be_asked(case):
            return _move(acting, row, CheckIn.State.OFF)
        address = mail_address_of(case)
        if not address:
            with override(house().language):
                add_note(acting, case, _("Time to ask the customer whether it is right now. No mail address is known."))
            return _move(acting, row, CheckIn.State.NO_ADDRESS)
        row.message = _send(acting, case, address, f"check-in {row.pk}")
        row.asked_at = timezone.now()
        row.silent_at = row.asked_at + timedelta(days=check_in_settings().silent_days)
        return _move(acting, row, CheckIn.State.ASKED)


def end_in_silence(acting: Acting, row: CheckIn) -> CheckIn:
    """The time to answer is over. Who said nothing is recorded as silent, never as recovered.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "checkin.ask")
    with transaction.atomic():
        case = lock(row.case)
        lock(row)
        if row.state != CheckIn.State.ASKED or row.asked_at is None:
            return row
        if case.last_in_at is not None and case.last_in_at > row.asked_at:
            return _move(acting, row, CheckIn.State.ANSWERED)
        if case.state != Case.State.WAITING_FOR_CUSTOMER:
            return _move(acting, row, CheckIn.State.OFF)
        _move(acting, row, CheckIn.State.SILENT)
        close_silent(acting, case, note=_("No answer to the question whether it is right now."))
    return row


def heard(case: Case, answer: Answer) -> None:
    """The customer said on their page whether it is right now, asked or unasked."""
    rows = CheckIn.objects.filter(case=case)
    row = rows.filter(state__in=[*_PENDING, CheckIn.State.SILENT]).first()
    if row is not None:
        row.move_to(answer)
    else:
        last = rows.first()
        if last is not None and last.state == answer:
            return
        row = CheckIn(case=case, state=answer)
    row.answered_at = timezone.now()
    row.save()


def figures(since: datetime) -> dict[str, int]:
    """How many questions and answers there were in each state, since a moment."""
    rows = CheckIn.objects.filter(created_at__gte=since).values_list("state", flat=True)
    return {state: sum(one == state for one in rows) for state in CheckIn.State.values}


def _pending(case: Case) -> bool:
    return CheckIn.objects.filter(case=case, state__in=_PENDING).exists()


def _may_be_asked(case: Case) -> bool:
    return (
        case.state == Case.State.WAITING_FOR_CUSTOMER
        and case.customer.erased_at is None
        and check_in_settings().on
        and not case.promises.filter(state__in=_NOT_DONE).exists()
    )


def _send(acting: Acting, case: Case, address: str, once: str) -> Message:
    business = house()
    language = language_of(case)
    kept_at = case.promises.filter(state__in=_DONE).aggregate(last=Max("kept_at"))["last"]
    last_mail = case.messages.exclude(mail_id="").order_by("-sent_at").first()
    thread = {"In-Reply-To": last_mail.mail_id, "References": last_mail.mail_id} if last_mail else {}
    with override(language), timezone.override(ZoneInfo(business.time_zone)):
        context = {"name": case.customer.name, "subject": case.subject, "house": business, "kept_at": kept_at}
        subject = _("Is it right now?")
        # The secret of the link is put into the mail as it leaves, and lies nowhere.
        kept_text = _text({**context, "address": _("(the link to your page)")})
        mail_id = new_mail_id()
        message = record_out(
            acting,
            case,
            text=kept_text,
            channel="mail",
            automatic=True,
            delivery=Message.Delivery.WAITING,
            subject=subject,
            mail_id=mail_id,
            in_reply_to=thread.get("In-Reply-To", ""),
            recipients={"to": [[case.customer.name, address]]},
            language=language,
        )
        queue(
            acting,
            purpose="check-in",
            to=[address],
            subject=subject,
            text=_text({**context, "address": PLACE + "#right-now"}),
            headers={"Auto-Submitted": "auto-generated", **thread},
            message=message,
            mail_id=mail_id,
            reply_to=reply_address(case),
            once=once,
            language=language,
        )
    return message


def _text(context: dict[str, object]) -> str:
    return render_to_string("checkin/mail/question.txt", context).strip() + "\n"


def _morning_after(last: datetime, days: int) -> datetime:
    zone = ZoneInfo(house().time_zone)
    return datetime.combine(last.astimezone(zone).date() + timedelta(days=days), _HOUR, zone)


def _move(acting: Acting, row: CheckIn, state: str) -> CheckIn:
    row.move_to(state)
    row.save()
    log(acting, row.case, f"check-in.{state}", after={"check_in": row.pk})
    return row
