"""Finding cases by words, and showing where the words stand."""

from collections.abc import Iterator, Mapping

from django.db import connection
from django.db.models import DateTimeField, F, QuerySet, TextField, Value
from django.db.models.functions import Concat, Left

from amends.desk.cases.listing import Piece
from amends.desk.cases.models import Case, Message, Outline
from amends.desk.search.index import index_of
from amends.desk.search.indexing import refresh
from amends.desk.search.words import Marker, question

__all__ = ["excerpt", "find_words", "passages"]

_SHOWN = 220
_BEFORE = 60
_LONGEST_TEXT = 8_000


def find_words(found: "QuerySet[Case]", words: str) -> "QuerySet[Case]":
    """Narrow cases to those that have words, as somebody typed them.

    What has changed a moment ago is read first; when very much has, as after an import, what is not read yet is found
    a little later.

    Args:
        found: Cases.
        words: Words, "quoted phrases", -words that must not be there. Nothing that is typed is an error.
    """
    asked = question(words)
    if asked.nothing:
        return found.none()
    if not asked.terms:
        return found
    refresh(wait=False)
    index = index_of(connection)
    matching = index.matching(asked)
    if matching is None:
        return found.exclude(pk__in=index.unwanted(asked))
    return found.filter(pk__in=matching)


def passages(rows: list[Case], words: str) -> Mapping[int, tuple[tuple[Piece, ...], str]]:
    """For each case a stretch of what was said or written where the words stand, and its language.

    A case whose words stand elsewhere, as in its subject or its customer's name, shows how the customer's latest
    message begins.

    Args:
        rows: Cases.
        words: As somebody typed them.
    """
    asked = question(words)
    marker = Marker(asked)
    enough = len(asked.wanted)
    keys = [row.pk for row in rows]
    found: dict[int, tuple[int, tuple[Piece, ...], str]] = {}
    latest: dict[int, tuple[tuple[Piece, ...], str]] = {}

    def look(case: int, text: str, language: str = "") -> bool:
        if case in found and found[case][0] >= enough:
            return True
        shown, count = excerpt(text, marker)
        if count and (case not in found or count > found[case][0]):
            found[case] = (count, shown, language)
        return bool(count)

    for case, direction, own, whole, language in _texts_of(keys):
        if direction == Message.Direction.IN:
            latest.setdefault(case, ((Piece(" ".join((own or whole)[:_SHOWN].split())),), language))
        look(case, own or whole, language) or (own and look(case, whole, language))
    return latest | {case: (shown, language) for case, (_count, shown, language) in found.items()}


def _texts_of(cases: list[int]) -> Iterator[tuple[int, str, str, str, str]]:
    """What was said in cases, newest first, then what their outlines say: case, direction, own words, all, language.

    One query for both, as a page asks few.
    """
    said = Message.objects.filter(case__in=cases).values_list(
        "case_id",
        "direction",
        Left("own_text", _LONGEST_TEXT),
        Left("text", _LONGEST_TEXT),
        "language",
        "sent_at",
        "pk",
    )
    fields = [part for name in Outline.FIELDS for part in (F(name), Value("\n"))]
    outlines = Outline.objects.filter(case__in=cases).values_list(
        "case_id",
        Value("outline"),
        Value(""),
        Left(Concat(*fields, output_field=TextField()), _LONGEST_TEXT),
        Value(""),
        Value(None, DateTimeField(null=True)),
        "pk",
    )
    rows = list(said.order_by().union(outlines.order_by(), all=True))
    rows.sort(key=lambda row: (row[5] is not None, row[5] or 0, row[6]), reverse=True)
    for row in rows:
        yield row[:5]


def excerpt(text: str, marker: Marker) -> tuple[tuple[Piece, ...], int]:
    """A short stretch of a text around the first words that were looked for.

    Args:
        text: As it was written.
        marker: Of what was looked for.

    Returns:
        The stretch in pieces, white space made single, and how many different words were found in the whole text.
    """
    hits = marker.hits(text)
    if not hits:
        return (), 0
    begin = max(0, hits[0][0] - _BEFORE)
    if begin:
        # Not in the middle of a word, as far as there are spaces.
        begin = text.find(" ", begin, hits[0][0]) + 1 or begin
    end = min(len(text), begin + _SHOWN)
    if end < len(text):
        last = max(stop for start, stop in hits if start == hits[0][0])
        end = max(text.rfind(" ", last, end), last) if text.rfind(" ", last, end) > 0 else max(end, last)
    pieces = [Piece("… ")] if begin else []
    done = begin
    for start, stop in hits:
        if stop > end:
            break
        pieces += [Piece(_single(text[done:start])), Piece(_single(text[start:stop]), marked=True)]
        done = stop
    pieces.append(Piece(_single(text[done:end]) + (" …" if end < len(text) else "")))
    different = len({text[start:stop].casefold() for start, stop in hits})
    return tuple(piece for piece in pieces if piece.text), different


def _single(text: str) -> str:
    """White space made single, kept at both ends."""
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{words}{' ' if text[-1].isspace() else ''}"
