"""Vouchers: issued once, redeemed once. A row lock decides who of two tills was first."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from amends.desk.cases.services import log
from amends.desk.errors import DeskError, NotAllowed, NotFound, WrongInput, WrongMove
from amends.desk.house.services import house
from amends.desk.house.services import log as desk_log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, Machine
from amends.desk.remedies.codes import is_code, new_code, plain_code
from amends.desk.remedies.models import Remedy, Till, Voucher, WrongCode
from amends.desk.remedies.services.limits import remedy_settings
from amends.desk.states import lock
from amends.desk.tokens import hashed

__all__ = ["UNDO", "TooManyWrongCodes", "find_voucher", "forget_wrong_codes", "issue", "redeem", "undo", "void"]

UNDO = timedelta(minutes=1)
"""How long a redemption can be undone by whoever did it."""
_MOST_WRONG = 10
_WITHIN = timedelta(minutes=10)
_KEPT = timedelta(days=1)


class TooManyWrongCodes(DeskError):  # noqa: N818 - it says what happened
    """Codes were tried that are none of ours."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("Several codes were not ours. Wait ten minutes, or ask whoever wrote to the customer."))


def issue(remedy: Remedy) -> Voucher:
    """Make the voucher of a remedy; inside the transaction that decides it. A remedy has one voucher, ever."""
    if remedy.voucher is not None:
        return remedy.voucher
    if remedy.amount is None:
        raise WrongInput(_("Write the amount."), "amount")
    today = timezone.now().astimezone(ZoneInfo(house().time_zone)).date()
    while True:
        code = new_code()
        try:
            with transaction.atomic():
                remedy.voucher = Voucher.objects.create(
                    customer=remedy.case.customer,
                    token_hash=hashed(code),
                    code=code,
                    amount=remedy.amount,
                    currency=remedy.currency,
                    last_day=today + timedelta(days=remedy_settings().voucher_days),
                )
        except IntegrityError:  # pragma: no cover - twice the same of 23 ** 15 codes
            continue
        return remedy.voucher


def find_voucher(acting: Acting, typed: str, *, till: Till | None = None, address: str = "") -> Voucher:
    """The voucher of a code.

    Args:
        acting: Somebody of staff, or a till's machine.
        typed: The code as typed or scanned.
        till: The till, when it is one.
        address: The network address of whoever asks, to count wrong codes.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: This can be no code: a sign is wrong or missing.
        NotFound: There is no such voucher.
        TooManyWrongCodes: Codes that are none of ours were tried too often.
    """
    require(acting, "voucher.redeem")
    code = plain_code(typed)
    if not code:
        raise WrongInput(_("Type or scan the code."), "code")
    if not is_code(code):
        # No guess gets here: whoever guesses reckons the check sign too. So it is a slip, and is not counted.
        raise WrongInput(_("A sign of the code is wrong or missing. Look at it again."), "code")
    keys = _counted(acting, till, address)
    since = timezone.now() - _WITHIN
    for key in keys:
        if WrongCode.objects.filter(key=key, at__gte=since).count() >= _MOST_WRONG:
            raise TooManyWrongCodes
    voucher = Voucher.objects.filter(token_hash=hashed(code)).first()
    if voucher is None:
        WrongCode.objects.bulk_create(WrongCode(key=key) for key in keys)
        raise NotFound(_("There is no voucher with this code."))
    return voucher


def redeem(acting: Acting, voucher: Voucher, *, till: Till | None = None) -> Voucher:
    """Redeem a voucher, once.

    Args:
        acting: Somebody of staff, or a till's machine.
        voucher: Which.
        till: The till, when it is one.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It was redeemed, is void, or has expired.
    """
    require(acting, "voucher.redeem")
    with transaction.atomic():
        lock(voucher)
        if voucher.state == Voucher.State.REDEEMED:
            raise WrongMove(voucher.state, Voucher.State.REDEEMED, _("This voucher was redeemed already."))
        if voucher.state == Voucher.State.VOID:
            raise WrongMove(voucher.state, Voucher.State.REDEEMED, _("This voucher is not valid any more."))
        if has_expired(voucher):
            raise WrongMove(voucher.state, Voucher.State.REDEEMED, _("This voucher has expired."))
        voucher.move_to(Voucher.State.REDEEMED)
        voucher.redeemed_at = timezone.now()
        voucher.redeemed_by = acting if isinstance(acting, Person) else None
        voucher.redeemed_till = till
        voucher.save()
        _log(acting, voucher, "voucher.redeemed")
    return voucher


def undo(acting: Acting, voucher: Voucher, *, till: Till | None = None) -> Voucher:
    """Undo a redemption, within a minute, by the person or the till that did it.

    Raises:
        NotAllowed: Somebody else did it.
        WrongMove: It is not redeemed, or the minute is over.
    """
    require(acting, "voucher.redeem")
    with transaction.atomic():
        lock(voucher)
        if voucher.state != Voucher.State.REDEEMED or voucher.redeemed_at is None:
            raise WrongMove(voucher.state, Voucher.State.ISSUED)
        by_person = isinstance(acting, Person) and voucher.redeemed_by_id == acting.pk
        by_till = till is not None and voucher.redeemed_till_id == till.pk
        if not (by_person or by_till):
            raise NotAllowed(_("Whoever redeemed it can undo it."))
        if timezone.now() - voucher.redeemed_at > UNDO:
            raise WrongMove(voucher.state, Voucher.State.ISSUED, _("The minute to undo this is over."))
        voucher.move_to(Voucher.State.ISSUED)
        voucher.redeemed_at = voucher.redeemed_by = voucher.redeemed_till = None
        voucher.save()
        _log(acting, voucher, "voucher.undone")
    return voucher


def void(acting: Acting, voucher: Voucher) -> None:
    """Make a voucher invalid because its remedy was withdrawn; inside that transaction.

    Raises:
        WrongMove: It was redeemed.
    """
    lock(voucher)
    if voucher.state == Voucher.State.REDEEMED:
        raise WrongMove(voucher.state, Voucher.State.VOID, _("The voucher was redeemed already."))
    if voucher.state == Voucher.State.ISSUED:
        voucher.move_to(Voucher.State.VOID)
        voucher.save()
        _log(acting, voucher, "voucher.void")


def make_valid(acting: Acting, voucher: Voucher) -> None:
    """Make a voucher valid again because its remedy counts again; inside that transaction."""
    lock(voucher)
    if voucher.state == Voucher.State.VOID:
        voucher.move_to(Voucher.State.ISSUED)
        voucher.save()
        _log(acting, voucher, "voucher.valid-again")


def has_expired(voucher: Voucher) -> bool:
    """Whether its last day is over where the business is."""
    return timezone.now().astimezone(ZoneInfo(house().time_zone)).date() > voucher.last_day


def forget_wrong_codes() -> None:
    """Forget what no longer counts."""
    WrongCode.objects.filter(at__lt=timezone.now() - _KEPT).delete()


def _counted(acting: Acting, till: Till | None, address: str) -> list[str]:
    names = [f"till {till.pk}" if till is not None else f"person {getattr(acting, 'pk', acting)}"]
    if till is not None and address:
        names.append(f"address {address}")
    return [salted_hmac("amends.desk.remedies.wrong-code", one, algorithm="sha256").hexdigest() for one in names]


def _log(acting: Acting, voucher: Voucher, act: str) -> None:
    """Into the log of the case, and when that was erased, into the desk's."""
    remedy = Remedy.objects.filter(voucher=voucher).select_related("case").first()
    after = {"voucher": voucher.pk, "amount": voucher.amount, "currency": voucher.currency}
    if isinstance(acting, Machine):
        after["till"] = acting.name
    if remedy is not None:
        log(acting, remedy.case, act, after={"remedy": remedy.pk, **after})
    else:
        desk_log(acting, f"voucher {voucher.pk}", act, after=after)
