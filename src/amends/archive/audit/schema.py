"""The tables that an audit writes, column by column; what each holds is written into the files themselves."""

from typing import Any, Final

import pyarrow as pa

__all__ = ["MESSAGES", "PROMISES", "READ", "REVIEWS", "TABLES", "THREADS", "VERSION", "described", "reference"]

VERSION: Final = 1
"""Of the tables and of the summary; a higher one when a column changes its meaning or goes."""

_MOMENT = pa.timestamp("us", "UTC")
_WORDS = pa.list_(pa.string())

Column = tuple[str, Any, str]

_MESSAGE: tuple[Column, ...] = (
    ("message", pa.int64(), "Number of the message, from 0, in the order of threads and within them."),
    ("thread", pa.int64(), "Number of the thread, from 0, in the order in which threads begin."),
    ("place_in_thread", pa.int32(), "From 0, in the order in which the messages were sent."),
    ("copy", pa.bool_(), "Whether it is a further copy of the message at this place; copies are not read again."),
    ("id", pa.string(), "The message's own id at its source."),
    ("place", pa.string(), "Where it stands in the archive: file, colon, offset or line or record."),
    ("channel", pa.string(), "email, chat, social, review, form, call or other."),
    ("public", pa.bool_(), "Whether others can read it."),
    ("side", pa.string(), "ours, customer or unknown."),
    (
        "author",
        pa.string(),
        "Who wrote it: a number like customer-12 or writer-3, or the name when names were asked for.",
    ),
    ("sent", _MOMENT, "When; null when nothing tells."),
    ("language", pa.string(), "ISO 639-1; null when it was not recognised."),
    ("subject", pa.string(), "Names, addresses and numbers masked, unless names were asked for."),
    ("text", pa.string(), "The author's own words, without quoted mail and signature; masked like the subject."),
    ("automatic", pa.string(), "Why no person wrote it; empty when one did."),
    ("rating", pa.float32(), "Stars from 1 to 5; null for none."),
    ("complaint", pa.bool_(), "Of a customer's message: whether it is a complaint; null where nothing could be heard."),
    ("severity", pa.string(), "Of a complaint: disappointment, reproach, anger, threat or grave."),
    ("kinds", _WORDS, "Of a complaint: the kinds of failure, the likeliest first."),
    ("asks", _WORDS, "What the customer asks for."),
    ("thanks", pa.bool_(), "Of a customer's message: whether it thanks or praises and complains of nothing."),
)

_REVIEW: tuple[Column, ...] = (
    ("message", pa.int64(), "Number of the reply, as in messages."),
    ("thread", pa.int64(), "Number of its thread."),
    ("author", pa.string(), "Who wrote it, as in messages."),
    ("channel", pa.string(), "As in messages."),
    ("language", pa.string(), "As in messages."),
    ("sent", _MOMENT, "As in messages."),
    ("to_complaint", pa.bool_(), "Whether a complaint stands before it in the thread."),
    ("first", pa.bool_(), "Whether it is the first answer of a person to the thread's first complaint."),
    ("kind", pa.string(), "The main kind of failure of the thread's first complaint; null without one."),
    ("verdict", pa.string(), "none, non-apology, partial, full, or unread when its language cannot be checked."),
    ("score", pa.int16(), "0 to 100."),
    ("components", _WORDS, "Parts of an apology that it holds."),
    ("missing", _WORDS, "Parts that it lacks, when it apologises or should."),
    ("faults", _WORDS, "What spoils it."),
    ("quotes", _WORDS, "The words of each fault, in the order of faults; masked."),
    ("promises", pa.int16(), "How many promises it makes."),
    ("empty_promises", pa.int16(), "How many it makes without owner, act or time."),
    ("family", pa.int32(), "Number of the family of near copies that it belongs to; null when nothing is like it."),
)

_PROMISE: tuple[Column, ...] = (
    ("message", pa.int64(), "Number of the reply that makes it."),
    ("thread", pa.int64(), "Number of its thread."),
    ("author", pa.string(), "Who wrote the reply."),
    ("channel", pa.string(), "As in messages."),
    ("language", pa.string(), "As in messages."),
    ("sent", _MOMENT, "When it was made."),
    ("quote", pa.string(), "Its words; masked."),
    ("who", pa.string(), "I, we or other."),
    ("due", pa.string(), "The latest moment by which it is kept, ISO 8601: a day or a moment; null without a time."),
    ("precision", pa.string(), "How exact the due moment is; null without one."),
    ("conditional", pa.bool_(), "Whether it hangs on something that the customer does."),
    ("outcome", pa.string(), "kept, late, broken, overtaken, open, or not seen when nobody speaks of it again."),
    ("decided", _MOMENT, "When it was said that decided the outcome; null when nothing was said."),
)

_THREAD: tuple[Column, ...] = (
    ("thread", pa.int64(), "Number of the thread, from 0, in the order in which threads begin."),
    ("id", pa.string(), "The same for the same messages, however the archive is read."),
    ("customer", pa.string(), "The first customer who writes in it, as in messages; null without one."),
    ("channel", pa.string(), "Of its first message."),
    ("language", pa.string(), "Of its first message with one."),
    ("begins", _MOMENT, "When its first message was sent."),
    ("messages", pa.int32(), "How many it has, copies not counted."),
    ("ours", pa.int32(), "How many of them are ours and by a person."),
    ("complaint", pa.bool_(), "Whether a customer complains in it."),
    ("severity", pa.string(), "The gravest in it."),
    ("kinds", _WORDS, "Of its first complaint."),
    ("complained", _MOMENT, "When the first complaint was sent."),
    ("replied", pa.bool_(), "Whether a person of ours answered the first complaint."),
    ("answered", _MOMENT, "When a person of ours first answered the first complaint; null for not at all or unknown."),
    ("apologised", _MOMENT, "When we first apologised after it (partial or full); null for not at all."),
    ("verdict", pa.string(), "The best verdict of our replies after the first complaint."),
    ("apologies", pa.int32(), "How many of our replies apologise, in whatever way."),
    ("waiting", pa.bool_(), "Whether the last word is the customer's and asks or complains."),
    ("prevention", _MOMENT, "When we first said what will prevent it; null for not at all."),
    ("thanked", pa.bool_(), "Whether the customer thanks or praises after we answered a complaint."),
    ("praised", pa.bool_(), "Whether the customer thanks or praises and complains nowhere in it."),
    ("complaint_number", pa.int32(), "Which complaint of this customer it is, from 1; null without one."),
    ("recurrence", pa.bool_(), "Whether the customer was told before that this kind of failure will not happen again."),
)


def _schema(columns: tuple[Column, ...], table: str) -> Any:
    fields = [pa.field(name, kind, metadata={"description": description}) for name, kind, description in columns]
    return pa.schema(fields, metadata={"amends.table": table, "amends.version": str(VERSION)})


MESSAGES: Final = _schema(_MESSAGE, "messages")
REVIEWS: Final = _schema(_REVIEW, "reviews")
PROMISES: Final = _schema(_PROMISE, "promises")
THREADS: Final = _schema(_THREAD, "threads")
TABLES: Final = {"messages": MESSAGES, "reviews": REVIEWS, "promises": PROMISES, "threads": THREADS}
"""The tables of an audit by name; each is a file of this name with the ending .parquet."""

_PERSON = pa.struct([("name", pa.string()), ("address", pa.string())])

READ: Final = pa.schema(
    [
        ("id", pa.string()),
        ("channel", pa.string()),
        ("public", pa.bool_()),
        ("side", pa.string()),
        ("author", _PERSON),
        ("recipients", pa.list_(_PERSON)),
        ("sent", _MOMENT),
        # Minutes east of UTC, of the clock by which it was sent: "tomorrow" is a day there.
        ("offset", pa.int16()),
        ("language", pa.string()),
        ("subject", pa.string()),
        ("text", pa.string()),
        ("place", pa.string()),
        ("automatic", pa.string()),
        ("rating", pa.float32()),
        # As in `Message`; a date that may be read either way is decided when all are known.
        ("date_order", pa.string()),
    ]
)
"""Messages as they were read, between the two halves of an audit."""


_NOTE: Final = (
    "<!-- Written by `python -m amends.archive.audit.schema > docs/reference/audit-tables.md` from the schema. Edit "
    "that. -->"
)


def described() -> dict[str, dict[str, str]]:
    """What each column of each table holds."""
    return {
        name: {field.name: field.metadata[b"description"].decode() for field in schema}
        for name, schema in TABLES.items()
    }


def reference() -> str:
    """The page of documentation of the tables, in Markdown."""
    lines = [
        _NOTE,
        "",
        "# The tables of an audit",
        "",
        f"Version {VERSION}, Parquet. Each file also holds these descriptions, as the metadata `description` of its",
        "columns, and its version as `amends.version`. Moments are in UTC. How to make them:",
        "[audit an archive](../how-to/audit-an-archive.md).",
    ]
    for name, schema in TABLES.items():
        lines += ["", f"## {name}.parquet", "", "| column | type | what it holds |", "|---|---|---|"]
        for field in schema:
            told = field.metadata[b"description"].decode().replace("|", "\\|")
            lines.append(f"| `{field.name}` | {_type_words(field.type)} | {told} |")
    return "\n".join(lines) + "\n"


def _type_words(kind: Any) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type_words(kind.value_type)}"
    return "moment" if pa.types.is_timestamp(kind) else str(kind)


if __name__ == "__main__":
    print(reference(), end="")
