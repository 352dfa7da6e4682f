"""Which cases the inbox shows: filters, search, order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Left
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from amends.desk.cases.models import Case, Channel, Message
from amends.desk.cases.queue import Reason, reasons
from amends.hearing.labels import KINDS, STAKES

if TYPE_CHECKING:
    from amends.desk.people.models import Person

__all__ = [
    "KIND_WORDS",
    "PER_PAGE",
    "SEVERITIES",
    "STAKE_WORDS",
    "VIEWS",
    "WAITING",
    "Asked",
    "Choice",
    "Listed",
    "Piece",
    "asked_from",
    "find",
    "page_of",
    "register_words",
]

PER_PAGE = 30
_FIRST_WORDS = 260
_LONGEST_WORDS = 200
_LONGEST_NUMBER = 10

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
SEVERITIES: Mapping[str, tuple["str | Lazy", int, int]] = {
    "bad": (_("Badly hurt"), 70, 101),
    "middle": (_("Hurt"), 40, 70),
    "light": (_("Lightly"), 0, 40),
}
"""Name to words, least severity, and the severity that is too much."""
WAITING: Mapping[str, tuple["str | Lazy", timedelta]] = {
    "4h": (_("4 hours"), timedelta(hours=4)),
    "1d": (_("1 day"), timedelta(days=1)),
    "3d": (_("3 days"), timedelta(days=3)),
    "7d": (_("a week"), timedelta(days=7)),
    "14d": (_("two weeks"), timedelta(days=14)),
}
"""Name to words and how long at least."""
KIND_WORDS: Mapping[str, "str | Lazy"] = {
    "late": _("too late"),
    "missing": _("something missing"),
    "wrong": _("the wrong thing"),
    "broken": _("broken"),
    "billing": _("the bill"),
    "rude": _("not treated well"),
    "unanswered": _("not answered"),
    "promise-broken": _("a promise not kept"),
    "information": _("wrong or no information"),
    "quality": _("not good enough"),
    "access": _("no way in"),
    "other": _("something else"),
}
"""Hearing's kinds of failure, for people."""
STAKE_WORDS: Mapping[str, "str | Lazy"] = {
    "safety": _("safety"),
    "health": _("health"),
    "threat": _("a threat"),
    "vulnerable": _("somebody vulnerable"),
    "legal": _("legal steps"),
    "money": _("money"),
}
"""What hearing says is at stake, for people."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks to see. "" is any.

    Attributes:
        view: A key of `VIEWS`.
        whose: "mine", "nobody", or "team" for one's own.
        team: Number of a team.
        channel, language, kind, stake: Values as cases have them.
        severity: A key of `SEVERITIES`.
        waiting: A key of `WAITING`: the customer has waited for us longer than that.
        promise: "open" for cases with a promise that is not kept yet.
        demo: "no" without made-up customers, "only" with no others.
        words: Words to find anywhere in a case.
        page: From 1.
    """

    view: str = "ours"
    whose: str = ""
    team: str = ""
    channel: str = ""
    language: str = ""
    kind: str = ""
    stake: str = ""
    severity: str = ""
    waiting: str = ""
    promise: str = ""
    demo: str = ""
    words: str = ""
    page: int = 1

    @property
    def address(self) -> str:
        """What stands after the "?" of an address that asks for this, without the page; always the same."""
        pairs = [
            ("q" if field.name == "words" else field.name, getattr(self, field.name))
            for field in fields(self)
            if field.name != "page"
        ]
        return urlencode([(name, value) for name, value in pairs if value])

    @property
    def narrowed(self) -> int:
        """How many filters are set, besides view and words."""
        return sum(bool(getattr(self, name)) for name in _FILTERS)

    @property
    def everywhere(self) -> str:
        """The address of the same words among all cases."""
        return Asked(view="all", words=self.words).address

    @property
    def is_cheap(self) -> bool:
        """Whether counting what is asked for costs little: along an index, with nothing to be looked up elsewhere."""
        heavy = (self.words, self.kind, self.stake, self.promise, self.demo)
        return self.view in ("ours", "customer", "aside") and not any(heavy)

    def without(self, name: str) -> str:
        """The address of the same without one of the filters."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return Asked(**{**given, name: ""}).address

    @property
    def choices(self) -> "list[Choice]":
        """The filters with the values one may choose among, for a form; teams are not among them."""
        chosen: Mapping[str, tuple[str | Lazy, Mapping[str, str | Lazy]]] = {
            "whose": (_("Whose"), {"mine": _("Mine"), "nobody": _("Nobody's yet"), "team": _("My team's")}),
            "channel": (_("Came by"), dict(Channel.choices)),
            "language": (_("Language"), dict(settings.LANGUAGES)),
            "kind": (_("What went wrong"), KIND_WORDS),
            "stake": (_("At stake"), STAKE_WORDS),
            "severity": (_("How badly hurt"), {key: words for key, (words, _least, _most) in SEVERITIES.items()}),
            "waiting": (_("Waiting longer than"), {key: words for key, (words, _time) in WAITING.items()}),
            "promise": (_("Promises"), {"open": _("with an open promise")}),
            "demo": (_("Made-up cases"), {"no": _("without them"), "only": _("only them")}),
        }
        return [
            Choice(name, label, list(values.items()), getattr(self, name)) for name, (label, values) in chosen.items()
        ]


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter in the form.

    Attributes:
        name: Of the field.
        label: For people.
        values: Each with its words.
        chosen: The value that is set, or "".
    """

    name: str
    label: "str | Lazy"
    values: list[tuple[str, "str | Lazy"]]
    chosen: str

    @property
    def words(self) -> "str | Lazy":
        """The words of the value that is set."""
        return dict(self.values).get(self.chosen, "")


_FILTERS = ("whose", "team", "channel", "language", "kind", "stake", "severity", "waiting", "promise", "demo")
_VALUES: Mapping[str, Iterable[str]] = {
    "whose": ("mine", "nobody", "team"),
    "channel": Channel.values,
    "kind": KINDS,
    "stake": STAKES,
    "severity": SEVERITIES,
    "waiting": WAITING,
    "promise": ("open",),
    "demo": ("no", "only"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text; `marked` where it is what was looked for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One case in the list.

    Attributes:
        case: With its customer loaded.
        why: Why it stands where it stands.
        passage: Where the words that were looked for stand; without words, how the customer's latest message begins.
        language: The language of that message, or "".
    """

    case: Case
    why: list[Reason]
    passage: tuple[Piece, ...]
    language: str


Finder = Callable[["QuerySet[Case]", str], "QuerySet[Case]"]
Shower = Callable[[list[Case], str], Mapping[int, tuple[tuple[Piece, ...], str]]]
_finders: list[tuple[Finder, Shower]] = []


def register_words(find_words: Finder, passages: Shower) -> None:
    """Let an app above this one find words.

    Args:
        find_words: Narrows cases to those with words that somebody typed.
        passages: Gives for each of some cases a stretch of text with the words marked, or the beginning of the
            customer's latest message, and its language.
    """
    _finders[:] = [(find_words, passages)]


def asked_from(data: QueryDict) -> Asked:
    """Read from an address what is asked; what is not understood counts as not asked."""
    page = data.get("page", "1")
    view = data.get("view", "ours")
    found = {name: data.get(name, "") for name in _FILTERS}
    for name, known in _VALUES.items():
        if found[name] not in known:
            found[name] = ""
    if not (found["team"].isascii() and found["team"].isdigit() and len(found["team"]) < _LONGEST_NUMBER):
        found["team"] = ""
    return Asked(
        view=view if view in VIEWS else "ours",
        words=" ".join(data.get("q", "").replace("\0", " ").split())[:_LONGEST_WORDS],
        page=min(int(page), 10_000) if page.isascii() and page.isdigit() and len(page) < 9 and int(page) else 1,
        **{**found, "language": found["language"].replace("\0", "")[:8]},
    )


def find(asked: Asked, person: "Person", now: datetime | None = None) -> "QuerySet[Case]":
    """The cases asked for, in their order: of the view, or, when words are looked for, the newest first.

    Args:
        asked: What is asked.
        person: Who asks, for "mine" and "team".
        now: The moment from which waiting is reckoned.
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
    found = _narrowed(found, asked, now or timezone.now())
    if asked.words:
        for find_words, _passages in _finders:
            found = find_words(found, asked.words)
        found = found.order_by("-pk")
    return found


def page_of(
    found: "QuerySet[Case]", page: int, now: datetime | None = None, words: str = ""
) -> tuple[list[Listed], bool]:
    """One page of cases, and whether there are more; few queries however many there are.

    Args:
        found: As `find` gives them.
        page: From 1.
        now: The moment at which they are looked at.
        words: What was looked for, to show where it stands.
    """
    now = now or timezone.now()
    begin = (page - 1) * PER_PAGE
    # Not joined: a planner may begin with all customers and sort, instead of going along the index of the order.
    rows = list(found.prefetch_related("customer")[begin : begin + PER_PAGE + 1])
    more = len(rows) > PER_PAGE
    rows = rows[:PER_PAGE]
    shows = _finders[0][1] if words and rows and _finders else None
    shown = shows(rows, words) if shows else _first_words([row.pk for row in rows])
    nothing: tuple[tuple[Piece, ...], str] = ((), "")
    return [Listed(row, reasons(row, now), *shown.get(row.pk, nothing)) for row in rows], more


def _first_words(cases: list[int]) -> Mapping[int, tuple[tuple[Piece, ...], str]]:
    """How the customer's latest message of each case begins."""
    found: dict[int, tuple[tuple[Piece, ...], str]] = {}
    messages = (
        Message.objects.filter(case__in=cases, direction="in")
        .order_by("sent_at", "pk")
        .values_list("case_id", Left("own_text", _FIRST_WORDS), Left("text", _FIRST_WORDS), "language")
    )
    for case_id, own, whole, language in messages:
        found[case_id] = ((Piece(" ".join((own or whole).split())),), language)
    return found


def _narrowed(found: "QuerySet[Case]", asked: Asked, now: datetime) -> "QuerySet[Case]":
    for name in ("channel", "language", "team"):
        if value := getattr(asked, name):
            found = found.filter(**{name: value})
    for name, value in (("kinds", asked.kind), ("stakes", asked.stake)):
        if value:
            # The list is stored as JSON; the quotes keep "late" from finding "later".
            found = found.filter(**{f"{name}__icontains": f'"{value}"'})
    if asked.severity:
        _words, least, too_much = SEVERITIES[asked.severity]
        found = found.filter(severity__gte=least, severity__lt=too_much)
    if asked.waiting:
        found = found.filter(waits_since__lt=now - WAITING[asked.waiting][1])
    if asked.promise:
        found = found.filter(Exists(Case.objects.filter(pk=OuterRef("pk"), promises__state="open")))
    if asked.demo:
        found = found.filter(customer__demo=asked.demo == "only")
    return found
