"""The acknowledgement: honest that it is automatic, and when a person will write. That moment is a promise."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Case, Channel, Message
from amends.desk.cases.services import record_out
from amends.desk.deadlines.services import limits_of
from amends.desk.house.models import House
from amends.desk.house.services import house
from amends.desk.intake.mail.reply_address import reply_address
from amends.desk.intake.services.settings import intake_settings
from amends.desk.ledger.services import record
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.routes import mail_can_leave
from amends.desk.outbox.services import new_mail_id, queue
from amends.desk.people.roles import DESK
from amends.desk.states import lock
from amends.messages import RIGHT_TO_LEFT

__all__ = ["AUTOMATIC_HEADERS", "FIRST_WORD", "acknowledge", "first_word_by", "moment_words", "record_first_word"]

AUTOMATIC_HEADERS = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
"""RFC 3834, and what older servers know: no program answers to it."""

FIRST_WORD = "first-word"
"""What `Promise.found["by"]` says of a promise that a person will write."""

_LEAST_TIME = timedelta(hours=1)


def first_word_by(business: House, began: datetime, now: datetime) -> datetime:
    """By when a person of ours will have written to somebody whose complaint came in.

    Args:
        business: Its hours and its time limits.
        began: When the complaint came in, aware.
        now: The moment at which it is said.

    Returns:
        The earlier of the house's own first word and the limit of the place, at a full hour of the house's clock. What
        has passed already, as a mail may have been on its way for days, is counted from now.
    """
    zone = ZoneInfo(business.time_zone)
    ends = [began + timedelta(hours=business.first_word_hours)]
    limit = limits_of(business.profile, began, business.time_zone).get("word")
    if limit is not None:
        ends.append(limit)
    by = min(ends)
    if by < now + _LEAST_TIME:
        by = now + max(timedelta(hours=business.first_word_hours), 2 * _LEAST_TIME)
    full = by.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    return full if full > now else by


def moment_words(moment: datetime, business: House) -> str:
    """A moment in the active language and the house's time zone, with the zone's name."""
    local = timezone.localtime(moment, ZoneInfo(business.time_zone))
    return f"{date_format(local, 'DATETIME_FORMAT')} ({business.time_zone.replace('_', ' ')})"


def acknowledge(message: Message, *, new_case: bool, answerable: bool, promised: datetime | None = None) -> None:
    """Acknowledge a customer's message, if that is switched on and right; call it inside the transaction of the intake.

    A customer gets one a day at most, programs get none. It holds nothing of what came in, so that the form cannot be
    used to send words of one stranger to another.

    Args:
        message: What came in.
        new_case: Whether it opened a case; what joins one is answered by people.
        answerable: Whether an automatic answer would reach a person.
        promised: The moment that the customer was told already, on the page of the form.
    """
    case = message.case
    address = message.contact.value if message.contact and message.contact.kind == "mail" else ""
    right = new_case and answerable and address and case.state != Case.State.SET_ASIDE and not case.customer.demo
    if not right or not mail_can_leave() or not intake_settings().acknowledge:
        return
    business = house()
    now = timezone.now()
    lock(case.customer)
    day = timezone.localtime(now, ZoneInfo(business.time_zone)).date()
    once = f"acknowledgement {case.customer.pk} {day}"
    if OutgoingMessage.objects.filter(once=once).exists():
        return
    by = promised or first_word_by(business, case.created_at, now)
    language = case.language or business.language
    with override(language):
        subject = _("We have your message")
        promise = _("A person will read it and write to you by %(moment)s.") % {"moment": moment_words(by, business)}
        paragraphs = [
            _("Hello,"),
            _("This answer is automatic. It only tells you that your message has arrived."),
            promise,
            _("If you want to add something, answer this mail."),
            str(business),
        ]
    text = "\n\n".join(paragraphs) + "\n"
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    page = render_to_string(
        "intake/acknowledgement.html", {"paragraphs": paragraphs, "language": language, "direction": direction}
    )
    mail_id = new_mail_id()
    said = record_out(
        DESK,
        case,
        text=text,
        channel=Channel.MAIL,
        automatic=True,
        delivery=Message.Delivery.WAITING,
        subject=subject,
        mail_id=mail_id,
        in_reply_to=message.mail_id,
        recipients={"to": [[case.customer.name, address]]},
        language=language,
    )
    headers = dict(AUTOMATIC_HEADERS)
    if message.mail_id:
        headers |= {
            "In-Reply-To": message.mail_id,
            "References": " ".join([*message.references[-10:], message.mail_id]),
        }
    queue(
        DESK,
        purpose="acknowledgement",
        to=[address],
        subject=subject,
        text=text,
        html=page,
        headers=headers,
        message=said,
        mail_id=mail_id,
        reply_to=reply_address(case),
        once=once,
        language=language,
    )
    if promised is None:
        at = text.index(promise)
        record_first_word(case, by, language, quote=promise, message=said, span=(at, at + len(promise)))


def record_first_word(
    case: Case,
    by: datetime,
    language: str,
    *,
    quote: str,
    message: Message | None = None,
    span: tuple[int, int] | None = None,
) -> None:
    """Write into the ledger that a person will write by a moment.

    The customer reads it on their page, so that it speaks to them in their language. The first reply of a person keeps
    it.

    Args:
        case: Whose complaint it is.
        by: The moment, aware.
        language: ISO 639-1 code of what they were told.
        quote: How they were told.
        message: Where they were told; None for the page of the form.
        span: Code point offsets of the quote in the message.
    """
    with override(language):
        act = _("A person writes to you")
    record(
        DESK,
        case,
        act=act,
        owner=None,
        due=by,
        quote=quote,
        message=message,
        span=span,
        found={"by": FIRST_WORD},
        confirmed=True,
    )
