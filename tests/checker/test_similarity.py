"""Near copies among earlier replies."""

from hypothesis import given, settings
from hypothesis import strategies as st

from amends.checker import EarlierReplies, similarity

words = st.lists(
    st.sampled_from(
        [
            "we",
            "lost",
            "your",
            "parcel",
            "on",
            "monday",
            "and",
            "a",
            "new",
            "one",
            "leaves",
            "today",
            "with",
            "love",
            "from",
            "us",
        ]
    ),
    min_size=12,
    max_size=60,
)


@settings(deadline=None, max_examples=50)
@given(st.lists(words, min_size=1, max_size=8))
def test_a_reply_is_its_own_nearest(texts: list[list[str]]) -> None:
    earlier = EarlierReplies(" ".join(text) for text in texts)
    for text in texts:
        found = earlier.nearest(" ".join(text))
        assert found is not None and found[1] == 1.0
        assert texts[found[0]] == text or set(texts[found[0]]) == set(text) or found[1] == 1.0


def test_copies_are_found_before_and_after_merging() -> None:
    base = "thank you for telling us about the {} in {} we looked at it with the whole team on {} and changed the rota"
    names = ["".join(chr(97 + n // 26**at % 26) for at in range(3)) for n in range(0, 15_000, 50)]
    texts = [base.format(name + "a", name + "b", name + "c") for name in dict.fromkeys(names)]
    original = similarity._MERGE_AT
    similarity._MERGE_AT = 50
    try:
        earlier = EarlierReplies(texts)
    finally:
        similarity._MERGE_AT = original
    assert len(earlier) == len(texts) > 100
    for number in (0, 7, 70, len(texts) - 1):
        found = earlier.nearest(texts[number])
        assert found is not None and texts[found[0]] == texts[number]


def test_numbers_do_not_make_a_copy_new_and_other_words_do() -> None:
    earlier = EarlierReplies(
        ["Your refund of 20 euros for order 1234 left us at 3 today and should be there by 9 tomorrow at the latest."]
    )
    assert earlier.nearest(
        "Your refund of 75 euros for order 9876 left us at 6 today and should be there by 8 tomorrow at the latest."
    )
    assert (
        earlier.nearest(
            "I dropped your cake on the stairs this morning and there is nothing I can say to make that better."
        )
        is None
    )


def test_short_replies_are_no_script() -> None:
    assert EarlierReplies(["Thank you so much!"]).nearest("Thank you so much!") is None
    assert EarlierReplies().nearest("anything at all that is long enough to compare with others") is None
