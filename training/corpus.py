"""Reads the labelled replies that the sentence models are trained on, and annotated replies to measure against.

The corpus is text that a native speaker can read and mend (see training/README.md): one reply after the other, one
sentence a line, its labels in square brackets behind it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amends.checker.catalogue import COMMITMENT, LABELS
from amends.text import sentences, zones

ROOT = Path(__file__).resolve().parent
CHANNELS = ("email", "social", "review", "chat", "notice")
FAULT_PARTIES = ("owner", "team", "system", "supplier", "expectation", "nobody", "unknown")
_LABELLED = re.compile(r"\s*\[([^\[\]]*)\]\s*$")


class CorpusError(ValueError):
    """A line of the corpus that does not follow its layout."""


@dataclass(slots=True)
class Reply:
    """One labelled reply.

    Attributes:
        id: File and line, or the id of an annotated reply.
        channel: email, social, review, chat or notice.
        business: What kind of business answers.
        name: The customer's name, or None.
        fault: Who failed.
        complaint: Whether the customer's message is a complaint.
        message: The customer's message.
        sentences: The reply's sentences in order.
        labels: For each sentence the labels that it carries.
        paragraphs: Indices of sentences before which a paragraph begins.
        unsure: For each sentence the labels of which nobody has said whether it carries them; empty when all is said.
    """

    id: str
    channel: str
    business: str = ""
    name: str | None = None
    fault: str = "unknown"
    complaint: bool | None = None
    message: str = ""
    sentences: list[str] = field(default_factory=list)
    labels: list[frozenset[str]] = field(default_factory=list)
    paragraphs: set[int] = field(default_factory=set)
    unsure: list[frozenset[str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The reply as it would be sent."""
        made: list[str] = []
        for place, sentence in enumerate(self.sentences):
            if place:
                made.append("\n\n" if place in self.paragraphs else " ")
            made.append(sentence)
        return "".join(made)


def _head(line: str, place: str) -> Reply:
    parts = [part.strip() for part in line[1:].split("|")]
    if len(parts) != 5:
        raise CorpusError(
            f"{place}: '@ channel | business | name | fault | complaint' has five parts, here {len(parts)}"
        )
    channel, business, name, fault, complaint = parts
    if channel not in CHANNELS or fault not in FAULT_PARTIES or complaint not in ("yes", "no"):
        raise CorpusError(f"{place}: unknown channel, fault or complaint in {line!r}")
    return Reply(place, channel, business, None if name == "-" else name, fault, complaint == "yes")


def read_file(path: Path) -> Iterator[Reply]:
    """The replies of one file.

    Raises:
        CorpusError: A line does not follow the layout; the message names file and line.
    """
    reply: Reply | None = None
    paragraph = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        place = f"{path.parent.name}/{path.name}:{number}"
        if line.startswith("@"):
            if reply is not None and reply.sentences:
                yield reply
            reply, paragraph = _head(line, place), False
        elif reply is None:
            if line.strip():
                raise CorpusError(f"{place}: text before the first '@' line")
        elif line.startswith("?"):
            reply.message += line[1:].strip() + "\n"
        elif not line.strip():
            paragraph = True
        else:
            found = _LABELLED.search(line)
            labels = frozenset(found[1].split()) if found else frozenset()
            unknown = labels - LABELS - {COMMITMENT}
            if unknown:
                raise CorpusError(f"{place}: unknown label {', '.join(sorted(unknown))}")
            if paragraph and reply.sentences:
                reply.paragraphs.add(len(reply.sentences))
            paragraph = False
            reply.sentences.append(line[: found.start()].strip() if found else line.strip())
            reply.labels.append(labels)
    if reply is not None and reply.sentences:
        yield reply


def read_corpus(language: str, root: Path = ROOT) -> list[Reply]:
    """All replies of a language, in the order of the files' names."""
    return [reply for path in sorted((root / language).glob("*.txt")) for reply in read_file(path)]


def read_glosses(language: str, root: Path = ROOT) -> dict[str, list[str]]:
    """What forms of words say, in English words; nothing for a language that has no such list.

    Raises:
        CorpusError: A line does not follow the layout; the message names file and line.
    """
    path = root / "glosses" / f"{language}.txt"
    if not path.is_file():
        return {}
    found: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        form, tab, gloss = line.partition("\t")
        if not (form and tab and gloss.strip()):
            raise CorpusError(f"{path.name}:{number}: a form, a tab and its English words are expected, not {line!r}")
        found[form] = gloss.split()
    return found


def read_annotated(path: Path) -> list[dict[str, Any]]:
    """Annotated replies in the layout of the development sets (JSON lines)."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def from_annotated(row: dict[str, Any]) -> Reply:
    """An annotated reply, cut into sentences as the checker cuts it.

    Its quotes show where a label is, not everywhere that it is: for a label that the reply carries, sentences that no
    quote touches are unsure. So is every sentence for a label on which the annotators differ.
    """
    text = row["reply"]
    own = [zone for zone in zones(text, row.get("message") or None) if zone.kind == "author"]
    spans = [span for zone in own for span in sentences(text, zone.start, zone.end, row["lang"])]
    given = {**row["components"], **row["faults"]}
    touched = {label: quoted(row, label) for label in given}
    # Of promises every quote is told; only what one annotator alone saw is unsure.
    promised = _places_of(
        text, [promise["quote"] for promise in row.get("promises", ()) if promise.get("agreed", True)]
    )
    doubtful = _places_of(
        text, [promise["quote"] for promise in row.get("promises", ()) if not promise.get("agreed", True)]
    )
    reply = Reply(row["id"], row["channel"], row.get("business") or "", message=row.get("message") or "")
    for span in spans:
        labels = frozenset(label for label, quotes in touched.items() if touches(span, quotes))
        unsure = frozenset(given) - labels
        if touches(span, promised):
            labels |= {COMMITMENT}
        elif touches(span, doubtful):
            unsure |= {COMMITMENT}
        reply.sentences.append(text[span[0] : span[1]])
        reply.labels.append(labels)
        reply.unsure.append(unsure)
    return reply


def quoted(row: dict[str, Any], label: str) -> list[tuple[int, int]]:
    """The spans of a label's quotes in an annotated reply."""
    kinds = (row["components"].get(label), row["faults"].get(label))
    quotes: Iterable[str] = next((quotes for quotes in kinds if quotes), ())
    return _places_of(row["reply"], [quotes] if isinstance(quotes, str) else quotes)


def _places_of(text: str, quotes: Iterable[str]) -> list[tuple[int, int]]:
    found = []
    for quote in quotes:
        at = text.find(quote)
        if at >= 0:
            found.append((at, at + len(quote)))
    return found


def touches(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    """Whether a span shares a character with any of the others."""
    return any(span[0] < end and start < span[1] for start, end in others)
