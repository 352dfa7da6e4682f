"""What is remembered of sentences changes nothing but the time that it takes."""

import pytest

import amends
from amends.text.recent import Recent, make_room

REPLIES = (
    ("en", "Dear Ana, I am sorry that your parcel was late. We mixed up two labels. You have 4 euros back."),
    ("en", "Dear Tom, I am sorry that your parcel was late. We are sorry if you were upset.\n\nIt won't happen again."),
    ("en", 'You wrote "I am sorry that your parcel was late." I am sorry that your parcel was late.'),
    ("lt", "Atsiprašome, kad siunta vėlavo. Supainiojome dvi etiketes. Grąžiname 4 eurus iki penktadienio."),
    ("he", "אנחנו מצטערים שהחבילה איחרה. התבלבלנו בין שתי תוויות. נחזיר לך 4 אירו עד יום שישי."),
)
MESSAGES = (
    ("en", "My parcel came two weeks late. Nobody answers (48213)."),
    ("en", "My parcel came two weeks late. Nobody answers (7)."),
    ("hr", "Paket je kasnio dva tjedna. Nitko ne odgovara (12.50)."),
)


def said() -> list[object]:
    reviews = [amends.check(text, language=language).to_dict() for language, text in REPLIES]
    return reviews + [amends.hear(text, language=language).to_dict() for language, text in MESSAGES]


def test_a_sentence_that_comes_again_says_the_same() -> None:
    assert said() == said()


def test_what_was_forgotten_says_the_same() -> None:
    before = said()
    usual = Recent.half
    make_room(2)
    try:
        assert said() == before
        assert said() == before
    finally:
        Recent.half = usual


def test_the_neighbours_of_a_sentence_still_count() -> None:
    """The second stage and the rules that look around see the whole reply, also when its sentences are known."""
    alone = amends.check("I am sorry that your parcel was late.", language="en")
    owned = amends.check(
        "I am sorry that your parcel was late. It was our mistake: we mixed up two labels.", language="en"
    )
    assert "regret-only" in {finding.label for finding in alone.findings}
    assert "regret-only" not in {finding.label for finding in owned.findings}


def test_what_is_asked_for_stays_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recent, "half", 2)
    recent: Recent[str, int] = Recent()
    for place, word in enumerate("abcabdabe"):
        if recent.get(word) is None:
            recent.put(word, place)
    assert (recent.get("a"), recent.get("b")) == (0, 1)
    assert recent.get("c") is None
