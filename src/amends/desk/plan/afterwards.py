"""What a drill shows when it is over: what was there, and what the plan did not hold. No mark, no comparison."""

from dataclasses import dataclass

from amends.checker.catalogue import COMPONENTS, concept
from amends.desk.plan.models import Drill
from amends.desk.plan.services.drilling import first_hour_of, story_of
from amends.desk.plan.stories import Step

__all__ = ["After", "after"]


@dataclass(frozen=True, slots=True)
class After:
    """What can be read off the rows of a drill.

    Attributes:
        in_time: Steps of the plan that were taken by the minute the plan names: words, minute.
        later: Steps that took longer than the plan says: words, the plan's minute, minute.
        open: Steps that nobody came to.
        good_parts: Parts of an apology that stand in the answers, by their names.
        clean: How many answers the checker has no remark on.
        unanswered: What arrived and had no answer: the plan may lack a step for it.
    """

    in_time: tuple[tuple[str, int], ...]
    later: tuple[tuple[str, int, int], ...]
    open: tuple[str, ...]
    good_parts: tuple[str, ...]
    clean: int
    unanswered: tuple[Step, ...]


def after(drill: Drill) -> After:
    """Look at a drill that is over."""
    ticks = {one.step: one.minute for one in drill.ticks.all()}
    in_time, later, left = [], [], []
    for index, step in enumerate(first_hour_of(drill)):
        words, planned = str(step["step"]), int(str(step["minute"]))
        if index not in ticks:
            left.append(words)
        elif ticks[index] <= planned:
            in_time.append((words, ticks[index]))
        else:
            later.append((words, planned, ticks[index]))
    answers = list(drill.answers.all())
    reviews = [one.review for one in answers if one.review]
    there = {label for review in reviews for label in review["components"]}
    answered = {one.step for one in answers}
    return After(
        in_time=tuple(in_time),
        later=tuple(later),
        open=tuple(left),
        good_parts=tuple(concept(label).in_language().title for label in COMPONENTS if label in there),
        clean=sum(not review["findings"] for review in reviews),
        unanswered=tuple(step for index, step in enumerate(story_of(drill).steps) if index not in answered),
    )
