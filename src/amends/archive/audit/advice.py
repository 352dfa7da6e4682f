"""What to do first: the few things in the figures that an owner should act on, the most urgent first."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from amends.archive.audit.words import duration, title
from amends.checker.catalogue import concept
from amends.messages import counted, percent, translated

__all__ = ["Advice", "advice"]

_MOST: Final = 5
_MANY_COPIES: Final = 0.2
_FEW_OWNED: Final = 0.5
_FEW_PARTS: Final = 0.5
_FEWEST: Final = 5
_SLOW: Final = 2 * 86_400
_PARTS: Final = ("responsibility", "names-offence", "repair", "empathy", "explanation")
_NO_FAULTS: Final = frozenset({"off-the-point", "no-name", "other-language"})


class Advice(NamedTuple):
    """One thing to do.

    Attributes:
        what: What, as a sentence.
        why: Why, with the figures.
        section: The part of the report that shows more.
    """

    what: str
    why: str
    section: str


def advice(summary: Mapping[str, Any]) -> list[Advice]:
    """What to do first, at most five things.

    Args:
        summary: As the audit writes it.
    """
    found = [*_before_all(summary), *_people(summary), *_words(summary), *_habits(summary)]
    return found[:_MOST]


def _before_all(summary: Mapping[str, Any]) -> Iterator[Advice]:
    sides = summary["archive"]["sides"]
    if not sides.get("ours") and summary["archive"]["messages"]:
        yield Advice(
            translated("Say which messages are yours."),
            translated("Nothing in the archive tells it. Run the audit again with --ours and your address or domain."),
            "archive",
        )


def _people(summary: Mapping[str, Any]) -> Iterator[Advice]:
    figures = summary["figures"]
    if summary["waiting"]:
        number = figures["waiting"]
        yield Advice(
            translated("Write to the customers who are waiting."),
            counted(
                "In {number} conversation the customer has the last word and had no answer.",
                "In {number} conversations the customer has the last word and had no answer.",
                number,
            )
            + " "
            + translated("The gravest are listed first."),
            "waiting",
        )
    broken = figures["promises"]["broken"] + figures["promises"]["late"]
    if broken:
        yield Advice(
            translated("Tell the customers whose promise was not kept, and do what was promised."),
            counted(
                "{number} promise was kept late or broken, by the customers' own words.",
                "{number} promises were kept late or broken, by the customers' own words.",
                broken,
            ),
            "promises",
        )
    if figures["recurrences"]:
        yield Advice(
            translated("Look at what was not to happen again, and did."),
            counted(
                "{number} complaint is of a kind of which this very customer had been told that it is prevented.",
                "{number} complaints are of a kind of which these very customers had been told that it is prevented.",
                figures["recurrences"],
            ),
            "repeats",
        )


def _words(summary: Mapping[str, Any]) -> Iterator[Advice]:
    figures = summary["figures"]
    replies = figures["replies_to_complaints"]
    if replies < _FEWEST:
        return
    share = figures["full_or_partial_share"]
    if share is not None and share < _FEW_OWNED:
        yield Advice(
            translated("Own the failure in the first answer."),
            translated(
                "Of the replies to complaints {share} own at least a part of the failure; others regret or pass on.",
                share=percent(share),
            ),
            "replies",
        )
    missing = min(_PARTS, key=lambda part: figures["components"].get(part, 0))
    held = figures["components"].get(missing, 0)
    if held < _FEW_PARTS * replies:
        yield Advice(
            translated("Add what is missing most: {part}.", part=title(missing)),
            translated("It stands in {share} of the replies to complaints.", share=percent(held / replies))
            + " "
            + concept(missing).in_language().way_out,
            "parts",
        )
    faults = {name: number for name, number in figures["faults"].items() if name not in _NO_FAULTS}
    if faults:
        worst = max(faults, key=lambda name: (faults[name], name))
        yield Advice(
            translated("Leave out what spoils most: {fault}.", fault=title(worst)),
            counted("It stands in {number} reply.", "It stands in {number} replies.", faults[worst])
            + " "
            + concept(worst).in_language().way_out,
            "parts",
        )


def _habits(summary: Mapping[str, Any]) -> Iterator[Advice]:
    figures = summary["figures"]
    spread = figures["seconds_to_answer"]
    if spread is not None and spread["median"] > _SLOW:
        yield Advice(
            translated("Answer sooner, even if only to say when you will know more."),
            translated("Half of those who complained waited longer than {time}.", time=duration(spread["median"])),
            "times",
        )
    if (figures["boilerplate_share"] or 0) > _MANY_COPIES:
        yield Advice(
            translated("Write to the person instead of sending the same text."),
            translated(
                "Of all replies {share} are near copies of others.", share=percent(figures["boilerplate_share"])
            ),
            "copies",
        )
    made, timed = figures["promises"]["made"], figures["promises"]["with_time"]
    if made >= _FEWEST and timed < _FEW_PARTS * made:
        yield Advice(
            translated("Say by when."),
            translated("Of the promises that were made {share} name no time.", share=percent(1 - timed / made)),
            "promises",
        )
    if summary["advocates_count"]:
        yield Advice(
            translated("Thank those who thanked you."),
            counted(
                "{number} customer thanked or praised you. A few words from a person are enough.",
                "{number} customers thanked or praised you. A few words from a person are enough.",
                summary["advocates_count"],
            ),
            "advocates",
        )
