"""`amends gateway` as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from made_up_model import BAD, GOOD, Model, said, streamed

from amends.cli import main

httpx = pytest.importorskip("httpx", reason="the extra 'gateway' is not installed")
pytest.importorskip("waitress", reason="the extra 'gateway' is not installed")

KEY = "sk-not-a-real-key-4711"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., tuple[str, "subprocess.Popen[str]"]]]:
    running: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> tuple[str, "subprocess.Popen[str]"]:
        code = "from amends.cli import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, "gateway", "--port", "0", "--language", "en", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
            env={**os.environ, "AMENDS_LANGUAGE": "en"},
        )  # fmt: skip
        running.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            found = re.search(r"http://127\.0\.0\.1:\d+/v1", line)
            if found:
                return found[0], process
        raise AssertionError("the gateway did not start")

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def asked(url: str, *, stream: bool = False):
    return httpx.post(
        f"{url}/chat/completions",
        json={"messages": [{"role": "user", "content": "You sent me the wrong lamp."}], "stream": stream},
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=60,
    )


def test_it_holds_back_asks_again_and_ends_when_it_is_told_to(start, model: Model, tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text('may-promise = ["act", "remedy"]\n', encoding="utf-8")
    model.replies = [said(BAD), said(GOOD), streamed(BAD)]
    url, process = start(
        "--upstream", model.url, "--policy", "guard.toml", "--again", "1", "--fault", "team",
        "--hand-over-text", "Ana takes over.",
    )  # fmt: skip
    first = asked(url)
    assert first.json()["choices"][0]["message"]["content"] == GOOD
    assert first.headers["Amends-Attempts"] == "2"
    second = asked(url, stream=True)
    assert "Ana takes over." in second.text
    assert "courtesy" not in second.text
    assert second.headers["Amends-Handed-Over"] == "yes"
    process.send_signal(signal.SIGTERM)
    output, log = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output == ""
    assert "pass after 2" in log
    assert "hold after 2" in log
    for secret in (KEY, "lamp", "courtesy", model.url):
        assert secret not in log


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Missing option '--upstream'"),
        (("--upstream", "models.example"), "--upstream: an address like https://models.example/v1 is expected"),
        (("--upstream", "ftp://models.example"), "--upstream: an address like"),
        (("--upstream", "http://[::1"), "--upstream: an address like"),
        (("--upstream", "http://models.example/v1?key=secret"), "--upstream: an address like"),
        (("--upstream", "http://models.example", "--policy", "none.toml"), "none.toml: cannot be read"),
        (("--upstream", "http://models.example", "--again", "-1"), "--again"),
        (("--upstream", "http://models.example", "--hand-over", "shrug"), "--hand-over"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments: tuple[str, ...], told: str, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AMENDS_LANGUAGE", "en")
    done = CliRunner().invoke(main, ["gateway", *arguments], prog_name="amends")
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


@pytest.mark.parametrize("command", ["gateway", "mcp", "lsp"])
def test_every_command_has_help(command: str, monkeypatch) -> None:
    monkeypatch.setenv("AMENDS_LANGUAGE", "en")
    done = CliRunner().invoke(main, [command, "-h"], prog_name="amends")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: amends {command}")


def test_a_port_that_is_taken_is_told(model: Model, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AMENDS_LANGUAGE", "en")
    port = model.url.split(":")[2].split("/")[0]
    done = CliRunner().invoke(main, ["gateway", "--upstream", model.url, "--port", port], prog_name="amends")
    assert done.exit_code == 2
    assert f"Port {port} cannot be used" in done.stderr


@pytest.mark.parametrize(
    ("command", "missing", "extra"),
    [
        (("gateway", "--upstream", "http://models.example/v1"), "httpx", "amends[gateway]"),
        (("mcp",), "mcp.server.mcpserver", "amends[mcp]"),
        (("lsp",), "pygls", "amends[editor]"),
    ],
)
def test_what_is_not_installed_is_named(command, missing: str, extra: str, monkeypatch) -> None:
    monkeypatch.setenv("AMENDS_LANGUAGE", "en")
    monkeypatch.setitem(sys.modules, missing, None)
    done = CliRunner().invoke(main, list(command), prog_name="amends")
    assert done.exit_code == 2
    assert extra in done.stderr
    assert done.stderr.count("\n") == 1
