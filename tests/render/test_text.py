import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.checker.review import Component, Finding, Review
from amends.render import Checked, renderer
from amends.render.direction import without_marks

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def shown(review: Review, **layout: object) -> str:
    return "".join(renderer("text", **layout)([Checked(review, "reply.txt")]))  # type: ignore[arg-type]


def one_line(text: str) -> str:
    return " ".join(text.split())


def test_findings_stand_in_brackets_with_their_numbers_and_parts_in_braces(poor: Review) -> None:
    output = one_line(shown(poor))
    assert "{[1: We would like to [2: apologise 1]} for [3: any trouble 2] this may have] caused." in output
    assert '3 error Puts the harm in doubt hedged-fact "any trouble this may have"' in output


def test_colour_says_the_same_as_brackets(poor: Review) -> None:
    coloured, plain = shown(poor, colour=True), shown(poor)
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    after = "\nFindings\n"
    assert ESCAPES.sub("", coloured).split(after)[1] == plain.split(after)[1]


def test_the_reason_is_told_once_for_each_label(poor: Review) -> None:
    output = one_line(shown(poor))
    assert output.count(one_line(poor.findings[3].why)) == 1
    assert "As under 4." in output


def test_a_reply_cannot_send_commands_to_the_terminal() -> None:
    text = "Sorry\x1b]0;owned\x07 \x9b31m\x00 you\rwin"
    output = shown(Review(text, "en", (), (Finding("but", ((0, 8),), "error"),), (), "partial", 5), colour=True)
    left = ESCAPES.sub("", output)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", left)
    assert "␛" in left


def test_no_line_is_wider_than_the_page_or_ends_in_spaces(poor: Review) -> None:
    for line in shown(poor, width=50).splitlines():
        assert len(line) <= 50
        assert line == line.rstrip()


def test_a_reply_without_end_is_cut_and_says_so() -> None:
    output = shown(Review("sorry " * 20_000, "en", verdict="none"))
    assert "100,000 characters more, not shown" in output


def test_what_was_not_checked_says_why() -> None:
    output = shown(Review("Hm", None, reason="too short"))
    assert "Not checked. The reply is too short to tell its language." in output
    assert "Score" not in output


def test_several_replies_end_in_a_summary(poor: Review, full: Review) -> None:
    output = "".join(renderer("text")([Checked(poor, "a"), Checked(full, "b"), Checked(poor, "c")]))
    assert output.endswith("3 replies: 1 full apology, 2 non-apologies. 12 findings.\n")


spans_of_ten = st.tuples(st.integers(0, 10), st.integers(0, 10)).map(lambda pair: (min(pair), max(pair)))


@given(
    st.lists(spans_of_ten, max_size=5),
    st.lists(spans_of_ten, max_size=5),
    st.sampled_from(["0123456789", "😀e\u0301\u202e\ud800 ab\tc "]),
)
def test_marks_leave_every_character_in_its_place(
    parts: list[tuple[int, int]], faults: list[tuple[int, int]], text: str
) -> None:
    review = Review(
        text,
        "en",
        tuple(Component("apology", (span,)) for span in parts),
        tuple(Finding("but", (span,), "error") for span in faults),
        (),
        "partial",
    )
    body = shown(review).split("\n\n")[1]
    body = re.sub(r"\[[\d,]+: | [\d,]+\]|[\[\]{}]", "", body)
    assert "".join(body.split()) == "".join(text.split())
    assert body.count("[") == body.count("]")


@pytest.mark.parametrize("colour", [True, False])
def test_right_to_left_replies_keep_their_order(hebrew: Review, colour: bool) -> None:
    output = without_marks(ESCAPES.sub("", shown(hebrew, colour=colour)))
    assert re.sub(r"\[1(: |\])|[\[\]{}]", "", output.splitlines()[2]).strip() == hebrew.text


def test_a_preview_says_that_it_is_one() -> None:
    told = "The check of this language is a preview"
    assert told in one_line(shown(Review("Przepraszamy.", "pl", verdict="partial", preview=True)))
    assert told not in shown(Review("We are sorry.", "en", verdict="partial"))
