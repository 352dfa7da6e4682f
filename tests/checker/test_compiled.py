"""Compiled packs are kept, and never used for another text."""

from pathlib import Path

import pytest

from amends.checker import pack as packs
from amends.checker.compiled import fingerprint


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
    for changed in (whole.replace(" 9 ", " x ", 1), whole.replace("\t", "", 1), whole[:-5]):
        assert changed != whole
        kept.write_text(changed, encoding="utf-8")
        packs.load_pack.cache_clear()
        packs.load_pack("en")
        assert kept.read_text(encoding="utf-8") == whole
    packs.load_pack.cache_clear()


def test_another_text_has_another_name() -> None:
    base = fingerprint("en", {"a": b"x", "b": b"y"}, frozenset({"the"}))
    assert base == fingerprint("en", {"b": b"y", "a": b"x"}, frozenset({"the"}))
    assert base != fingerprint("en", {"a": b"x", "b": b"z"}, frozenset({"the"}))
    assert base != fingerprint("en", {"a": b"x", "b": b"y"}, frozenset({"a"}))
    assert base != fingerprint("hr", {"a": b"x", "b": b"y"}, frozenset({"the"}))
