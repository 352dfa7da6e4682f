"""What a telling says: by default only what kind of thing happened, and the number of the case."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from amends.desk.telling.kinds import KINDS
from amends.desk.telling.models import Delivery

__all__ = ["TEST", "address_of", "digest_lines", "head_of", "line_of"]

TEST = "test"
"""The kind of a notice that only tries a way out."""


def head_of(row: Delivery) -> str:
    """What happened, by its kind alone."""
    kind = KINDS.get(row.notice.kind)
    return str(kind.words) if kind is not None else _("A test")


def line_of(row: Delivery, *, with_words: bool) -> str:
    """What is said of it beside its kind: the subject of the mail, or only the number of the case."""
    if with_words and row.subject:
        return row.subject
    case = row.notice.case
    return _("Case %(number)s") % {"number": case.public_id} if case is not None else ""


def address_of(row: Delivery) -> str:
    """The whole address of the page."""
    return f"{settings.PUBLIC_URL}{row.notice.address or '/'}"


def digest_lines(rows: Sequence[Delivery], *, with_words: bool) -> list[tuple[str, str, str]]:
    """One line for each: what kind, what is said of it, where it leads."""
    return [(head_of(row), line_of(row, with_words=with_words), address_of(row)) for row in rows]
