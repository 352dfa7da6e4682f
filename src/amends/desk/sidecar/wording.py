"""The words of a note: what was found in a reply and what it promises."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from amends.checker import Review
from amends.checker.catalogue import concept
from amends.desk.composer.promised import Row

__all__ = ["worded"]

_MOST = 12
_LONGEST_QUOTE = 160
_ORDER = {"error": 0, "warning": 1, "note": 2}


def worded(
    review: Review,
    promises: Sequence[Row],
    *,
    marker: str,
    draft: bool,
    further: Sequence[str] = (),
    case_address: str = "",
) -> str:
    """A note, in the language that is in force for the desk and for the checker.

    Args:
        review: The checker's review.
        promises: What is promised.
        marker: By which the note is known again.
        draft: Whether it is about a draft.
        further: Further sentences.
        case_address: The page of the case, when there is one.
    """
    first = _("Amends has read this draft.") if draft else _("Amends has read this reply.")
    blocks = [f"{first} {review.verdict_words}".strip() if review.verdict != "unread" else first]
    if review.verdict == "unread" and review.reason:
        blocks.append(review.reason)
    for finding in sorted(review.findings, key=lambda one: _ORDER[one.severity])[:_MOST]:
        quotes = [_short(quote) for quote in review.quotes(finding.spans)][:2]
        head = f"{finding.title}: " + ", ".join(f"“{quote}”" for quote in quotes) if quotes else f"{finding.title}."
        blocks.append(f"{head}\n{finding.way_out}")
    if review.missing:
        titles = "; ".join(concept(part.label).in_language().title for part in review.missing)
        blocks.append(_("Missing: %(parts)s") % {"parts": titles})
    blocks += [one for one in further if one]
    if promises:
        lines = [f"– {_short(row.act)}{_until(row)}" for row in promises[:_MOST]]
        head = _("Would be promised:") if draft or not case_address else _("Promised, and in the ledger:")
        blocks.append("\n".join([head, *lines]))
    if case_address:
        blocks.append(case_address)
    blocks.append(f"[amends {marker}]")
    return "\n\n".join(blocks)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1].rstrip() + "…"


def _until(row: Row) -> str:
    try:
        day = date_format(date.fromisoformat(row.day), "DATE_FORMAT")
    except ValueError:
        return ""
    return f" ({day}, {row.clock})" if row.clock else f" ({day})"
