"""Finding who might be asked: those whose first failure was put right, and those who praised us. Whoever was hurt
twice, whose case was not put right or is open, is never found, and goes from the list when it happens later
(Maxham and Netemeyer 2002)."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.archive.gratitude import thanks
from amends.desk.advocates.models import Advocate, AdvocateSettings, Sign
from amends.desk.advocates.services.settings import advocate_settings, today
from amends.desk.cases.models import Case, Message
from amends.desk.causes.services import may_ask_advocate, may_ask_advocates
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.intake.hearing import listen
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock

__all__ = [
    "drop_barred",
    "find_praise",
    "find_recovered",
    "judge_praise",
    "must_be_askable",
    "wake",
    "write_praise_down",
]

_BACK = timedelta(days=90)
"""So long after a recovery somebody may come up; an old story is left alone."""
_AT_ONCE = 500
_OVERLAP = 200
"""Messages before the newest one are looked at again, as another transaction may have brought in an earlier number."""
_LONGEST = 2_000


def must_be_askable(customer: Customer) -> None:
    """Go on only if this customer may be asked.

    Raises:
        WrongInput: We hurt them twice, or a case of theirs is open or was not put right.
    """
    if not may_ask_advocate(customer):
        raise WrongInput(
            _(
                "Nothing is asked of this customer: a case of theirs is open or was not put right, "
                "or we hurt them twice."
            )
        )


def find_recovered(acting: Acting) -> int:
    """Put those on the list whose first failure was put right, by their own word, in the last 90 days.

    Returns:
        How many were found.

    Raises:
        NotAllowed: Only the clock may.
    """
    require(acting, "advocate.find")
    known = Sign.objects.filter(case=OuterRef("pk"), kind=Sign.Kind.RECOVERED)
    cases = list(
        Case.objects.filter(
            state=Case.State.RECOVERED,
            failure_number=1,
            closed_at__gte=timezone.now() - _BACK,
            recovered_at__isnull=False,
            customer__erased_at=None,
        )
        .exclude(Exists(known))
        .exclude(log__act="case.blanked")
        .order_by("closed_at", "pk")[:_AT_ONCE]
    )
    allowed = may_ask_advocates(case.customer_id for case in cases)
    count = 0
    for case in cases:
        if case.customer_id in allowed:
            count += _add(
                acting, case.customer_id, Sign(kind="recovered", case=case, moment=case.recovered_at or timezone.now())
            )
    return count


def find_praise(acting: Acting) -> int:
    """Put those on the list who thank or praise, on any channel, in a message that is no complaint and asks nothing.

    Whether it is praise, a person says; see `judge_praise`.

    Returns:
        How many were found.

    Raises:
        NotAllowed: Only the clock may.
    """
    require(acting, "advocate.find")
    since = advocate_settings().heard_until
    messages = list(
        Message.objects.filter(pk__gt=since - _OVERLAP, direction="in", automatic=False)
        .exclude(case__set_aside_why__in=["spam", "automatic", "duplicate"])
        .select_related("case", "hearing")
        .order_by("pk")[: _AT_ONCE + _OVERLAP]
    )
    if not messages:
        return 0
    heard = [one for one in messages if one.received_at >= timezone.now() - _BACK and _praises(one)]
    known = set(Sign.objects.filter(message__in=heard).values_list("message", flat=True))
    fresh = [one for one in heard if one.pk not in known]
    allowed = may_ask_advocates(one.case.customer_id for one in fresh)
    count = 0
    for one in fresh:
        if one.case.customer_id in allowed:
            sign = Sign(kind="praise", standing="heard", case=one.case, message=one, moment=one.sent_at)
            count += _add(acting, one.case.customer_id, sign)
    AdvocateSettings.objects.filter(pk=1, heard_until__lt=messages[-1].pk).update(heard_until=messages[-1].pk)
    return count


def wake(acting: Acting) -> int:
    """Those of whom somebody said "not now" come up again when their day has come."""
    require(acting, "advocate.find")
    count = 0
    for row in Advocate.objects.filter(state="later", quiet_until__lte=today()).order_by("pk")[:_AT_ONCE]:
        with transaction.atomic():
            lock(row)
            if row.state == Advocate.State.LATER and row.quiet_until is not None and row.quiet_until <= today():
                row.move_to(Advocate.State.FOUND)
                row.quiet_until = None
                row.save()
                count += 1
    return count


def drop_barred(acting: Acting) -> int:
    """Whoever may not be asked any more goes from the list, before anybody does; whoever may be again comes back."""
    require(acting, "advocate.find")
    rows = list(Advocate.objects.filter(state__in=[*Advocate.NOT_ASKED_YET, "lapsed"]).order_by("pk"))
    count = 0
    for begin in range(0, len(rows), _AT_ONCE):
        some = rows[begin : begin + _AT_ONCE]
        allowed = may_ask_advocates(row.customer_id for row in some)
        back = set(Sign.objects.filter(advocate__in=some).exclude(standing="none").values_list("advocate", flat=True))
        for row in some:
            wanted = row.customer_id in allowed and row.pk in back
            if wanted == (row.state != Advocate.State.LAPSED):
                continue
            with transaction.atomic():
                lock(row)
                if row.state in Advocate.NOT_ASKED_YET and not wanted:
                    _move(acting, row, Advocate.State.LAPSED)
                    count += 1
                elif row.state == Advocate.State.LAPSED and wanted:
                    _move(acting, row, Advocate.State.FOUND)
    return count


def judge_praise(acting: Acting, sign: Sign, *, praise: bool) -> Sign:
    """A person says whether what was heard is praise. Where nothing else speaks for it, a "no" ends it.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is nothing that was heard in a message.
    """
    require(acting, "advocate.confirm")
    if sign.kind != Sign.Kind.PRAISE:
        raise WrongInput(_("This was said by a person already."))
    with transaction.atomic():
        row = lock(sign.advocate)
        lock(sign)
        sign.standing = Sign.Standing.PRAISE if praise else Sign.Standing.NONE
        sign.person = person_of(acting)
        sign.save()
        log(acting, _subject(row), "advocate.praise-judged", after={"result": praise})
        if row.state in Advocate.NOT_ASKED_YET and not row.signs.exclude(standing="none").exists():
            _move(acting, row, Advocate.State.LAPSED)
    return sign


def write_praise_down(acting: Acting, customer: Customer, words: str) -> Advocate:
    """Somebody of ours heard praise: at the counter, on the phone, in the street.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There are no words, or this customer may not be asked.
    """
    require(acting, "advocate.suggest")
    words = words.strip()
    if not words:
        raise WrongInput(_("Write what they said."), "words")
    must_be_askable(customer)
    sign = Sign(kind="told", words=words[:_LONGEST], moment=timezone.now(), person=person_of(acting))
    _add(acting, customer.pk, sign)
    return Advocate.objects.get(customer=customer)


def _add(acting: Acting, customer: int, sign: Sign) -> int:
    """Keep a sign, once; its customer comes on the list unless somebody has decided about them already."""
    try:
        with transaction.atomic():
            row, new = Advocate.objects.get_or_create(customer_id=customer)
            lock(row)
            sign.advocate = row
            sign.save()
            if new:
                log(acting, _subject(row), "advocate.found", after={"reason": sign.kind})
            elif row.state == Advocate.State.LAPSED:
                _move(acting, row, Advocate.State.FOUND)
                return 1
            return int(new)
    except IntegrityError:
        # Another worker found the same a moment ago.
        return 0


def _praises(message: Message) -> bool:
    words = message.words
    if "?" in words or not thanks(words, message.language or None):
        return False
    hearing = getattr(message, "hearing", None)
    complaint = hearing.is_complaint if hearing is not None else listen(words, language=message.language).is_complaint
    return not complaint


def _move(acting: Acting, row: Advocate, state: str) -> None:
    before = row.state
    row.move_to(state)
    row.save()
    log(acting, _subject(row), "advocate.moved", before={"advocate_state": before}, after={"advocate_state": row.state})


def _subject(row: Advocate) -> str:
    return f"customer {row.customer.public_id}"
