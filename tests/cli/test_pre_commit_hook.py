"""The hook as pre-commit runs it: which files it is given, what stops a commit, what can be set.

pre-commit would install Amends into an environment of its own first; here it finds the one that is being tested.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("pre_commit", reason="pre-commit is not installed")
if shutil.which("git") is None:
    pytest.skip("git is not installed", allow_module_level=True)

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
BAD = "We are sorry if this upset you. As a one-time courtesy we will refund you.\n"
GOOD = "I am sorry. We packed the wrong lamp on Monday; that was my mistake. Which colour did you order?\n"


@pytest.fixture
def commit(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Puts files into a new repository and runs the hook on them."""

    def run(content: dict[str, str], **settings: Any) -> subprocess.CompletedProcess[str]:
        repository = tmp_path / "repository"
        repository.mkdir()
        programs = tmp_path / "bin"
        programs.mkdir()
        program = programs / "amends"
        program.write_text(f"#!{sys.executable}\nfrom amends.cli import main\nmain()\n", encoding="utf-8")
        program.chmod(0o755)
        (hook,) = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
        assert hook["language"] == "python"
        local = {"repo": "local", "hooks": [{**hook, "language": "system", **settings}]}
        (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [local]}), encoding="utf-8")
        for name, text in content.items():
            path = repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "PRE_COMMIT_HOME": str(tmp_path / "home"),
            "AMENDS_LANGUAGE": "en",
        }
        subprocess.run(["git", "init", "--quiet", "."], cwd=repository, env=environment, check=True)
        subprocess.run(["git", "add", "."], cwd=repository, env=environment, check=True)
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--color", "never"],
            cwd=repository, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


def test_a_reply_with_an_error_stops_the_commit(commit) -> None:
    files = {"replies/okoro.txt": BAD, "replies/good.md": GOOD, "amends.toml": 'fault = "team"\n'}
    done = commit(files)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Failed" in done.stdout
    assert "replies/okoro.txt" in done.stdout
    assert "sorry if" in done.stdout


def test_good_replies_pass_and_other_files_are_not_read(commit) -> None:
    files = {
        "shop/replies/good.txt": GOOD,
        "README.md": BAD,
        "replies/picture.png": BAD,
        "amends.toml": 'fault = "team"\n',
    }
    done = commit(files)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_json_lines_count_too(commit) -> None:
    done = commit({"replies/all.jsonl": '{"reply": "We are sorry if this upset you.", "fault": "team"}\n'})
    assert done.returncode == 1, done.stdout + done.stderr


def test_files_and_strictness_can_be_set(commit) -> None:
    done = commit({"letters/okoro.txt": BAD}, files="^letters/", args=["--fail-on", "warning"])
    assert done.returncode == 1, done.stdout + done.stderr
    assert "letters/okoro.txt" in done.stdout
