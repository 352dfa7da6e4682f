"""The report of an audit: one page that holds everything it needs, for an owner with five minutes.

It has no script and loads nothing: charts are bars within their tables, so that they print, are read aloud, and turn
with the direction of the language.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from amends.archive.audit.advice import advice
from amends.archive.audit.words import amount, duration, label, percentage, person, title
from amends.checker.catalogue import COMPONENTS, concept
from amends.messages import NAMES, RIGHT_TO_LEFT, counted, current_language, translated

__all__ = ["page", "report", "write_report"]

_STYLE = Path(__file__).with_name("report.css")
_MOST_ROWS: Final = 40
_MOST_FAULTS: Final = 12
_FEW: Final = 10
_TONES: Final = {"full": "good", "partial": "good", "non-apology": "poor", "none": ""}


def write_report(summary: Mapping[str, Any], path: Path) -> None:
    """Write the report of an audit.

    Args:
        summary: As the audit writes it.
        path: Where to; the report is in the current language of messages.
    """
    path.write_text(report(summary), encoding="utf-8")


def report(summary: Mapping[str, Any]) -> str:
    """The report of an audit as one page of HTML, in the current language of messages.

    Args:
        summary: As the audit writes it.
    """
    sections = [
        ("waiting", translated("Who is waiting"), _waiting(summary)),
        ("replies", translated("How the replies to complaints come out"), _replies(summary)),
        ("parts", translated("What the replies hold and what spoils them"), _parts(summary)),
        ("times", translated("How long customers waited"), _times(summary)),
        ("promises", translated("Promises"), _promises(summary)),
        ("examples", translated("In your own words"), _examples(summary)),
        ("copies", translated("The same text again"), _copies(summary)),
        ("repeats", translated("Complaints that come back"), _repeats(summary)),
        ("advocates", translated("Who deserves thanks"), _advocates(summary)),
        ("groups", translated("Channels, languages, failures, writers"), _groups(summary)),
        ("archive", translated("What was read"), _archive(summary)),
        ("method", translated("How this was counted"), _method(summary)),
    ]
    sections = [one for one in sections if one[2]]
    links = "".join(f'<li><a href="#{name}">{escape(heading)}</a></li>' for name, heading, _ in sections)
    body = [
        f"<h1>{escape(translated('How we have been apologising'))}</h1>",
        _paragraph(_span(summary), "quiet"),
        _first(summary, {name for name, _, _ in sections}),
        _cards(summary),
        f'<nav aria-label="{escape(translated("Sections"))}"><ul>{links}</ul></nav>',
    ]
    for name, heading, content in sections:
        body.append(f'<section id="{name}"><h2>{escape(heading)}</h2>{content}</section>')
    return page(translated("How we have been apologising"), "\n".join(body))


def page(heading: str, body: str) -> str:
    """A whole page of HTML with our style and nothing else.

    Args:
        heading: Its title.
        body: Its HTML.
    """
    language = current_language()
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    style = _STYLE.read_text(encoding="utf-8")
    # Nothing may run or be loaded, whatever a customer wrote.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(heading)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


# ---- pieces


def _paragraph(text: str, kind: str = "") -> str:
    if not text:
        return ""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """A table; cells are HTML already."""
    listed = list(rows)
    if not listed:
        return ""
    right = set(numbers)
    head = "".join(
        f'<th scope="col"{" class=number" if place in right else ""}>{escape(text)}</th>'
        for place, text in enumerate(heads)
    )
    lines = []
    for row in listed:
        cells = []
        for place, cell in enumerate(row):
            if place == 0:
                cells.append(f'<th scope="row">{cell}</th>')
            elif cell.startswith("<td"):
                cells.append(cell)
            else:
                cells.append(f"<td{' class=number' if place in right else ''}>{cell}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _by_number(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Labels and how often they occur, the most frequent first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _bar(part: float, most: float, tone: str = "") -> str:
    """A cell with a bar; its length says what the number beside it says."""
    width = round(100 * part / most, 1) if most else 0
    kind = f' class="{tone}"' if tone else ""
    return f'<td class="chart" aria-hidden="true"><span{kind} style="inline-size:{width:g}%"></span></td>'


def _quote(text: str | None, language: str | None = None) -> str:
    if not text:
        return ""
    told = f' lang="{escape(language)}"' if language else ""
    return f'<blockquote dir="auto"{told}>{escape(text)}</blockquote>'


def _time(seconds: float | None) -> str:
    return f'<td class="short">{escape(duration(seconds))}</td>'


def _day(moment: str | None) -> str:
    """The day of a moment; ISO, which all six languages read."""
    return f'<time datetime="{escape(moment)}">{escape(moment[:10])}</time>' if moment else "–"


# ---- the beginning


def _span(summary: Mapping[str, Any]) -> str:
    archive = summary["archive"]
    told = translated(
        "{messages} messages in {threads} conversations.",
        messages=amount(archive["messages"]),
        threads=amount(summary["figures"]["threads"]),
    )
    if archive["begins"] and archive["ends"]:
        told += " " + translated("From {first} to {last}.", first=archive["begins"][:10], last=archive["ends"][:10])
    if not summary["names"]:
        told += " " + translated("Names, addresses and numbers are masked.")
    return told


def _first(summary: Mapping[str, Any], sections: set[str]) -> str:
    listed = advice(summary)
    if not listed:
        return ""
    lines = []
    for one in listed:
        more = f' <a href="#{one.section}">{escape(translated("Show"))}</a>' if one.section in sections else ""
        lines.append(f"<li><b>{escape(one.what)}</b> {escape(one.why)}{more}</li>")
    return f'<div class="first"><h2>{escape(translated("What to do first"))}</h2><ol>{"".join(lines)}</ol></div>'


def _cards(summary: Mapping[str, Any]) -> str:
    figures = summary["figures"]
    answer, apology = figures["seconds_to_answer"], figures["seconds_to_apology"]
    kept, settled = figures["promises"]["kept_in_time_share"], figures["promises"]["settled"]
    cards = [
        (translated("complaints heard"), amount(figures["complaints"])),
        (translated("never answered by a person"), amount(figures["unanswered"])),
        (translated("half were answered within"), duration(answer["median"] if answer else None)),
        (translated("half of the apologies came within"), duration(apology["median"] if apology else None)),
        (
            translated("replies to complaints that own it, fully or in part"),
            percentage(
                figures["verdicts_to_complaints"]["full"] + figures["verdicts_to_complaints"]["partial"],
                figures["replies_to_complaints"],
            ),
        ),
        (translated("promises made"), amount(figures["promises"]["made"])),
        (
            translated("kept in time, of the {number} that can be told", number=amount(settled)),
            _share(kept, settled),
        ),
        (translated("customers who thanked or praised"), amount(summary["advocates_count"])),
    ]
    held = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in cards)
    return f'<dl class="cards">{held}</dl>'


def _share(share: float | None, whole: int) -> str:
    """A share of a few as numbers, for a percentage of them would say too much."""
    if share is None:
        return "–"
    if whole < _FEW:
        return f"{amount(round(share * whole))}/{amount(whole)}"
    return percentage(round(share * 1000), 1000)


# ---- sections


def _told(parts: Iterable[str], quote: str, tone: str = "") -> str:
    """Somebody's words with what is known of them above."""
    above = " · ".join(part for part in parts if part)
    kind = f' class="{tone}"' if tone else ""
    return f"<figure{kind}><figcaption>{above}</figcaption>{quote}</figure>"


def _waiting(summary: Mapping[str, Any]) -> str:
    if not summary["waiting"]:
        return ""
    listed = [
        _told(
            (
                escape(person(one["customer"])),
                escape(label(one["severity"])),
                escape(label(one["kind"])) if one["kind"] else "",
                _day(one["since"]),
            ),
            _quote(one.get("complaint_text")),
            "poor",
        )
        for one in summary["waiting"]
    ]
    text = translated("Complaints whose customer has the last word, the gravest first.")
    if summary["figures"]["waiting"] > len(listed):
        text += " " + translated("The others are in the table threads, where waiting is true.")
    return _paragraph(text) + "".join(listed)


def _replies(summary: Mapping[str, Any]) -> str:
    figures = summary["figures"]
    verdicts, whole = figures["verdicts_to_complaints"], figures["replies_to_complaints"]
    if not whole:
        return ""
    rows = [
        (escape(label(name)), amount(number), percentage(number, whole), _bar(number, whole, _TONES.get(name, "")))
        for name, number in ((name, verdicts[name]) for name in _TONES)
    ]
    heads = [translated("comes out as"), translated("replies"), translated("share"), ""]
    table = _table(translated("Replies of people to complaints, by how they come out."), heads, rows, (1, 2))
    months = [
        (
            escape(month),
            amount(told["replies_to_complaints"]),
            percentage(round(1000 * (told["full_or_partial_share"] or 0)), 1000)
            if told["replies_to_complaints"]
            else "–",
            _bar(told["full_or_partial_share"] or 0, 1, "good"),
        )
        for month, told in sorted(summary["by"]["month"].items())
        if told["replies_to_complaints"]
    ][-_MOST_ROWS:]
    heads = [translated("month"), translated("replies"), translated("own it"), ""]
    return table + _table(translated("The share that owns it, fully or in part, by month."), heads, months, (1, 2))


def _parts(summary: Mapping[str, Any]) -> str:
    figures = summary["figures"]
    whole = figures["replies_to_complaints"]
    if not whole:
        return ""
    rows = []
    for name in COMPONENTS:
        number = figures["components"].get(name, 0)
        rows.append((escape(title(name)), amount(number), percentage(number, whole), _bar(number, whole, "good")))
    heads = [translated("part of an apology"), translated("replies"), translated("share"), ""]
    parts = _table(translated("Parts of an apology in the replies to complaints."), heads, rows, (1, 2))
    listed = _by_number(figures["faults"])[:_MOST_FAULTS]
    most = max((number for _, number in listed), default=0)
    rows = [
        (escape(title(name)), amount(number), _bar(number, most, "poor"), escape(concept(name).in_language().way_out))
        for name, number in listed
    ]
    heads = [translated("what spoils it"), translated("replies"), "", translated("the way out")]
    return parts + _table(translated("What spoils the replies, the most frequent first."), heads, rows, (1,))


def _times(summary: Mapping[str, Any]) -> str:
    def row(name: str, told: Mapping[str, Any], most: float) -> tuple[str, ...]:
        answer, apology = told["seconds_to_answer"], told["seconds_to_apology"]
        return (
            escape(name),
            amount(told["complaints"]),
            amount(told["unanswered"]),
            _time(answer["median"] if answer else None),
            _time(answer["p90"] if answer else None),
            _time(apology["median"] if apology else None),
            _bar(answer["median"] if answer else 0, most),
        )

    months = [(month, told) for month, told in sorted(summary["by"]["month"].items()) if told["complaints"]][
        -_MOST_ROWS:
    ]
    if not months:
        return ""
    most = max((told["seconds_to_answer"] or {"median": 0})["median"] for _, told in months)
    heads = [
        translated("month"),
        translated("complaints"),
        translated("unanswered"),
        translated("half answered within"),
        translated("nine of ten within"),
        translated("half of the apologies within"),
        "",
    ]
    caption = translated("From the complaint to the first answer of a person, and to the first apology.")
    return _table(caption, heads, [row(month, told, most) for month, told in months], (1, 2))


def _promises(summary: Mapping[str, Any]) -> str:
    told = summary["figures"]["promises"]
    made = told["made"]
    if not made:
        return ""
    outcomes = [
        ("kept", "good"),
        ("late", "poor"),
        ("broken", "poor"),
        ("overtaken", ""),
        ("open", ""),
        ("not_seen", ""),
    ]
    words = {"late": "late promise", "broken": "broken promise", "not_seen": "not seen"}
    rows = [
        (
            escape(label(words.get(name, name))),
            amount(told[name]),
            percentage(told[name], made),
            _bar(told[name], made, tone),
        )
        for name, tone in outcomes
    ]
    heads = [translated("what became of it"), translated("promises"), translated("share"), ""]
    text = translated(
        "{made} promises were made, {timed} of them with a time.", made=amount(made), timed=amount(told["with_time"])
    )
    if told["empty"]:
        text += " " + translated(
            "{number} more promise without saying who does what by when.", number=amount(told["empty"])
        )
    note = translated("That nobody spoke of a promise again does not mean that it was broken.")
    return (
        _paragraph(text)
        + _table(translated("What became of the promises, as far as the conversations tell."), heads, rows, (1, 2))
        + _paragraph(note, "quiet")
    )


def _examples(summary: Mapping[str, Any]) -> str:
    found = []
    for key, heading, tone in (
        ("best", translated("Replies to learn from"), "good"),
        ("worst", translated("Replies to write anew"), "poor"),
    ):
        if summary[key]:
            found.append(f"<h3>{escape(heading)}</h3>")
            found += [_example(one, tone) for one in summary[key]]
    return "".join(found)


def _example(one: Mapping[str, Any], tone: str) -> str:
    customer = one.get("complaint_text")
    before = f"<figcaption>{escape(translated('The customer:'))}</figcaption>{_quote(customer)}" if customer else ""
    verdict = f"{label(one['verdict'])}, {translated('{score} of 100', score=one['score'])}"
    held = ", ".join(title(name) for name in one["components"])
    lines = []
    for name, quote in zip(one["faults"], one["quotes"], strict=True):
        words = f" – <q>{escape(quote)}</q>" if quote else ""
        lines.append(f"<li>{escape(title(name))}{words}</li>")
    faults = f'<ul class="faults">{"".join(lines)}</ul>' if lines else ""
    after = f"<figcaption>{escape(verdict)}{escape(': ' + held if held else '')}</figcaption>"
    ours = f"<figcaption>{escape(translated('Our reply:'))}</figcaption>{_quote(one.get('text'), one.get('language'))}"
    return f'<figure class="{tone}">{before}{ours}{after}{faults}</figure>'


def _copies(summary: Mapping[str, Any]) -> str:
    if not summary["families"]:
        return ""
    figures = summary["figures"]
    text = translated(
        "{number} replies, {share} of all, are near copies of others, in {families} families.",
        number=amount(figures["boilerplate"]),
        share=percentage(figures["boilerplate"], figures["replies"]),
        families=amount(summary["families_count"]),
    )
    listed = [
        _told(
            (escape(counted("{number} time", "{number} times", one["replies"])),),
            _quote(one.get("text"), one.get("language")),
        )
        for one in summary["families"][:5]
    ]
    return _paragraph(text) + "".join(listed)


def _repeats(summary: Mapping[str, Any]) -> str:
    figures = summary["figures"]
    told = summary["apologies_per_customer"]
    if not figures["complaints"]:
        return ""
    rows = [
        (escape(translated("complaints of customers who had complained before")), amount(figures["repeat_complaints"])),
        (escape(translated("of a kind that was not to happen to them again")), amount(figures["recurrences"])),
        (escape(translated("customers to whom we apologised")), amount(told["customers"])),
        (escape(translated("to whom three times or more")), amount(told["three_or_more"])),
        (escape(translated("the most apologies to one customer")), amount(told["most"])),
    ]
    return _table(translated("Apologies without a change hurt more than none."), ["", translated("number")], rows, (1,))


def _advocates(summary: Mapping[str, Any]) -> str:
    if not summary["advocates"]:
        return ""
    listed = [
        _told((escape(person(one["customer"])),), _quote(one.get("thanks_text")), "good")
        for one in summary["advocates"][:8]
    ]
    text = translated(
        "They praised us, or thanked after a first failure was answered. Nobody who was failed twice is listed for it."
    )
    return _paragraph(text) + "".join(listed)


def _groups(summary: Mapping[str, Any]) -> str:
    heads = {
        "kind": translated("failure"), "channel": translated("channel"), "language": translated("language"),
        "writer": translated("writer"),
    }  # fmt: skip
    found = []
    for group, head in heads.items():
        rows = []
        values = summary["by"][group]
        order = (
            sorted(values, key=lambda value: (-values[value]["complaints"], value))
            if group != "writer"
            else list(values)
        )
        for value in order[:_MOST_ROWS]:
            told = values[value]
            if not told["replies"] and not told["complaints"]:
                continue
            answer = told["seconds_to_answer"]
            own = told["full_or_partial_share"]
            rows.append(
                (
                    escape(label(value) if group != "writer" else person(value)),
                    amount(told["complaints"]) if group != "writer" else amount(told["replies_to_complaints"]),
                    amount(told["replies"]),
                    percentage(round(1000 * own), 1000) if own is not None else "–",
                    escape(duration(answer["median"] if answer else None))
                    if group != "writer"
                    else amount(told["promises"]["made"]),
                    percentage(told["boilerplate"], told["replies"]),
                )
            )
        columns = [
            head,
            translated("complaints") if group != "writer" else translated("replies to complaints"),
            translated("replies"),
            translated("own it"),
            translated("half answered within") if group != "writer" else translated("promises"),
            translated("near copies"),
        ]
        found.append(_table(head, columns, rows, (1, 2, 3, 4, 5)))
    note = translated(
        "Writers stand in the order in which they first wrote. This is no ranking: who answers the hardest complaints "
        "comes out worst."
    )
    return "".join(found) + _paragraph(note, "quiet")


def _archive(summary: Mapping[str, Any]) -> str:
    archive = summary["archive"]
    rows = [(escape(label(side)), amount(number)) for side, number in _by_number(archive["sides"])]
    rows.append(
        (escape(translated("written by programs, not counted as answers")), amount(sum(archive["automatic"].values())))
    )
    rows.append((escape(translated("further copies, not counted")), amount(archive["copies"])))
    rows += [(escape(label(kind)), amount(number)) for kind, number in _by_number(archive["not_read"]["kinds"])]
    table = _table(translated("Messages."), ["", translated("number")], rows, (1,))
    reasons = [(escape(reason), amount(number)) for reason, number in _by_number(archive["not_read"]["reasons"])]
    heads = [translated("reason"), translated("number")]
    not_read = _table(
        translated("What could not be read, or was left out. All places are in not-read.csv."),
        heads,
        reasons[:15],
        (1,),
    )
    return table + _paragraph(_dates(archive)) + not_read


def _dates(archive: Mapping[str, Any]) -> str:
    """How dates with slashes were read, where that had to be found out."""
    told = archive.get("dates")
    if told is None or not told["either"]:
        return ""
    read = (
        translated("Dates like 03/04/2025 were read with the month first.")
        if told["read"] == "month"
        else translated("Dates like 03/04/2025 were read with the day first.")
    )
    if told["sure"]:
        return read
    return f"{read} " + translated(
        "The archive does not tell which is meant: say it by --dates if months and waiting times look wrong."
    )


def _method(summary: Mapping[str, Any]) -> str:
    del summary
    lines = [
        translated(
            "Only what people wrote is counted: quoted mail, signatures and standing notices are cut, and answers of "
            "programs are set aside."
        ),
        translated(
            "What a complaint is, how grave it is and what failed is heard by a model; it mishears some. Figures of "
            "a few messages say little."
        ),
        translated(
            "A reply counts as owning it when it is a full or a partial apology. Not every reply needs one: a question "
            "in between does not."
        ),
        translated(
            "A promise counts as kept, late or broken only when somebody says so later in the same conversation."
        ),
        translated(
            "The tables messages, reviews, promises and threads hold every figure, one row each; each column describes "
            "itself."
        ),
        translated("Languages that are checked: {languages}.", languages=", ".join(NAMES.values())),
    ]
    return "".join(_paragraph(line, "quiet") for line in lines)
