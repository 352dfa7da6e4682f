"""Jobs done here, in processes, and on a cluster: the same results in the same order, whoever is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from audit_samples import write

from amends.archive.audit.crew import Lost, crew


def doubled(number: int) -> int:
    return 2 * number


def ends(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_jobs(jobs: int) -> None:
    hands = crew(jobs)
    try:
        assert list(hands.in_order(doubled, ((number,) for number in range(20)))) == [2 * n for n in range(20)]
        assert list(hands.in_order(doubled, ())) == []
    finally:
        hands.close()


def test_a_job_that_ends_its_process_is_the_only_one_lost() -> None:
    hands = crew(2)
    try:
        found = list(hands.in_order(ends, ((number,) for number in range(8))))
    finally:
        hands.close()
    lost = [one for one in found if isinstance(one, Lost)]
    assert [one.job for one in lost] == [(3,)]
    assert [one for one in found if not isinstance(one, Lost)] == [0, 2, 4, 8, 10, 12, 14]


def started(*arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_cluster_that_loses_a_worker_midway_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scheduler and two workers as processes of their own; one worker is killed while it works."""
    pytest.importorskip("distributed")
    from test_run import many, results

    from amends.archive.audit import Options, run, running

    monkeypatch.setattr(running, "_PIECES_IN_BATCH", 25)
    monkeypatch.setattr(running, "_MESSAGES_IN_BUCKET", 60)
    source = str(write(tmp_path / "talks.jsonl", many(300)))
    run(Options((source,)), tmp_path / "here")
    address_file = tmp_path / "scheduler.json"
    scheduler = started(
        "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(address_file)
    )
    workers = []
    try:
        deadline = time.monotonic() + 60
        while not address_file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        common = (
            "--scheduler-file",
            str(address_file),
            "--nthreads",
            "1",
            "--no-dashboard",
            "--local-directory",
            str(tmp_path),
        )
        workers = [started("distributed.cli.dask_worker", *common, "--no-nanny") for _ in range(2)]
        import json

        address = json.loads(address_file.read_text())["address"]
        killed = []

        def kill(stage: str, done: int, whole: int) -> None:
            if stage == "judging" and not killed:
                killed.append(workers[0].pid)
                workers[0].kill()

        run(Options((source,), dask=address), tmp_path / "there", progress=kill)
        assert killed
        assert results(tmp_path / "there") == results(tmp_path / "here")
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
