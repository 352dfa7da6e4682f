"""Text that runs from right to left: what a terminal is told about it.

In the snapshot the invisible marks are written as names, so that a reader of the difference sees them. Its Hebrew is
the test's own, so that translators can change theirs.
"""

import os
import re
from pathlib import Path

import pytest

from amends.messages import use
from amends.render import FORMATS, NotChecked, Result, renderer
from amends.render.direction import MARKS, dressed, isolated, quoted, runs_right_to_left, without_marks

SNAPSHOT = Path(__file__).parent / "snapshots" / "hebrew-messages.snapshot"
NAMES = {
    "\u200e": "<LRM>",
    "\u200f": "<RLM>",
    "\u2066": "<LRI>",
    "\u2067": "<RLI>",
    "\u2068": "<FSI>",
    "\u2069": "<PDI>",
}
HEBREW = {
    "Findings": "ממצאים",
    "No findings.": "אין ממצאים.",
    "error": "שגיאה",
    "warning": "אזהרה",
    "note": "הערה",
    "part of an apology": "חלק של התנצלות",
    "finding": "ממצא",
    "its number": "המספר שלו",
    "number of the finding: its words": "מספר הממצא: המילים שלו",
    '"{words}"': "„{words}”",
    "Way out: {way_out}": "מוצא: {way_out}",
    "As under {number}.": "כמו בסעיף {number}.",
    "Fix: {old} becomes {new} (amends check --fix)": "תיקון: {old} הופך ל-{new} (amends check --fix)",
    "The reply as a whole.": "התשובה כולה.",
    "What it holds": "מה יש בה",
    "Score {score} of 100.": "ציון {score} מתוך 100.",
    "A non-apology: it says sorry and owns nothing.": "לא התנצלות: היא אומרת סליחה ואינה לוקחת אחריות על דבר.",
    "Not checked: {reason}": "לא נבדק: {reason}",
    "Sells what is owed as a gift": "מוכר כמתנה את מה שמגיע ללקוח",
    "If-apology": "התנצלות על תנאי",
    "Say what you do, without calling it kind.": "כתבו מה אתם עושים, בלי לקרוא לזה מחווה.",
    "Repairing is owed; sold as a kindness it asks for thanks from the one who was hurt.": (
        "התיקון מגיע ללקוח; כשמציגים אותו כטובה, הוא מבקש תודה ממי שנפגע, גם כשהמכתב ארוך ושורה אחת אינה מספיקה לו."
    ),
    "Talks about apologising": "מדבר על ההתנצלות",
    "Wanting to apologise is not yet doing it.": "לרצות להתנצל עדיין אינו להתנצל.",
    "What is missing, what helps most first": "מה חסר, ומה עוזר ביותר קודם",
    "Takes responsibility": "לוקחת אחריות",
    "A full apology.": "התנצלות מלאה.",
    ("{number} reply: {counts}.", "{number} replies: {counts}."): (
        "תשובה אחת: {counts}.",
        "{number} תשובות: {counts}.",
    ),
    ("{number} full apology", "{number} full apologies"): ("התנצלות מלאה אחת", "{number} התנצלויות מלאות"),
    ("{number} finding.", "{number} findings."): ("ממצא אחד.", "{number} ממצאים."),
    ("{number} non-apology", "{number} non-apologies"): ("לא התנצלות אחת", "{number} לא התנצלויות"),
}


@pytest.fixture
def in_hebrew(catalogues):
    catalogues("he", HEBREW)
    with use("he"):
        yield


def named(text: str) -> str:
    return "".join(NAMES.get(sign, sign) for sign in text)


@pytest.mark.usefixtures("in_hebrew")
def test_hebrew_messages_are_those_of_the_snapshot(results: list[Result]) -> None:
    output = named("".join(renderer("text", width=80)(results)))
    if os.environ.get("AMENDS_NEW_SNAPSHOTS"):
        SNAPSHOT.write_bytes(output.encode())
    assert output == SNAPSHOT.read_bytes().decode()


@pytest.mark.usefixtures("in_hebrew")
@pytest.mark.parametrize("colour", [True, False])
def test_every_hebrew_line_is_whole(results: list[Result], colour: bool) -> None:
    for line in "".join(renderer("text", width=60, colour=colour)(results)).splitlines():
        depth = 0
        for sign in line:
            depth += (sign in "\u2066\u2067\u2068") - (sign == "\u2069")
            assert depth >= 0
        assert depth == 0
        shown = re.sub(r"\x1b\[[0-9;]*m", "", line)
        assert len(without_marks(shown)) <= 60
        if runs_right_to_left(shown):
            assert shown.endswith("\u200f")


@pytest.mark.usefixtures("in_hebrew")
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_forms_for_programs_hold_no_marks(form: str, results: list[Result]) -> None:
    output = "".join(renderer(form)(results))
    assert MARKS.isdisjoint(output)
    assert not re.search(r"\\u20(0[ef]|6[6-9])", output)


def test_a_text_in_latin_letters_stays_as_it_is() -> None:
    for text in ("", "Score 12 of 100.", "Įvyko klaida: õäöü", "  --fix  \n\n"):
        assert dressed(text) == dressed(text, 80) == text
        assert isolated(text) == text


def test_words_in_latin_letters_are_isolated_in_a_hebrew_line() -> None:
    assert named(dressed("הפקודה amends check, ואז ב-JSON.")) == (
        "<RLM>הפקודה <FSI>amends check<PDI>, ואז ב-<FSI>JSON<PDI>.<RLM>"
    )
    assert named(dressed("שלום", 10)) == "<LRM>      <RLM>שלום<RLM>"


def test_quotation_marks_stay_with_the_hebrew_around_them() -> None:
    assert (
        named(dressed("ראו „\u2068AMEND\u2069” (amends check"))
        == "<RLM>ראו „<FSI>AMEND<PDI>” (<FSI>amends check<PDI><RLM>"
    )


@pytest.mark.usefixtures("in_hebrew")
def test_a_line_of_a_hebrew_message_without_hebrew_letters_runs_like_the_others() -> None:
    error = "הקובץ archive-with-a-name-that-fills-a-line.jsonl"
    lines = named("".join(renderer("text", width=50)([NotChecked(error)]))).splitlines()
    assert lines[2].startswith("<LRM>")
    assert lines[2].endswith("<FSI>archive-with-a-name-that-fills-a-line.jsonl<PDI><RLM>")


def test_an_option_keeps_its_column() -> None:
    assert named(dressed("  --fix       מתקן את הקובץ", 80)).startswith("<LRM>  --fix       ")


def test_a_reply_cannot_leave_an_isolate_open() -> None:
    assert named(isolated("שלום\u2067 לך")) == "<FSI>שלום<RLI> לך<PDI><PDI>"
    assert named(isolated("שלום\u2069 לך")) == "<FSI>שלום לך<PDI>"
    assert named(quoted("אם נפגעת")) == '"<FSI>אם נפגעת<PDI>"'
