"""Annotations of GitHub's workflow runs.

Source: "Workflow commands for GitHub Actions", https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterable, Iterator

from amends.messages import translated
from amends.render.places import Places
from amends.render.result import Checked, NotChecked, Result

__all__ = ["render_github"]

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(results: Iterable[Result]) -> Iterator[str]:
    """One workflow command for each finding, and one for what a reply lacks."""
    for result in results:
        if isinstance(result, NotChecked):
            title = translated("Not checked")
            yield _command("error", {"file": result.file, "line": result.line, "title": title}, result.error)
        else:
            yield from _annotations(result)


def _annotations(checked: Checked) -> Iterator[str]:
    review = checked.review
    places = Places(review.text) if checked.placed else None
    for finding in review.findings:
        message = [*(f'"{quote}"' for quote in review.quotes(finding.spans)), finding.why, finding.way_out]
        if finding.detail:
            message.insert(-2, finding.detail)
        where = _where(checked, places, finding.spans[0] if finding.spans else None)
        yield _command(
            _COMMANDS[finding.severity], {**where, "title": f"{finding.title} ({finding.label})"}, "\n".join(message)
        )
    if review.verdict == "unread":
        title = translated("Not checked")
        yield _command("notice", {**_where(checked, places, None), "title": title}, review.reason or "")
    elif review.missing:
        prompts = [f"{part.title}: {part.prompt}" for part in review.missing]
        title = f"{review.verdict_words} {translated('What would help')}"
        yield _command("notice", {**_where(checked, places, None), "title": title}, "\n".join(prompts))


def _where(checked: Checked, places: Places | None, span: tuple[int, int] | None) -> dict[str, str | int | None]:
    """File, line and columns; GitHub knows no columns of a place that runs over several lines."""
    if places is None:
        return {"file": checked.file, "line": checked.line}
    if span is None:
        return {"file": checked.file, "line": 1}
    line, column = places.place(span[0])
    end_line, end_column = places.place(span[1])
    if line != end_line:
        return {"file": checked.file, "line": line, "endLine": end_line}
    return {"file": checked.file, "line": line, "endLine": line, "col": column, "endColumn": end_column}


def _command(name: str, properties: dict[str, str | int | None], message: str) -> str:
    written = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{name} {written}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
