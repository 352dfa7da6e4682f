"""Saved views of the inbox: keeping a filter under a name, sharing, renaming, ordering, removing."""

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from amends.desk.cases.listing import Asked, asked_from
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.search.models import SavedView
from amends.desk.states import lock

__all__ = ["asked_by", "keep_view", "may_change", "move_view", "remove_view", "rename_view", "views_of"]

_LONGEST_NAME = 40
_MOST_VIEWS = 20


def views_of(person: Person) -> "QuerySet[SavedView]":
    """The views somebody sees as tabs: everybody's first, then their own."""
    return SavedView.objects.filter(Q(shared=True) | Q(person=person)).order_by("-shared", "position", "pk")


def asked_by(view: SavedView) -> Asked:
    """What a view asks for."""
    return asked_from(QueryDict(view.asked))


def may_change(person: Person, view: SavedView) -> bool:
    """Whether somebody may rename, move or remove a view: their own, and a lead those of everybody."""
    return may(person, "view.share") if view.shared else view.person_id == person.pk and may(person, "view.save")


def keep_view(person: Person, name: str, asked: Asked, *, shared: bool = False) -> SavedView:
    """Save a filter under a name.

    Args:
        person: Who saves it.
        name: What its tab says.
        asked: The filter; its page does not count.
        shared: Whether everybody gets the tab.

    Raises:
        NotAllowed: Only leads and the owner may share one.
        WrongInput: The name is missing, too long or there already, or there are too many.
    """
    require(person, "view.share" if shared else "view.save")
    with transaction.atomic():
        rows = _beside(person, shared)
        name = _checked_name(name, rows)
        if rows.count() >= _MOST_VIEWS:
            raise WrongInput(_("There are %(most)d views already. Remove one first.") % {"most": _MOST_VIEWS}, "name")
        last = rows.aggregate(last=Max("position"))["last"]
        view = SavedView.objects.create(
            person=person,
            name=name,
            asked=asked.address,
            shared=shared,
            position=0 if last is None else last + 1,
        )
        if shared:
            log(person, "views", "view.saved", after={"view": name})
    return view


def rename_view(person: Person, view: SavedView, name: str) -> SavedView:
    """Give a view another name.

    Raises:
        NotAllowed: It is somebody else's, or everybody's and they are no lead.
        WrongInput: The name is missing, too long or there already.
    """
    with transaction.atomic():
        _held(person, view)
        before = view.name
        view.name = _checked_name(name, _beside(view.person, view.shared).exclude(pk=view.pk))
        if view.name != before:
            view.save()
            if view.shared:
                log(person, "views", "view.renamed", before={"view": before}, after={"view": view.name})
    return view


def move_view(person: Person, view: SavedView, *, earlier: bool) -> None:
    """Let a view change places with the one before or after it.

    Raises:
        NotAllowed: It is somebody else's, or everybody's and they are no lead.
    """
    with transaction.atomic():
        _held(person, view)
        rows = list(_beside(view.person, view.shared).order_by("position", "pk"))
        at = rows.index(view)
        to = at - 1 if earlier else at + 1
        if 0 <= to < len(rows):
            rows[at], rows[to] = rows[to], rows[at]
            for position, row in enumerate(rows):
                SavedView.objects.filter(pk=row.pk).update(position=position)


def remove_view(person: Person, view: SavedView) -> None:
    """Take a view away; the cases it shows stay as they are.

    Raises:
        NotAllowed: It is somebody else's, or everybody's and they are no lead.
    """
    with transaction.atomic():
        _held(person, view)
        if view.shared:
            log(person, "views", "view.removed", before={"view": view.name})
        view.delete()


def _held(person: Person, view: SavedView) -> None:
    lock(view)
    if not may_change(person, view):
        raise NotAllowed


def _beside(person: Person, shared: bool) -> "QuerySet[SavedView]":
    """The views that stand in one row of tabs with it."""
    return SavedView.objects.filter(shared=True) if shared else SavedView.objects.filter(shared=False, person=person)


def _checked_name(name: str, others: "QuerySet[SavedView]") -> str:
    name = " ".join(name.replace("\0", " ").split())
    if not name:
        raise WrongInput(_("Give the view a name."), "name")
    if len(name) > _LONGEST_NAME:
        raise WrongInput(_("Write at most %(most)d characters.") % {"most": _LONGEST_NAME}, "name")
    if others.filter(name__iexact=name).exists():
        raise WrongInput(_("There is a view of this name already. Choose another name."), "name")
    return name
