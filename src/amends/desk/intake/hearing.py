"""What a customer's words say, in the numbers and words in which the desk orders its cases."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amends.desk.cases.models import Hearing, Message
from amends.desk.cases.services import keep_hearing, log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.unit import insert
from amends.hearing import Hearing as Result
from amends.hearing import Passage, hear

__all__ = ["SEVERITY", "URGENCY", "Heard", "keep", "keep_first", "listen"]

logger = logging.getLogger(__name__)

SEVERITY: Mapping[str, int] = {
    "none": 0, "disappointment": 30, "reproach": 45, "anger": 60, "threat": 75, "grave": 90,
}  # fmt: skip
"""The steps of hearing on the desk's scale of 0 to 100. From "threat" on a case counts as badly hurt."""

URGENCY: Mapping[str, int] = {"none": 0, "soon": 50, "today": 80}

_MARKS = ("expected", "happened", "harm", "contact")


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in a message.

    Attributes:
        is_complaint: Whether it is one; None when it could not be heard: then a person decides.
        severity, urgency: 0 to 100.
        kinds, stakes, flags: Hearing's words.
        language: ISO 639-1 code, or "".
        result: All of it as plain data; passages as [start, end] in code points of the words that were heard.
    """

    is_complaint: bool | None
    severity: int = 0
    urgency: int = 0
    kinds: Sequence[str] = ()
    stakes: Sequence[str] = ()
    flags: Sequence[str] = ()
    language: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


def listen(words: str, *, language: str = "", public: bool = False) -> Heard:
    """Hear a customer's words.

    Args:
        words: Their own words, without quoted mail: what `Message.words` holds.
        language: When it is known; else it is recognised.
        public: Whether others can read them.
    """
    if not any(map(str.isalpha, words)):
        return Heard(None, result={"complaint": None, "reason": "no words"})
    try:
        heard = hear(words, language=language or None, channel="public" if public else None)
    except Exception:
        # A customer's words are not left unread because they could not be weighed: a person reads them.
        logger.exception("a message could not be heard; it goes to people as it is")
        return Heard(None, language=language, result={"complaint": None, "reason": "hearing failed"})
    known = heard.language is not None and heard.reason is None
    return Heard(
        is_complaint=heard.complaint if known else None,
        severity=SEVERITY[heard.severity],
        urgency=URGENCY[heard.urgency],
        kinds=heard.kinds,
        stakes=heard.stakes,
        flags=_flags(heard),
        language=heard.language or "",
        result=_as_data(heard, known=known),
    )


def keep_first(acting: Acting, message: Message, heard: Heard) -> None:
    """Keep what was heard in the message that opened a case; the case was opened with it already.

    The same as `keep`, with a third of its queries.
    """
    require(acting, "message.receive")
    message.hearing = insert(
        Hearing(
            message=message,
            is_complaint=bool(heard.is_complaint),
            severity=heard.severity,
            urgency=heard.urgency,
            kinds=list(heard.kinds),
            result=dict(heard.result),
            heard_by=_heard_by(),
        )
    )
    log(
        acting,
        message.case,
        "case.heard",
        after={
            "message": message.pk,
            "complaint": bool(heard.is_complaint),
            "severity": heard.severity,
            "urgency": heard.urgency,
            "kinds": list(heard.kinds),
        },
    )


def keep(acting: Acting, message: Message, heard: Heard) -> None:
    """Keep with a message what was heard in it.

    What could not be heard is kept as no complaint with `result["complaint"]` null, and stays where people see it.
    """
    keep_hearing(
        acting,
        message,
        is_complaint=bool(heard.is_complaint),
        severity=heard.severity,
        urgency=heard.urgency,
        kinds=heard.kinds,
        stakes=heard.stakes,
        flags=heard.flags,
        result=heard.result,
        heard_by=_heard_by(),
    )


def _heard_by() -> str:
    from amends import __version__

    return f"amends {__version__}"


def _flags(heard: Result) -> list[str]:
    said = {
        "repeat": heard.repeated,
        "public": heard.public,
        "urgent": heard.urgency == "today",
        "contact": bool(heard.contact),
    }
    return [flag for flag, holds in said.items() if holds]


def _as_data(heard: Result, *, known: bool) -> dict[str, Any]:
    return {
        "complaint": heard.complaint if known else None,
        "probability": round(heard.probability, 3),
        "severity": heard.severity,
        "urgency": heard.urgency,
        "kinds": list(heard.kinds),
        "stakes": list(heard.stakes),
        "asks": list(heard.asks),
        "repeated": heard.repeated,
        "public": heard.public,
        **{mark: _spans(getattr(heard, mark)) for mark in _MARKS},
        "reason": heard.reason,
    }


def _spans(passages: Sequence[Passage]) -> list[list[int]]:
    return [[passage.start, passage.end] for passage in passages]
