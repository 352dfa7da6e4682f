"""Notes of customers who are put together, or taken apart."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from amends.desk.customers.merging import Rows
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput
from amends.desk.incidents.models import Incident, Note
from amends.desk.incidents.services.noting import look_soon, move_all
from amends.desk.people.roles import Acting

__all__ = ["NotesFollow"]

_ROWS = Rows(Note, "case")


class NotesFollow:
    """Notes go with their customer; see `customers.merging`. Nobody is written to twice: where one person has two
    notes of an incident now, those that have not left are looked at again."""

    def go(self, acting: Acting, kept: Customer, gone: Customer) -> Mapping[str, list[int]]:
        """Give the notes over.

        Raises:
            WrongInput: One of the two is no person, but everybody of an incident.
        """
        if Incident.objects.filter(house_case__customer__in=[kept, gone]).exists():
            raise WrongInput(_("One of the two is no person: it stands for everybody of an incident."))
        moved = _ROWS.go(acting, kept, gone)
        _look_again(Incident.objects.filter(notes__in=moved["rows"]).distinct(), kept)
        return moved

    def back(self, acting: Acting, kept: Customer, gone: Customer, moved: Mapping[str, list[int]]) -> None:
        """Give them back."""
        incidents = list(Incident.objects.filter(notes__in=moved.get("rows", [])).distinct())
        _ROWS.back(acting, kept, gone, moved)
        for customer in (kept, gone):
            _look_again(incidents, customer)


def _look_again(incidents: Iterable[Incident], customer: Customer) -> None:
    for incident in incidents:
        notes = Note.objects.filter(incident=incident, customer=customer)
        move_all(notes, "ready", "planned")
        move_all(notes.filter(held_why="same-person"), "held", "planned", held_why="", held_words="")
        look_soon(incident)
