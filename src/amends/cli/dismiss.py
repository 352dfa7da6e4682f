"""`amends dismiss`: remember that a finding stays as it is."""

import sys
from typing import TYPE_CHECKING, Any

import click

from amends.cli.check import context_options
from amends.cli.language import TranslatedCommand
from amends.cli.output import CommandError
from amends.messages import counted, translated

if TYPE_CHECKING:
    from amends.checker.review import Finding, Review

__all__ = ["dismiss"]


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends dismiss reply.txt favour
  amends dismiss reply.txt favour "as a courtesy"
  amends dismiss reply.txt self-praise --everywhere
""",
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
        raise CommandError(
            translated(
                "'{label}' is a part of an apology and no finding; --ignore {label} hides its prompt.", label=label
            )
        )
    settings = house_settings(config)
    reviewer = make_reviewer(settings, **context)
    found = list(read_replies(sources([file]), sys.stdin.buffer, say, language=reviewer.language))
    reply = found[0]
    if len(found) > 1 or not isinstance(reply, Reply) or reply.line is not None:
        problem = "" if isinstance(reply, Reply) else f" {reply.error}"
        sentence = translated("{file}: one reply is expected, in a file of its own.", file=file)
        raise CommandError(sentence + problem)
    review = reviewer.review(reply)
    if review.verdict == "unread":
        raise CommandError(
            translated("{file}: the reply was not checked, so there is nothing to dismiss. Give --language.", file=file)
        )
    finding = _the_one(review, label, quote, file)
    key = EVERY_FILE if everywhere else file_key(reply.file, settings.dismissals)
    described = describe(review, finding, file_key(reply.file, settings.dismissals))
    if is_dismissed(described, reviewer.dismissals):
        say(translated("{file}: this finding is dismissed already.", file=file))
        return
    try:
        add_dismissal(settings.dismissals, describe(review, finding, key))
    except (OSError, ValueError) as error:
        sentence = translated("{file}: cannot be written ({problem}).", file=settings.dismissals, problem=error)
        raise CommandError(sentence) from error
    words = "; ".join(review.quotes(finding.spans)) or translated("the reply as a whole")
    say(
        translated(
            "{file}: '{label}' dismissed ({words}). Remembered in {dismissals}.",
            file=file,
            label=label,
            words=" ".join(words.split()),
            dismissals=settings.dismissals,
        )
    )


def _the_one(review: "Review", label: str, quote: str | None, file: str) -> "Finding":
    """The one finding of the label whose words have the quote in them.

    Raises:
        CommandError: There is none, or more than one.
    """
    from amends.text import fold

    findings = [finding for finding in review.findings if finding.label == label]
    if not findings:
        there = ", ".join(sorted({finding.label for finding in review.findings}))
        if not there:
            raise CommandError(translated("{file}: there are no findings at all.", file=file))
        raise CommandError(
            translated("{file}: there is no finding '{label}'. Found: {labels}.", file=file, label=label, labels=there)
        )
    if quote is not None:
        wanted = fold(quote).strip()
        findings = [one for one in findings if any(wanted in fold(words) for words in review.quotes(one.spans))]
        if not findings:
            raise CommandError(
                translated("{file}: no finding '{label}' has the words '{words}'.", file=file, label=label, words=quote)
            )
    if len(findings) > 1:
        places = "; ".join(f'"{" ".join(review.quotes(one.spans)[0].split())}"' for one in findings if one.spans)
        raise CommandError(
            counted(
                "{file}: there is {number} finding '{label}'. Name it by its words: {places}.",
                "{file}: there are {number} findings '{label}'. Name one by its words: {places}.",
                len(findings),
                file=file,
                label=label,
                places=places,
            )
        )
    return findings[0]
