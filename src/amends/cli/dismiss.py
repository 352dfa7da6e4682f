"""`amends dismiss`: remember that a finding stays as it is."""

import sys
from typing import TYPE_CHECKING, Any

import click

from amends.cli.check import context_options
from amends.cli.output import CommandError

if TYPE_CHECKING:
    from amends.checker.review import Finding, Review

__all__ = ["dismiss"]


@click.command(
    epilog="""\b
Examples:
  amends dismiss reply.txt favour
  amends dismiss reply.txt favour "as a courtesy"
  amends dismiss reply.txt self-praise --everywhere
"""
)
@click.argument("file")
@click.argument("label")
@click.argument("quote", required=False)
@click.option("--everywhere", is_flag=True, help="For these words in any reply, and not in this file alone.")
@context_options
def dismiss(file: str, label: str, quote: str | None, everywhere: bool, config: str | None, **context: Any) -> None:
    """Leave the finding LABEL in FILE as it is. QUOTE, some of its words, tells which when there are several.

    It is remembered in amends-dismissals.toml, beside amends.toml, by its words and those around it: edits elsewhere
    in the reply do not bring it back. A finding about the reply as a whole is remembered by the file's name.
    """
    from amends.checker.catalogue import CONCEPTS
    from amends.cli.check import house_settings, make_reviewer
    from amends.cli.output import say
    from amends.cli.reading import Reply, read_replies, sources
    from amends.configuration import check_labels
    from amends.dismissals import EVERY_FILE, add_dismissal, describe, file_key, is_dismissed

    try:
        check_labels([label])
    except ValueError as error:
        raise CommandError(str(error)) from error
    if CONCEPTS[label].kind == "component":
        raise CommandError(f"'{label}' is a part of an apology and no finding; --ignore {label} hides its prompt.")
    settings = house_settings(config)
    reviewer = make_reviewer(settings, **context)
    found = list(read_replies(sources([file]), sys.stdin.buffer, say, language=reviewer.language))
    reply = found[0]
    if len(found) > 1 or not isinstance(reply, Reply) or reply.line is not None:
        problem = "" if isinstance(reply, Reply) else f" {reply.error}"
        raise CommandError(f"{file}: one reply is expected, in a file of its own.{problem}")
    review = reviewer.review(reply)
    if review.verdict == "unread":
        raise CommandError(f"{file}: the reply was not checked, so there is nothing to dismiss. Give --language.")
    finding = _the_one(review, label, quote, file)
    key = EVERY_FILE if everywhere else file_key(reply.file, settings.dismissals)
    described = describe(review, finding, file_key(reply.file, settings.dismissals))
    if is_dismissed(described, reviewer.dismissals):
        say(f"{file}: this finding is dismissed already.")
        return
    try:
        add_dismissal(settings.dismissals, describe(review, finding, key))
    except (OSError, ValueError) as error:
        raise CommandError(f"{settings.dismissals}: cannot be written ({error}).") from error
    words = "; ".join(review.quotes(finding.spans)) or "the reply as a whole"
    say(f"{file}: '{label}' dismissed ({' '.join(words.split())}). Remembered in {settings.dismissals}.")


def _the_one(review: "Review", label: str, quote: str | None, file: str) -> "Finding":
    """The one finding of the label whose words have the quote in them.

    Raises:
        CommandError: There is none, or more than one.
    """
    from amends.text import fold

    findings = [finding for finding in review.findings if finding.label == label]
    if not findings:
        there = ", ".join(sorted({finding.label for finding in review.findings})) or "none"
        raise CommandError(f"{file}: there is no finding '{label}'. Found: {there}.")
    if quote is not None:
        wanted = fold(quote).strip()
        findings = [one for one in findings if any(wanted in fold(words) for words in review.quotes(one.spans))]
        if not findings:
            raise CommandError(f"{file}: no finding '{label}' has the words '{quote}'.")
    if len(findings) > 1:
        places = " or ".join(f'"{" ".join(review.quotes(one.spans)[0].split())}"' for one in findings if one.spans)
        raise CommandError(f"{file}: there are {len(findings)} findings '{label}'. Name one by its words: {places}.")
    return findings[0]
