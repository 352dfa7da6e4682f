from hypothesis import given
from hypothesis import strategies as st

from amends.render.places import Places
from amends.text import utf16_offset

texts = st.text(st.sampled_from("ab\n\r😀\u2028é"), max_size=30)


def test_lines_and_columns_count_from_one() -> None:
    places = Places("one\r\ntwo\rthree\n😀x")
    assert places.place(0) == (1, 1)
    assert places.place(5) == (2, 1)
    assert places.place(9) == (3, 1)
    assert places.place(16) == (4, 2)
    assert places.utf16_place(16) == (4, 3)


@given(texts, st.integers(-3, 40))
def test_columns_agree_with_the_text(text: str, offset: int) -> None:
    line, column = Places(text).place(offset)
    clamped = min(max(offset, 0), len(text))
    start = clamped - column + 1
    assert 0 <= start <= clamped
    assert start == 0 or text[start - 1] in "\r\n"
    assert Places(text).utf16_place(offset) == (line, utf16_offset(text[start:], clamped - start) + 1)


@given(texts)
def test_places_are_in_the_order_of_offsets(text: str) -> None:
    places = Places(text)
    found = [places.place(offset) for offset in range(len(text) + 1)]
    assert found == sorted(set(found))
