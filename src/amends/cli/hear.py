"""`amends hear`: hear customers' messages."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from amends.cli.check import places_of
from amends.cli.language import TranslatedCommand, messages_option
from amends.messages import message, translated

if TYPE_CHECKING:
    from amends.cli.reading import Reply
    from amends.hearing import Hearing
    from amends.render import NotChecked

__all__ = ["hear"]

_WORDS = {
    "none": message("none"),
    "disappointment": message("disappointment"),
    "reproach": message("reproach"),
    "anger": message("anger"),
    "threat": message("threat"),
    "grave": message("grave"),
    "soon": message("soon"),
    "today": message("today"),
    "late": message("late"),
    "missing": message("missing"),
    "wrong": message("wrong"),
    "broken": message("broken"),
    "billing": message("billed wrongly"),
    "rude": message("rude"),
    "unanswered": message("unanswered"),
    "promise-broken": message("promise broken"),
    "information": message("information wrong"),
    "quality": message("quality"),
    "access": message("access"),
    "other": message("other"),
    "refund": message("a refund"),
    "replacement": message("a replacement"),
    "repair": message("a repair"),
    "cancellation": message("a cancellation"),
    "answer": message("an answer"),
    "apology": message("an apology"),
    "call": message("a call"),
    "nothing": message("nothing"),
    "safety": message("safety"),
    "legal": message("law"),
    "money": message("money"),
    "health": message("health"),
    "vulnerable": message("somebody vulnerable"),
}


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends hear message.txt
  amends hear --format json message.txt
  amends hear --jsonl messages.jsonl > heard.jsonl

\b
Exit codes: 0 heard; 1 a line of JSON lines was bad; 2 wrong usage or unreadable input.
""",
)
@click.argument("files", nargs=-1, metavar="[FILES|-]...")
@click.option("--jsonl", is_flag=True, help='Each line in is an object {"id", "message"}; so is each line out.')
@click.option("--format", "form", metavar="FORM", type=click.Choice(["text", "jsonl"]), help="text or jsonl.")
@click.option("--language", metavar="CODE", help="The messages' language; else recognised.")
@click.option("--channel", type=click.Choice(["private", "public"]), help="Whether others read the message.")
@messages_option()
def hear(files: tuple[str, ...], jsonl: bool, form: str | None, language: str | None, channel: str | None) -> int:
    """Hear customers' messages: complaint or not, what went wrong, how severe, what is asked.

    Each of FILES is one message as plain text, a stored mail (.eml), JSON lines (.jsonl, many messages) or a folder
    of these; - is standard input.
    """
    from amends.cli.output import say, write
    from amends.cli.reading import read_replies, sources

    places = places_of(files)
    form = form or ("jsonl" if jsonl or all(name.lower().endswith(".jsonl") for name in places) else "text")
    found = sources(places, jsonl=jsonl)
    messages = read_replies(found, sys.stdin.buffer, say, language=language, key="message")
    status = [0]
    write(_pieces(messages, form, language, channel, status), people=form == "text")
    return status[0]


def _pieces(
    messages: "Iterable[Reply | NotChecked]", form: str, language: str | None, channel: str | None, status: list[int]
) -> Iterator[str]:
    import amends
    from amends.cli.output import say
    from amends.render import NotChecked
    from amends.render.structured import as_dict, dump

    for one in messages:
        if isinstance(one, NotChecked):
            status[0] = max(status[0], 2 if one.line is None else 1)
            if one.line is None or form == "text":
                say(f"{one.file or translated('standard input')}: {one.error}")
            else:
                yield dump(as_dict(one)) + "\n"
            continue
        heard = amends.hear(one.text, language=one.language or language, channel=one.channel or channel)
        if form == "jsonl":
            head = {"file": one.file} if one.line is None else {"id": one.id}
            yield dump({**head, **heard.to_dict()}) + "\n"
        else:
            yield _as_text(one.file, heard)


def _named(names: Iterable[str]) -> str:
    return ", ".join(translated(_WORDS[name]) if name in _WORDS else name for name in names)


def _as_text(file: str | None, heard: "Hearing") -> str:
    from amends.cli.output import page_width
    from amends.messages import percent
    from amends.render.direction import dressed

    lines = [file or translated("standard input")]

    def tell(title: str, told: str) -> None:
        if told:
            lines.append(f"  {title}: {told}")

    if heard.reason:
        lines.append(f"  {heard.reason}")
    else:
        title = translated("A complaint") if heard.complaint else translated("No complaint")
        lines.append(f"  {title} ({percent(heard.probability)})")
    tell(translated("Because of"), ", ".join(passage.text for passage in heard.because))
    if heard.complaint:
        tell(translated("Severity"), _named([heard.severity]))
        tell(translated("What failed"), _named(heard.kinds))
        tell(translated("At stake"), _named(heard.stakes))
        tell(translated("Not the first time"), translated("yes") if heard.repeated else "")
    tell(translated("Asks for"), _named(heard.asks))
    tell(translated("Answer wanted"), _named([heard.urgency]) if heard.urgency != "none" else "")
    for title, passages in (
        (translated("Expected"), heard.expected),
        (translated("Happened"), heard.happened),
        (translated("What it did"), heard.harm),
        (translated("To be reached"), heard.contact),
    ):
        tell(title, " … ".join(" ".join(passage.text.split()) for passage in passages))
    tell(translated("Facts to pick up"), ", ".join(dict.fromkeys(fact.text for fact in heard.facts)))
    return dressed("\n".join(lines) + "\n\n", page_width())
