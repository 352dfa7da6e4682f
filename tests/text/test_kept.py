"""What is kept between runs is the same as what was made, and harmless where it is damaged."""

import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from amends.text.kept import Expressions, arrays_of, cached, keep


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AMENDS_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_the_cache_can_be_switched_off_and_need_not_be_writable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_CACHE", "")
    keep("a", [b"b"])
    assert cached("a") is None
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("AMENDS_CACHE", str(blocked))
    keep("a", [b"b"])
    assert cached("a") is None


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "xx.npz"
    np.savez_compressed(
        path,
        numbers=np.arange(4000),
        words=np.frombuffer(b"some words", np.uint8),
        rows=np.arange(6, dtype=np.float32).reshape(2, 3),
        nothing=np.zeros((0, 4), np.int8),
    )
    return path


def assert_same(arrays: dict[str, NDArray[Any]], path: Path) -> None:
    with np.load(path) as data:
        assert list(arrays) == list(data)
        for name, one in arrays.items():
            assert one.dtype == data[name].dtype
            assert one.tolist() == data[name].tolist()
            assert one.shape == data[name].shape


def test_arrays_are_kept_unpacked(folder: Path, packed: Path) -> None:
    assert_same(arrays_of(packed), packed)
    [copy] = folder.glob("xx-*.arrays")
    assert copy.stat().st_size > packed.stat().st_size
    made = copy.stat().st_mtime_ns
    assert_same(arrays_of(packed), packed)
    assert copy.stat().st_mtime_ns == made


def test_other_arrays_have_another_copy(folder: Path, packed: Path) -> None:
    arrays_of(packed)
    np.savez_compressed(packed, numbers=np.arange(1, 4001), words=np.frombuffer(b"some words", np.uint8))
    assert_same(arrays_of(packed), packed)
    assert len(list(folder.glob("xx-*.arrays"))) == 2


def test_arrays_are_read_where_nothing_can_be_kept(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for place in ("", str(blocked)):
        monkeypatch.setenv("AMENDS_CACHE", place)
        assert_same(arrays_of(packed), packed)


def test_a_damaged_copy_is_written_anew(folder: Path, packed: Path) -> None:
    arrays_of(packed)
    [copy] = folder.glob("xx-*.arrays")
    whole = copy.read_bytes()
    for damaged in (b"", b"{}\n", b"[0, [[1]]]\n", whole[: len(whole) // 2], whole.replace(b"some", b"sume")):
        copy.write_bytes(damaged)
        assert_same(arrays_of(packed), packed)
        assert copy.read_bytes() == whole


EXPRESSIONS = [
    r"(?<!\w)sorr(?:y|ies)(?!\w)",
    r"(?P<who>we|i) (?:are|am) (?P<how>\w+)",
    r"(a)(b)?|[^\W\d_]{2,}\Z",
    "[а-яёąčęėįšųūž]+(?=[.!?])",
    r"(?i:Late)|(?:x{3,7}?y)*+",
]
TEXTS = ["we are sorry.", "a ab abc", "i am late!", "привет. labas.", "xxxyxxxxy LATE", ""]


def found(expression, text):
    return [(match.span(), match.groups(), match.groupdict()) for match in expression.finditer(text)]


def test_kept_expressions_match_as_compiled_ones(folder: Path) -> None:
    first, second = Expressions("xx"), Expressions("xx")
    for number, written in enumerate(EXPRESSIONS):
        first.compiled(number, written)
    [kept] = folder.glob("xx-*.codes")
    size = kept.stat().st_size
    for number, written in enumerate(EXPRESSIONS):
        compiled, laid_out = re.compile(written), second.compiled(number, written)
        assert laid_out == compiled
        assert laid_out.groupindex == compiled.groupindex
        for text in TEXTS:
            assert found(laid_out, text) == found(compiled, text)
    assert kept.stat().st_size == size


def test_expressions_that_two_processes_add_are_all_kept(folder: Path) -> None:
    first, second = Expressions("xx"), Expressions("xx")
    first.compiled(0, EXPRESSIONS[0])
    second.compiled(1, EXPRESSIONS[1])
    first.compiled(2, EXPRESSIONS[2])
    [kept] = folder.glob("xx-*.codes")
    size = kept.stat().st_size
    third = Expressions("xx")
    for number in range(3):
        assert third.compiled(number, EXPRESSIONS[number]).pattern == EXPRESSIONS[number]
    assert kept.stat().st_size == size


def test_damaged_expressions_are_compiled_anew(folder: Path) -> None:
    for number, written in enumerate(EXPRESSIONS):
        Expressions("xx").compiled(number, written)
    [kept] = folder.glob("xx-*.codes")
    whole = kept.read_bytes()
    middle = len(whole) // 2
    for damaged in (whole[:middle], whole[:middle] + b"\0\0\0" + whole[middle + 3 :], b"\xff" * 40, whole[:5], b""):
        kept.write_bytes(damaged)
        expressions = Expressions("xx")
        for number, written in enumerate(EXPRESSIONS):
            assert expressions.compiled(number, written) == re.compile(written)
        assert kept.read_bytes()[-100:] == whole[-100:]


def test_a_record_that_is_no_expression_is_compiled_anew(folder: Path) -> None:
    expressions = Expressions("xx")
    expressions.compiled(0, "a+b")
    for wrong in (
        b"",
        zlib.compress(b"{}"),
        zlib.compress(b"[32, 0, {}]\n\x01\x02"),
        zlib.compress(b"[32, 0, {}]\n" + b"\xff" * 64),
    ):
        expressions._kept = {0: wrong}
        assert expressions.compiled(0, "a+b").search("caab")[0] == "aab"


def test_expressions_need_no_place_to_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for place in ("", str(blocked)):
        monkeypatch.setenv("AMENDS_CACHE", place)
        assert Expressions("xx").compiled(0, "a+b").search("caab")
    assert Expressions(None).compiled(0, "a+b").search("caab")
