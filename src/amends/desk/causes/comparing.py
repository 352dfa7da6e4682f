"""Comparing cases in the background: each new story is reduced, looked up among the others, and what resembles it is
kept in rows. Pages read rows only.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.db import transaction
from django.utils import timezone

from amends.desk.cases.models import Case, Message, Outline
from amends.desk.causes.likeness import VERSION, Features, Likeness, Weights, compare, features_of, shared_words
from amends.desk.causes.lookup import MOST_SUGGESTED, CaseIndex, packed
from amends.desk.causes.models import Similar, Trace
from amends.desk.house.services import house
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting

__all__ = ["compare_case", "find_untraced", "forget_index", "story_of"]

_MESSAGES_READ = 2
_OVERLAP = 500
"""Cases below the newest known number that are looked at again: another process may have stored them a moment later."""
_AT_ONCE = 2_000
_SAME_DAYS = timedelta(days=1)
_MOST_SHOWN = 5

_index_lock = Lock()
_index: CaseIndex | None = None
_known_until: datetime | None = None


def find_untraced() -> int:
    """Note the cases that have not been compared yet; they are due at once.

    Returns:
        How many were noted.
    """
    newest = Trace.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    fresh = Case.objects.filter(pk__gt=newest - _OVERLAP, trace=None, customer__erased_at=None)
    keys = list(fresh.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    Trace.objects.bulk_create([Trace(case_id=key) for key in keys], ignore_conflicts=True)
    return len(keys)


def compare_case(acting: Acting, trace: Trace) -> int:
    """Reduce a case's story and keep what it resembles. Done twice, it is the same as once.

    Args:
        acting: The clock.
        trace: Of the case.

    Returns:
        How many likenesses were kept that were not there.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "similar.compare")
    case = trace.case
    text, language = story_of(case)
    features = features_of(
        text,
        language=language,
        kinds=[str(kind) for kind in case.kinds],
        name=case.customer.name,
        known=[house().name],
    )
    trace.features, trace.keys = features.to_dict(), packed(features)
    trace.made_by, trace.made_at, trace.look_at = VERSION, timezone.now(), None
    trace.save(update_fields=["features", "keys", "made_by", "made_at", "look_at"])
    if not text.strip() or case.state == Case.State.SET_ASIDE:
        return 0
    with _index_lock:
        index = _fresh_index()
        if case.pk not in index:
            index.add(case.pk, features)
        candidates = [key for key in index.candidates(features) if key != case.pk]
        rarity = index.rarity
        others = _features(candidates)
        found = [(key, compare(features, others[key], rarity)) for key in candidates if key in others]
    at_least = Weights().at_least
    found = sorted(((key, one) for key, one in found if one.score >= at_least), key=lambda pair: -pair[1].score)
    return _keep(case, (text, language), found[: MOST_SUGGESTED + 4])


def story_of(case: Case) -> tuple[str, str]:
    """What a case tells: the customer's first words, or our own record when we opened it first; and its language."""
    said = case.messages.filter(direction=Message.Direction.IN, automatic=False).order_by("sent_at", "pk")
    messages = list(said[:_MESSAGES_READ])
    if messages:
        return "\n\n".join(message.words for message in messages), messages[0].language or case.language
    outline = Outline.objects.filter(case=case).first()
    record = outline.record if outline is not None else ""
    return "\n\n".join(part for part in (case.subject, record) if part), ""


def forget_index() -> None:
    """Let the index go; it is read again when it is needed. For tests, and after a backup was brought back."""
    global _index, _known_until
    with _index_lock:
        _index, _known_until = None, None


def _fresh_index() -> CaseIndex:
    """The index with what other processes have added since."""
    global _index, _known_until
    stored = Trace.objects.filter(made_by=VERSION, made_at__isnull=False)
    if _index is not None and _index.known > stored.count():
        # Cases have gone, or it is another database than before.
        _index, _known_until = None, None
    if _index is None:
        _index = CaseIndex()
    if _known_until is not None:
        stored = stored.filter(made_at__gte=_known_until)
    # From the newest on that was read, once more: two may have been stored within one tick of the clock.
    index = _index
    rows = stored.order_by("made_at").values_list("pk", "keys", "made_at")
    index.extend(_reading(index, rows.iterator(chunk_size=2_000)))
    return index


def _reading(index: CaseIndex, rows: Iterable[tuple[int, Any, datetime | None]]) -> Iterable[tuple[int, bytes]]:
    global _known_until
    for key, keys, made_at in rows:
        _known_until = made_at
        if key not in index:
            yield key, bytes(keys)


def _features(cases: Iterable[int]) -> dict[int, Features]:
    rows = Trace.objects.filter(pk__in=list(cases), made_by=VERSION).exclude(case__state=Case.State.SET_ASIDE)
    return {key: Features.of_dict(data) for key, data in rows.values_list("pk", "features")}


def _keep(case: Case, story: tuple[str, str], found: list[tuple[int, Likeness]]) -> int:
    """Keep likenesses; of those that a person has decided on, and of a customer's own other cases, nothing changes."""
    others = Case.objects.select_related("customer").in_bulk([key for key, _likeness in found])
    made = 0
    with transaction.atomic():
        for key, likeness in found:
            other = others.get(key)
            if other is None or made >= MOST_SUGGESTED:
                continue
            first, second = sorted((case.pk, key))
            _row, fresh = Similar.objects.get_or_create(
                first_id=first,
                second_id=second,
                defaults={
                    "score": round(likeness.score * 100),
                    "near": likeness.near,
                    "why": _why(case, other, story, likeness),
                },
            )
            made += fresh
    return made


def _why(case: Case, other: Case, story: tuple[str, str], likeness: Likeness) -> list[list[object]]:
    """What two cases share, in the words of both: [["subject", [["cold", "hladna"]]], ["fact", ["AB-1203"]] ...]."""
    why: list[list[object]] = []
    if likeness.near:
        why.append(["words", []])
    # Always in the order of the two numbers, as the row is.
    text, language = story
    theirs, their_language = story_of(other)
    mine = shared_words(text, language, likeness.concepts)
    yours = shared_words(theirs, their_language, likeness.concepts)
    pairs = [
        [mine[name], yours[name]] if case.pk < other.pk else [yours[name], mine[name]]
        for name in likeness.concepts
        if name in mine and name in yours
    ]
    if pairs:
        why.append(["subject", pairs[:_MOST_SHOWN]])
    if likeness.facts:
        why.append(["fact", [name.partition(":")[2] for name in likeness.facts[:_MOST_SHOWN]]])
    if likeness.kinds:
        why.append(["kind", list(likeness.kinds)])
    if abs(case.created_at - other.created_at) <= _SAME_DAYS:
        why.append(["day", []])
    return why
