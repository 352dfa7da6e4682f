"""Catalogues of messages that a test writes itself."""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import settings

from amends import messages
from amends.checker import catalogue

# No test asserts on time: a slow machine is no failure.
settings.register_profile("amends", deadline=None)
settings.load_profile("amends")


def _forget() -> None:
    messages.translator.cache_clear()
    catalogue._translated.cache_clear()


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Mapping], Path]]:
    """No language is translated but those that the test writes: by English text, or by the pair of one and many."""
    folder = tmp_path / "locale"
    monkeypatch.setattr(messages, "FOLDER", folder)
    _forget()

    def write(language: str, texts: Mapping[str | tuple[str, str], str | tuple[str, ...]]) -> Path:
        made = Catalog(locale=language, domain=messages.DOMAIN, fuzzy=False)
        for text, translation in texts.items():
            made.add(text, translation)
        buffer = BytesIO()
        write_mo(buffer, made)
        path = folder / language / "LC_MESSAGES" / f"{messages.DOMAIN}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(buffer.getvalue())
        _forget()
        return path

    yield write
    _forget()
