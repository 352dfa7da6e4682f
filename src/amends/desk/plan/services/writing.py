"""Writing the plan: every change is a version of its own, and the settings that belong to it follow."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from amends.desk.causes.services import cause_settings
from amends.desk.causes.services import change_settings as change_causes
from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.models import House
from amends.desk.house.services import change_house, house, log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, person_of
from amends.desk.plan.content import cleaned
from amends.desk.plan.models import Part, PlanVersion
from amends.desk.states import lock

__all__ = ["bring_back", "current", "part_as_of", "write_authority", "write_part"]


def current() -> PlanVersion | None:
    """The plan as it is now, or None before anything is written."""
    return PlanVersion.objects.select_related("person").first()


def part_as_of(part: str) -> int:
    """The number of the version in which a part was written last, 0 if it never was: what a form has `seen`."""
    numbers = PlanVersion.objects.filter(part=part).values_list("number", flat=True)
    return numbers.first() or 0


def write_part(acting: Acting, part: str, given: Mapping[str, Any], *, seen: int | None = None) -> PlanVersion | None:
    """Write one part of the plan.

    Args:
        acting: Who does it.
        part: A value of `Part`.
        given: Its texts, and `rows`.
        seen: What `part_as_of` said when the form was shown; None writes in any case.

    Returns:
        The new version, or None when nothing has changed.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: Something is too long or missing, or somebody else has written this part since.
    """
    require(acting, "plan.edit")
    if part not in Part.values:
        raise NotFound(_("The plan has no such part."))
    content = cleaned(part, given)
    with transaction.atomic():
        return _write(acting, part, content, seen)


def write_authority(
    acting: Acting,
    given: Mapping[str, Any],
    *,
    first_word_hours: int,
    second_failures: Person | None,
    seen: int | None = None,
) -> PlanVersion | None:
    """Write who may do what, and have the desk's settings follow: both or neither.

    Args:
        acting: Who does it.
        given: The texts of the part.
        first_word_hours: Hours until every new complaint hears from a person.
        second_failures: Who takes care of customers whom we hurt again.
        seen: As in `write_part`.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: As in `write_part`, or a setting is not possible.
    """
    require(acting, "plan.edit")
    content = cleaned(Part.AUTHORITY, given)
    with transaction.atomic():
        version = _write(acting, Part.AUTHORITY, content, seen)
        change_house(acting, first_word_hours=first_word_hours)
        causes = cause_settings()
        if causes.second_failures != second_failures:
            change_causes(acting, second_failures=second_failures, check_after_days=causes.check_after_days)
    return version


def bring_back(acting: Acting, number: int) -> PlanVersion | None:
    """Write the part that a version changed once more, as it was then. What came in between stays in its version.

    Raises:
        NotAllowed: Only the owner may.
        NotFound: There is no such version.
    """
    require(acting, "plan.edit")
    version = PlanVersion.objects.filter(number=number).first()
    if version is None:
        raise NotFound(_("There is no such version of the plan."))
    with transaction.atomic():
        return _write(acting, version.part, version.content[version.part], None)


def _write(acting: Acting, part: str, content: dict[str, Any], seen: int | None) -> PlanVersion | None:
    house()
    lock(House(pk=1))  # One writes at a time, also the very first version.
    before = current()
    last = part_as_of(part)
    if seen is not None and seen != last:
        raise WrongInput(
            _("Somebody has written this part in the meantime. Your words still stand here; compare the two.")
        )
    whole = dict(before.content) if before else {}
    if whole.get(part) == content:
        return None
    number = before.number + 1 if before else 1
    version = PlanVersion.objects.create(
        number=number, person=person_of(acting), part=part, content={**whole, part: content}
    )
    # The words are in the versions; the log says that there is a new one, and of what.
    log(acting, "plan", "plan.written", before={"version": number - 1 or None}, after={"version": number, "part": part})
    return version
