"""The commands as a person starts them: the desk comes up, prints its links, ends cleanly; backup and restore."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

COMMAND = [sys.executable, "-c", "from amends.cli import main; main()"]


def environment(folder, **more):
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AMENDS_", "DJANGO_", "DATABASE"))
    }
    return kept | {"AMENDS_DATA": str(folder), "PYTHONUNBUFFERED": "1", "LANGUAGE": "en", "LC_ALL": "C.UTF-8"} | more


def run(folder, *arguments):
    command = [*COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment(folder), timeout=180)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def desk(folder, *arguments):
    """A desk that runs, with what it printed until it was ready."""
    port = free_port()
    command = [*COMMAND, "desk", "--port", str(port), *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(folder)
    )
    printed = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        yield process, f"http://127.0.0.1:{port}", printed
    finally:
        process.kill()
        process.communicate(timeout=30)


def read(address):
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.read().decode()


def test_the_desk_comes_up_prints_the_owners_link_and_ends_when_asked(tmp_path):
    with desk(tmp_path) as (process, address, printed):
        assert printed.startswith("The desk is being made ready.")
        assert address in printed
        link = re.search(r"http\S+/first/\S+", printed)[0]
        assert "Whose desk is this?" in read(link)
        assert '"alive": true' in read(f"{address}/alive")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_demonstration_needs_nothing_but_the_link(tmp_path):
    with desk(tmp_path, "--demo") as (_process, address, _printed):
        assert "olga@demo.example" in read(f"{address}/sign-in/")
        target = tmp_path / "kept.backup"
        done = run(tmp_path, "backup", str(target))
        assert (done.returncode, "cases" in done.stderr) == (0, True)
        refused = run(tmp_path, "restore", str(target), "--replace")
        assert refused.returncode == 2
        assert "running" in refused.stderr
    other = tmp_path / "other"
    restored = run(other, "restore", str(target))
    assert restored.returncode == 0, restored.stderr
    assert (other / "secret-key").read_text() == (tmp_path / "secret-key").read_text()
    assert run(other, "restore", str(target)).returncode == 2
    doctor = run(other, "doctor")
    assert "Traceback" not in doctor.stderr
    assert "damaged" not in doctor.stdout


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(tmp_path, "desk", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_file_that_cannot_be_is_told_in_one_line(tmp_path, command):
    (tmp_path / "there").write_text("no backup")
    done = run(tmp_path, command, str(tmp_path / "there"))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1


def test_several_processes_serve_the_same_desk(tmp_path):
    pytest.importorskip("granian")
    with desk(tmp_path, "--demo", "--processes", "2") as (process, address, printed):
        assert address in printed
        page = ""
        for _attempt in range(100):
            try:
                page = read(address + "/sign-in/")
                break
            except OSError:
                time.sleep(0.1)
        process.terminate()
        assert process.wait(30) == 0
        assert "csrfmiddlewaretoken" in page
