"""From a reply that was read to a result: the check, with the house's settings, notes and dismissals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from amends.checker.review import Finding, Fix, Review
from amends.checker.scoring import Weights
from amends.cli.reading import Reply
from amends.dismissals import (
    Dismissal,
    Noted,
    describe,
    file_key,
    is_dismissed,
    read_notes,
    silenced_in_place,
    touches,
    without_findings,
)
from amends.messages import translated
from amends.render import Checked, NotChecked, Result

if TYPE_CHECKING:
    from amends.checker.similarity import EarlierReplies
    from amends.hearing import Hearing
    from amends.promises import Promise

__all__ = ["Reviewer", "apply_fixes", "chosen", "mended", "reaches"]

_SEVERITIES = ("note", "warning", "error")
# Each round mends at least one place; a rule whose fix needs mending again and again is a mistake in the rule.
_MOST_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Checks replies, all in the same way.

    Attributes:
        language, complaint, name, fault, channel: Hold for each reply that does not say otherwise.
        vocabulary, earlier, jurisdiction, weights: As in `amends.check`.
        sent: When replies were sent that do not say; None when that is not known.
        country, zone: As in `amends.promises`.
        select: Labels to report; empty for all.
        ignore: Labels not to report.
        dismissals: Dismissals that are remembered.
        dismissals_path: Where they are remembered.
        notice: Is told of notes in a text that cannot be understood.
    """

    language: str | None = None
    complaint: str | None = None
    name: str | None = None
    fault: str | None = None
    channel: str | None = None
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    earlier: "EarlierReplies | None" = None
    jurisdiction: str | None = None
    weights: Weights | None = None
    sent: datetime | None = None
    country: str | None = None
    zone: str | None = None
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    dismissals: Sequence[Dismissal] = ()
    dismissals_path: Path = Path()
    notice: Callable[[str], None] = lambda sentence: None

    def result(self, reply: Reply) -> Result:
        """The result for one reply."""
        # One reply that the checker cannot stand must not take those after it with it.
        try:
            return self._result(reply)
        except Exception as error:
            return NotChecked(
                translated(
                    "the check failed ({error}). Please report this reply to the project.",
                    error=f"{type(error).__name__}: {error}",
                ),
                reply.file,
                reply.line,
                reply.line is not None,
                reply.id,
            )

    def _result(self, reply: Reply) -> Checked:
        noted = read_notes(reply.text)
        for problem in noted.problems:
            self.notice(f"{_place(reply)}: {problem}")
        whole = self.review(reply, noted)
        counted = without_findings(whole, self._dismissed(whole, reply, noted), self.weights)
        return Checked(
            chosen(counted, self.select, self.ignore),
            reply.file,
            reply.line,
            reply.id,
            reply.placed,
            len(whole.findings) - len(counted.findings),
            self.promises(reply, whole),
            self._hearing(reply),
        )

    def promises(self, reply: Reply, review: Review) -> "tuple[Promise, ...]":
        """What a reply that was reviewed promises."""
        from amends.promises import promises_in

        sent = reply.sent or (self.sent if reply.line is None else None)
        public = (reply.channel or self.channel) == "public"
        return tuple(promises_in(review, sent=sent, country=self.country, zone=self.zone, everyone=public))

    def _hearing(self, reply: Reply) -> "Hearing | None":
        message = reply.complaint or self.complaint
        if not message:
            return None
        import amends

        heard = amends.hear(message)
        if heard.reason is not None and (reply.language or self.language):
            # A message of a few words is most likely written in the reply's language.
            heard = amends.hear(message, language=reply.language or self.language)
        return heard

    def review(self, reply: Reply, noted: Noted | None = None) -> Review:
        """The whole review of a reply, nothing dismissed; its offsets are those of the reply as given."""
        import amends

        noted = noted or read_notes(reply.text)
        review = amends.check(
            noted.text,
            language=reply.language or self.language,
            complaint=reply.complaint or self.complaint,
            name=reply.name or self.name,
            fault=reply.fault or self.fault,
            channel=reply.channel or self.channel,
            vocabulary=self.vocabulary or None,
            earlier=self.earlier,
            jurisdiction=self.jurisdiction,
            weights=self.weights,
        )
        if not noted.blanked:
            return review
        findings = tuple(_without_fix_over(finding, noted) for finding in review.findings)
        return replace(review, text=reply.text, findings=findings)

    def _dismissed(self, review: Review, reply: Reply, noted: Noted) -> Callable[[Finding], bool]:
        file = file_key(reply.file, self.dismissals_path) if self.dismissals else ""
        labels = {known.label for known in self.dismissals}

        def dismissed(finding: Finding) -> bool:
            if silenced_in_place(finding, noted):
                return True
            return finding.label in labels and is_dismissed(describe(review, finding, file), self.dismissals)

        return dismissed


def _place(reply: Reply) -> str:
    name = reply.file or translated("standard input")
    return name if reply.line is None else translated("{name}, record in line {line}", name=name, line=reply.line)


def _without_fix_over(finding: Finding, noted: Noted) -> Finding:
    """The finding; without its fix when that would delete a note."""
    fix = finding.fix
    if fix is not None and touches((fix.start, fix.end), noted.blanked):
        return replace(finding, fix=None)
    return finding


def chosen(review: Review, select: frozenset[str], ignore: frozenset[str]) -> Review:
    """The review with only the findings and missing parts that are asked for; verdict and score stay.

    Args:
        review: The review.
        select: Labels to keep; empty for all.
        ignore: Labels to leave out.
    """
    if not select and not ignore:
        return review

    def wanted(label: str) -> bool:
        return (not select or label in select) and label not in ignore

    return replace(
        review,
        findings=tuple(finding for finding in review.findings if wanted(finding.label)),
        missing=tuple(part for part in review.missing if wanted(part.label)),
    )


def reaches(review: Review, fail_on: str) -> bool:
    """Whether a review has a finding of this severity or a worse one; never for "never"."""
    if fail_on == "never":
        return False
    least = _SEVERITIES.index(fail_on)
    return any(_SEVERITIES.index(finding.severity) >= least for finding in review.findings)


def apply_fixes(text: str, fixes: Sequence[Fix]) -> str:
    """The text with the fixes made, from its beginning; one that overlaps an earlier one is left out."""
    written: list[str] = []
    done = 0
    for fix in sorted(fixes, key=lambda one: (one.start, one.end)):
        if fix.start < done:
            continue
        written += [text[done : fix.start], fix.text]
        done = fix.end
    return "".join([*written, text[done:]])


def mended(reviewer: Reviewer, reply: Reply) -> tuple[Reply, Result, int]:
    """The reply with all safe fixes made of findings that are reported, its result, and how many rounds it took."""
    result = reviewer.result(reply)
    rounds = 0
    while isinstance(result, Checked) and rounds < _MOST_ROUNDS:
        fixes = [finding.fix for finding in result.review.findings if finding.fix is not None]
        text = apply_fixes(reply.text, fixes)
        if text == reply.text:
            break
        rounds += 1
        reply = replace(reply, text=text)
        result = reviewer.result(reply)
    return reply, result, rounds
