"""The command: what it asks for, says, and writes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from audit_samples import SMALL, write
from click.testing import CliRunner, Result
from test_run import many, results

from amends.cli import main
from amends.messages import VARIABLE

Run = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls `amends audit` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for variable in ("FORCE_COLOR", VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)

    def runner(*arguments: str, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(main, ["audit", *arguments], input=stdin, prog_name="amends")

    return runner


def test_an_audit(call: Run, tmp_path: Path) -> None:
    write(tmp_path / "talks.jsonl", SMALL)
    result = call("talks.jsonl", "--out", "out", "--jobs", "1")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("1. Write to the customers who are waiting.")
    assert lines[-1] == str(Path("out") / "report.html")
    assert "13 messages read, 0 unreadable" in result.stderr
    assert (tmp_path / "out" / "threads.parquet").exists()


def test_from_standard_input(call: Run, tmp_path: Path) -> None:
    lines = "".join(json.dumps(one) + "\n" for one in SMALL)
    assert call("-", "--out", "out", "--jobs", "1", stdin=lines.encode()).exit_code == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["archive"]["messages"] == 13


def test_columns_of_a_table(call: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Worte,who\nThe stove never came and nobody answers me!,customer\n")
    assert call("a.csv", "--out", "no", "--jobs", "1").exit_code == 2
    result = call(
        "a.csv", "--out", "out", "--jobs", "1", "--map", "text=Worte", "--map", "side=who", "--channel", "call"
    )
    assert result.exit_code == 0
    told = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert told["archive"]["channels"] == {"call": 1}
    assert told["figures"]["complaints"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Name an archive"),
        (("a.mbox",), "--out DIR"),
        (("a.mbox", "--out", "out", "--map", "text"), "WHAT=COLUMN"),
        (("a.mbox", "--out", "out", "--map", "words=Body"), "WHAT=COLUMN"),
        (("a.mbox", "--out", "out", "--zone", "Mars/Base"), "Europe/Vilnius"),
        (("a.mbox", "--out", "out", "--country", "Atlantis"), "ISO 3166"),
        (("a.mbox", "--out", "out", "--ours", "gmail.com"), "anybody can have an address"),
        (("none.mbox", "--out", "out", "--jobs", "1"), "no such file"),
        (("a.mbox", "--compare", "x", "y"), "no archives"),
        (("--compare", "x", "y"), "holds no audit"),
        (("--format", "telex", "a", "--out", "b"), "mbox"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(call: Run, arguments: tuple[str, ...], told: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_a_folder_that_is_not_empty(call: Run, tmp_path: Path) -> None:
    write(tmp_path / "talks.jsonl", SMALL)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x").touch()
    result = call("talks.jsonl", "--out", "out", "--jobs", "1")
    assert result.exit_code == 2
    assert "not empty" in result.stderr


def test_two_audits_side_by_side(call: Run, tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", SMALL)
    write(tmp_path / "b.jsonl", many(30))
    for name in "ab":
        assert call(f"{name}.jsonl", "--out", name, "--jobs", "1").exit_code == 0
    result = call("--compare", "a", "b", "--out", "both")
    assert result.exit_code == 0
    assert any(line.startswith("complaints heard") for line in result.stdout.splitlines())
    assert "<table>" in (tmp_path / "both" / "compare.html").read_text()


def test_the_report_is_in_the_language_of_the_messages(call: Run, tmp_path: Path) -> None:
    write(tmp_path / "talks.jsonl", SMALL)
    assert call("talks.jsonl", "--out", "out", "--jobs", "1", "--messages", "he").exit_code == 0
    assert '<html lang="he" dir="rtl">' in (tmp_path / "out" / "report.html").read_text()


def test_help_shows_how(call: Run) -> None:
    result = call("--help")
    assert result.exit_code == 0
    assert "amends audit inbox.mbox" in result.stdout


# In the background a shell has the key ignored; at a terminal it is not.
COMMAND = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);from amends.cli import main; main()"


def test_stopped_by_a_key_it_keeps_what_is_done(tmp_path: Path) -> None:
    """A real process, a real signal: to the whole group, as a terminal sends it."""
    source = str(write(tmp_path / "talks.jsonl", many(1500)))
    command = [sys.executable, "-c", COMMAND, "audit", source, "--out", str(tmp_path / "out"), "--jobs", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, text=True)
    try:
        deadline = time.monotonic() + 60
        while not list((tmp_path / "out").glob(".work/judged-*")) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "--resume" in told
    assert not (tmp_path / "out" / "summary.json").exists()
    kept = len(list((tmp_path / "out").glob(".work/judged-*")))
    assert kept
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    subprocess.run([*command[:-4], "--out", str(tmp_path / "whole"), "--jobs", "1"], capture_output=True, check=True)
    assert results(tmp_path / "out") == results(tmp_path / "whole")
