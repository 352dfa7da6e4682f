"""What the figures say, in sentences: what went well, what customers wait for, one thing worth doing next.

They speak of what happened to customers and of what we can do, never of who did it (G5.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.checker.catalogue import concept
from amends.desk.insight.reckoning import longest_wait
from amends.desk.insight.sources import FEW
from amends.desk.insight.subjects import harm_by_kind, missing_most, total_due
from amends.desk.insight.summaries import Tally
from amends.desk.insight.wording import amount, duration, kind_words, part_words, share

__all__ = ["Next", "one_thing_next", "what_waits", "what_went_well"]

_KEPT_WELL, _KEPT_TOO_LITTLE = 80, 80
_LEFT_OUT = 40
_FULL = 50
_MUCH_OF_THE_HURT = 30
_MANY_AGAIN = 15
_CLEARLY = 0.9
"""Quicker than before when it takes at most nine tenths of the time."""


@dataclass(frozen=True, slots=True)
class Next:
    """One thing worth doing.

    Attributes:
        words: What, and the figure behind it.
        address: Where it begins.
        link: Words of the link.
    """

    words: str
    address: str
    link: str


def what_went_well(tally: Tally, before: Tally | None = None, before_words: str = "") -> list[str]:
    """What went well, the customers' own word first; there is always something that is true.

    Args:
        tally: Of the time that is told of.
        before: Of the time before it, to compare with.
        before_words: What that time is called: "April 2031".
    """
    found: list[str] = []
    if right := tally["said-right"]:
        found.append(
            ngettext(
                "%(count)d customer told us that it is right now.",
                "%(count)d customers told us that it is right now.",
                right,
            )
            % {"count": right}
        )
    due = total_due(tally)
    if due >= FEW and tally["due-in-time"] * 100 >= _KEPT_WELL * due:
        found.append(
            ngettext(
                "%(kept)d of %(count)d promise was kept in time (%(share)s).",
                "%(kept)d of %(count)d promises were kept in time (%(share)s).",
                due,
            )
            % {"kept": tally["due-in-time"], "count": due, "share": share(tally["due-in-time"], due)}
        )
    if words := _quick(tally, before, before_words):
        found.append(words)
    replies = tally["replies"]
    if replies >= FEW and tally["full"] * 100 >= _FULL * replies:
        found.append(
            ngettext(
                "%(full)d of %(count)d reply was a full apology.",
                "%(full)d of %(count)d replies were full apologies.",
                replies,
            )
            % {"full": tally["full"], "count": replies}
        )
    if not found and (cases := tally["cases"]):
        found.append(
            ngettext(
                "%(count)d customer told us what went wrong, and gave us the chance to put it right.",
                "%(count)d customers told us what went wrong, and gave us the chance to put it right.",
                cases,
            )
            % {"count": cases}
        )
    return found or [_("No complaint came in.")]


def what_waits(standing: Mapping[str, Any], now: datetime) -> list[str]:
    """What customers still wait for at this moment.

    Args:
        standing: As `reckoning.standing` noted it.
        now: The moment from which the longest wait is told.
    """
    found: list[str] = []
    waiting = int(standing.get("waiting", 0))
    longest = longest_wait(standing, now)
    if waiting and longest is not None:
        found.append(
            ngettext(
                "%(count)d customer waits for us, for %(time)s now.",
                "%(count)d customers wait for us, the first of them for %(time)s.",
                waiting,
            )
            % {"count": waiting, "time": duration(longest)}
        )
    elif waiting:
        words = ngettext("%(count)d customer waits for us.", "%(count)d customers wait for us.", waiting)
        found.append(words % {"count": waiting})
    if unanswered := int(standing.get("unanswered", 0)):
        found.append(
            ngettext(
                "%(count)d of them has had no word from a person so far.",
                "%(count)d of them have had no word from a person so far.",
                unanswered,
            )
            % {"count": unanswered}
        )
    if overdue := int(standing.get("overdue", 0)):
        found.append(
            ngettext(
                "The day of %(count)d promise has passed, and it is still open.",
                "The day of %(count)d promises has passed, and they are still open.",
                overdue,
            )
            % {"count": overdue}
        )
    return found or [_("Nobody waits for us at this moment.")]


def one_thing_next(
    tally: Tally, standing: Mapping[str, Any], now: datetime, first_word_hours: int, query: str = ""
) -> Next:
    """The one thing that is most worth doing: people who wait come before figures.

    Args:
        tally: Of the time that is told of.
        standing: As `reckoning.standing` noted it.
        now: The moment.
        first_word_hours: Within how many hours the house wants every customer to hear from a person.
        query: What narrows the page, to go on with it: "team=3".
    """

    def page(key: str) -> str:
        address = reverse("insight:subject", args=[key])
        return f"{address}?{query}" if query else address

    if overdue := int(standing.get("overdue", 0)):
        words = ngettext(
            "Keep the %(count)d promise whose day has passed, or tell the customer when it will be.",
            "Keep the %(count)d promises whose day has passed, or tell the customers when they will be.",
            overdue,
        ) % {"count": overdue}
        return Next(words, reverse("ledger:board"), _("To the promises"))
    unanswered = int(standing.get("unanswered", 0))
    if unanswered and (longest_wait(standing, now) or 0) > first_word_hours * 3_600:
        words = ngettext(
            "Write to the %(count)d customer who has not heard from a person yet.",
            "Write to the %(count)d customers who have not heard from a person yet.",
            unanswered,
        ) % {"count": unanswered}
        return Next(words, reverse("cases:inbox"), _("To the inbox"))
    due = total_due(tally)
    if due >= FEW and tally["due-in-time"] * 100 < _KEPT_TOO_LITTLE * due:
        words = _(
            "%(kept)d of %(due)d promises were kept in time. A later day that holds does more good than an early one "
            "that does not: look at how days are chosen."
        ) % {"kept": tally["due-in-time"], "due": due}
        return Next(words, page("promises"), _("Look at the promises"))
    return _from_figures(tally, first_word_hours, page)


def _from_figures(tally: Tally, first_word_hours: int, page: Any) -> Next:
    replies = tally["replies"]
    missing = missing_most(tally)
    if replies >= FEW and missing and missing[0][1] * 100 >= _LEFT_OUT * replies:
        part, number = missing[0]
        words = _("“%(part)s” was missing in %(number)d of %(replies)d replies. %(way)s") % {
            "part": part_words(part),
            "number": number,
            "replies": replies,
            "way": concept(part).in_language().way_out,
        }
        return Next(words, page("parts"), _("What replies leave out"))
    answer = tally.quartiles("answer")
    if answer and tally["answered"] >= FEW and answer.middle > first_word_hours * 3_600:
        words = _(
            "Half of the customers waited longer than %(time)s for a first answer. A short word sooner helps."
        ) % {"time": duration(answer.middle)}
        return Next(words, page("answer"), _("Look at first answers"))
    cases = tally["cases"]
    if cases >= FEW and tally["second"] * 100 >= _MANY_AGAIN * cases:
        words = _("%(second)d of %(cases)d cases were not the customer's first with us. Read two of them together.") % {
            "second": tally["second"],
            "cases": cases,
        }
        return Next(words, page("again"), _("Look at who was hurt again"))
    kinds = harm_by_kind(tally)
    whole = sum(row[2] for row in kinds)
    if cases >= FEW and whole and kinds[0][2] * 100 >= _MUCH_OF_THE_HURT * whole:
        words = _("“%(kind)s” makes up %(share)s of the hurt. Take one hour for what lies behind it.") % {
            "kind": kind_words(kinds[0][0]),
            "share": amount(100 * kinds[0][2] / whole, "percent"),
        }
        return Next(words, page("causes"), _("What hurts most"))
    words = _("Nothing presses. It is a good moment to read a reply together that went well.")
    return Next(words, reverse("insight:overview"), _("How are we doing"))


def _quick(tally: Tally, before: Tally | None, before_words: str) -> str:
    """How soon customers were answered, when that is good news."""
    now = tally.quartiles("answer")
    if now is None or tally["answered"] < FEW:
        return ""
    then = before.quartiles("answer") if before is not None and before["answered"] >= FEW else None
    if then is not None and now.middle <= _CLEARLY * then.middle and duration(now.middle) != duration(then.middle):
        return _("Half of the customers had a first answer within %(time)s; in %(before)s it took %(then)s.") % {
            "time": duration(now.middle),
            "before": before_words,
            "then": duration(then.middle),
        }
    if now.middle <= 24 * 3_600:
        return _("Half of the customers had a first answer within %(time)s.") % {"time": duration(now.middle)}
    return ""
