"""Reads the labelled messages that the hearing's models are trained on.

Our own messages stand in ``training/hearing/<language>/`` in the layout that `training/README.md` describes; the
messages of the labelled replies tell of each whether it is a complaint, and so do the public data sets that may be
trained on (``../shared/data/complaints``, named there with their licences).
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corpus import ROOT, CorpusError, read_annotated, read_corpus

from amends.hearing.labels import ASKS, FLAGS, KINDS, MARKS, STAKES, TONES

CHANNELS = ("email", "social", "review", "chat", "form", "call")
_MARKED = re.compile(r"\s*\[([a-z \-]+)\]\s*$")


@dataclass(slots=True)
class Message:
    """One labelled message.

    Attributes:
        id: Where it stands.
        complaint: Whether it is one.
        sentences: Its lines.
        marks: For each line what it tells; None when nobody has said.
        labels: Labels of the whole message, as columns are named; None when nobody has said.
        source: "own", "replies", or the name of a public data set.
        language: ISO 639-1 code, for its abbreviations; None when not known.
    """

    id: str
    complaint: bool
    sentences: list[str] = field(default_factory=list)
    marks: list[frozenset[str]] | None = None
    labels: frozenset[str] | None = None
    source: str = "own"
    language: str | None = None

    @property
    def text(self) -> str:
        """The message as it was written."""
        return "\n".join(self.sentences)


def _listed(written: str, known: tuple[str, ...], place: str) -> list[str]:
    names = [] if written.strip() in ("-", "") else [name.strip() for name in written.split(",")]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CorpusError(f"{place}: {', '.join(unknown)} is none of {', '.join(known)}")
    return names


def _head(line: str, place: str) -> Message:
    parts = [part.strip() for part in line[1:].split("|")]
    if len(parts) != 7:
        raise CorpusError(f"{place}: '@ complaint | channel | kinds | asks | tone | stakes | flags' has seven parts")
    complaint, channel, kinds, asks, tone, stakes, flags = parts
    if complaint not in ("yes", "no") or channel not in CHANNELS or tone not in TONES:
        raise CorpusError(f"{place}: unknown complaint, channel or tone in {line!r}")
    labels = [f"kind:{name}" for name in _listed(kinds, KINDS, place)]
    labels += [f"ask:{name}" for name in _listed(asks, (*ASKS, "nothing"), place) if name != "nothing"]
    labels += [f"tone:{name}" for name in TONES[1 : TONES.index(tone) + 1]]
    labels += [f"stake:{name}" for name in _listed(stakes, STAKES, place)]
    labels += [f"flag:{name}" for name in _listed(flags, FLAGS, place)]
    if complaint == "yes":
        labels.append("complaint")
    return Message(place, complaint == "yes", marks=[], labels=frozenset(labels))


def read_file(path: Path) -> Iterator[Message]:
    """The messages of one file.

    Raises:
        CorpusError: A line does not follow the layout; the message names file and line.
    """
    message: Message | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        place = f"{path.parent.name}/{path.name}:{number}"
        if line.startswith("@ "):
            if message is not None and message.sentences:
                yield message
            message = _head(line, place)
        elif line.strip():
            if message is None or message.marks is None:
                raise CorpusError(f"{place}: text before the first '@' line")
            found = _MARKED.search(line)
            marks = frozenset(found[1].split()) if found else frozenset()
            unknown = marks - set(MARKS)
            if unknown:
                raise CorpusError(f"{place}: unknown mark {', '.join(sorted(unknown))}")
            message.sentences.append(line[: found.start()].strip() if found else line.strip())
            message.marks.append(marks)
    if message is not None and message.sentences:
        yield message


def own_messages(language: str) -> list[Message]:
    """Our own labelled messages."""
    return [message for path in sorted((ROOT / "hearing" / language).glob("*.txt")) for message in read_file(path)]


def messages_of_replies(language: str) -> list[Message]:
    """The messages that our labelled replies answer."""
    return [
        Message(reply.id, reply.complaint, reply.message.strip().splitlines(), source="replies")
        for reply in read_corpus(language)
        if reply.message.strip() and reply.complaint is not None
    ]


def annotated_messages(path: Path) -> list[Message]:
    """The messages of annotated replies of which both annotators say the same."""
    return [
        Message(row["id"], row["complaint"], row["message"].splitlines(), source="replies")
        for row in read_annotated(path)
        if row.get("message") and row.get("complaint") is not None
    ]


def reviews(folder: Path) -> list[Message]:
    """CESAMARD: reviews in English, complaint or not (MIT)."""
    made = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines)):
                text = (row.get("Review_S") or "").strip()
                if text and row.get("Complaint") in ("0", "1"):
                    made.append(
                        Message(f"cesamard:{number}", row["Complaint"] == "1", text.splitlines(), source="cesamard")
                    )
    return made


def finance_tweets(path: Path) -> list[Message]:
    """Tweets about finance in English, complaint or not (MIT)."""
    made = []
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        for number, row in enumerate(csv.reader(lines)):
            if number and len(row) > 2 and row[2].strip() in ("0", "1") and row[1].strip():
                made.append(
                    Message(f"xfincorp:{number}", row[2].strip() == "1", row[1].splitlines(), source="xfincorp")
                )
    return made
