"""SARIF 2.1.0, the exchange format of checkers that editors and code hosts read.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", 2020.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import amends
from amends.checker.catalogue import CONCEPTS, Concept
from amends.checker.review import Finding, Fix
from amends.messages import current_language, translated
from amends.render.places import LINE_ENDS, Places
from amends.render.reference import markdown
from amends.render.result import Checked, NotChecked, Result
from amends.render.structured import dump

__all__ = ["render_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FAULTS = [concept for concept in CONCEPTS.values() if concept.kind != "component"]
_INDEX = {concept.id: index for index, concept in enumerate(_FAULTS)}


def render_sarif(results: Iterable[Result]) -> Iterator[str]:
    """One log with one run. What a reply lacks, its verdict and its score are in the run's property bag."""
    found: list[dict[str, Any]] = []
    troubles: list[dict[str, Any]] = []
    replies: list[dict[str, Any]] = []
    for result in results:
        if isinstance(result, NotChecked):
            troubles.append(_notification(result))
            continue
        replies.append(_reply(result))
        places = Places(result.review.text) if result.placed else None
        found += [_result(result, finding, places) for finding in result.review.findings]
    invocation: dict[str, Any] = {"executionSuccessful": not troubles}
    if troubles:
        invocation["toolExecutionNotifications"] = troubles
    run = {
        "tool": {"driver": {"name": "Amends", "version": amends.__version__, "rules": [_rule(one) for one in _FAULTS]}},
        "language": current_language(),
        "invocations": [invocation],
        "columnKind": "utf16CodeUnits",
        "newlineSequences": list(LINE_ENDS),
        "results": found,
        "properties": {"replies": replies},
    }
    yield dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(one: Concept) -> dict[str, Any]:
    concept = one.in_language()
    return {
        "id": concept.id,
        "name": concept.title,
        "shortDescription": {"text": concept.what},
        "fullDescription": {"text": f"{concept.what} {concept.why}"},
        "help": {"text": concept.way_out, "markdown": markdown(concept)},
        "defaultConfiguration": {"level": "warning"},
    }


def _result(checked: Checked, finding: Finding, places: Places | None) -> dict[str, Any]:
    parts = [finding.title + ".", finding.why, finding.way_out]
    if finding.detail:
        parts.insert(1, finding.detail)
    location = {"artifactLocation": _artifact(checked.file)}
    locations = [
        {"physicalLocation": {**location, **_region(checked, places, span)}} for span in finding.spans or [None]
    ]
    result: dict[str, Any] = {
        "ruleId": finding.label,
        "ruleIndex": _INDEX[finding.label],
        "level": finding.severity,
        "message": {"text": " ".join(parts)},
        "locations": locations[:1],
    }
    if locations[1:]:
        result["relatedLocations"] = [{"id": number, **where} for number, where in enumerate(locations[1:], 1)]
    if finding.fix is not None and places is not None:
        result["fixes"] = [_fix(finding.fix, checked, places)]
    return result


def _region(checked: Checked, places: Places | None, span: tuple[int, int] | None) -> dict[str, Any]:
    if places is None:
        return {"region": {"startLine": checked.line}} if checked.line is not None else {}
    if span is None:
        return {}
    return {"region": {**_range(places, span), "snippet": {"text": checked.review.text[slice(*span)]}}}


def _range(places: Places, span: tuple[int, int]) -> dict[str, int]:
    line, column = places.utf16_place(span[0])
    end_line, end_column = places.utf16_place(span[1])
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _fix(fix: Fix, checked: Checked, places: Places) -> dict[str, Any]:
    replacement = {"deletedRegion": _range(places, (fix.start, fix.end)), "insertedContent": {"text": fix.text}}
    return {
        "description": {
            "text": translated('Write "{words}".', words=fix.text) if fix.text else translated("Leave it out.")
        },
        "artifactChanges": [{"artifactLocation": _artifact(checked.file), "replacements": [replacement]}],
    }


def _reply(checked: Checked) -> dict[str, Any]:
    review = checked.review
    return {
        "uri": _uri(checked.file),
        "line": checked.line,
        "id": checked.id,
        "verdict": review.verdict,
        "score": review.score,
        "components": [part.label for part in review.components],
        "missing": [part.label for part in review.missing],
        "reason": review.reason,
    }


def _notification(trouble: NotChecked) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": _artifact(trouble.file)}
    if trouble.line is not None:
        where["region"] = {"startLine": trouble.line}
    return {"level": "error", "message": {"text": trouble.error}, "locations": [{"physicalLocation": where}]}


def _artifact(file: str | None) -> dict[str, str]:
    return {"uri": _uri(file)}


def _uri(file: str | None) -> str:
    """A file as a URI reference, relative when the file is; names need not be valid Unicode."""
    if file is None:
        return "stdin"
    path = Path(file)
    return ("file://" if path.is_absolute() else "") + quote(os.fsencode(path.as_posix()))
