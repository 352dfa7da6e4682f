"""What the inbox shows of saved views and of acts on several cases."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Value

from amends.desk.cases.listing import Asked
from amends.desk.cases.models import Case
from amends.desk.people.authority import may
from amends.desk.people.models import Person, Team
from amends.desk.search.models import SavedView
from amends.desk.search.saving import asked_by, views_of

__all__ = ["register"]

register = template.Library()


@dataclass(frozen=True, slots=True)
class _Tab:
    view: SavedView
    address: str
    here: bool


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around the list.

    Attributes:
        tabs: The saved views of who looks.
        any_here: Whether one of them is what is shown.
        people, teams: Whom and which team cases can be given to, as pairs of number and name.
        names: The names of all people, those too who work here no more.
    """

    tabs: list[_Tab]
    any_here: bool
    people: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    names: dict[int, str]


@register.simple_tag(takes_context=True)
def around_the_list(context: template.Context, asked: Asked) -> _Around:
    """Saved views, people and teams in one query: the inbox asks few."""
    # Model, what it is called here, whether a person still works here; then what only views have.
    people = Person.objects.values_list(Value("person"), "pk", "name", "is_active", Value(""), Value(""), Value(0))
    teams = Team.objects.values_list(Value("team"), "pk", "name", Value(True), Value(""), Value(""), Value(0))
    views = views_of(context["request"].user).values_list(
        Value("view"), "pk", "name", "shared", "public_id", "asked", "position"
    )
    names: dict[int, str] = {}
    found: dict[str, list[tuple[str, str]]] = {"person": [], "team": []}
    saved: list[SavedView] = []
    rows = people.order_by().union(teams.order_by(), views.order_by(), all=True)
    for what, pk, name, flag, public_id, address, position in rows:
        if what == "view":
            saved.append(
                SavedView(pk=pk, name=name, shared=flag, public_id=public_id, asked=address, position=position)
            )
            continue
        if what == "person":
            names[pk] = name
        if flag:
            found[what].append((str(pk), name))
    for pairs in found.values():
        pairs.sort(key=lambda pair: pair[1].casefold())
    saved.sort(key=lambda view: (not view.shared, view.position, view.pk))
    tabs = [_Tab(view, address, address == asked.address) for view in saved for address in (asked_by(view).address,)]
    return _Around(tabs, any(tab.here for tab in tabs), found["person"], found["team"], names)


@register.simple_tag
def assignee_of(around: _Around, case: Case) -> str:
    """The name of who takes care of a case, or ""."""
    return around.names.get(case.assignee_id or 0, "")


@register.simple_tag
def chips(asked: Asked, around: _Around) -> list[tuple[Any, Any, str]]:
    """The filters that are set: label, words, and the address without each."""
    found: list[tuple[Any, Any, str]] = [
        (one.label, one.words, asked.without(one.name)) for one in asked.choices if one.chosen
    ]
    if asked.team:
        found.append((Team._meta.verbose_name, dict(around.teams).get(asked.team, "–"), asked.without("team")))
    return found


@register.simple_tag
def set_aside_whys() -> list[tuple[str, Any]]:
    """Why something is no case."""
    return Case.SetAsideWhy.choices


@register.simple_tag(takes_context=True)
def allowed(context: template.Context, act: str) -> bool:
    """Whether who looks may do something; services see to it again."""
    return may(context["request"].user, act)
