"""Where the money for remedies goes: by month, kind, cause and role, against customers kept. Never by person.

What counts is what was decided and not taken back; what was really given stands beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from amends.desk.house.services import house
from amends.desk.ledger.chart import months_back
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, Role
from amends.desk.remedies.causes import cause_words
from amends.desk.remedies.models import Budget, Kind, Remedy, Spending
from amends.desk.remedies.money import in_a_sentence
from amends.desk.remedies.services.deciding import month_of
from amends.desk.remedies.services.limits import remedy_settings

__all__ = ["HEIGHT", "Bar", "Chart", "Kept", "Line", "Month", "MonthPage", "by_month", "chart", "month", "months"]

HEIGHT = 120
WIDTH = 528
_STEP, _BAR = 44, 28
_MONTHS = 12
_LINES = 12
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Line:
    """What went to one kind, cause, role or team.

    Attributes:
        amount: Decided, in the house's currency.
        paid: Given so far.
        share: Of the month's whole, 0 to 100.
    """

    name: str
    count: int
    amount: Decimal
    paid: Decimal
    share: int
    currency: str

    @property
    def words(self) -> str:
        """The amount for people."""
        return in_a_sentence(self.amount, self.currency)

    @property
    def paid_words(self) -> str:
        """What was given, for people."""
        return in_a_sentence(self.paid, self.currency)


@dataclass(frozen=True, slots=True)
class Kept:
    """Customers who got a remedy in a month, and how many of them said that it has been put right.

    Attributes:
        cases: Cases with a remedy decided in the month.
        recovered: Those whose customer said so; nobody says it for them.
        cost: What the remedies of the recovered ones came to.
    """

    cases: int
    recovered: int
    cost: Decimal
    currency: str

    @property
    def each(self) -> str:
        """What it came to for one customer kept, for people; "" when there is none."""
        return in_a_sentence(self.cost / self.recovered, self.currency) if self.recovered else ""


@dataclass(frozen=True, slots=True)
class Month:
    """One month's whole; `budget` is today's, None when there is none."""

    first: date
    amount: Decimal
    paid: Decimal
    count: int
    budget: Decimal | None
    currency: str

    @property
    def words(self) -> str:
        """The amount for people."""
        return in_a_sentence(self.amount, self.currency)

    @property
    def paid_words(self) -> str:
        """What was given, for people."""
        return in_a_sentence(self.paid, self.currency)


@dataclass(frozen=True, slots=True)
class MonthPage:
    """One month in full.

    Attributes:
        budgets: Each budget: its name, its amount and what is left, for people, and how much of it is used in percent.
    """

    whole: Month
    budgets: tuple[tuple[str, str, str, int], ...]
    kinds: tuple[Line, ...]
    causes: tuple[Line, ...]
    roles: tuple[Line, ...]
    teams: tuple[Line, ...]
    kept: Kept


@dataclass(frozen=True, slots=True)
class Bar:
    """One month's bar, in units of the drawing."""

    first: date
    x: int
    middle: int
    top: float
    height: float
    over: bool
    width: int = _BAR


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars, and the height of the budget's line; None without one."""

    bars: tuple[Bar, ...]
    line: float | None
    height: int = HEIGHT
    width: int = WIDTH


def months(now: datetime) -> list[date]:
    """The first days of the last twelve months where the business is, the current one last."""
    return months_back(now.astimezone(ZoneInfo(house().time_zone)).date(), _MONTHS)


def by_month(acting: Acting, firsts: Sequence[date]) -> list[Month]:
    """What was decided in each month.

    Raises:
        NotAllowed: Only leads and the owner may see it.
    """
    require(acting, "remedy.see-budget")
    currency = remedy_settings().currency
    budget = Budget.objects.filter(team=None).first()
    return [_whole(first, budget.per_month if budget else None, currency) for first in firsts]


def month(acting: Acting, first: date) -> MonthPage:
    """One month in full.

    Raises:
        NotAllowed: Only leads and the owner may see it.
    """
    require(acting, "remedy.see-budget")
    currency = remedy_settings().currency
    rows = _of_month(first)
    budgets = []
    house_budget: Decimal | None = None
    for budget in Budget.objects.select_related("team").order_by("pk"):
        spent = _sums(rows.filter(team=budget.team_id) if budget.team_id else rows)[0]
        if budget.team_id is None:
            house_budget = budget.per_month
        used = int(spent * 100 / budget.per_month) if budget.per_month else 100
        left = in_a_sentence(max(_NOTHING, budget.per_month - spent), currency)
        budgets.append((str(budget), in_a_sentence(budget.per_month, currency), left, min(used, 100)))
    whole = _whole(first, house_budget, currency)
    kinds = dict(Kind.choices)
    roles = dict(Role.choices)
    return MonthPage(
        whole=whole,
        budgets=tuple(budgets),
        kinds=_lines(rows, "kind", lambda key: str(kinds.get(key, key)), whole),
        causes=_lines(rows, "cause", lambda key: cause_words(key) if key else _("Not known"), whole),
        roles=_lines(rows, "role", lambda key: str(roles.get(key, key)), whole),
        teams=_lines(rows, "team__name", lambda key: key or _("No team"), whole),
        kept=_kept(first, currency),
    )


def chart(totals: Sequence[Month], *, right_to_left: bool = False) -> Chart:
    """The bars of the months; time runs as the language does."""
    budget = totals[-1].budget if totals else None
    highest = max([float(one.amount) for one in totals] + [float(budget or 0)], default=0) or 1.0
    found = []
    for place, one in enumerate(totals):
        column = len(totals) - 1 - place if right_to_left else place
        height = round(HEIGHT * float(one.amount) / highest, 2)
        x = column * _STEP + (_STEP - _BAR) // 2
        over = budget is not None and one.amount > budget
        found.append(Bar(one.first, x, x + _BAR // 2, round(HEIGHT - height, 2), height, over))
    line = round(HEIGHT - HEIGHT * float(budget) / highest, 2) if budget else None
    return Chart(tuple(found), line)


def _whole(first: date, budget: Decimal | None, currency: str) -> Month:
    amount, paid, count = _sums(_of_month(first))
    return Month(first, amount, paid, count, budget, currency)


def _of_month(first: date) -> QuerySet[Spending]:
    return Spending.objects.filter(_inside(first), released_at=None)


def _inside(first: date) -> Q:
    return month_of(datetime(first.year, first.month, 15, 12, tzinfo=ZoneInfo(house().time_zone)))


def _sums(rows: QuerySet[Spending]) -> tuple[Decimal, Decimal, int]:
    found = rows.aggregate(amount=Sum("amount"), given=Sum("paid"), count=Count("pk"))
    return found["amount"] or _NOTHING, found["given"] or _NOTHING, found["count"]


def _lines(rows: QuerySet[Spending], name: str, words: Callable[[str], str], whole: Month) -> tuple[Line, ...]:
    grouped = rows.order_by().values(name).annotate(total=Sum("amount"), given=Sum("paid"), count=Count("pk"))
    lines = [
        Line(
            words(row[name] or ""),
            row["count"],
            row["total"] or _NOTHING,
            row["given"] or _NOTHING,
            int((row["total"] or 0) * 100 / whole.amount) if whole.amount else 0,
            whole.currency,
        )
        for row in grouped
    ]
    return tuple(sorted(lines, key=lambda line: (-line.amount, line.name))[:_LINES])


def _kept(first: date, currency: str) -> Kept:
    inside = Remedy.objects.filter(spending__in=_of_month(first))
    recovered = inside.filter(case__recovered_at__isnull=False)
    cost: Decimal | None = recovered.aggregate(cost=Sum("spending__amount"))["cost"]
    return Kept(
        inside.values("case").distinct().count(),
        recovered.values("case").distinct().count(),
        cost or _NOTHING,
        currency,
    )
