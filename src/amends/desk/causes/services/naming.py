"""The list of causes: making, renaming, putting together, splitting, archiving. No link and no name is ever lost.

Lock order: causes before cases, both by number. A cause is locked without its key, so that rows which point at it can
be written meanwhile.
"""

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.cases.services import log as case_log
from amends.desk.causes.models import CaseCause, Cause, Prevention, Recurrence, Told
from amends.desk.errors import WrongInput, WrongMove
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting, person_of
from amends.text import fold

__all__ = [
    "archive",
    "change_notes",
    "key_of",
    "living",
    "lock_causes",
    "make_cause",
    "merge",
    "rename",
    "split",
    "subject_of",
    "suggest",
    "take_up_cause",
]

_LONGEST_NAME = 120
_LONGEST_NOTES = 4_000
_MOST_SUGGESTED = 8
_LIKE = 0.72
"""Share of common letters from which on a name counts as a slip of the other."""
_HOPS = 50


def subject_of(cause: Cause) -> str:
    """What the desk's log calls it."""
    return f"cause {cause.pk}"


def key_of(name: str) -> str:
    """The folded form of a name: case, accents and blanks make no difference."""
    return " ".join(fold(name).split())[:160]


def living(cause: Cause) -> Cause:
    """The cause that stands for this one now: itself, or what it was put together with."""
    for _hop in range(_HOPS):
        if cause.merged_into is None:
            break
        cause = cause.merged_into
    return cause


def lock_causes(*causes: Cause) -> None:
    """Read causes anew and keep others from changing them until the transaction ends, in the order of their numbers."""
    for cause in sorted(causes, key=lambda one: one.pk):
        cause.refresh_from_db(from_queryset=Cause._base_manager.select_for_update(of=("self",), no_key=True))


def make_cause(acting: Acting, name: str, *, notes: str = "", demo: bool = False) -> Cause:
    """The cause of this name; made when there is none, taken up again when it was archived.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: There is no name.
    """
    require(acting, "cause.make")
    name = _checked_name(name)
    with transaction.atomic():
        known = Cause.objects.filter(key=key_of(name), merged_into=None).first()
        if known is None:
            try:
                with transaction.atomic():
                    known = Cause.objects.create(
                        name=name,
                        key=key_of(name),
                        notes=notes.strip()[:_LONGEST_NOTES],
                        made_by=person_of(acting),
                        demo=demo,
                    )
            except IntegrityError:
                # Two people had the same thought at once.
                return Cause.objects.get(key=key_of(name), merged_into=None)
            log(acting, subject_of(known), "cause.made", after={"name": name})
        elif known.state == Cause.State.ARCHIVED:
            _take_up(acting, known)
    return known


def rename(acting: Acting, cause: Cause, name: str) -> Cause:
    """Give a cause another name; it keeps its earlier ones, and is found by them.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: There is no name, or another cause has it.
        WrongMove: It was put together with another.
    """
    require(acting, "cause.edit")
    name = _checked_name(name)
    with transaction.atomic():
        lock_causes(cause)
        _not_merged(cause)
        if name == cause.name:
            return cause
        if Cause.objects.filter(key=key_of(name), merged_into=None).exclude(pk=cause.pk).exists():
            raise WrongInput(_("There is a cause of this name already. Put the two together instead."), "name")
        before = cause.name
        cause.earlier_names = [*cause.earlier_names, {"name": before, "until": timezone.now().isoformat()}]
        cause.name, cause.key = name, key_of(name)
        cause.save()
        log(acting, subject_of(cause), "cause.renamed", before={"name": before}, after={"name": name})
    return cause


def change_notes(acting: Acting, cause: Cause, notes: str) -> Cause:
    """Write down what is known about a cause.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is too long.
    """
    require(acting, "cause.make")
    notes = notes.replace("\r\n", "\n").strip()
    if len(notes) > _LONGEST_NOTES:
        raise WrongInput(_("This is too long. Keep to what helps the next person."), "notes")
    with transaction.atomic():
        lock_causes(cause)
        if notes != cause.notes:
            before, cause.notes = cause.notes, notes
            cause.save()
            log(acting, subject_of(cause), "cause.notes", before={"notes": before}, after={"notes": notes})
    return cause


def archive(acting: Acting, cause: Cause) -> Cause:
    """Take a cause off the list; its cases keep it, and it comes back when a case needs it.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongMove: It is archived, or was put together with another.
    """
    require(acting, "cause.edit")
    with transaction.atomic():
        lock_causes(cause)
        cause.move_to(Cause.State.ARCHIVED)
        cause.archived_at = timezone.now()
        cause.save()
        log(acting, subject_of(cause), "cause.archived", after={"name": cause.name})
    return cause


def take_up_cause(acting: Acting, cause: Cause) -> Cause:
    """Put an archived cause on the list again.

    Raises:
        NotAllowed: The acting one may not.
        WrongMove: It is not archived.
    """
    require(acting, "cause.make")
    with transaction.atomic():
        lock_causes(cause)
        _take_up(acting, cause)
    return cause


def merge(acting: Acting, source: Cause, target: Cause, *, note: str = "") -> Cause:
    """Put two causes together: what hangs on the first goes to the second. Figures of earlier days stay as they were.

    Args:
        acting: Who does it.
        source: The one that goes; its names still lead to the other.
        target: The one that stays.
        note: Why.

    Returns:
        The one that stays.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: It is the same cause.
        WrongMove: One of them was put together with another already.
    """
    from amends.desk.causes.services.recurring import judge_cause

    require(acting, "cause.edit")
    if source.pk == target.pk:
        raise WrongInput(_("Choose another cause to put it together with."), "target")
    with transaction.atomic():
        lock_causes(source, target)
        _not_merged(source)
        _not_merged(target)
        if target.state == Cause.State.ARCHIVED:
            _take_up(acting, target)
        moved = _move_links(acting, _links_held(source), target, CaseCause.How.MERGED)
        Prevention.objects.filter(cause=source).update(cause=target)
        Told.objects.filter(cause=source).update(cause=target)
        Recurrence.objects.filter(cause=source).update(cause=target)
        source.move_to(Cause.State.MERGED)
        source.merged_into, source.merged_at = target, timezone.now()
        source.save()
        about = {"from": source.name, "into": target.name, "cases": moved}
        log(acting, subject_of(source), "cause.merged", after=about, note=note.strip())
        log(acting, subject_of(target), "cause.merged", after=about, note=note.strip())
        judge_cause(acting, target)
    return target


def split(acting: Acting, cause: Cause, name: str, cases: Collection[Case], *, note: str = "") -> Cause:
    """Move some cases of a cause to another one, new or known by its name. Preventions stay where they are.

    Args:
        acting: Who does it.
        cause: The one that is split.
        name: The name of the other.
        cases: The cases that move; each must have the cause.
        note: Why.

    Returns:
        The other cause.

    Raises:
        NotAllowed: Only leads and the owner may.
        WrongInput: There is no name, it is the same cause, or a case does not have it.
        WrongMove: It was put together with another.
    """
    from amends.desk.causes.services.recurring import judge_cause

    require(acting, "cause.edit")
    if not cases:
        raise WrongInput(_("Choose the cases that have another cause."), "cases")
    with transaction.atomic():
        other = make_cause(acting, name)
        if other.pk == cause.pk:
            raise WrongInput(_("Give the part that is split off a name of its own."), "name")
        lock_causes(cause, other)
        _not_merged(cause)
        keys = {case.pk for case in cases}
        links = _links_held(cause, keys)
        if len(links) != len(keys):
            raise WrongInput(_("One of these cases does not have this cause any more. Look again."), "cases")
        mains = [link.case_id for link in links if link.main]
        moved = _move_links(acting, links, other, CaseCause.How.SPLIT)
        Told.objects.filter(cause=cause, case__in=mains).update(cause=other)
        about = {"from": cause.name, "into": other.name, "cases": moved}
        log(acting, subject_of(cause), "cause.split", after=about, note=note.strip())
        log(acting, subject_of(other), "cause.split", after=about, note=note.strip())
        judge_cause(acting, cause)
        judge_cause(acting, other)
    return other


def suggest(words: str, *, but: Collection[int] = ()) -> list[Cause]:
    """Causes on the list whose name, now or earlier, holds or resembles what was typed; the likeliest first.

    Args:
        words: What was typed so far.
        but: Numbers of causes that are not wanted.
    """
    typed = key_of(words)
    if not typed:
        return []
    found: dict[int, tuple[float, Cause]] = {}
    for cause in Cause.objects.select_related("merged_into"):
        now = living(cause)
        if now.state == Cause.State.MERGED or now.pk in but:
            continue
        names = [cause.key, *(key_of(str(one["name"])) for one in cause.earlier_names)]
        likeness = max(_likeness(typed, name) for name in names)
        if now.state == Cause.State.ARCHIVED:
            likeness *= 0.8
        if likeness > found.get(now.pk, (0.0, now))[0]:
            found[now.pk] = (likeness, now)
    ordered = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].name))
    return [cause for _likeness_of_it, cause in ordered[:_MOST_SUGGESTED]]


def _likeness(typed: str, name: str) -> float:
    if name == typed:
        return 3.0
    if name.startswith(typed):
        return 2.5
    words = name.split()
    parts = typed.split()
    if all(any(word.startswith(part) for word in words) for part in parts):
        return 2.0
    if typed in name:
        return 1.5
    common = [part for part in parts if len(part) > 3 and any(word[:5] == part[:5] for word in words)]
    if common:
        return 1.0 + len(common) / 10
    ratio = SequenceMatcher(None, typed, name, autojunk=False).ratio()
    return ratio if ratio >= _LIKE else 0.0


def _links_held(cause: Cause, cases: Collection[int] | None = None) -> list[CaseCause]:
    """The links of a cause that are to be moved, their cases kept from being linked otherwise meanwhile."""
    links = cause.links.filter(until=None)
    if cases is not None:
        links = links.filter(case__in=cases)
    held = Case.objects.filter(pk__in=links.values("case"))
    list(held.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True))
    # Read after the wait: somebody may have linked one of them anew before it was ours.
    return list(links.all())


def _move_links(acting: Acting, links: Sequence[CaseCause], target: Cause, how: str) -> int:
    """End links and begin others to the target; a case that has it already keeps one link, main if either was."""
    now = timezone.now()
    there = {row.case_id: row for row in target.links.filter(until=None, case__in=[link.case_id for link in links])}
    ending = [link.pk for link in links]
    fresh: list[CaseCause] = []
    for link in links:
        known = there.get(link.case_id)
        if known is not None:
            if known.main or not link.main:
                continue
            ending.append(known.pk)
        fresh.append(_following(acting, link, target, how, now))
    CaseCause.objects.filter(pk__in=ending).update(until=now)
    CaseCause.objects.bulk_create(fresh)
    cases = Case.objects.in_bulk([link.case_id for link in links])
    for link in links:
        change: dict[str, Any] = {"from": link.cause.name, "into": target.name}
        case_log(acting, cases[link.case_id], "cause.moved", after=change)
    return len(links)


def _following(acting: Acting, link: CaseCause, target: Cause, how: str, now: Any) -> CaseCause:
    return CaseCause(
        case_id=link.case_id,
        cause=target,
        main=link.main,
        how=how,
        since=now,
        person=person_of(acting),
        came_from=link,
    )


def _take_up(acting: Acting, cause: Cause) -> None:
    cause.move_to(Cause.State.IN_USE)
    cause.archived_at = None
    cause.save()
    log(acting, subject_of(cause), "cause.taken-up", after={"name": cause.name})


def _not_merged(cause: Cause) -> None:
    if cause.state == Cause.State.MERGED:
        raise WrongMove("", "", _("This cause was put together with another in the meantime. Go to that one."))


def _checked_name(name: str) -> str:
    name = " ".join(name.split())[:_LONGEST_NAME]
    if not key_of(name):
        raise WrongInput(_("Give the cause a name, as you would say it to a colleague."), "name")
    return name
