"""Who gets a note: the customers of linked cases, and people of an uploaded list. Each address once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.customers.models import ContactPoint
from amends.desk.customers.reaching import normalised
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.services import log
from amends.desk.incidents.models import Incident, Note, RecipientList
from amends.desk.incidents.reading_lists import ListError, guess_columns, read_table, rows_of
from amends.desk.incidents.rendering import LONGEST_FACT, clean_fact, fact_name
from amends.desk.incidents.services.noting import look_soon
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock
from amends.messages import LANGUAGES, NAMES

__all__ = ["MOST_LINES", "discard", "from_cases", "preview_of", "take_list", "upload"]

MOST_LINES = 200_000
_AT_ONCE = 500
_MOST_PROBLEMS = 5_000
_PREVIEW = 8
_LANGUAGE_NAMES = {name.casefold(): code for code, name in NAMES.items()} | {
    "english": "en",
    "lithuanian": "lt",
    "croatian": "hr",
    "hebrew": "he",
    "iw": "he",
    "estonian": "et",
    "slovak": "sk",
}


def upload(person: Person, incident: Incident, name: str, content: bytes) -> RecipientList:
    """Keep an uploaded list until its columns are named.

    Raises:
        NotAllowed: The person may not.
        WrongInput: It cannot be read as a list, or is too long.
    """
    require(person, "incident.import")
    if len(content) > settings.LARGEST_UPLOAD:
        raise WrongInput(_("The file is too large. Send it in parts."), "file")
    try:
        table = read_table(content)
    except ListError as error:
        raise WrongInput(_words_of(str(error)), "file") from error
    if not table.lines:
        raise WrongInput(_("There is a header and nobody below it."), "file")
    if table.lines > MOST_LINES:
        raise WrongInput(_("These are more than two hundred thousand rows. Send the list in parts."), "file")
    with transaction.atomic():
        row = RecipientList.objects.create(
            incident=incident,
            name=clean_fact(name)[:200] or "list.csv",
            content=table.text,
            delimiter=table.delimiter,
            header=list(table.header),
            lines=table.lines,
            uploaded_by=person,
        )
        first = [fields for _line, fields in preview_of(row)]
        row.mapping = guess_columns(row.header, first)
        row.save()
        log(person, incident.log_subject, "incident.list-uploaded", after={"list": row.pk, "lines": row.lines})
    return row


def preview_of(row: RecipientList) -> list[tuple[int, list[str]]]:
    """The first rows with their line numbers."""
    shown = []
    for number, (line, fields) in enumerate(rows_of(row.content, row.delimiter)):
        if number:
            shown.append((line, [clean_fact(field)[:80] for field in fields]))
        if len(shown) == _PREVIEW:
            break
    return shown


def discard(person: Person, row: RecipientList) -> None:
    """Throw a list away that was not taken over.

    Raises:
        NotAllowed: The person may not.
        WrongMove: It was taken over.
    """
    require(person, "incident.import")
    with transaction.atomic():
        lock(row)
        if row.state != RecipientList.State.PREVIEW:
            raise WrongMove(row.state, "")
        log(person, row.incident.log_subject, "incident.list-discarded", before={"list": row.pk})
        row.delete()


def take_list(person: Person, row: RecipientList, mapping: Sequence[str]) -> RecipientList:
    """Make recipients of the people of a list. A row that cannot be used never stops the others.

    It is done in pieces; when the process is killed midway and this is called again, the rest is taken over.

    Args:
        person: Who does it.
        row: The list.
        mapping: For each column "address", "name", "language", "fact:order", or "" to leave it out.

    Raises:
        NotAllowed: The person may not.
        WrongInput: No column or several are the address.
        WrongMove: It was taken over already.
    """
    require(person, "incident.import")
    mapping = _checked(mapping, len(row.header))
    if row.state != RecipientList.State.PREVIEW:
        raise WrongMove(row.state, RecipientList.State.TAKEN)
    incident = row.incident
    taking = _Taking(incident, row, mapping)
    rows = rows_of(row.content, row.delimiter)
    next(rows, None)
    piece: list[tuple[int, list[str]]] = []
    for entry in rows:
        piece.append(entry)
        if len(piece) == _AT_ONCE:
            taking.take(piece)
            piece = []
    taking.take(piece)
    with transaction.atomic():
        lock(row)
        row.move_to(RecipientList.State.TAKEN)
        row.mapping = list(mapping)
        row.taken, row.doubled, row.wrong = taking.taken, taking.doubled, taking.wrong
        row.problems = taking.problems[:_MOST_PROBLEMS]
        # What is needed of it stands in the notes now.
        row.content = ""
        row.save()
        look_soon(incident)
        after = {"list": row.pk, "taken": row.taken, "doubled": row.doubled, "wrong": row.wrong}
        log(person, incident.log_subject, "incident.list-taken", after=after)
    return row


def from_cases(person: Person, incident: Incident) -> tuple[int, list[Case]]:
    """Make recipients of the customers of the incident's cases.

    Returns:
        How many are new, and the cases whose customers have no mail address.

    Raises:
        NotAllowed: The person may not.
    """
    require(person, "incident.import")
    cases = (
        Case.objects.filter(incident_links__incident=incident, customer__erased_at=None)
        .exclude(pk=incident.house_case_id)
        .exclude(state=Case.State.SET_ASIDE)
        .select_related("customer")
        .order_by("pk")
    )
    mails = ContactPoint.objects.filter(kind="mail", customer__cases__incident_links__incident=incident)
    # The address that they wrote from last goes before others.
    ordered = mails.order_by(F("verified_at").asc(nulls_first=True), "-pk")
    addresses: dict[int, str] = dict(ordered.values_list("customer", "value"))
    fresh, without = [], []
    with transaction.atomic():
        lock(incident)
        known = set(incident.notes.values_list("address_key", flat=True))
        persons = set(incident.notes.filter(customer__isnull=False).values_list("customer", flat=True))
        for case in cases:
            address = addresses.get(case.customer_id, "")
            if not address:
                without.append(case)
                continue
            key = incident.address_key(address)
            if key in known or case.customer_id in persons:
                # Known from a list without a case perhaps: the note joins the case.
                incident.notes.filter(address_key=key, case=None, state__in=Note.BEFORE).update(
                    case=case, customer=case.customer
                )
                continue
            known.add(key)
            persons.add(case.customer_id)
            fresh.append(
                Note(
                    incident=incident,
                    address=address,
                    address_key=key,
                    name=case.customer.name,
                    language=case.customer.language or case.language,
                    facts={"subject": clean_fact(case.subject)} if case.subject else {},
                    source="case",
                    case=case,
                    customer=case.customer,
                )
            )
        Note.objects.bulk_create(fresh, batch_size=_AT_ONCE)
        if fresh:
            look_soon(incident)
            log(person, incident.log_subject, "incident.notes-from-cases", after={"count": len(fresh)})
    return len(fresh), without


class _Taking:
    """Takes the rows of a list over, piece by piece, and counts."""

    def __init__(self, incident: Incident, row: RecipientList, mapping: Sequence[str]) -> None:
        self.incident = incident
        self.row = row
        self.mapping = mapping
        self.taken = self.doubled = self.wrong = 0
        self.problems: list[list[Any]] = []
        self.lines: dict[str, int] = {}

    def take(self, piece: Iterable[tuple[int, list[str]]]) -> None:
        """Take one piece over, in a transaction of its own."""
        read: dict[str, Note] = {}
        for line, fields in piece:
            note, why = self._note(line, fields)
            if note is None:
                self.wrong += 1
                self._tell(line, why)
            elif note.address_key in self.lines:
                self.doubled += 1
                self._tell(
                    line,
                    _("%(address)s stands in line %(line)d already.")
                    % {"address": note.address, "line": self.lines[note.address_key]},
                )
            else:
                self.lines[note.address_key] = line
                read[note.address_key] = note
        if not read:
            return
        with transaction.atomic():
            lock(self.incident)
            known = {
                key: (of_list, line)
                for key, of_list, line in self.incident.notes.filter(address_key__in=list(read)).values_list(
                    "address_key", "from_list", "line"
                )
            }
            for key, note in read.items():
                if key not in known:
                    continue
                if known[key] == (self.row.pk, note.line):
                    # Taken over before this was broken off.
                    self.taken += 1
                    continue
                self.doubled += 1
                self._tell(
                    note.line or 0, _("%(address)s is among the recipients already.") % {"address": note.address}
                )
            fresh = [note for key, note in read.items() if key not in known]
            self._know(fresh)
            Note.objects.bulk_create(fresh, batch_size=_AT_ONCE)
            self.taken += len(fresh)

    def _note(self, line: int, fields: list[str]) -> tuple[Note | None, str]:
        """A row as a note, or why it cannot be one."""
        if not fields:
            return None, _("This row cannot be read.")
        if len(fields) > len(self.mapping) and any(field.strip() for field in fields[len(self.mapping) :]):
            return None, _("This row has more fields than the header; perhaps one holds a separator without quotes.")
        given: dict[str, str] = {}
        facts: dict[str, str] = {}
        for what, field in zip(self.mapping, fields, strict=False):
            value = clean_fact(field[: 4 * LONGEST_FACT])
            if what.startswith("fact:"):
                if value:
                    facts[what.removeprefix("fact:")] = value
            elif what:
                given[what] = value
        address = given.get("address", "").removeprefix("mailto:").strip("<> ")
        if why := _wrong_address(address):
            return None, why
        language = _language(given.get("language", ""))
        if language is None:
            return None, _("“%(language)s” is none of our languages.") % {"language": given["language"][:40]}
        return (
            Note(
                incident=self.incident,
                address=address,
                address_key=self.incident.address_key(address),
                name=given.get("name", "")[:160],
                language=language,
                facts=facts,
                source="list",
                from_list=self.row,
                line=line,
            ),
            "",
        )

    def _know(self, notes: Sequence[Note]) -> None:
        """Whom of them we know, and which case of theirs the incident has."""
        plain = {normalised("mail", note.address): note for note in notes}
        contacts = ContactPoint.objects.filter(kind="mail", normalised__in=list(plain)).select_related("customer")
        by_customer: dict[int, Note] = {}
        for contact in contacts:
            note = plain[contact.normalised]
            note.customer = contact.customer
            note.name = note.name or contact.customer.name
            note.language = note.language or contact.customer.language
            by_customer[contact.customer_id] = note
        links = self.incident.links.filter(case__customer__in=list(by_customer)).select_related("case")
        for link in links.order_by("-pk"):
            by_customer[link.case.customer_id].case = link.case

    def _tell(self, line: int, words: str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append([line, words])


def _checked(mapping: Sequence[str], columns: int) -> list[str]:
    cleaned = []
    for what in mapping[:columns]:
        if what.startswith("fact:"):
            name = fact_name(what.removeprefix("fact:"))
            cleaned.append(f"fact:{name}" if name else "")
        else:
            cleaned.append(what if what in ("address", "name", "language") else "")
    cleaned += [""] * (columns - len(cleaned))
    if cleaned.count("address") != 1:
        raise WrongInput(_("Say which one column holds the mail address."), "mapping")
    if any(cleaned.count(one) > 1 for one in ("name", "language")):
        raise WrongInput(_("Name and language can each be one column."), "mapping")
    facts = [one for one in cleaned if one.startswith("fact:")]
    if len(set(facts)) < len(facts):
        raise WrongInput(_("Two columns have the same name. Give one of them another."), "mapping")
    return cleaned


def _wrong_address(address: str) -> str:
    if not address:
        return _("There is no mail address.")
    try:
        validate_email(address)
    except ValidationError:
        return _("“%(address)s” does not look like a mail address.") % {"address": address[:80]}
    return ""


def _language(words: str) -> str | None:
    """The code of a language; "" for none given, None for one that is not ours."""
    plain = words.strip().casefold()
    if not plain:
        return ""
    code = plain.replace("_", "-").partition("-")[0]
    if code in LANGUAGES:
        return code
    return _LANGUAGE_NAMES.get(plain)


def _words_of(code: str) -> str:
    words: Mapping[str, str] = {
        "empty": _("The file is empty. It needs a header with the names of the columns, and a row for each person."),
        "binary": _("This is no text file. Save the table as CSV and send that."),
        "columns": _("The table has too many columns. Leave out those that no note needs."),
    }
    return words[code]
