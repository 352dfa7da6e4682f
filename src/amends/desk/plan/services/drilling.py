"""Drills: a made-up story with a clock. Nothing outside the tables of drills is read for them but the plan and the
words of the house, and nothing outside is written, not even into the log."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends import check
from amends.desk.errors import NotAllowed, WrongInput, WrongMove
from amends.desk.house.services import house, log
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, person_of
from amends.desk.plan.models import Drill, DrillAnswer, DrillTick, Part, PlanVersion, ProposalState
from amends.desk.plan.stories import Step, Story, story
from amends.desk.states import lock

__all__ = [
    "PACES",
    "answer",
    "arrived",
    "begin",
    "end",
    "hasten",
    "look_back",
    "minute_of",
    "settle_proposal",
    "story_of",
    "tick",
    "untick",
]

PACES = (1, 2, 4)
"""How many minutes of the story may pass in one minute."""

_LONGEST = 4_000


def begin(acting: Acting, key: str, *, pace: int = 1, language: str = "en") -> Drill:
    """Start the clock of a story, with a copy of the plan beside it.

    Args:
        acting: Who does it.
        key: The story's key.
        pace: One of `PACES`.
        language: In which the story is told, if it is there in it.

    Raises:
        NotAllowed: Only people of ours may.
        WrongInput: There is no such story or pace.
    """
    require(acting, "drill.take-part")
    person = _somebody(acting)
    told = story(key, language)
    if told is None:
        raise WrongInput(_("Choose a story."), "story")
    if pace not in PACES:
        raise WrongInput(_("Choose how fast the clock goes."), "pace")
    plan = PlanVersion.objects.first()
    return Drill.objects.create(
        story=key, language=told.language, pace=pace, plan=plan.content if plan else {}, started_by=person
    )


def story_of(drill: Drill) -> Story:
    """The story of a drill.

    Raises:
        LookupError: It is not shipped any more.
    """
    told = story(drill.story, drill.language)
    if told is None:
        raise LookupError(drill.story)
    return told


def minute_of(drill: Drill, now: datetime | None = None) -> int:
    """The story's minute at a moment, now if not given; at most its last one. For an ended drill that of its end."""
    at = drill.ended_at or now or timezone.now()
    seconds = max(0.0, (at - drill.started_at).total_seconds()) * drill.pace + drill.hastened
    return min(int(seconds // 60), story_of(drill).minutes)


def arrived(drill: Drill, minute: int | None = None) -> list[tuple[int, Step]]:
    """The steps that have arrived, each with its index."""
    until = minute_of(drill) if minute is None else minute
    return [(index, step) for index, step in enumerate(story_of(drill).steps) if step.minute <= until]


def hasten(acting: Acting, drill: Drill) -> Drill:
    """Bring the next step now: the clock goes forward to it, or to the end when all have arrived.

    Raises:
        NotAllowed: Only people of ours may.
        WrongMove: The drill is over.
    """
    require(acting, "drill.take-part")
    with transaction.atomic():
        _running(drill)
        told, minute = story_of(drill), minute_of(drill)
        to = next((step.minute for step in told.steps if step.minute > minute), told.minutes)
        passed = (timezone.now() - drill.started_at).total_seconds() * drill.pace
        drill.hastened = max(drill.hastened, int(to * 60 - passed) + 1)
        drill.save()
    return drill


def answer(acting: Acting, drill: Drill, step: int, *, does: str, says: str) -> DrillAnswer:
    """Write down what one would do and say at a step. The checker reads what would be said; nobody is sent it.

    Raises:
        NotAllowed: Only people of ours may.
        WrongInput: Both are empty or too long, or the step has not arrived.
        WrongMove: The drill is over.
    """
    require(acting, "drill.take-part")
    person = _somebody(acting)
    does, says = (text.replace("\r\n", "\n").replace("\x00", "").strip() for text in (does, says))
    if not does and not says:
        raise WrongInput(_("Write what you would do, or what you would say."), "does")
    if max(len(does), len(says)) > _LONGEST:
        raise WrongInput(_("That is longer than %(count)d characters.") % {"count": _LONGEST})
    with transaction.atomic():
        _running(drill)
        minute = minute_of(drill)
        known = dict(arrived(drill, minute))
        if step not in known:
            raise WrongInput(_("This has not arrived yet."))
        review = None
        if says:
            told = story_of(drill)
            found = check(
                says,
                complaint=known[step].text if known[step].complaint else None,
                fault=told.fault,
                vocabulary=house().vocabulary or None,
            )
            # Labels alone: a drill keeps no verdict and no figure of anybody.
            review = {
                "components": [part.label for part in found.components],
                "findings": list(dict.fromkeys(finding.label for finding in found.findings)),
            }
        return DrillAnswer.objects.create(
            drill=drill, step=step, person=person, minute=minute, does=does, says=says, review=review
        )


def tick(acting: Acting, drill: Drill, step: int) -> DrillTick:
    """Write down that a step of the plan's first hour is taken; taken twice, the first time counts.

    Raises:
        NotAllowed: Only people of ours may.
        WrongInput: The plan has no such step.
        WrongMove: The drill is over.
    """
    require(acting, "drill.take-part")
    person = _somebody(acting)
    with transaction.atomic():
        _running(drill)
        if not 0 <= step < len(first_hour_of(drill)):
            raise WrongInput(_("The plan has no such step."))
        row, _made = DrillTick.objects.get_or_create(
            drill=drill, step=step, defaults={"person": person, "minute": minute_of(drill)}
        )
    return row


def untick(acting: Acting, drill: Drill, step: int) -> None:
    """Take back that a step was taken.

    Raises:
        NotAllowed: Only people of ours may.
        WrongMove: The drill is over.
    """
    require(acting, "drill.take-part")
    with transaction.atomic():
        _running(drill)
        drill.ticks.filter(step=step).delete()


def first_hour_of(drill: Drill) -> list[dict[str, object]]:
    """The steps of the first hour in the drill's copy of the plan."""
    return list(drill.plan.get(Part.FIRST_HOUR, {}).get("rows", []))


def end(acting: Acting, drill: Drill) -> Drill:
    """Stop the clock.

    Raises:
        NotAllowed: Only people of ours may.
        WrongMove: It was stopped already.
    """
    require(acting, "drill.take-part")
    with transaction.atomic():
        lock(drill)
        drill.move_to(Drill.State.ENDED)
        drill.ended_at = timezone.now()
        drill.save()
    return drill


def look_back(acting: Acting, drill: Drill, *, well: str, lacked: str, part: str, proposal: str) -> Drill:
    """Write what went well, what the plan lacked, and one change of the plan, by those who took part.

    Raises:
        NotAllowed: Only people of ours may.
        WrongInput: Something is too long, or the change names no part; or the owner has answered it already.
        WrongMove: The clock still runs.
    """
    require(acting, "drill.take-part")
    well, lacked, proposal = (text.replace("\x00", "").strip() for text in (well, lacked, proposal))
    if max(map(len, (well, lacked, proposal))) > _LONGEST:
        raise WrongInput(_("That is longer than %(count)d characters.") % {"count": _LONGEST})
    if proposal and part not in Part.values:
        raise WrongInput(_("Choose the part of the plan that should change."), "proposal_part")
    with transaction.atomic():
        lock(drill)
        if drill.state != Drill.State.ENDED:
            raise WrongMove(drill.state, "looked-back", _("The drill is still under way. End it first."))
        settled = drill.proposal_state in (ProposalState.TAKEN, ProposalState.LEFT)
        if settled and (proposal, part) != (drill.proposal, drill.proposal_part):
            raise WrongInput(_("The owner has answered this proposal already."), "proposal")
        drill.well, drill.lacked, drill.proposal = well, lacked, proposal
        drill.proposal_part = part if proposal else ""
        if not settled:
            drill.proposal_state = ProposalState.WAITING if proposal else ProposalState.NONE
        drill.save()
    return drill


def settle_proposal(acting: Acting, drill: Drill, *, taken: bool) -> Drill:
    """Say what becomes of a proposed change: it is in the plan now, or the plan stays as it is.

    Raises:
        NotAllowed: Only the owner may.
        WrongMove: There is none that waits.
    """
    require(acting, "plan.edit")
    with transaction.atomic():
        lock(drill)
        if drill.proposal_state != ProposalState.WAITING:
            raise WrongMove(str(drill.proposal_state), ProposalState.TAKEN)
        drill.proposal_state = ProposalState.TAKEN if taken else ProposalState.LEFT
        drill.save()
        log(
            acting,
            "plan",
            "plan.proposal-taken" if taken else "plan.proposal-left",
            after={"part": drill.proposal_part},
            note=drill.proposal,
        )
    return drill


def _running(drill: Drill) -> None:
    lock(drill)
    if drill.state != Drill.State.RUNNING:
        raise WrongMove(drill.state, Drill.State.RUNNING, _("This drill is over."))


def _somebody(acting: Acting) -> Person:
    person = person_of(acting)
    if person is None:
        raise NotAllowed
    return person
