"""Reading words anew into the index: what triggers say has changed, a whole index, and what was forgotten."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from amends.desk.cases.models import Attachment, Case, Message, Outline, OutlineEvent
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.search.index import Written, index_of
from amends.desk.search.models import CaseWords, Changed
from amends.desk.search.words import words_of

__all__ = ["catch_up", "forgotten", "mark_all", "mark_forgotten", "refresh", "tidy_up"]

_AT_ONCE = 200
_AT_ONCE_BEHIND = 1_000
_LONGEST_TEXT = 100_000
_MOST_CHARACTERS = 1_000_000
_MOST_WORDS = 100_000
_SHORT_NUMBERS = range(6, 11)


def refresh(*, wait: bool = True, limit: int = _AT_ONCE) -> bool:
    """Read anew what has changed, once.

    Args:
        wait: Whether to wait for another one who does the same; a page that somebody looks at does not.
        limit: How many changes at most.

    Returns:
        Whether anything is left that is not read.
    """
    if not Changed.objects.exists():
        return False
    index = index_of(connection)
    with transaction.atomic():
        if not index.hold(wait=wait):
            return True
        rows = list(Changed.objects.order_by("kind", "key")[: limit + 1])
        more = len(rows) > limit
        rows = rows[:limit]
        cases = _cases_of(rows)
        index.write(_written(cases))
        # Every change that we have seen was there before we read; one that came since has a row of its own.
        Changed.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return more


def catch_up() -> int:
    """Read anew all that has changed, a thousand changes a transaction; how many transactions it took."""
    rounds = 1
    while refresh(limit=_AT_ONCE_BEHIND):
        rounds += 1
    return rounds


def mark_all() -> None:
    """Let the whole index be made anew; until then it finds what it found."""
    _mark(Case.objects.values_list("pk", flat=True).iterator(5_000))


def forgotten() -> int:
    """How many cases are not in the index although nothing says that they are to be read."""
    return _forgotten().count()


def mark_forgotten() -> int:
    """Let the cases be read that are not in the index; how many there were."""
    cases = list(_forgotten().values_list("pk", flat=True))
    _mark(cases)
    return len(cases)


def tidy_up() -> None:
    """Clean the index of words that went, in short transactions, so that nobody waits long."""
    index = index_of(connection)
    index.begin_tidying()
    while index.tidy():
        pass


def _forgotten() -> "QuerySet[Case]":
    return Case.objects.filter(
        ~Exists(CaseWords.objects.filter(pk=OuterRef("pk"))),
        ~Exists(Changed.objects.filter(kind="case", key=OuterRef("pk"))),
    )


def _mark(cases: Iterable[int]) -> None:
    rows = (Changed(id=uuid4(), kind="case", key=case) for case in cases)
    Changed.objects.bulk_create(rows, batch_size=5_000)


def _cases_of(rows: Iterable[Changed]) -> set[int]:
    """The cases that changes are about."""
    keys: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        keys[row.kind].add(row.key)
    found = set(keys["case"])
    if of := keys["customer"]:
        found.update(Case.objects.filter(customer__in=of).values_list("pk", flat=True))
    if of := keys["outline"]:
        found.update(Outline.objects.filter(pk__in=of).values_list("case", flat=True))
    if of := keys["message"]:
        found.update(Message.objects.filter(pk__in=of).values_list("case", flat=True))
    return found


def _written(cases: Collection[int]) -> Iterator[Written]:
    """The words of cases, each with its customer; a case that is gone has none."""
    texts: dict[int, list[str]] = defaultdict(list)
    heads = list(Case.objects.filter(pk__in=cases).order_by("pk").values_list("pk", "customer", "public_id", "subject"))
    customers = _customers_texts({customer for _pk, customer, _name, _subject in heads})
    for pk, customer, name, subject in heads:
        texts[pk] = [name, subject, *customers[customer]]
    messages = Message.objects.filter(case__in=texts).order_by("sent_at", "pk")
    sources = chain(
        Outline.objects.filter(case__in=texts).values_list("case", *Outline.FIELDS),
        OutlineEvent.objects.filter(outline__case__in=texts).values_list("outline__case", "words"),
        Attachment.objects.filter(message__case__in=texts).values_list("message__case", "name"),
        messages.values_list("case", "sender_name", "sender_address", "subject", "text", "own_text"),
    )
    for case, *parts in sources:
        if len(parts) > 1 and parts[-1] and parts[-1] in parts[-2]:
            parts.pop()  # A message's own words are mostly a part of the whole of it.
        texts[case] += [part[:_LONGEST_TEXT] for part in dict.fromkeys(parts) if part]
    for pk, customer, _name, _subject in heads:
        yield pk, customer, words_of(_as_much_as_fits(dict.fromkeys(texts[pk])))[:_MOST_WORDS]


def _customers_texts(customers: Collection[int]) -> dict[int, list[str]]:
    texts: dict[int, list[str]] = defaultdict(list)
    for pk, name, notes in Customer.objects.filter(pk__in=customers).values_list("pk", "name", "notes"):
        texts[pk] += [name, notes]
    contacts = ContactPoint.objects.filter(customer__in=customers).values_list(
        "customer", "kind", "value", "normalised"
    )
    for pk, kind, value, normalised in contacts:
        texts[pk] += [value, normalised]
        if kind == ContactPoint.Kind.PHONE:
            # As people ask for it: without the country, or the last digits.
            digits = normalised.lstrip("+")
            texts[pk] += [digits[-size:] for size in _SHORT_NUMBERS if size < len(digits)]
    return texts


def _as_much_as_fits(texts: Iterable[str]) -> Iterator[str]:
    left = _MOST_CHARACTERS
    for text in texts:
        if left <= 0:
            return
        yield text[:left]
        left -= len(text)
