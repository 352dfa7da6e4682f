"""Compiled packs are kept, and never used for another text."""

from pathlib import Path

import numpy as np
import pytest

from amends.checker import pack as packs
from amends.checker.compiled import cached, fingerprint, keep, unpacked_copy
from amends.checker.model import load_model


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AMENDS_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_a_compiled_pack_is_the_same_pack(folder: Path) -> None:
    packs.load_pack.cache_clear()
    first = packs.load_pack("en")
    assert len(list(folder.glob("en-*.txt"))) == 1
    packs.load_pack.cache_clear()
    second = packs.load_pack("en")
    packs.load_pack.cache_clear()
    assert second.rules == first.rules
    assert second.patterns == first.patterns
    assert second.status == first.status
    assert second.sure_layout().to_plain() == first.sure_layout().to_plain()


def test_a_damaged_file_is_compiled_anew(folder: Path) -> None:
    packs.load_pack.cache_clear()
    packs.load_pack("en")
    kept = next(folder.glob("en-*.txt"))
    plain = '{"rules": [[1]], "patterns": [], "language": "en", "status": "", "prefixes": "", "settings": {}}'
    whole = kept.read_text(encoding="utf-8")
    for damage in ("", "{", "[]\n[]", plain, plain + "\n[]", whole[: len(whole) // 2], "\xff"):
        kept.write_text(damage, encoding="latin-1" if damage == "\xff" else "utf-8")
        packs.load_pack.cache_clear()
        assert packs.load_pack("en").rules
    packs.load_pack.cache_clear()


def test_another_text_has_another_name() -> None:
    base = fingerprint("en", {"a": b"x", "b": b"y"}, frozenset({"the"}))
    assert base == fingerprint("en", {"b": b"y", "a": b"x"}, frozenset({"the"}))
    assert base != fingerprint("en", {"a": b"x", "b": b"z"}, frozenset({"the"}))
    assert base != fingerprint("en", {"a": b"x", "b": b"y"}, frozenset({"a"}))
    assert base != fingerprint("hr", {"a": b"x", "b": b"y"}, frozenset({"the"}))


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
    np.savez_compressed(path, numbers=np.arange(4000), words=np.frombuffer(b"some words", np.uint8))
    return path


def test_arrays_are_kept_unpacked(folder: Path, packed: Path) -> None:
    copy = unpacked_copy(packed)
    assert copy.parent == folder
    assert copy.stat().st_size > packed.stat().st_size
    with np.load(copy) as data:
        assert data["numbers"].tolist() == list(range(4000))
        assert data["words"].tobytes() == b"some words"
    made = copy.stat().st_mtime_ns
    assert unpacked_copy(packed) == copy
    assert copy.stat().st_mtime_ns == made


def test_other_arrays_have_another_copy(folder: Path, packed: Path) -> None:
    first = unpacked_copy(packed)
    np.savez_compressed(packed, numbers=np.arange(1, 4001), words=np.frombuffer(b"some words", np.uint8))
    assert unpacked_copy(packed) != first


def test_arrays_stay_packed_where_nothing_can_be_kept(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENDS_CACHE", "")
    assert unpacked_copy(packed) == packed
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("AMENDS_CACHE", str(blocked))
    assert unpacked_copy(packed) == packed


def test_a_damaged_copy_does_no_harm(folder: Path) -> None:
    load_model.cache_clear()
    model = load_model("en")
    [copy] = folder.glob("en-*.npz")
    whole = copy.read_bytes()
    for damaged in (b"", whole[: len(whole) // 2], whole.replace(b"sorry", b"sorrx")):
        copy.write_bytes(damaged)
        load_model.cache_clear()
        again = load_model("en")
        assert model is not None
        assert again is not None
        assert (again.thresholds == model.thresholds).all()
    load_model.cache_clear()
