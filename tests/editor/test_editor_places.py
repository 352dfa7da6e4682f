import pytest
from hypothesis import given
from hypothesis import strategies as some

pytest.importorskip("markdown_it", reason="the extra 'editor' is not installed")

from amends.editor.places import Places
from amends.editor.prose import prose

texts = some.text(some.sampled_from("ab \n\r\t😀éא\u2028\x0b\x85\ud83d`*_[]()<>-#"), max_size=60)
encodings = some.sampled_from(["utf-8", "utf-16", "utf-32"])


@given(texts, encodings)
def test_every_offset_comes_back(text: str, encoding) -> None:
    places = Places(text, encoding)
    for offset in range(len(text) + 1):
        inside_an_end = text[offset - 1 : offset + 1] == "\r\n"
        assert places.offset(*places.position(offset)) == offset - inside_an_end


@given(texts, encodings)
def test_positions_grow_with_offsets(text: str, encoding) -> None:
    places = Places(text, encoding)
    positions = [places.position(offset) for offset in range(len(text) + 1)]
    assert positions == sorted(positions)
    assert positions[-1][0] == len(places) - 1


def test_lines_end_as_the_protocol_says_and_nowhere_else() -> None:
    places = Places("a\u2028b\x0bc\nd\r\ne\rf")
    assert len(places) == 4
    assert places.position(4) == (0, 4)
    assert places.position(6) == (1, 0)
    assert places.position(9) == (2, 0)
    assert places.position(11) == (3, 0)


def test_characters_are_counted_as_the_editor_does() -> None:
    text = "א😀é!"
    assert [Places(text, "utf-16").position(offset)[1] for offset in range(5)] == [0, 1, 3, 4, 5]
    assert [Places(text, "utf-8").position(offset)[1] for offset in range(5)] == [0, 2, 6, 8, 9]
    assert [Places(text, "utf-32").position(offset)[1] for offset in range(5)] == [0, 1, 2, 3, 4]
    assert Places(text, "utf-16").offset(0, 2) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_places_outside_are_the_nearest_inside(encoding) -> None:
    places = Places("ab\ncd", encoding)
    assert places.offset(0, 99) == 2
    assert places.offset(99, 0) == 5
    assert places.offset(-1, 4) == 0
    assert places.offset(0, -4) == 0
    assert places.position(-3) == (0, 0)
    assert places.position(99) == (1, 2)


@given(texts)
def test_prose_keeps_length_and_lines_and_all_that_it_does_not_hide(text: str) -> None:
    shown, hidden = prose(text)
    assert len(shown) == len(text)
    assert [character for character in shown if character in "\r\n"] == [
        character for character in text if character in "\r\n"
    ]
    covered = {offset for start, end in hidden for offset in range(start, end)}
    assert all(shown[offset] == text[offset] for offset in range(len(text)) if offset not in covered)


def test_prose_hides_code_addresses_and_marks() -> None:
    text = (
        "---\ntitle: sorry if\n---\n\nWe are **sorry** for it, see [the page](https://example.org/sorry-if).\n\n"
        "```\nsorry if this\n```\n\n    sorry if\n\nA `sorry if` <b>word</b> stays.\n"
    )
    shown, _ = prose(text)
    assert "sorry if" not in shown
    assert "example.org" not in shown
    assert " ".join(shown.split()) == "We are sorry for it, see [the page] . A word stays."
