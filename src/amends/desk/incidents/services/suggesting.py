"""Cases that may belong to an incident, with why: the same kinds of failure, the same words, since it began."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.incidents.kinds import kind_words
from amends.desk.incidents.models import Incident
from amends.text import fold

__all__ = ["Suggested", "search", "suggested"]

_LOOKED_AT = 400
_SHOWN = 30
_SHORTEST = 4
_LEAST = 2.0
_COMMON = 0.25
"""A word that so many of the cases hold tells nothing."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A case that may belong to an incident.

    Attributes:
        why: In words, translated.
        weight: How much speaks for it.
    """

    case: Case
    why: tuple[str, ...]
    weight: float


def suggested(incident: Incident) -> list[Suggested]:
    """Cases since the incident began that are like it, the likeliest first."""
    candidates = list(
        _free(incident)
        .filter(created_at__gte=incident.since, opened_by_us=False)
        .exclude(state=Case.State.SET_ASIDE)
        .order_by("-created_at")[:_LOOKED_AT]
    )
    linked = list(Case.objects.filter(incident_links__incident=incident, opened_by_us=False)[:_LOOKED_AT])
    words = _words([*candidates, *linked])
    common = Counter(word for found in words.values() for word in found)
    often = max(3.0, _COMMON * len(words))
    theirs = Counter(word for case in linked for word in words[case.pk])
    own = set(_stems(f"{incident.title} {incident.happened} {incident.cause}"))
    kinds = Counter(kind for case in linked for kind in case.kinds)
    usual = {kind for kind, count in kinds.items() if count >= max(1, len(linked) / 3)}
    found = []
    for case in candidates:
        shared = sorted(
            (
                word
                for word in words[case.pk]
                if (word in own or theirs[word] > 1) and common[word] < often + len(linked)
            ),
            key=lambda word: (-theirs[word], word),
        )
        same = sorted(usual & set(case.kinds))
        weight = 1.5 * bool(same) + sum(1.0 + (word in own) * 0.5 for word in shared[:5])
        if weight >= _LEAST and (shared or same):
            found.append(Suggested(case, tuple(_why(same, shared[:4])), weight))
    return sorted(found, key=lambda one: -one.weight)[:_SHOWN]


def search(incident: Incident, asked: Mapping[str, str]) -> list[Case]:
    """Cases that the incident does not have yet, by words, kind and channel, the latest first."""
    cases = _free(incident)
    for word in asked.get("q", "").split()[:8]:
        cases = cases.filter(
            Q(subject__icontains=word) | Q(customer__name__icontains=word) | Q(messages__text__icontains=word)
        )
    if kind := asked.get("kind"):
        cases = cases.filter(kinds__icontains=f'"{kind}"')
    if channel := asked.get("channel"):
        cases = cases.filter(channel=channel)
    return list(cases.distinct().order_by("-created_at", "-pk")[: 3 * _SHOWN])


def _free(incident: Incident) -> QuerySet[Case]:
    return (
        Case.objects.filter(customer__erased_at=None)
        .exclude(pk=incident.house_case_id)
        .exclude(incident__isnull=False)
        .exclude(incident_links__incident=incident)
        .select_related("customer")
    )


def _words(cases: Iterable[Case]) -> dict[int, set[str]]:
    """The beginnings of the words of each case's subject and first message."""
    texts = {case.pk: case.subject for case in cases}
    said = Message.objects.filter(case__in=list(texts), direction=Message.Direction.IN).order_by("-sent_at")
    firsts = {case: own or text for case, own, text in said.values_list("case", "own_text", "text")}
    return {key: set(_stems(f"{subject} {firsts.get(key, '')[:2000]}")) for key, subject in texts.items()}


def _stems(text: str) -> Iterable[str]:
    for word in fold(text).split():
        plain = "".join(sign for sign in word if sign.isalnum())
        if len(plain) >= _SHORTEST and not plain.isdigit():
            yield plain[:6]


def _why(kinds: Iterable[str], words: Iterable[str]) -> Iterable[str]:
    named = [kind_words(kind) for kind in kinds]
    if named:
        yield _("the same kind: %(kinds)s") % {"kinds": ", ".join(named)}
    listed = list(words)
    if listed:
        yield _("the same words: %(words)s") % {"words": ", ".join(f"{word}…" for word in listed)}
