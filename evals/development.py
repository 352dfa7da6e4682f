"""The development sets: annotated replies that are read where they lie and never copied."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "replies"
LANGUAGES = ("en", "lt", "hr", "he", "et", "sk")
KINDS = ("real", "written")
"""What companies said in public, and exchanges that were written for the purpose."""
SETS = ("all", *KINDS)
"""The sets that figures are kept for; "all" is both together."""


class Row(TypedDict):
    """One annotated exchange; a label whose quotes are None is one that the annotators disagree on."""

    id: str
    lang: str
    message: str
    reply: str
    components: dict[str, list[str] | None]
    faults: dict[str, list[str] | None]
    channel: NotRequired[str]
    business: NotRequired[str]
    sent: NotRequired[str]
    promises: NotRequired[list[dict[str, Any]]]
    complaint: NotRequired[bool | None]


def read_rows(path: Path) -> list[Row]:
    """The exchanges of one file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def read_language(data: Path, language: str) -> dict[str, list[Row]]:
    """The sets of a language that are there: each kind, and "all" of them first; empty when there is none."""
    kinds = {kind: data / f"dev-{language}-{kind}.jsonl" for kind in KINDS}
    found = {kind: read_rows(path) for kind, path in kinds.items() if path.is_file()}
    return {"all": [row for rows in found.values() for row in rows], **found} if found else {}


def read_all(data: Path, languages: Sequence[str]) -> dict[str, dict[str, list[Row]]]:
    """The sets of every language that has any.

    Raises:
        SystemExit: There is not a single one.
    """
    found = {language: sets for language in languages if (sets := read_language(data, language))}
    if not found:
        raise SystemExit(f"evals: no dev-<language>-real.jsonl or -written.jsonl for {' '.join(languages)} in {data}")
    return found


def labels_of(answer: dict[str, Any]) -> frozenset[str]:
    """The components and faults of a prediction or of an annotation, the disputed ones left out."""
    return frozenset(label for kind in ("components", "faults") for label, said in answer[kind].items() if said)
