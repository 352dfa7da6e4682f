import subprocess
import sys
from pathlib import Path

import pytest

import amends

COMMANDS = ("check", "explain", "dismiss", "schema")


def test_the_version_is_that_of_the_package(run) -> None:
    assert run("--version").stdout == f"amends {amends.__version__}\n"


def test_help_teaches_with_examples(run) -> None:
    output = run("--help").stdout
    assert "amends check reply.txt" in output
    assert "Exit codes" in output
    for command in COMMANDS:
        assert f"  {command} " in output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command: str) -> None:
    result = run(command, "-h")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: amends {command}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("chekc",), "No such command 'chekc'"),
        (("check", "--frobnicate"), "No such option"),
        (("check", "--fault", "me"), "'me' is not one of"),
        (("check", "--format", "xml"), "'xml' is not one of"),
        (("check", "--select", "favor"), "--select: there is no label 'favor'. Did you mean 'favour'?"),
        (("check", "--ignore", "but,nought"), "--ignore: there is no label 'nought'."),
        (("check", "--config", "none.toml"), "none.toml: cannot be read"),
        (("check", "--complaint", "none.txt", "-"), "--complaint none.txt: there is no such file"),
        (("check", "--earlier", "none.txt", "-"), "--earlier none.txt: there is no such file"),
        (("check", "--fix", "a.jsonl"), "--fix works on text files"),
        (("check", "--fix", "--jsonl", "a.txt"), "--fix works on text files"),
        (("check", "--fix", "-", "a.txt"), "give - alone"),
        (("check", "--fix", "--format", "json", "-"), "give - alone"),
        (("explain", "favuor"), "Did you mean 'favour'?"),
        (("dismiss", "a.txt"), "Missing argument 'LABEL'"),
    ],
)
def test_wrong_usage_is_told_in_one_line(run, arguments: tuple[str, ...], told: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("amends: ")


def test_a_file_in_the_place_of_a_command_gets_the_right_line(run, reply) -> None:
    result = run(reply("reply.txt", "Hello"))
    assert result.exit_code == 2
    assert "amends check reply.txt" in result.stderr


def test_settings_that_are_wrong_are_told_in_one_line(run, reply) -> None:
    reply("amends.toml", "fail-on = 1")
    result = run("check", "-")
    assert result.exit_code == 2
    assert "amends.toml: fail-on: one of error" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_mistake_of_ours_is_no_traceback(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise LookupError("nothing there")

    monkeypatch.delenv("AMENDS_TRACE")
    monkeypatch.setattr("amends.render.reference.plain", broken)
    result = run("explain", "but")
    assert result.exit_code == 2
    assert result.stderr.startswith("amends: something went wrong inside Amends (LookupError: nothing there).")
    assert "Traceback" not in result.output


def process(*arguments: str, stdin: bytes = b"", folder: Path) -> "subprocess.CompletedProcess[bytes]":
    code = "from amends.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], input=stdin, capture_output=True, cwd=folder, check=False
    )


def test_loading_the_command_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, amends.cli; print(sorted({'numpy', 'rich', 'yaml', 'amends.checker'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == "[]\n"


def test_a_reader_that_goes_away_is_no_error_message(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text('{"reply": "We are sorry if this upset you."}\n' * 3000, encoding="utf-8")
    command = f'"{sys.executable}" -c "from amends.cli import main; main()" check many.jsonl | head -1'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.parametrize("form", ["text", "json"])
def test_output_fits_a_poor_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    reply = "We are sorry – if this upset you 😀."
    done = process("check", "--format", form, "-", stdin=reply.encode(), folder=tmp_path)
    assert done.returncode == 0
    assert done.stderr == b""
    if form == "text":
        assert b"\\u2013" in done.stdout
    else:
        assert "– if this" in done.stdout.decode("utf-8")
