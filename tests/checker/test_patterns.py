"""The pattern language: what a native speaker writes and what it finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.checker.patterns import PatternError, Vocabulary, compile_pattern
from amends.checker.sieve import Layout, Sieve
from amends.text import fold
from amends.text.matchers import best_matcher

WORDS = Vocabulary(
    classes={"we": ["we", "i", "our team"], "lose": ["lost", "misplac*"], "case": ["@we @lose"]},
    paradigms={"noun": ["a", "ą", "os", "omis"], "bare": ["", "s"]},
)
HEBREW = Vocabulary(classes={}, paradigms={}, prefixes="והשבלכמ")


def matches(pattern: str, text: str, vocabulary: Vocabulary = WORDS) -> str | None:
    compiled = compile_pattern(pattern, vocabulary)
    folded = fold(text)
    attempt = re.compile(compiled.expression)
    found = attempt.match(folded) if compiled.at_start else attempt.search(folded)
    if found is not None:
        sieve = Sieve(Layout.of([(0, row) for row in compiled.rows]), best_matcher(), vocabulary.prefixes)
        assert sieve.passing(folded, 0, len(folded)) == [0], "what matches passes the sieve"
    return found[0] if found else None


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("sorry", "So SORRY!", "sorry"),
        ("sorry", "sorrythen", None),
        ("sorry", "notsorry", None),
        ("klaid*", "Tai mūsų klaidos.", "klaidos"),
        ("*able", "It is unacceptable here", "unacceptable"),
        ("ne*ėme", "Mes nepastebėjome, nežiūrėjome ir neperskaitėme.", "neperskaiteme"),
        ("ne*ėme", "neme", None),
        ("klaid+noun", "su klaidomis", "klaidomis"),
        ("klaid+noun", "mano klaidą", "klaida"),
        ("klaid+noun", "klaidinti", None),
        ("@we lost", "Our team lost it", "our team lost"),
        ("@case", "we misplaced it", "we misplaced"),
        ("(a|the) parcel", "the parcel", "the parcel"),
        ("[very] sorry", "very sorry", "very sorry"),
        ("[very] sorry", "sorry", "sorry"),
        ("sorry [so] much", "sorry so much", "sorry so much"),
        ("sorry .. if", "sorry, dear all, if", "sorry, dear all, if"),
        ("sorry .. if", "sorry one two three four five if", None),
        ("sorry ... if", "sorry one two three four five if", "sorry one two three four five if"),
        ("in _ days", "in three days", "in three days"),
        ("within # days", "within 3 days", "within 3 days"),
        ("^ but", "But we did", "but"),
        ("^ but", "all but one", None),
        ("the end $", "this is the end.", "the end"),
        ("the end $", "the end of it", None),
        ("did you ?", "did you call?", "did you"),
        ("did you ?", "what I did you know.", None),
        ("we -(not|never) forgot", "we forgot", "we forgot"),
        ("that 's ours", "that's ours", "that's ours"),
        ("sorry but", 'sorry, "but', 'sorry, "but'),
    ],
)
def test_what_a_pattern_finds(pattern: str, text: str, expected: str | None) -> None:
    assert matches(pattern, text) == expected


def test_a_hebrew_word_takes_its_prefixes_along() -> None:
    assert matches("טעות", "וכשהטעות", HEBREW) is None
    assert matches("טעות", "והטעות שלנו", HEBREW) == "והטעות"
    assert matches("אם נפגעת", "סליחה אם נפגעת", HEBREW) == "אם נפגעת"
    assert matches("אם נפגעת", "האמנם נפגעת", HEBREW) is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("@nobody lost", "no word class '@nobody'"),
        ("klaid+verb", "no paradigm 'verb'"),
        ("(klaid|ker)+noun", "no stem before it"),
        ("(a|b", "')' is missing"),
        ("a)", "unexpected ')'"),
        ("[very]", "optional"),
        ("...", "gaps"),
        ("_", "no fixed word"),
        ("(law|§)", "without a word"),
        ("(that)? is", "may be absent"),
        ("(that)?is", "no part of a word"),
        ("so ^ but", "beginning"),
        ("( )", "empty part"),
    ],
)
def test_a_wrong_pattern_says_what_is_wrong(pattern: str, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        compile_pattern(pattern, WORDS)


def test_a_class_that_refers_to_itself_is_refused() -> None:
    with pytest.raises(PatternError, match="refers to itself"):
        compile_pattern("@loop", Vocabulary({"loop": ["so @loop"]}, {}))


@given(
    st.lists(st.sampled_from(["a", "sorry", "[very]", "(x|y z)", "..", "@we", "#", "$", "|", "(", ")", "*", "^", "?"]))
)
def test_any_line_is_a_pattern_or_a_clear_error(parts: list[str]) -> None:
    try:
        compiled = compile_pattern(" ".join(parts), WORDS)
    except PatternError as error:
        assert str(error)
    else:
        re.compile(compiled.expression)
        assert compiled.rows
