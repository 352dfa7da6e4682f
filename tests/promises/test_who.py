"""Who makes a promise, in a script that has no capitals."""

import pytest

import amends


@pytest.mark.parametrize(
    ("text", "who"),
    [("אחזיר לך את הכסף מחר.", "I"), ("נחזיר לכם את הכסף מחר.", "we"), ("השליח יביא לך את החבילה מחר.", "other")],
)
def test_a_hebrew_word_is_taken_for_nobodys_name(text, who):
    (promise,) = amends.promises(text, language="he")
    assert (promise.who, promise.name) == (who, None)
