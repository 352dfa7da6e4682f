from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.checker.review import Component, Finding, Missing, Review
from amends.checker.scoring import Weights, score
from amends.dismissals import (
    EVERY_FILE,
    Dismissal,
    DismissalError,
    add_dismissal,
    describe,
    file_key,
    is_dismissed,
    read_dismissals,
    read_notes,
    silenced_in_place,
    touches,
    without_findings,
)

REPLY = "Dear Ms Okoro, your refund is on its way. As a one-time courtesy we also send a voucher. Write to me, Ana."
COURTESY = "As a one-time courtesy"


def finding(text: str, quote: str, label: str = "favour") -> Finding:
    start = text.index(quote)
    return Finding(label, ((start, start + len(quote)),), "warning")


def described(text: str, quote: str = COURTESY, file: str = "a.txt", label: str = "favour") -> Dismissal:
    return describe(Review(text, "en"), finding(text, quote, label), file)


# --- Notes in the text ---


@pytest.mark.parametrize(
    "note",
    [
        "# amends: ignore favour",
        "#amends: ignore favour",
        "# Amends: Ignore Favour",
        "[amends ignore favour]",
        "[amends: ignore favour, but]",
        "<!-- amends: ignore favour -->",
        "<!-- amends: ignore but favour -- agreed with Ana, see mail -->",
    ],
)
def test_a_note_at_a_lines_end_silences_that_line(note: str) -> None:
    text = f"As a courtesy we pay.  {note}\nAs a favour we wait."
    noted = read_notes(text)
    assert silenced_in_place(finding(text, "As a courtesy"), noted)
    assert not silenced_in_place(finding(text, "As a favour"), noted)
    assert not silenced_in_place(finding(text, "As a courtesy", "conditional"), noted)
    assert not noted.problems
    assert "amends" not in noted.text.casefold()
    assert noted.text.split() == ["As", "a", "courtesy", "we", "pay.", "As", "a", "favour", "we", "wait."]


@pytest.mark.parametrize(
    "note",
    ["amends: ignore favour", "  # amends: ignore favour", "<!-- amends: ignore favour -->", "[amends ignore favour]"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", [True, False])
def test_a_note_alone_on_a_line_silences_the_whole_reply(note: str, end: str, before: bool) -> None:
    lines = [note, "One.", "Two."] if before else ["One.", note, "Two."]
    noted = read_notes(end.join(lines))
    assert silenced_in_place(Finding("favour", (), "note"), noted)
    assert silenced_in_place(Finding("favour", ((0, 1),), "note"), noted)
    assert not silenced_in_place(Finding("but", (), "note"), noted)
    # No empty line is left behind: that would part a paragraph.
    assert [line.strip() for line in noted.text.split(end)] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("note", "problem"),
    [
        ("x # amends: ignore favor", "line 2: there is no label 'favor'. Did you mean 'favour'?"),
        ("x # amends: ignore", "line 2: 'amends: ignore' names no label"),
        ("[amends ignore -- reasons]", "line 2: 'amends: ignore' names no label"),
    ],
)
def test_a_note_that_says_nothing_known_is_told(note: str, problem: str) -> None:
    (told,) = read_notes(f"One.\n{note}\n").problems
    assert told.startswith(problem)


@pytest.mark.parametrize(
    "text",
    [
        "We will make amends: ignore the old letter.",
        "He amends ignored labels",
        "http://a.b/#amends:ignore",
        "amends",
        "",
    ],
)
def test_words_that_are_no_note_stay(text: str) -> None:
    assert read_notes(text).text == text


pieces = st.sampled_from(
    ["amends", ":", " ignore", " favour", "# ", "<!-- ", " -->", "[", "]", "\n", "\r\n", "\r", " ", ",", "é", "😀"]
)


@given(st.lists(pieces, max_size=25).map("".join))
def test_notes_are_blanked_in_place(text: str) -> None:
    noted = read_notes(text)
    assert len(noted.text) == len(text)
    blanked = {offset for start, end in noted.blanked for offset in range(start, end)}
    for offset, (was, now) in enumerate(zip(text, noted.text, strict=True)):
        assert now == (" " if offset in blanked else was)


@given(
    st.lists(st.integers(0, 20), min_size=2, max_size=2, unique=True).map(sorted),
    st.lists(st.integers(0, 20), max_size=8, unique=True).map(sorted),
)
def test_touching_is_sharing_a_character(span: list[int], ends: list[int]) -> None:
    others = list(zip(ends[::2], ends[1::2], strict=False))
    shared = any(set(range(*span)) & set(range(*other)) for other in others)
    assert touches((span[0], span[1]), others) == shared


# --- Remembered ---


@pytest.mark.parametrize(
    "edited",
    [
        REPLY,
        "Good morning. " + REPLY + " PS: the shop is open on Sunday.",
        REPLY.replace("Dear Ms Okoro, your refund is on its way.", "Dear Ms Okoro, we did wrong and pay you back."),
        REPLY.replace("we also send a voucher", "you also get a voucher"),
        REPLY.upper(),
        REPLY.replace(" ", "\n"),
    ],
)
def test_a_dismissal_outlives_edits_elsewhere(edited: str) -> None:
    quote = next(words for words in (COURTESY, COURTESY.upper(), COURTESY.replace(" ", "\n")) if words in edited)
    assert is_dismissed(described(edited, quote), [described(REPLY)])


@pytest.mark.parametrize(
    "other",
    [
        described(REPLY, label="but"),
        described(REPLY, file="b.txt"),
        described(REPLY, "one-time courtesy"),
        described("As a one-time courtesy you may keep the broken one."),
    ],
)
def test_another_finding_is_not_dismissed_with_it(other: Dismissal) -> None:
    assert not is_dismissed(other, [described(REPLY)])


def test_a_dismissal_can_be_for_every_reply() -> None:
    assert is_dismissed(described(REPLY, file="b.txt"), [described(REPLY, file=EVERY_FILE)])


def test_a_finding_about_the_whole_reply_is_known_by_its_file() -> None:
    def whole(file: str) -> Dismissal:
        return describe(Review(REPLY, "en"), Finding("no-name", (), "note"), file)

    assert is_dismissed(whole("a.txt"), [whole("a.txt")])
    assert not is_dismissed(whole("b.txt"), [whole("a.txt")])


@given(st.text(st.characters(exclude_categories=[]), max_size=60), st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_what_is_remembered_is_known_again(text: str, ends: tuple[int, int]) -> None:
    start, end = sorted(min(offset, len(text)) for offset in ends)
    found = describe(Review(text, "en"), Finding("but", ((start, end),), "error"), "a.txt")
    assert is_dismissed(found, [found])


def test_files_are_read_back_as_written(tmp_path: Path) -> None:
    path = tmp_path / "amends-dismissals.toml"
    entries = [
        described(REPLY),
        Dismissal("no-name", file='with "quotes" and \\ and é\x7f.txt'),
        described("Žao nam je ako vas je to uvrijedilo.", "ako vas je to", EVERY_FILE, "conditional"),
    ]
    for entry in entries:
        add_dismissal(path, entry)
    assert read_dismissals(path) == tuple(entries)


def test_what_people_wrote_into_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "left.toml"
    path.write_text('# ours\n[[dismissal]]\nlabel = "but"\nwords = "  BUT, then "', encoding="utf-8")
    add_dismissal(path, described(REPLY))
    assert path.read_text(encoding="utf-8").startswith("# ours\n")
    assert read_dismissals(path)[0] == Dismissal("but", "but then")


def test_no_file_is_no_dismissals(tmp_path: Path) -> None:
    assert read_dismissals(tmp_path / "none.toml") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("dismissal = 5", "dismissal: each entry begins with [[dismissal]]"),
        ('[dismissal]\nlabel = "but"', "dismissal: each entry begins with [[dismissal]]"),
        ("dismissal = [1]", "dismissal 1: each entry begins with [[dismissal]]"),
        ("[[dismissals]]", "dismissals: there is no such key"),
        ('[[dismissal]]\nlabel = "but"\n[[dismissal]]\nlabel = "butt"', "dismissal 2: label: there is no label 'butt'"),
        ("[[dismissal]]", "dismissal 1: label: there is no label ''"),
        ('[[dismissal]]\nlabel = "but"\nword = "x"', "dismissal 1: word: there is no such key. Did you mean 'words'?"),
        ("[[dismissal]]\nlabel = 3", "dismissal 1: label: a text is expected"),
        ("x", "is not TOML"),
    ],
)
def test_a_wrong_file_is_named_with_entry_and_key(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "left.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DismissalError) as caught:
        read_dismissals(path)
    assert str(caught.value).startswith(f"{path}: {problem}")


def test_files_are_named_from_where_the_dismissals_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "replies").mkdir()
    monkeypatch.chdir(tmp_path / "replies")
    assert file_key("a.txt", tmp_path / "left.toml") == "replies/a.txt"
    assert file_key(str(tmp_path / "b.txt"), tmp_path / "left.toml") == "b.txt"
    assert file_key(None, tmp_path / "left.toml") == "-"


# --- What is left ---

SORRY = Review(
    "We are sorry, but no.",
    "en",
    (Component("apology", ((0, 12),)),),
    (
        Finding("but", ((0, 21),), "error"),
        Finding("denial", ((14, 21),), "error"),
        Finding("denial", ((18, 21),), "error"),
    ),
    (Missing("repair"),),
    "non-apology",
    1,
)


def test_a_dismissed_finding_does_not_count() -> None:
    weights = Weights({"apology": 1.0, "repair": 1.0}, {"but": 0.5, "denial": 0.5})
    left = without_findings(SORRY, lambda one: one.label == "but", weights)
    assert [one.label for one in left.findings] == ["denial", "denial"]
    assert left.score == score({"apology"}, {"denial"}, weights) == 25


def test_one_of_several_alike_leaves_the_score() -> None:
    left = without_findings(SORRY, lambda one: one.spans == ((18, 21),))
    assert len(left.findings) == 2
    assert left.score == SORRY.score


def test_nothing_dismissed_changes_nothing() -> None:
    assert without_findings(SORRY, lambda one: False) is SORRY


def test_where_no_apology_is_due_any_more_nothing_is_missing() -> None:
    refusal = Review("No.", "en", (), (Finding("denial", ((0, 3),), "error"),), (Missing("apology"),), "non-apology", 0)
    left = without_findings(refusal, lambda one: True)
    assert (left.verdict, left.missing) == ("none", ())
