"""What the library says of a reply, in the form that `amends check --jsonl` writes and the scorer reads."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any, Literal

from development import Row

import amends
from amends.checker.check import Checker
from amends.checker.pack import available_languages
from amends.checker.review import Review
from amends.promises import promises_in

Mode = Literal["both", "rules", "model"]
MODES: tuple[Mode, ...] = ("both", "rules", "model")
"""As the library is shipped; without the sentence model; with rules that only inform the model."""

Answer = dict[str, Any]
Reader = Callable[[Row], Answer]


def reader(mode: Mode = "both") -> Reader:
    """A function from an exchange to the answer: it passes on what a line of `--jsonl` holds, and nothing else."""
    if mode == "both":
        return _as_shipped

    @cache
    def checker_of(language: str) -> Checker | None:
        if language not in available_languages():
            return None
        return Checker(language, model=mode == "model", rules=mode == "rules")

    return reader_with(checker_of)


def _as_shipped(row: Row) -> Answer:
    language, message = row["lang"], row["message"] or None
    review = amends.check(row["reply"], language=language, complaint=message)
    sent = datetime.fromisoformat(row["sent"]) if row.get("sent") else None
    heard = amends.hear(message, language=language) if message else None
    return {
        **review.to_dict(),
        "promises": [promise.to_dict() for promise in promises_in(review, sent=sent)],
        "complaint": heard.complaint if heard is not None and heard.reason is None else None,
    }


def reader_with(checker_of: Callable[[str], Checker | None]) -> Reader:
    """The same with checkers that are at hand: from a language to its checker, None when it has no pack."""

    def read(row: Row) -> Answer:
        checker = checker_of(row["lang"])
        if checker is None:
            return Review(row["reply"], row["lang"]).to_dict()
        return checker.review(row["reply"], complaint=row["message"]).to_dict()

    return read


def predict(rows: Iterable[Row], read: Reader) -> dict[str, Answer]:
    """Answers by id, with the keys that the scorer looks at.

    What the library leaves open (a complaint that is None) is left out, so that it is not counted as wrong.
    """
    answers = {}
    for row in rows:
        said = read(row)
        answer: Answer = {"components": said["components"], "faults": said["faults"]}
        if said.get("promises"):
            answer["promises"] = said["promises"]
        if said.get("complaint") is not None:
            answer["complaint"] = said["complaint"]
        answers[row["id"]] = answer
    return answers
