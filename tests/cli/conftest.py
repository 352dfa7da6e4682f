"""Running the command in an empty folder."""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from amends.checker.check import Checker
from amends.cli import main
from amends.messages import VARIABLE

Run = Callable[..., Result]


@cache
def by_rules(language: str) -> Checker:
    return Checker(language, model=False)


@pytest.fixture(autouse=True)
def rules_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the sentence model says changes whenever it is trained; the command is the same."""
    monkeypatch.setattr(sys.modules["amends.checker.check"], "_checker", by_rules)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `amends` in an empty folder; standard input is bytes or text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AMENDS_TRACE", "1")
    for variable in ("FORCE_COLOR", VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)

    def runner(*arguments: str, stdin: bytes | str | None = b"") -> Result:
        return CliRunner().invoke(main, list(arguments), input=stdin, prog_name="amends")

    return runner


@pytest.fixture
def reply(tmp_path: Path) -> Callable[[str, str | bytes], str]:
    """Writes a file into the folder where the command runs."""

    def write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    return write
