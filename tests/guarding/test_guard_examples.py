"""The examples of the guard run, and show what their page says."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from amends.guarding import read_policy

FOLDER = Path(__file__).parents[2] / "examples" / "guard"


def shown(name: str, *arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, str(FOLDER / name), *arguments], input=stdin, capture_output=True, text=True, check=False,
        env={**os.environ, "AMENDS_LANGUAGE": "en"}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_chat_bot_says_what_passed_and_hands_over_the_rest() -> None:
    said = [line for line in shown("chat_bot.py").splitlines() if line.startswith("bot: ")]
    assert len(said) == 3
    assert said[0].startswith("bot: I am sorry. We sent you the wrong lamp")
    assert said[1] == said[2] == "bot: A person has to answer this, so I am not answering it myself."


def test_the_chat_bot_can_be_talked_to() -> None:
    assert "bot: " in shown("chat_bot.py", "--talk", stdin="Where is my refund?\n\n")


def test_the_walk_through_the_gateway() -> None:
    pytest.importorskip("httpx", reason="the extra 'gateway' is not installed")
    pytest.importorskip("waitress", reason="the extra 'gateway' is not installed")
    output = shown("gateway_walkthrough.py")
    told = [line.split("Amends-Ruling: ")[1] for line in output.splitlines() if "Amends-Ruling: " in line]
    assert told == [
        "pass, Amends-Attempts: 1, Amends-Handed-Over: no",
        "pass, Amends-Attempts: 2, Amends-Handed-Over: no",
        "pass, Amends-Attempts: 2, Amends-Handed-Over: no",
        "hold, Amends-Attempts: 2, Amends-Handed-Over: yes",
    ]
    assert "any inconvenience" not in output


def test_the_policy_can_be_read() -> None:
    assert read_policy(FOLDER / "guard.toml").may_promise == {"act", "time"}


def test_the_configuration_of_an_assistant_names_our_command() -> None:
    from amends.cli import main

    (server,) = json.loads((FOLDER / "mcp.json").read_text(encoding="utf-8"))["mcpServers"].values()
    assert server["command"] == "amends"
    assert all(name in main.list_commands(None) for name in server["args"])  # type: ignore[arg-type]
