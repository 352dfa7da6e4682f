"""Two audits side by side: what became better between them, and what worse."""

import json
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any, Literal, NamedTuple

from amends.archive.audit.report import page
from amends.archive.audit.schema import VERSION
from amends.archive.audit.words import amount, duration, percentage, title
from amends.archive.audit.work import AuditError
from amends.checker.catalogue import COMPONENTS
from amends.messages import translated

__all__ = ["Compared", "compare", "compared_page", "read_summary"]

Change = Literal["better", "worse", "same", "unclear"]
# A difference of shares that chance alone makes once in twenty times is no change (two-sided normal approximation).
_DEVIATIONS = 1.96


class Compared(NamedTuple):
    """One figure of two audits.

    Attributes:
        name: What it is, for people.
        before, after: What it was, for people.
        change: Whether it became better or worse; "unclear" when chance could have made the difference.
    """

    name: str
    before: str
    after: str
    change: Change

    @property
    def change_words(self) -> str:
        """The change in one word or two."""
        return {
            "better": translated("better"),
            "worse": translated("worse"),
            "same": translated("the same"),
            "unclear": translated("may be chance"),
        }[self.change]


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary of an audit.

    Args:
        folder: The folder of its results, or the summary itself.

    Raises:
        AuditError: There is none, or it is of another version.
    """
    path = folder / "summary.json" if folder.is_dir() else folder
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AuditError(
            translated("{folder} holds no audit. Give the folder that an audit wrote.", folder=folder)
        ) from error
    if not isinstance(summary, dict) or summary.get("version") != VERSION:
        raise AuditError(translated("{folder} holds an audit of another version. Run it again.", folder=folder))
    return summary


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Compared]:
    """What changed between two audits.

    Args:
        before, after: Their summaries.
    """
    return list(_compared(before["figures"], after["figures"]))


def _compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Compared]:
    def number(name: str, of: Callable[[Mapping[str, Any]], int]) -> Compared:
        first, second = of(before), of(after)
        return Compared(name, amount(first), amount(second), "same" if first == second else "unclear")

    def share(
        name: str,
        part: Callable[[Mapping[str, Any]], int],
        whole: Callable[[Mapping[str, Any]], int],
        *,
        more_is_better: bool = True,
    ) -> Compared:
        told = [(part(one), whole(one)) for one in (before, after)]
        return Compared(name, percentage(*told[0]), percentage(*told[1]), _change(*told[0], *told[1], more_is_better))

    def time(name: str, key: str) -> Compared:
        spreads = [one[key] for one in (before, after)]
        medians = [spread["median"] if spread else None for spread in spreads]
        return Compared(name, duration(medians[0]), duration(medians[1]), _change_of_time(spreads[0], spreads[1]))

    def replies(one: Mapping[str, Any]) -> int:
        return int(one["replies_to_complaints"])

    def complaints(one: Mapping[str, Any]) -> int:
        return int(one["complaints"])

    yield number(translated("complaints heard"), complaints)
    yield share(translated("answered by a person"), lambda one: one["answered"], complaints)
    yield time(translated("half were answered within"), "seconds_to_answer")
    yield time(translated("half of the apologies came within"), "seconds_to_apology")
    yield share(
        translated("replies to complaints that own it, fully or in part"),
        lambda one: one["verdicts_to_complaints"]["full"] + one["verdicts_to_complaints"]["partial"],
        replies,
    )
    yield share(
        translated("non-apologies"),
        lambda one: one["verdicts_to_complaints"]["non-apology"],
        replies,
        more_is_better=False,
    )
    for name in COMPONENTS:
        yield share(title(name), lambda one, name=name: one["components"].get(name, 0), replies)  # type: ignore[misc]
    yield share(
        translated("near copies"), lambda one: one["boilerplate"], lambda one: one["replies"], more_is_better=False
    )
    yield share(
        translated("promises with a time"),
        lambda one: one["promises"]["with_time"],
        lambda one: one["promises"]["made"],
    )
    yield share(
        translated("complaints of customers who had complained before"),
        lambda one: one["repeat_complaints"],
        complaints,
        more_is_better=False,
    )
    yield share(
        translated("of a kind that was not to happen to them again"),
        lambda one: one["recurrences"],
        complaints,
        more_is_better=False,
    )
    yield share(translated("thanked afterwards"), lambda one: one["thanked"], complaints)


def _change(part: int, whole: int, part_after: int, whole_after: int, more_is_better: bool) -> Change:
    """Whether a share became better, unless chance could have done it."""
    if not whole or not whole_after:
        return "unclear"
    first, second = part / whole, part_after / whole_after
    if first == second:
        return "same"
    pooled = (part + part_after) / (whole + whole_after)
    deviation = (pooled * (1 - pooled) * (1 / whole + 1 / whole_after)) ** 0.5
    if abs(second - first) <= _DEVIATIONS * deviation:
        return "unclear"
    return "better" if (second > first) == more_is_better else "worse"


def _change_of_time(before: Mapping[str, int] | None, after: Mapping[str, int] | None) -> Change:
    """Whether half are answered sooner; of few, and of little difference, nothing is said."""
    if before is None or after is None or min(before["count"], after["count"]) < 10:
        return "unclear"
    if before["median"] == after["median"]:
        return "same"
    if abs(before["median"] - after["median"]) < 0.1 * max(before["median"], after["median"]):
        return "unclear"
    return "better" if after["median"] < before["median"] else "worse"


def compared_page(rows: list[Compared]) -> str:
    """Two audits side by side as one page of HTML, in the current language of messages.

    Args:
        rows: What changed.
    """
    tones = {"better": "good", "worse": "poor"}
    lines = "".join(
        f'<tr class="{tones.get(row.change, "")}"><th scope="row">{escape(row.name)}</th>'
        f'<td class="number">{escape(row.before)}</td><td class="number">{escape(row.after)}</td>'
        f"<td>{escape(row.change_words)}</td></tr>"
        for row in rows
    )
    heads = ("", translated("before"), translated("after"), translated("change"))
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    heading = translated("Before and after")
    table = f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'
    return page(heading, f"<h1>{escape(heading)}</h1>{table}")
