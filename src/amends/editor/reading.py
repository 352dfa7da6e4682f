"""The check of a document: with the editor's and the house's settings, with notes and dismissals."""

from dataclasses import dataclass, replace
from pathlib import Path

import amends
from amends.checker.review import Finding, Review
from amends.configuration import Configuration, ConfigurationError, find_configuration, read_configuration
from amends.dismissals import (
    Dismissal,
    DismissalError,
    describe,
    file_key,
    is_dismissed,
    read_dismissals,
    read_notes,
    silenced_in_place,
    touches,
    without_findings,
)
from amends.editor.prose import prose
from amends.editor.settings import Settings
from amends.messages import translated

__all__ = ["MARKDOWN", "Read", "read"]

MARKDOWN = "markdown"
"""The protocol's name of the language Markdown."""

_LONGEST_COMPLAINT = 100_000
_LONGEST_REPLY = 200_000


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was read.

    Attributes:
        review: The review; its offsets are those of the document.
        problems: What is wrong with settings, notes and files around it, in sentences.
    """

    review: Review
    problems: tuple[str, ...] = ()


def read(text: str, path: Path | None, settings: Settings, *, markdown: bool = False) -> Read:
    """Check a document.

    Args:
        text: What stands in it now, saved or not.
        path: Its file, when it has one.
        settings: The editor's settings.
        markdown: Whether it is Markdown.

    Returns:
        What was read. A problem with what lies around the document is told and does not stop the check.
    """
    problems: list[str] = []
    if len(text) > _LONGEST_REPLY:
        return Read(Review(text, None, reason=translated("This is too long for a reply, and is not checked.")))
    house, dismissals = _house(path, problems)
    noted = read_notes(text)
    problems.extend(noted.problems)
    shown, hidden = prose(noted.text) if markdown else (noted.text, [])
    review = amends.check(
        shown,
        language=settings.language or house.language,
        complaint=_complaint(settings.complaint, path, problems),
        name=settings.name,
        fault=settings.fault or house.fault,
        channel=settings.channel or house.channel,
        vocabulary=house.vocabulary or None,
        jurisdiction=settings.jurisdiction or house.jurisdiction,
        weights=house.weights,
    )
    blanked = sorted([*noted.blanked, *hidden])
    review = replace(
        review, text=text, findings=tuple(_without_fix_over(finding, blanked) for finding in review.findings)
    )
    file = file_key(str(path), house.dismissals) if dismissals and path is not None else ""

    def dismissed(finding: Finding) -> bool:
        return silenced_in_place(finding, noted) or (
            bool(dismissals) and is_dismissed(describe(review, finding, file), dismissals)
        )

    review = without_findings(review, dismissed, house.weights)
    select, ignore = settings.select or house.select, settings.ignore | house.ignore
    review = replace(
        review,
        findings=tuple(one for one in review.findings if _wanted(one.label, select, ignore)),
        missing=tuple(one for one in review.missing if _wanted(one.label, select, ignore)),
    )
    return Read(review, tuple(problems))


def _wanted(label: str, select: frozenset[str], ignore: frozenset[str]) -> bool:
    return (not select or label in select) and label not in ignore


def _house(path: Path | None, problems: list[str]) -> tuple[Configuration, tuple[Dismissal, ...]]:
    """The settings that hold in the document's folder, and what was dismissed there."""
    found = find_configuration(path.parent) if path is not None else None
    if found is None:
        return Configuration(), ()
    try:
        house = read_configuration(found)
        return house, read_dismissals(house.dismissals)
    except (ConfigurationError, DismissalError) as error:
        problems.append(str(error))
        return Configuration(), ()


def _complaint(name: str | None, path: Path | None, problems: list[str]) -> str | None:
    if name is None or path is None:
        return None
    file = path.parent / name.replace("{stem}", path.stem)
    if file == path:
        return None
    try:
        return file.read_text(encoding="utf-8", errors="replace")[:_LONGEST_COMPLAINT]
    except OSError as error:
        # One name serves for many replies, and not each of them answers a message that is kept.
        if not (isinstance(error, FileNotFoundError) and "{stem}" in name):
            problem = error.strerror or type(error).__name__
            problems.append(translated("{file}: cannot be read ({problem}).", file=file, problem=problem))
    return None


def _without_fix_over(finding: Finding, blanked: list[tuple[int, int]]) -> Finding:
    """The finding; without its fix when that would delete what was not read."""
    fix = finding.fix
    return replace(finding, fix=None) if fix is not None and touches((fix.start, fix.end), blanked) else finding
