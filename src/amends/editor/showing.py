"""What the editor shows: diagnostics, hovers, code actions."""

from collections.abc import Iterator, Sequence

from lsprotocol import types

from amends.checker.review import Finding, Fix, Review
from amends.editor.places import Places
from amends.editor.reading import Read
from amends.messages import translated

__all__ = ["SOURCE", "actions", "diagnostics", "hover"]

SOURCE = "amends"
"""The name under which an editor lists what we say."""

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}
_MISSING = "missing"


def diagnostics(read: Read, places: Places, *, missing: bool) -> list[types.Diagnostic]:
    """What is underlined: each place of each finding; a finding of the whole reply on its first line.

    Args:
        read: What was read.
        places: Where things stand in the document.
        missing: Whether missing parts are hinted at, on the first line.
    """
    review = read.review
    made = [_diagnostic(finding, span, places) for finding in review.findings for span in _spans(finding, places)]
    top = _range(_first_line(places), places)
    if missing:
        made += [
            types.Diagnostic(
                top,
                f"{part.title}: {part.prompt}",
                types.DiagnosticSeverity.Hint,
                f"{_MISSING}:{part.label}",
                source=SOURCE,
            )
            for part in review.missing
        ]
    notices = [*read.problems]
    if review.reason and places.text.strip():
        notices.append(review.reason)
    if review.preview:
        notices.append(translated("The check of this language is only begun, and much would be missed."))
    made += [types.Diagnostic(top, notice, types.DiagnosticSeverity.Information, source=SOURCE) for notice in notices]
    return made


def hover(review: Review, places: Places, offset: int) -> types.Hover | None:
    """Why what stands at an offset hurts, and the way out; None where nothing was found."""
    here = [
        (finding, span)
        for finding in review.findings
        for span in finding.spans
        if span[0] <= offset < max(span[1], span[0] + 1)
    ]
    if not here:
        return None
    told = "\n\n---\n\n".join(dict.fromkeys(_told(finding) for finding, _ in here))
    narrowest = min((span for _, span in here), key=lambda span: span[1] - span[0])
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, told), _range(narrowest, places))


def actions(
    uri: str,
    version: int | None,
    review: Review,
    places: Places,
    asked: tuple[int, int],
    only: Sequence[str] | None,
    *,
    versioned: bool = True,
) -> list[types.CodeAction]:
    """What can be done about the findings that touch a part of the document.

    Args:
        uri, version: The document, as the editor counts its versions.
        review: Its review.
        places: Where things stand in it.
        asked: The part, as offsets.
        only: The kinds of actions that are wanted, all if None.
        versioned: Whether the editor takes edits that name the version they are for.
    """
    made: list[types.CodeAction] = []

    def wanted(kind: str) -> bool:
        return only is None or any(kind == one or kind.startswith(f"{one}.") for one in only)

    def edit(fixes: Sequence[Fix]) -> types.WorkspaceEdit:
        edits = [types.TextEdit(_range((fix.start, fix.end), places), fix.text) for fix in fixes]
        if not versioned:
            return types.WorkspaceEdit(changes={uri: edits})
        document = types.OptionalVersionedTextDocumentIdentifier(uri, version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, edits)])

    if wanted(types.CodeActionKind.QuickFix):
        for finding in review.findings:
            spans = [span for span in _spans(finding, places) if span[0] <= asked[1] and asked[0] <= span[1]]
            if not spans:
                continue
            shown = [_diagnostic(finding, span, places) for span in spans]
            if finding.fix is not None:
                title = (
                    translated("Write “{words}”", words=finding.fix.text)
                    if finding.fix.text
                    else translated("Leave it out")
                )
                made.append(
                    types.CodeAction(
                        title, types.CodeActionKind.QuickFix, shown, is_preferred=True, edit=edit([finding.fix])
                    )
                )
            note = _note(finding, spans[0], places)
            title = translated("Leave “{title}” as it is here", title=finding.title)
            made.append(types.CodeAction(title, types.CodeActionKind.QuickFix, shown, edit=edit([note])))
    fixes = list(_apart(review.findings))
    if fixes and wanted(types.CodeActionKind.SourceFixAll):
        made.append(
            types.CodeAction(translated("Make all safe edits"), types.CodeActionKind.SourceFixAll, edit=edit(fixes))
        )
    return made


def _told(finding: Finding) -> str:
    # What the writer wrote may be in the detail; it is text and not Markdown.
    detail = f" ({_escaped(finding.detail)})" if finding.detail else ""
    severity = {
        "error": translated("error"), "warning": translated("warning"), "note": translated("note"),
    }[finding.severity]  # fmt: skip
    return f"**{finding.title}**{detail} · {severity}\n\n{finding.why}\n\n{finding.way_out}"


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\`*_{}[]()<>#+-.!|&" else character for character in text)


def _diagnostic(finding: Finding, span: tuple[int, int], places: Places) -> types.Diagnostic:
    detail = f" ({finding.detail})" if finding.detail else ""
    return types.Diagnostic(
        _range(span, places),
        f"{finding.title}{detail}. {finding.why} {finding.way_out}",
        _SEVERITIES[finding.severity],
        finding.label,
        source=SOURCE,
    )


def _spans(finding: Finding, places: Places) -> Sequence[tuple[int, int]]:
    return finding.spans or (_first_line(places),)


def _first_line(places: Places) -> tuple[int, int]:
    """The first line on which something is written."""
    for number in range(len(places)):
        start, end = places.line(number)
        if places.text[start:end].strip():
            return start, end
    return 0, 0


def _range(span: tuple[int, int], places: Places) -> types.Range:
    start, end = places.position(span[0]), places.position(span[1])
    return types.Range(types.Position(*start), types.Position(*end))


def _note(finding: Finding, span: tuple[int, int], places: Places) -> Fix:
    """The edit that says in the text that a finding stays: at its line's end, or on a line of its own for the whole."""
    if finding.spans:
        end = places.line(places.position(span[0])[0])[1]
        return Fix(end, end, f"  # amends: ignore {finding.label}")
    end = places.line(len(places) - 1)[1]
    before = "" if not places.text or places.text.endswith(("\n", "\r")) else "\n"
    return Fix(end, end, f"{before}# amends: ignore {finding.label}\n")


def _apart(findings: Sequence[Finding]) -> Iterator[Fix]:
    """The fixes that can be made together: one that overlaps an earlier one waits for the next time."""
    done = -1
    for fix in sorted({one.fix for one in findings if one.fix is not None}, key=lambda fix: (fix.start, fix.end)):
        if fix.start >= done:
            yield fix
            done = fix.end
