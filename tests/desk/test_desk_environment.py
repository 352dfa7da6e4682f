"""Settings from the environment: typed, and a wrong one says its name and what to do, never its secret."""

import stat
import subprocess
import sys

import pytest

from amends.desk.environment import Environment, SettingError
from amends.desk.settings import ENVIRONMENT, database


def read(name, value):
    return Environment({name: value})


@pytest.mark.parametrize(
    ("ask", "value"),
    [
        (lambda e: e.flag("X"), "perhaps"),
        (lambda e: e.number("X", 1, least=1, most=9), "10"),
        (lambda e: e.number("X", 1, least=1, most=9), "ten"),
        (lambda e: e.one_of("X", ("a", "b"), "a"), "c"),
        (lambda e: e.time_zone("X", "UTC"), "Mars/Olympus"),
        (lambda e: e.time_zone("X", "UTC"), "../../etc/passwd"),
        (lambda e: e.address("X", ""), "desk.example"),
        (lambda e: e.address("X", ""), "ftp://desk.example"),
        (lambda e: e.address("X", ""), "https://desk.example/path"),
        (lambda e: e.address("X", ""), "https://desk.example:99999"),
        (lambda e: e.address("X", ""), "https://[bad"),
        (lambda e: e.ip_address("X"), "proxy"),
    ],
)
def test_a_wrong_setting_says_its_name(ask, value):
    with pytest.raises(SettingError, match="X: write"):
        ask(read("X", value))


def test_empty_counts_as_not_given():
    environment = read("X", "  ")
    assert environment.flag("X", True) is True
    assert environment.number("X", 5, least=1, most=9) == 5
    assert environment.several("X") == []
    assert environment.address("X", "http://127.0.0.1:8765/").geturl() == "http://127.0.0.1:8765"


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    file = tmp_path / "secret-key"
    first = Environment({}).secret_key("K", file)
    assert Environment({}).secret_key("K", file) == first
    assert len(first) >= 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(SettingError):
        Environment({"K": "short"}).secret_key("K", file)
    file.write_text("")
    with pytest.raises(SettingError, match="backup"):
        Environment({}).secret_key("K", file)


@pytest.mark.parametrize(
    "url", ["mysql://me:hush@host/name", "postgresql://me:hush@host", "postgresql://me:hush@h:x/n"]
)
def test_a_wrong_database_address_keeps_its_password_to_itself(url, tmp_path):
    with pytest.raises(SettingError) as caught:
        database(url, tmp_path)
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_database_address_is_understood(tmp_path):
    found = database("postgresql://me:p%40ss@db.example:5433/desk?sslmode=require", tmp_path)
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", 5433, "desk")
    assert (found["USER"], found["PASSWORD"], found["OPTIONS"]["sslmode"]) == ("me", "p@ss", "require")
    assert database("", tmp_path)["NAME"] == tmp_path / "amends.sqlite3"


def test_every_setting_that_is_read_is_described():
    from pathlib import Path

    import amends.desk.settings as module

    source = Path(module.__file__).read_text()
    read_names = {part.split('"')[0] for part in source.split("_environment.")[1:] for part in part.split('("')[1:2]}
    assert read_names == set(ENVIRONMENT)


def run(arguments, tmp_path, **variables):
    environment = {"PATH": "/usr/bin:/bin", "AMENDS_DATA": str(tmp_path), "LANG": "C.UTF-8"} | variables
    command = [sys.executable, "-c", "import sys; from amends.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


def test_the_command_says_which_setting_is_wrong(tmp_path):
    done = run(["desk", "--check"], tmp_path, AMENDS_TIME_ZONE="Mars/Olympus")
    assert done.returncode == 2
    assert "AMENDS_TIME_ZONE" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_says_what_is_misconfigured_and_starts_nothing(tmp_path):
    done = run(["desk", "--check"], tmp_path, AMENDS_URL="http://desk.example", AMENDS_DEBUG="yes")
    assert done.returncode == 1
    assert "AMENDS_URL" in done.stdout
    assert "AMENDS_DEBUG" in done.stdout
    assert "AMENDS_SMTP_HOST" in done.stdout


def test_help_of_the_command_loads_no_web_framework(tmp_path):
    code = "import sys; from amends.cli import main\n"
    code += "try: main(['--help'])\nexcept SystemExit: print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip().endswith("False")
    assert "desk" in done.stdout
