"""What the inbox shows of saved views and of acts on several cases."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import CharField, F, Value

from amends.desk.cases.listing import Asked
from amends.desk.cases.models import Case
from amends.desk.people.authority import may
from amends.desk.people.models import Person, Team
from amends.desk.search.models import SavedView
from amends.desk.search.saving import asked_by, may_change, views_of

__all__ = ["register"]

register = template.Library()


@dataclass(frozen=True, slots=True)
class _Tab:
    view: SavedView
    address: str
    here: bool
    may_change: bool


@dataclass(frozen=True, slots=True)
class _Choices:
    """Whom and which team cases can be given to, as pairs of number and name."""

    people: list[tuple[str, str]]
    teams: list[tuple[str, str]]


@register.simple_tag(takes_context=True)
def saved_tabs(context: template.Context, asked: Asked) -> list[_Tab]:
    """The saved views of who looks, each with its address and whether it is what is shown."""
    person = context["request"].user
    tabs = []
    for view in views_of(person):
        address = asked_by(view).address
        tabs.append(_Tab(view, address, address == asked.address, may_change(person, view)))
    return tabs


@register.filter
def any_here(tabs: list[_Tab]) -> bool:
    """Whether one of the tabs is what is shown."""
    return any(tab.here for tab in tabs)


@register.simple_tag
def people_and_teams() -> _Choices:
    """Everybody who works here, and the teams."""
    people = Person.objects.filter(is_active=True).order_by()
    rows = people.annotate(what=Value("person", CharField()), title=F("name")).values_list("what", "pk", "title")
    teams = Team.objects.order_by().annotate(what=Value("team", CharField()), title=F("name"))
    found = sorted(rows.union(teams.values_list("what", "pk", "title"), all=True), key=lambda row: row[2].casefold())
    return _Choices(
        [(str(pk), name) for what, pk, name in found if what == "person"],
        [(str(pk), name) for what, pk, name in found if what == "team"],
    )


@register.simple_tag
def chips(asked: Asked, choices: _Choices) -> list[tuple[Any, Any, str]]:
    """The filters that are set: label, words, and the address without each."""
    found: list[tuple[Any, Any, str]] = [
        (one.label, one.words, asked.without(one.name)) for one in asked.choices if one.chosen
    ]
    if asked.team:
        found.append((Team._meta.verbose_name, dict(choices.teams).get(asked.team, "–"), asked.without("team")))
    return found


@register.simple_tag
def set_aside_whys() -> list[tuple[str, Any]]:
    """Why something is no case."""
    return Case.SetAsideWhy.choices


@register.simple_tag(takes_context=True)
def allowed(context: template.Context, act: str) -> bool:
    """Whether who looks may do something; services see to it again."""
    return may(context["request"].user, act)
