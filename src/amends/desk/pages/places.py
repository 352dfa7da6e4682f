"""Places on shared pages that apps add themselves to: the navigation, the tabs of the settings, the case page.

An app calls these in its `AppConfig.ready`; a page shows what is there, in the order given. So a room is added or
taken away without touching the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from amends.desk.people.authority import may
from amends.desk.people.roles import Acting

__all__ = [
    "GROUPS",
    "Count",
    "Entry",
    "Panel",
    "case_panels",
    "entries_for",
    "navigation",
    "navigation_entries",
    "panels",
    "settings_tab",
    "settings_tabs",
]

Count = Callable[[Any], int]
"""How many things wait for a person; shown beside the words when it is not 0."""


GROUPS: Mapping[str, str | Lazy] = {
    "house": _("Business and team"),
    "listening": _("Intake"),
    "mending": _("Putting right"),
    "programs": _("Programs and checks"),
    "records": _("Data and log"),
}
"""The groups of the settings, in the order in which they stand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation, or a tab of the settings.

    Attributes:
        address: Name of the address, such as "remedies:list".
        words: What it is called, translated lazily.
        icon: Name of a picture in `pages/parts/icon.html`; tabs need none.
        act: Who may do this act sees it; "" for all of staff.
        order: Smaller stands first. The desk's own entries stand at 10, 20, 30 ...
        namespaces: Pages of these namespaces are under this entry; by default that of the address.
        count: How many things wait there for somebody.
        group: Which of `GROUPS` a tab of the settings stands in.
    """

    address: str
    words: str | Lazy
    icon: str = ""
    act: str = ""
    order: int = 100
    namespaces: tuple[str, ...] = ()
    count: Count | None = None
    group: str = ""

    def holds(self, request: HttpRequest) -> bool:
        """Whether the page that is asked for is this one or below it."""
        match = request.resolver_match
        if match is None:
            return False
        return match.view_name == self.address or match.namespace in (
            self.namespaces or (self.address.partition(":")[0],)
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the case page, included with `case` in its context; it asks for the rest by tags of its own app.

    Attributes:
        template: Such as "remedies/parts/of_case.html".
        side: "main" below what was said, or "side" beside it.
        order: Smaller stands first.
    """

    template: str
    side: str = "side"
    order: int = 100


navigation_entries: list[Entry] = []
settings_tabs: list[Entry] = []
case_panels: list[Panel] = []


def navigation(entry: Entry) -> None:
    """Add an entry to the navigation, once."""
    _once(navigation_entries, entry)


def settings_tab(entry: Entry) -> None:
    """Add a tab to its group of the settings, once.

    Raises:
        ValueError: There is no such group.
    """
    if entry.group not in GROUPS:
        raise ValueError(f"{entry.address}: a tab of the settings stands in one of {', '.join(GROUPS)}")
    _once(settings_tabs, entry)


def panels(*more: Panel) -> None:
    """Add parts to the case page, each once."""
    for panel in more:
        if panel not in case_panels:
            case_panels.append(panel)
    case_panels.sort(key=lambda one: one.order)


def entries_for(person: Acting, entries: list[Entry]) -> list[Entry]:
    """The entries that somebody sees."""
    return [entry for entry in entries if not entry.act or may(person, entry.act)]


def _once(entries: list[Entry], entry: Entry) -> None:
    if all(known.address != entry.address for known in entries):
        entries.append(entry)
        entries.sort(key=lambda one: one.order)
