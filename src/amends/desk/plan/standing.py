"""What the desk's settings say at this moment, as the plan shows it: roles, hours, limits, words."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from amends.desk.causes.services import cause_settings
from amends.desk.house.services import house
from amends.desk.people.authority import ACTS
from amends.desk.people.roles import Role
from amends.desk.remedies.money import money_words
from amends.desk.remedies.services import authority_of, remedy_settings

__all__ = ["Reach", "Standing", "standing"]

_SHOWN = (
    ("message.send", gettext_lazy("Send a reply")),
    ("message.approve", gettext_lazy("Read and send what a junior wrote")),
    ("incident.publish", gettext_lazy("Publish a page about an incident")),
    ("incident.send-notes", gettext_lazy("Write to everyone hurt")),
    ("remedy.edit-limits", gettext_lazy("Change what each may give")),
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What people of one role may give, in words of the reader's language.

    Attributes:
        one: The most for one remedy of a kind, the largest of its kinds.
        case, month: The most for one case; in a month, each person.
    """

    role: str
    one: str
    case: str
    month: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The settings that belong to the plan.

    Attributes:
        acts: What is done, with the roles that may do it.
        reaches: What each role may give.
        second_failures: Who takes care of customers whom we hurt again; "" when the desk finds a lead.
        words: Words that are not used, each with the one used instead.
    """

    acts: tuple[tuple[str, tuple[str, ...]], ...]
    reaches: tuple[Reach, ...]
    first_word_hours: int
    second_failures: str
    words: dict[str, str]


def standing() -> Standing:
    """The settings as they are now."""
    business, named = house(), cause_settings().second_failures
    currency = remedy_settings().currency
    return Standing(
        acts=tuple((str(words), tuple(str(role.label) for role in Role if role in ACTS[act])) for act, words in _SHOWN),
        reaches=tuple(_reach(role, currency) for role in Role),
        first_word_hours=business.first_word_hours,
        second_failures=str(named) if named is not None and named.is_active else "",
        words=dict(business.vocabulary or {}),
    )


def _reach(role: Role, currency: str) -> Reach:
    row = authority_of(role.value)

    def words(amount: Decimal | None) -> str:
        return str(_("no limit")) if amount is None else money_words(amount, currency)

    most = [None if amount is None else Decimal(str(amount)) for amount in row.kinds.values()]
    known = [amount for amount in most if amount is not None]
    one = "–" if not most else words(None if len(known) < len(most) else max(known))
    return Reach(str(role.label), one, words(row.per_case), words(row.per_month))
