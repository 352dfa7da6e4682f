"""`amends promises`: list what replies promise."""

import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from amends.cli.check import house_settings, make_reviewer, moment_options, places_of
from amends.cli.language import TranslatedCommand, messages_option
from amends.messages import translated

if TYPE_CHECKING:
    from amends.cli.reading import Reply
    from amends.cli.reviewing import Reviewer
    from amends.promises import Promise
    from amends.render import NotChecked

__all__ = ["promises", "shown_due"]


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends promises reply.txt
  amends promises reply.txt --sent 2026-03-02T09:15 --country LT --zone Europe/Vilnius
  amends promises --jsonl archive.jsonl > promises.jsonl

\b
Exit codes: 0 read; 1 a line of JSON lines was bad; 2 wrong usage or unreadable input.
""",
)
@click.argument("files", nargs=-1, metavar="[FILES|-]...")
@click.option("--jsonl", is_flag=True, help='Each line in is an object {"id", "reply", "sent"?}; so is each line out.')
@click.option("--format", "form", metavar="FORM", type=click.Choice(["text", "jsonl"]), help="text or jsonl.")
@click.option("--language", metavar="CODE", help="The replies' language; else recognised.")
@click.option("--channel", type=click.Choice(["private", "public"]), help="Who will read the reply.")
@messages_option()
def promises(files: tuple[str, ...], jsonl: bool, form: str | None, **context: Any) -> int:
    """List what replies promise: who does what, until when, and whether it hangs on something.

    Each of FILES is one reply as plain text, a stored mail (.eml), JSON lines (.jsonl, many replies) or a folder of
    these; - is standard input.
    """
    from amends.cli.output import say, write
    from amends.cli.reading import read_replies, sources

    reviewer = make_reviewer(house_settings(None), **context)
    places = places_of(files)
    form = form or ("jsonl" if jsonl or all(name.lower().endswith(".jsonl") for name in places) else "text")
    replies = read_replies(sources(places, jsonl=jsonl), sys.stdin.buffer, say, language=reviewer.language)
    status = [0]
    write(_pieces(reviewer, replies, form, status), people=form == "text")
    return status[0]


for _option in reversed(moment_options()):
    promises = _option(promises)


def _pieces(
    reviewer: "Reviewer", replies: "Iterable[Reply | NotChecked]", form: str, status: list[int]
) -> Iterator[str]:
    from amends.cli.output import say
    from amends.render import NotChecked
    from amends.render.structured import as_dict, dump

    for reply in replies:
        if isinstance(reply, NotChecked):
            status[0] = max(status[0], 2 if reply.line is None else 1)
            if reply.line is None or form == "text":
                say(f"{reply.file or translated('standard input')}: {reply.error}")
            else:
                yield dump(as_dict(reply)) + "\n"
            continue
        review = reviewer.review(reply)
        found = reviewer.promises(reply, review)
        if form == "jsonl":
            head = {"file": reply.file} if reply.line is None else {"id": reply.id}
            listed = [promise.to_dict() for promise in found]
            yield dump({**head, "lang": review.language, "reason": review.reason, "promises": listed}) + "\n"
        else:
            yield _as_text(reply.file, found, review.reason)


def _as_text(file: str | None, found: "Iterable[Promise]", reason: str | None) -> str:
    from amends.cli.output import page_width
    from amends.render.direction import dressed

    lines = [file or translated("standard input")]
    if reason:
        lines.append(f"  {reason}")
    listed = list(found)
    if not listed and not reason:
        lines.append("  " + translated("Nothing is promised."))
    for promise in listed:
        lines.append(f"  {shown_due(promise.due)}")
        lines.append(f"    “{' '.join(promise.quote.split())}”")
        if promise.conditional:
            lines.append("    " + translated("hangs on a condition"))
    return dressed("\n".join(lines) + "\n\n", page_width())


def shown_due(due: date | datetime | None) -> str:
    """A due moment for people, in ISO order so that it is read alike everywhere."""
    if due is None:
        return translated("no time named")
    if isinstance(due, datetime):
        return translated("by {moment}", moment=due.strftime("%Y-%m-%d %H:%M"))
    return translated("by the end of {day}", day=due.isoformat())
