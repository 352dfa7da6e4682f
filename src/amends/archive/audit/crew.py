"""Who does the work: this process, a pool of processes, or a Dask cluster. Functions and results are the same."""

import gc
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context
from typing import Any, NamedTuple, Protocol, TypeVar

from amends.messages import current_language, use

__all__ = ["Crew", "Lost", "crew"]

Result = TypeVar("Result")
Job = tuple[Any, ...]


class Lost(NamedTuple):
    """A job that ended the process that did it, twice; and what the system said."""

    job: Job
    reason: str


class Crew(Protocol):
    """Does jobs, several at a time."""

    def in_order(self, work: Callable[..., Result], jobs: Iterable[Job]) -> Iterator[Result | Lost]:
        """Do a function for each job.

        Args:
            work: The function; it is found by its name in each process.
            jobs: Its arguments for each; taken as the work goes on, so that only some wait in memory.

        Returns:
            What it gave for each, in the order of the jobs.
        """
        ...

    def close(self) -> None:
        """Let everybody go; jobs that are not begun are not done."""
        ...


def crew(jobs: int, dask: str | None = None) -> Crew:
    """Those who do the work.

    Args:
        jobs: How many processes; with 1 this one does it.
        dask: The address of a scheduler, as "tcp://192.0.2.1:8786"; then its workers do it.

    Raises:
        ModuleNotFoundError: Dask is asked for and not installed.
        OSError: Nobody answers at this address.
    """
    if dask is not None:
        return _Cluster(dask)
    return _Alone() if jobs == 1 else _Pool(jobs)


class _Alone:
    """This process."""

    def in_order(self, work: Callable[..., Result], jobs: Iterable[Job]) -> Iterator[Result | Lost]:
        for job in jobs:
            yield work(*job)

    def close(self) -> None:
        pass


class _Pool:
    """Processes on this machine."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._executor = self._hired()

    def _hired(self) -> ProcessPoolExecutor:
        # A fork would carry over the locks of the libraries' threads.
        context = get_context("spawn")
        return ProcessPoolExecutor(self._jobs, context, initializer=_begin, initargs=(current_language(),))

    def in_order(self, work: Callable[..., Result], jobs: Iterable[Job]) -> Iterator[Result | Lost]:
        waiting: deque[tuple[Job, Future[Result]]] = deque()
        rest = iter(jobs)
        exhausted = False
        while waiting or not exhausted:
            while not exhausted and len(waiting) < 2 * self._jobs:
                job = next(rest, None)
                if job is None:
                    exhausted = True
                else:
                    waiting.append((job, self._submitted(work, job)))
            if not waiting:
                return
            _, future = waiting[0]
            try:
                result: Result | Lost = future.result()
            except BrokenProcessPool:
                # One of those in work ended its process; which one shows when each is done alone.
                broken = [job for job, _ in waiting]
                waiting.clear()
                for job in broken:
                    yield self._alone(work, job)
                continue
            waiting.popleft()
            yield result

    def _submitted(self, work: Callable[..., Result], job: Job) -> "Future[Result]":
        try:
            return self._executor.submit(work, *job)
        except BrokenProcessPool as error:
            failed: Future[Result] = Future()
            failed.set_exception(error)
            return failed

    def _alone(self, work: Callable[..., Result], job: Job) -> Result | Lost:
        for _ in range(2):
            try:
                return self._executor.submit(work, *job).result()
            except BrokenProcessPool as error:
                self._executor.shutdown(wait=False, cancel_futures=True)
                self._executor = self._hired()
                reason = str(error)
        return Lost(job, reason)

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


_SELDOM = 50_000
"""After how many new objects more than old ones Python looks for circles; each look goes through rows by the ten
thousand, none of which is one. (Without any look a process took 0.91 of the time.)"""


def _begin(language: str) -> None:
    """What a process does first: it speaks our language, and leaves Ctrl-C to the one that hired it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(_SELDOM)
    use(language).__enter__()


class _Cluster:
    """The workers of a Dask cluster."""

    def __init__(self, address: str) -> None:
        # Its classes are not typed.
        library: Any = import_module("distributed")
        self._client = library.Client(address, timeout=10, set_as_default=False)
        self._killed: type[Exception] = library.KilledWorker
        self._language = current_language()

    def in_order(self, work: Callable[..., Result], jobs: Iterable[Job]) -> Iterator[Result | Lost]:
        waiting: deque[tuple[Job, Any]] = deque()
        rest = iter(jobs)
        exhausted = False
        while waiting or not exhausted:
            while not exhausted and len(waiting) < 2 + 3 * max(1, len(self._client.nthreads())):
                job = next(rest, None)
                if job is None:
                    exhausted = True
                else:
                    # Arguments that are scattered would be lost with the worker that holds them.
                    waiting.append(
                        (job, self._client.submit(_spoken, self._language, work, job, pure=False, retries=2))
                    )
            if not waiting:
                return
            job, future = waiting.popleft()
            try:
                result: Result | Lost = future.result()
            except self._killed as error:
                result = Lost(job, str(error))
            yield result

    def close(self) -> None:
        self._client.close()


def _spoken(language: str, work: Callable[..., Result], job: Job) -> Result:
    with use(language):
        return work(*job)
