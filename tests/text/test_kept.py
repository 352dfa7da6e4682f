"""What is kept between runs is the same as what was made, and harmless where it is damaged."""

import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from amends.text import kept
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
    for damaged in (
        b"",
        b"{}\n",
        kept._sealed(b"[]\n"),
        kept._sealed(b"[[1]]\n"),
        kept._sealed(b"[" * 100_000),
        whole[: len(whole) // 2],
        whole.replace(b"some", b"sume"),
    ):
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
    [file] = folder.glob("xx-*.codes")
    size = file.stat().st_size
    for number, written in enumerate(EXPRESSIONS):
        compiled, laid_out = re.compile(written), second.compiled(number, written)
        assert laid_out == compiled
        assert laid_out.groupindex == compiled.groupindex
        for text in TEXTS:
            assert found(laid_out, text) == found(compiled, text)
    assert file.stat().st_size == size


def test_expressions_that_two_processes_add_are_all_kept(folder: Path) -> None:
    first, second = Expressions("xx"), Expressions("xx")
    first.compiled(0, EXPRESSIONS[0])
    second.compiled(1, EXPRESSIONS[1])
    first.compiled(2, EXPRESSIONS[2])
    [file] = folder.glob("xx-*.codes")
    size = file.stat().st_size
    third = Expressions("xx")
    for number in range(3):
        assert third.compiled(number, EXPRESSIONS[number]).pattern == EXPRESSIONS[number]
    assert file.stat().st_size == size


def test_damaged_expressions_are_compiled_anew(folder: Path) -> None:
    for number, written in enumerate(EXPRESSIONS):
        Expressions("xx").compiled(number, written)
    [file] = folder.glob("xx-*.codes")
    whole = file.read_bytes()
    middle = len(whole) // 2
    for damaged in (whole[:middle], whole[:middle] + b"\0\0\0" + whole[middle + 3 :], b"\xff" * 40, whole[:5], b""):
        file.write_bytes(damaged)
        expressions = Expressions("xx")
        for number, written in enumerate(EXPRESSIONS):
            assert expressions.compiled(number, written) == re.compile(written)
        assert file.read_bytes() == whole


def test_a_record_that_is_no_expression_is_compiled_anew(folder: Path) -> None:
    expressions = Expressions("xx")
    expressions.compiled(0, "a+b")
    checksum = zlib.crc32(b"a+b")
    for wrong in (
        b"{}",
        b"[]",
        b"[%d, 32, 0, {}]\n\x01\x02",
        b"[%d, 32, 0, {}]\n" + b"\xff" * 64,
        b'[%d, 32, 0, {"a": 7}]\n',
        b"[%d, 32, 0, null]\n",
        b"[%d, 32, 1000000000000, {}]\n",
        b"[" * 100_000,
    ):
        expressions._kept = {0: zlib.compress(wrong.replace(b"%d", str(checksum).encode()))}
        assert expressions.compiled(0, "a+b").search("caab")[0] == "aab"


def test_a_kept_expression_is_never_used_for_another(folder: Path) -> None:
    Expressions("xx").compiled(0, "a+b")
    other = Expressions("xx").compiled(0, "c+d")
    assert other.search("aab ccd")[0] == "ccd"
    assert Expressions("xx").compiled(0, "c+d") == other


def test_a_python_that_compiles_otherwise_is_left_to_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_parser", object())
    assert Expressions("xx").compiled(0, "a+b").search("caab")
    assert list(folder.glob("*")) == []


def test_only_our_own_files_go_and_none_waits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_MOST_FILES", 3)
    folder.mkdir()
    (folder / "diary.txt").write_text("mine")
    for number in range(6):
        keep(f"xx-{number:032x}", [b"line"])
    assert len(list(folder.glob("xx-*.txt"))) == 3
    assert (folder / "diary.txt").read_text() == "mine"
    monkeypatch.setattr(Path, "replace", _refused)
    keep("xx-" + "f" * 32, [b"line"])
    assert list(folder.glob("*.new")) == []


def _refused(*_: object) -> None:
    raise PermissionError


def test_damaged_lines_are_as_good_as_none(folder: Path) -> None:
    keep("xx", [b"one", b"two"])
    assert cached("xx") == [b"one", b"two"]
    path = folder / "xx.txt"
    whole = path.read_bytes()
    for damaged in (b"", b"\n", whole[:-1], whole.replace(b"o", b"0"), b"x" + whole):
        path.write_bytes(damaged)
        assert cached("xx") is None


def test_expressions_need_no_place_to_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    for place in ("", str(blocked)):
        monkeypatch.setenv("AMENDS_CACHE", place)
        assert Expressions("xx").compiled(0, "a+b").search("caab")
    assert Expressions(None).compiled(0, "a+b").search("caab")
