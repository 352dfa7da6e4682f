"""Thanks that a person writes, and what advocates did for us."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.advocates.models import Advocate, Deed, Thanks, Use
from amends.desk.advocates.services.consenting import checked_day, checked_words
from amends.desk.advocates.services.settings import advocate_settings, plan_thanks
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.desk.states import lock

__all__ = ["add_deed", "take_care", "thank"]


def thank(acting: Acting, row: Advocate, *, words: str, day: date) -> Thanks:
    """Keep that we thanked them, with the words.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There are no words, the day is ahead, or they do not speak for us.
    """
    require(acting, "advocate.thank")
    with transaction.atomic():
        lock(row)
        _must_speak_for_us(row)
        made = Thanks.objects.create(
            advocate=row, words=checked_words(words), day=checked_day(day), person=person_of(acting)
        )
        row.thanked_on = max(day, row.thanked_on or day)
        plan_thanks(row, advocate_settings().thank_months)
        row.save()
        log(acting, f"customer {row.customer.public_id}", "advocate.thanked", after={"day": day})
    return made


def add_deed(acting: Acting, row: Advocate, *, use: str, words: str, day: date) -> Deed:
    """Note what they did for us; from then on thanks are due.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: They have not agreed to it, there are no words, or the day is ahead.
    """
    require(acting, "advocate.note")
    if use and use not in Use.values:
        raise WrongInput(_("Choose one of the list."), "use")
    with transaction.atomic():
        lock(row)
        _must_speak_for_us(row)
        # A review of their own accord needs nobody's leave.
        if use and use != Use.REVIEW and use not in row.agreed_to:
            raise WrongInput(_("They have not agreed to this. Ask them first."), "use")
        deed = Deed.objects.create(
            advocate=row, use=use, words=checked_words(words), day=checked_day(day), person=person_of(acting)
        )
        plan_thanks(row, advocate_settings().thank_months)
        row.save()
        log(acting, f"customer {row.customer.public_id}", "advocate.deed", after={"day": day})
    return deed


def take_care(acting: Acting, row: Advocate) -> Advocate:
    """The acting person takes care of them from now on, and is reminded to thank them.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "advocate.thank")
    with transaction.atomic():
        lock(row)
        before = row.keeper
        row.keeper = person_of(acting)
        if before != row.keeper:
            row.save()
            log(
                acting,
                f"customer {row.customer.public_id}",
                "advocate.keeper",
                before={"name": str(before or "")},
                after={"name": str(row.keeper or "")},
            )
    return row


def _must_speak_for_us(row: Advocate) -> None:
    if row.state != Advocate.State.AGREED:
        raise WrongInput(_("This customer has not agreed to speak for us."))
