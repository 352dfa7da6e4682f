"""Figures from answers: the project's scorer, found beside the data, and what it does not count."""

import importlib.util
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from development import Row
from predictions import Answer

LEAST_SUPPORT = 3
"""A label that fewer replies carry is shown and not counted into macro F1, as the scorer does by itself."""

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Miss:
    """One wrong decision: a label "missed" or "false" in a reply, with the quotes of the side that gave it."""

    id: str
    kind: str
    label: str
    quotes: tuple[str, ...]
    reply: str


def scorer_beside(data: Path, path: Path | None) -> "Scorer":
    """The scorer that was named, or else the one that lies where the data's own README says."""
    return Scorer(path or data.resolve().parent.parent / "tools" / "score.py")


class Scorer:
    """The scorer of the annotated replies, loaded from its file."""

    def __init__(self, path: Path) -> None:
        """Load it.

        Raises:
            SystemExit: There is no such file.
        """
        spec = importlib.util.spec_from_file_location("score", path)
        if spec is None or spec.loader is None or not path.is_file():
            raise SystemExit(f"evals: no scorer at {path}; name it with --score")
        self._module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._module)
        self.components: tuple[str, ...] = tuple(self._module.COMPONENTS)
        self.faults: tuple[str, ...] = tuple(self._module.FAULTS)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label by its full name, components first, in the codebook's order."""
        kinds = (("component", self.components), ("fault", self.faults))
        return tuple(f"{kind}:{label}" for kind, labels in kinds for label in labels)

    def figures(self, rows: Sequence[Row], answers: Mapping[str, Answer]) -> Figures:
        """What is kept of a set: macro and micro F1, spans, false findings, and a line per label."""
        counts, spans, _ = self._module.score({row["id"]: row for row in rows}, answers)
        if not any(answer.get("promises") for answer in answers.values()):
            # Nobody looked for promises: a row of zeros would say that none was found.
            counts = {name: count for name, count in counts.items() if name not in ("promise", "due")}
        summary = self._module.summary(counts, spans, LEAST_SUPPORT)
        figures: Figures = {
            "replies": len(rows),
            "components": {key: summary["components"][key] for key in ("macro_f1", "micro_f1")},
            "faults": {key: summary["faults"][key] for key in ("macro_f1", "micro_f1")},
            "spans_touching": summary["span_touch"],
            "false_findings_per_reply": round(self.false_findings(rows, answers) / len(rows), 3),
            "labels": {name: summary["labels"][name] for name in self.labels if name in summary["labels"]},
        }
        for extra in ("promise_f1", "due_accuracy", "complaint_macro_f1"):
            if summary.get(extra) is not None:
                figures[extra] = summary[extra]
        return figures

    def false_findings(self, rows: Sequence[Row], answers: Mapping[str, Answer]) -> int:
        """How many faults were found that no annotator gave; the disputed ones are not counted."""
        known = set(self.faults)
        return sum(len((known & answers[row["id"]]["faults"].keys()) - row["faults"].keys()) for row in rows)

    def misses(self, rows: Sequence[Row], answers: Mapping[str, Answer]) -> list[Miss]:
        """Every wrong decision on a component or fault, the worst first.

        The labels take turns, the one that loses most F1 first and those too rare to count last: the head of the list
        so shows what every weak label suffers from, and not twenty times the same mistake.
        """
        counts, spans, wrong = self._module.score({row["id"]: row for row in rows}, answers, misses=True)
        table = self._module.summary(counts, spans, LEAST_SUPPORT)["labels"]
        lost = {
            name.partition(":")[2]: 1.0 - table[name]["f1"] if table[name]["support"] >= LEAST_SUPPORT else 0.0
            for name in self.labels
            if name in table
        }
        turn: Counter[str] = Counter()
        ordered = []
        for key, kind, label, quotes, reply in wrong:
            if label in lost:
                ordered.append((turn[label], -lost[label], label, Miss(key, kind, label, tuple(quotes), reply)))
                turn[label] += 1
        return [miss for *_, miss in sorted(ordered, key=lambda entry: entry[:3])]
