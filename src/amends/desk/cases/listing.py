"""Which cases the inbox shows: filters, search, order."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Message
from amends.desk.cases.queue import Reason, reasons
from amends.desk.customers.models import Customer

if TYPE_CHECKING:
    from amends.desk.people.models import Person

__all__ = ["PER_PAGE", "VIEWS", "Asked", "Listed", "asked_from", "find", "page_of"]

PER_PAGE = 30
_FIRST_WORDS = 260

VIEWS = {
    "ours": _("Waiting for us"),
    "customer": _("Waiting for the customer"),
    "over": _("Over"),
    "aside": _("Set aside"),
    "all": _("All"),
}
_STATES = {
    "customer": "waiting-for-customer",
    "aside": "set-aside",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks to see.

    Attributes:
        view: A key of `VIEWS`.
        whose: "" for everybody's, "mine", "nobody", or "team".
        channel, language, kind: "" for any.
        words: Words to find in the customer's name, the subject and the messages.
        page: From 1.
    """

    view: str = "ours"
    whose: str = ""
    channel: str = ""
    language: str = ""
    kind: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """One case in the list.

    Attributes:
        case: With its customer and assignee loaded.
        why: Why it stands where it stands.
        first_words: How the customer's latest message begins.
        message_language: The language of that message, or "".
    """

    case: Case
    why: list[Reason]
    first_words: str
    message_language: str


def asked_from(data: QueryDict) -> Asked:
    """Read from an address what is asked; what is not understood counts as not asked."""
    page = data.get("page", "1")
    view = data.get("view", "ours")
    return Asked(
        view=view if view in VIEWS else "ours",
        whose=data.get("whose", ""),
        channel=data.get("channel", ""),
        language=data.get("language", ""),
        kind=data.get("kind", ""),
        words=" ".join(data.get("q", "").split())[:200],
        page=min(int(page), 10_000) if page.isascii() and page.isdigit() and int(page) else 1,
    )


def find(asked: Asked, person: "Person") -> "QuerySet[Case]":
    """The cases asked for, in their order.

    Args:
        asked: What is asked.
        person: Who asks, for "mine" and "team".
    """
    # Each view goes along an index that has its order, so that a page costs the same however many cases there are.
    found = Case.objects.order_by("-updated_at", "-pk")
    if asked.view == "ours":
        found = found.filter(place__isnull=False).order_by("place", "pk")
    elif asked.view == "over":
        found = found.filter(closed_at__isnull=False).exclude(state=Case.State.SET_ASIDE).order_by("-closed_at", "-pk")
    elif asked.view in _STATES:
        found = found.filter(state=_STATES[asked.view])
    if asked.whose == "mine":
        found = found.filter(assignee=person)
    elif asked.whose == "nobody":
        found = found.filter(assignee=None)
    elif asked.whose == "team" and person.team_id:
        found = found.filter(team=person.team_id)
    for field in ("channel", "language"):
        if value := getattr(asked, field):
            found = found.filter(**{field: value})
    if asked.kind:
        # The list is stored as JSON; the quotes keep "late" from finding "later".
        found = found.filter(kinds__icontains=f'"{asked.kind}"')
    for word in asked.words.split():
        found = found.filter(_speaks_of(word))
    return found


def page_of(found: "QuerySet[Case]", page: int, now: datetime | None = None) -> tuple[list[Listed], bool]:
    """One page of cases, and whether there are more; four queries however many there are."""
    now = now or timezone.now()
    begin = (page - 1) * PER_PAGE
    # Not joined: a planner may begin with all customers and sort, instead of going along the index of the order.
    rows = list(found.prefetch_related("customer", "assignee")[begin : begin + PER_PAGE + 1])
    more = len(rows) > PER_PAGE
    rows = rows[:PER_PAGE]
    words: dict[int, tuple[str, str]] = {}
    messages = (
        Message.objects.filter(case__in=[row.pk for row in rows], direction="in")
        .order_by("sent_at", "pk")
        .values_list("case_id", Left("own_text", _FIRST_WORDS), Left("text", _FIRST_WORDS), "language")
    )
    for case_id, own, whole, language in messages:
        words[case_id] = (" ".join((own or whole).split()), language)
    return [Listed(row, reasons(row, now), *words.get(row.pk, ("", ""))) for row in rows], more


def _speaks_of(word: str) -> Q:
    return (
        Q(subject__icontains=word)
        | Q(public_id__iexact=word)
        | Q(customer__name__icontains=word)
        | Q(customer__in=Customer.objects.filter(contacts__normalised=word.casefold()))
        | Q(pk__in=Message.objects.filter(text__icontains=word).values("case"))
    )
