"""Texts of an incident while they are written: kept as typed, checked like any reply; each is one language's."""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from amends.checker.catalogue import concept
from amends.desk.composer.checking import Checked, check_reply, plain
from amends.desk.composer.models import Kind
from amends.desk.composer.situation import Situation, situation_of
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.incidents.models import Incident, Update, Writing, WritingKind
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock
from amends.messages import LANGUAGES, NAMES

__all__ = ["LONGEST", "check", "ensure_sound", "keep", "language_doubt", "writing_of", "writings_of"]

LONGEST = 20_000
_LEAST_REASON = 5
_FIELDS = ("text", "happened", "doing")


def writing_of(person: Person, incident: Incident, kind: str, language: str, update: Update | None = None) -> Writing:
    """The text of one kind in one language; made empty when there is none.

    Raises:
        NotAllowed: The person may not write.
        WrongInput: There is no such kind or language.
    """
    require(person, "incident.write")
    if kind not in WritingKind.values or language not in LANGUAGES or (kind == WritingKind.UPDATE) != bool(update):
        raise WrongInput(_("Choose one of the list."), "language")
    row, _made = Writing.objects.get_or_create(incident=incident, kind=kind, language=language, update=update)
    return row


def writings_of(incident: Incident, kind: str, update: Update | None = None) -> dict[str, Writing]:
    """The texts of one kind that have words in them, by language, in the order of the languages."""
    rows = Writing.objects.filter(incident=incident, kind=kind, update=update).select_related("author")
    found = {row.language: row for row in rows if row.whole.strip() or row.published}
    return {language: found[language] for language in LANGUAGES if language in found}


def keep(person: Person, writing: Writing, *, revision: int | None = None, **values: Any) -> Writing:
    """Keep what was typed.

    Args:
        person: Who writes.
        writing: Where.
        revision: The revision that the window began from; newer words of another window are not overwritten.
        values: "subject", "text", "happened", "doing", "reason", "corrections".

    Raises:
        NotAllowed: The person may not write.
        WrongInput: It is too long.
        WrongMove: Another window has newer words.
    """
    require(person, "incident.write")
    fresh: dict[str, Any] = {name: plain(values[name]) for name in _FIELDS if name in values}
    if any(len(text) > LONGEST for text in fresh.values()):
        raise WrongInput(_("This is too long for a page. Shorten it."), "text")
    if "subject" in values:
        fresh["subject"] = " ".join(values["subject"].split())[:200]
    if "reason" in values:
        fresh["reason"] = plain(values["reason"]).strip()[:2_000]
    if "corrections" in values:
        fresh["corrections"] = dict(values["corrections"])
    with transaction.atomic():
        lock(writing)
        changed = any(getattr(writing, name) != value for name, value in fresh.items() if name in _FIELDS)
        if revision is not None and revision != writing.revision and changed:
            raise WrongMove(
                "", "", _("This text was changed in another window. What you see here is not saved over it.")
            )
        for name, value in fresh.items():
            setattr(writing, name, value)
        if changed:
            writing.author = person
        writing.revision += 1
        writing.save()
    return writing


def check(writing: Writing, *, writer: str = "", situation: Situation | None = None, **values: Any) -> Checked:
    """Check a text as it stands, or as typed so far.

    A page and an update are for everybody and are checked as a public reply; a note is checked with its places for
    facts left open, and once more for each person with their facts in it.

    Args:
        writing: The text.
        writer: Number of the person who writes.
        situation: Of the incident's own case, when it is at hand.
        values: "text", "happened", "doing", "corrections" as typed.
    """
    shown = Writing(**{name: plain(values.get(name, getattr(writing, name))) for name in _FIELDS})
    at = situation or situation_of(writing.incident.house_case)
    everybody = copy(at.customer)
    # There is no name to greet; and a few words are taken for the language that they stand under.
    everybody.name, everybody.language = "", writing.language
    at = replace(at, customer=everybody)
    kind = Kind.REPLY if writing.kind == WritingKind.NOTE else Kind.PUBLIC
    checked = check_reply(
        shown.whole, at, kind=kind, corrections=values.get("corrections", writing.corrections), writer=writer
    )
    # A page is like what was published of it, and a note like those of it that have gone.
    itself = concept("scripted").in_language().title
    # Places beyond the first field are not in the field that shows them.
    end = len(shown.text.encode("utf-16-le", "surrogatepass")) // 2
    return replace(
        checked,
        marks=tuple(mark for mark in checked.marks if mark.end <= end),
        findings=tuple(
            one if one.place is None or one.place[1] <= end else replace(one, place=None, fix=None)
            for one in checked.findings
            if writing.kind == WritingKind.UPDATE or one.title != itself
        ),
        facts=tuple(one for one in checked.facts if one.place[1] <= end),
    )


def language_doubt(writing: Writing, checked: Checked) -> str:
    """What to say when a text does not read like its language; "" when it does or nobody can tell."""
    read = checked.review.language
    if not read or read == writing.language or not writing.text.strip():
        return ""
    return _("This reads like %(read)s; it stands under %(meant)s.") % {
        "read": NAMES[read],
        "meant": NAMES[writing.language],
    }


def ensure_sound(person: Person, writing: Writing) -> Checked:
    """Check a text that is about to be seen by others.

    Raises:
        NotAllowed: It has errors, and the person may not send what has errors even with a reason.
        WrongInput: Nothing is written; another room stops it; or it has errors, or another language, without a reason.
    """
    name = NAMES[writing.language]
    if not writing.text.strip():
        raise WrongInput(_("Write something in %(language)s first.") % {"language": name}, "text")
    checked = check(writing, writer=str(person.pk))
    if checked.stopped:
        raise WrongInput(checked.stopped, "text")
    doubt = language_doubt(writing, checked)
    if (checked.errors or doubt) and len(writing.reason) < _LEAST_REASON:
        words = _(
            "%(language)s: something in it would hurt. Mend it, or write why it should go out as it is; the reason is "
            "kept."
        )
        raise WrongInput(doubt or words % {"language": name}, "reason")
    if checked.errors:
        try:
            require(person, "message.send-despite-findings")
        except NotAllowed:
            raise NotAllowed(_("Something in it would hurt. Ask a colleague with more time here to look.")) from None
    return checked


def said(writing: Writing) -> Mapping[str, str]:
    """What readers will see of a text."""
    return {name: getattr(writing, name).strip() for name in ("subject", *_FIELDS)}
