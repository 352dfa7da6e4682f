"""Reviews for people: the reply with its marks, what spoils it, what it holds, what it lacks, how it comes out.

In colour, faults are red and underlined and the parts of an apology green. Without colour, faults are in square
brackets with the number of their finding and parts in braces; brackets stay right where a line of carets would not:
in wrapped lines, in wide characters and in texts that run from right to left. How those are laid out, see
`amends.render.direction`.
"""

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from amends.checker.review import Finding, Review
from amends.messages import RIGHT_TO_LEFT, counted, current_language, message, translated
from amends.render.direction import (
    ends_of_line,
    has_right_to_left,
    insertions,
    isolated,
    quoted,
    runs_right_to_left,
)
from amends.render.result import Checked, NotChecked, Result

__all__ = ["TextRenderer"]

# Control characters could make a terminal do things, so they are shown as pictures.
_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\r\t"}
_PICTURES |= {0x7F: 0x2421, **dict.fromkeys(range(0x80, 0xA0), 0xFFFD)}
_LONGEST_REPLY = 20_000
_LONGEST_QUOTE = 160
_REPLY_INDENT = 4
_SEVERITY_STYLES = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_VERDICT_STYLES = {"full": "bold green", "partial": "bold yellow", "non-apology": "bold red"}
_REASONS = {
    "unsupported": message("The language of this reply is not one that Amends can read yet."),
    "too short": message("The reply is too short to tell its language. Name it with --language."),
}
_SEVERITIES = {"error": message("error"), "warning": message("warning"), "note": message("note")}


def _verdict_count(verdict: str, number: int) -> str:
    """How many replies came out in a way."""
    if verdict == "full":
        return counted("{number} full apology", "{number} full apologies", number)
    if verdict == "partial":
        return counted("{number} partial apology", "{number} partial apologies", number)
    if verdict == "non-apology":
        return counted("{number} non-apology", "{number} non-apologies", number)
    if verdict == "none":
        return counted("{number} without an apology due or given", "{number} without an apology due or given", number)
    return counted("{number} not checked", "{number} not checked", number)


_VERDICTS = ("full", "partial", "non-apology", "none", "unread")


class _Mark(NamedTuple):
    """A marked stretch of a reply; without numbers it is a part of an apology, with them it is findings."""

    start: int
    end: int
    numbers: tuple[int, ...] = ()


class TextRenderer:
    """Renders results one after the other, and a summary at the end when there are several."""

    def __init__(self, *, width: int = 100, colour: bool = False) -> None:
        """Set up the page.

        Args:
            width: Columns of a line.
            colour: Whether to use the colours of a terminal.
        """
        self._colour = colour
        self._buffer = StringIO()
        self._console = Console(
            file=self._buffer,
            width=max(width, 40),
            force_terminal=colour,
            color_system="standard" if colour else None,
            no_color=not colour,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    def __call__(self, results: Iterable[Result]) -> Iterator[str]:
        """The output for each result in turn."""
        verdicts: dict[str, int] = {}
        findings = troubles = 0
        for result in results:
            if isinstance(result, NotChecked):
                troubles += 1
                self._print(_place(result.file, result.line), "bold")
                self._print(translated("Not checked: {reason}", reason=result.error) + "\n", "red", 2)
            else:
                verdicts[result.review.verdict] = verdicts.get(result.review.verdict, 0) + 1
                findings += len(result.review.findings)
                self._review(result)
            yield self._taken()
        if sum(verdicts.values()) + troubles > 1:
            self._summary(verdicts, findings, troubles)
            yield self._taken()

    def _taken(self) -> str:
        written = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return written

    def _print(self, text: str | Text, style: str = "", indent: int = 0) -> None:
        """Write a message, wrapped at words; no line ends in spaces."""
        turned = current_language() in RIGHT_TO_LEFT
        width = self._console.width if turned else None
        within = turned and has_right_to_left(text if isinstance(text, str) else text.plain)
        opened = 0
        for line in self._lines(text, style, indent):
            before, after, opened = ends_of_line(line.plain, opened)
            piece = Text(before).append_text(line).append(after)
            self._console.print(_dressed(_indented(piece, indent), width, within=within), soft_wrap=True)

    def _print_reply(self, text: Text) -> None:
        """Write the reply: its lines run the way of their first letter, whatever the language of the messages."""
        width = self._console.width if current_language() in RIGHT_TO_LEFT else None
        for line in self._lines(text, "", _REPLY_INDENT):
            shown = _indented(line, _REPLY_INDENT)
            turned = runs_right_to_left(line.plain)
            self._console.print(_dressed(shown, width) if turned else shown, soft_wrap=True)

    def _lines(self, text: str | Text, style: str, indent: int) -> Iterable[Text]:
        shown = Text(_safe(text), style=style) if isinstance(text, str) else text
        for line in shown.wrap(self._console, self._console.width - indent) or [Text()]:
            line.rstrip()
            yield line

    def _review(self, checked: Checked) -> None:
        review = checked.review
        self._print(_title(checked), "bold")
        self._print("")
        self._reply(review)
        if review.verdict == "unread":
            reason = review.reason or ""
            reason = translated(_REASONS[reason]) if reason in _REASONS else reason
            self._print(f"{review.verdict_words} {reason}\n", "yellow")
            return
        self._findings(review)
        self._components(review)
        self._missing(review)
        if checked.dismissed:
            told = counted(
                "{number} finding dismissed earlier, not shown.",
                "{number} findings dismissed earlier, not shown.",
                checked.dismissed,
            )
            self._print(told, "dim")
        if review.information:
            self._print(review.information, "dim")
        if review.preview:
            told = translated("The check of this language is a preview: it has few rules and misses much.")
            self._print(told, "dim")
        style = _VERDICT_STYLES.get(review.verdict, "bold")
        score = translated("Score {score} of 100.", score=review.score)
        self._print(f"{review.verdict_words} {score}\n", style)

    def _reply(self, review: Review) -> None:
        text = review.text
        cut = len(text) > _LONGEST_REPLY
        marks = _marks(review, min(len(text), _LONGEST_REPLY))
        text = text[:_LONGEST_REPLY]
        shown = _coloured(text, marks) if self._colour else Text(_bracketed(text, marks))
        if text.strip():
            self._print_reply(shown)
        if cut:
            more = len(review.text) - _LONGEST_REPLY
            told = counted(
                "... and {number} character more, not shown.", "... and {number} characters more, not shown.", more
            )
            self._print(told, "dim", _REPLY_INDENT)
        self._print("")
        if marks:
            self._legend(marks)

    def _legend(self, marks: list[_Mark]) -> None:
        parts = any(not mark.numbers for mark in marks)
        faults = any(mark.numbers for mark in marks)
        if self._colour:
            legend = Text(style="dim")
            if parts:
                legend.append(translated("part of an apology"), "not dim green").append("   ")
            if faults:
                legend.append(translated("finding"), "not dim red underline")
                legend.append(f"[{translated('its number')}]", "not dim red")
        else:
            words = [f"{{{translated('part of an apology')}}}"] * parts
            words += [f"[{translated('number of the finding: its words')}]"] * faults
            legend = Text("   ".join(words))
        self._print(legend, indent=_REPLY_INDENT)
        self._print("")

    def _findings(self, review: Review) -> None:
        if not review.findings:
            self._print(translated("No findings.") + "\n", "bold")
            return
        self._print(translated("Findings"), "bold")
        first: dict[str, int] = {}
        for number, finding in enumerate(review.findings, 1):
            self._finding(review, finding, number, first.setdefault(finding.label, number))
        self._print("")

    def _finding(self, review: Review, finding: Finding, number: int, first: int) -> None:
        head = Text(f"{number:>3}  ")
        head.append(translated(_SEVERITIES[finding.severity]), _SEVERITY_STYLES[finding.severity]).append("  ")
        head.append(finding.title, "bold").append("  ").append(isolated(finding.label), "dim")
        self._print(head)
        quotes = _quotes(review, finding.spans)
        self._print(quotes or translated("The reply as a whole."), "red" if quotes else "", 5)
        if finding.detail:
            self._print(finding.detail, indent=5)
        if first == number:
            self._print(finding.why, indent=5)
            self._print(translated("Way out: {way_out}", way_out=finding.way_out), indent=5)
        else:
            self._print(translated("As under {number}.", number=first), indent=5)
        if finding.fix is not None:
            old = quoted(_short(review.text[finding.fix.start : finding.fix.end]))
            new = quoted(_short(finding.fix.text))
            if finding.fix.text:
                told = translated("Fix: {old} becomes {new} (amends check --fix)", old=old, new=new)
            else:
                told = translated("Fix: {old} goes (amends check --fix)", old=old)
            self._print(told, "green", 5)

    def _components(self, review: Review) -> None:
        if not review.components:
            return
        self._print(translated("What it holds"), "bold")
        for part in review.components:
            line = Text("  +  ", style="green").append(part.title, "bold")
            self._print(line)
            self._print(_quotes(review, part.spans), "green", 5)
        self._print("")

    def _missing(self, review: Review) -> None:
        if not review.missing:
            return
        self._print(translated("What is missing, what helps most first"), "bold")
        for part in review.missing:
            self._print(Text("  -  ").append(part.title, "bold"))
            self._print(part.prompt, indent=5)
        self._print("")

    def _summary(self, verdicts: dict[str, int], findings: int, troubles: int) -> None:
        replies = sum(verdicts.values())
        counts = [_verdict_count(key, verdicts[key]) for key in _VERDICTS if key in verdicts]
        if troubles:
            counts.append(counted("{number} could not be read", "{number} could not be read", troubles))
        told = counted("{number} reply: {counts}.", "{number} replies: {counts}.", replies, counts=", ".join(counts))
        total = counted("{number} finding.", "{number} findings.", findings)
        self._print(f"{told} {total}", "bold")


def _quotes(review: Review, spans: Iterable[tuple[int, int]]) -> str:
    return "  ".join(quoted(_short(quote)) for quote in review.quotes(spans))


def _indented(line: Text, indent: int) -> Text:
    return Text(" " * indent if line.plain else "").append_text(line)


def _dressed(line: Text, width: int | None, *, within: bool = False) -> Text:
    """A line with the marks and blanks that make it read right."""
    made = insertions(line.plain, width, cell_len, within=within)
    if not made:
        return line
    shown = Text()
    done = 0
    for place, marks in made:
        shown.append_text(line[done:place]).append(marks)
        done = place
    return shown.append_text(line[done:])


def _place(file: str | None, line: int | None) -> str:
    name = translated("standard input") if file is None else file
    return name if line is None else translated("{name}, line {line}", name=name, line=line)


def _title(checked: Checked) -> str:
    place = _place(checked.file, checked.line)
    return place if checked.id is None else f"{checked.id}  ({place})"


def _safe(text: str) -> str:
    return text.translate(_PICTURES).replace("\r\n", "\n").replace("\r", "\n")


def _short(quote: str) -> str:
    """A quote on one line, cut where it would fill the screen."""
    line = " ".join(quote.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 4].rstrip() + " ..."


def _marks(review: Review, length: int) -> list[_Mark]:
    """The marks on the first `length` characters: parts joined where they overlap, findings joined where equal."""
    marks: list[_Mark] = []
    for start, end in sorted(span for part in review.components for span in part.spans):
        if marks and start <= marks[-1].end:
            marks[-1] = _Mark(marks[-1].start, max(end, marks[-1].end))
        else:
            marks.append(_Mark(start, end))
    numbers: dict[tuple[int, int], list[int]] = {}
    for number, finding in enumerate(review.findings, 1):
        for span in finding.spans:
            numbers.setdefault(span, []).append(number)
    marks += [_Mark(start, end, tuple(found)) for (start, end), found in numbers.items()]
    return [mark._replace(end=min(mark.end, length)) for mark in marks if mark.start < min(mark.end, length)]


def _pieces(text: str, marks: list[_Mark]) -> Iterator[tuple[int, int, list[_Mark], list[_Mark]]]:
    """The stretches of the text between the ends of marks, with the marks that close and then open before each."""
    opening: dict[int, list[_Mark]] = {}
    closing: dict[int, list[_Mark]] = {}
    for mark in marks:
        opening.setdefault(mark.start, []).append(mark)
        closing.setdefault(mark.end, []).append(mark)
    done = 0
    closed: list[_Mark] = []
    opened: list[_Mark] = []
    for place in sorted({*opening, *closing}):
        yield done, place, closed, opened
        # What was opened last is closed first; of those that begin together the longest is the outermost.
        closed = sorted(closing.get(place, []), key=lambda mark: (-mark.start, mark.end, not mark.numbers))
        opened = sorted(opening.get(place, []), key=lambda mark: (-mark.end, mark.numbers))
        done = place
    yield done, len(text), closed, opened


def _bracketed(text: str, marks: list[_Mark]) -> str:
    written: list[str] = []
    inside: list[_Mark] = []
    for start, end, closed, opened in _pieces(text, marks):
        for mark in closed:
            if not mark.numbers:
                written.append("}")
                continue
            # Where two findings cross, the bracket says which of them ends here.
            written.append("]" if inside[-1] == mark else f" {_numbers(mark)}]")
            inside.remove(mark)
        for mark in opened:
            written.append(f"[{_numbers(mark)}: " if mark.numbers else "{")
            inside += [mark] * bool(mark.numbers)
        written.append(text[start:end])
    return _safe("".join(written))


def _coloured(text: str, marks: list[_Mark]) -> Text:
    shown = Text()
    parts = faults = 0
    for start, end, closed, opened in _pieces(text, marks):
        for mark in closed:
            if mark.numbers:
                faults -= 1
                shown.append(f"[{_numbers(mark)}]", "red")
            else:
                parts -= 1
        faults += sum(1 for mark in opened if mark.numbers)
        parts += sum(1 for mark in opened if not mark.numbers)
        style = "red underline" if faults else "green" if parts else ""
        shown.append(_safe(text[start:end]), style)
    return shown


def _numbers(mark: _Mark) -> str:
    return ",".join(map(str, mark.numbers))
