"""What the composer says of a case whose customer has had a note, or is about to."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.composer.advising import Advice, Adviser
from amends.desk.incidents.models import Note

__all__ = ["advice"]


def advice(case: Case) -> Adviser | None:
    """Whoever writes by hand knows of the note, so that nobody reads the same twice."""
    if case.pk is None:
        return None
    note = Note.objects.filter(case=case).exclude(state=Note.State.LEFT_OUT).select_related("incident").first()
    return None if note is None else lambda _text: _about(note)


def _about(note: Note) -> Iterable[Advice]:
    address = reverse("incidents:notes", args=[note.incident.public_id])
    if note.state in Note.BEFORE:
        words = _("A note about “%(incident)s” is planned for this customer. If you write now, it is held.")
        yield Advice(words % {"incident": note.incident}, address=address, address_words=str(_("To the notes")))
    elif note.handed_at is not None:
        words = _("This customer was sent our note about “%(incident)s” on %(day)s.")
        day = date_format(localtime(note.handed_at), "DATE_FORMAT")
        yield Advice(words % {"incident": note.incident, "day": day})
