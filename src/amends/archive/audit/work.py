"""What is kept of an audit while it runs, so that it can go on after it was stopped."""

import json
import shutil
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from amends.archive.audit.reading import ReadChunk
from amends.archive.threads import ThreadBuilder
from amends.messages import translated

__all__ = ["AuditError", "Work"]

_FOLDER = ".work"
_MANIFEST = "manifest.json"


class AuditError(Exception):
    """An audit cannot begin or go on; the message says what to do."""


class ReadPart(NamedTuple):
    """A batch that was read before: where its messages are, and what was kept of it besides."""

    table: Path
    numbers: ThreadBuilder
    not_read: list[tuple[str, str, str]]
    messages: int
    dates: dict[str, int]


class Work:
    """The folder within the folder of results in which batches are kept until the end."""

    def __init__(self, out: Path, asked: Mapping[str, Any], files: Sequence[Sequence[Any]], *, resume: bool) -> None:
        """Begin, or go on.

        Args:
            out: The folder of results.
            asked: What is audited and how, as plain data; an audit goes on only with the same.
            files: The files with what tells whether they were changed meanwhile.
            resume: Whether it may go on.

        Raises:
            AuditError: The folder holds another audit, or one that is not finished and was not asked to go on.
        """
        self.folder = out / _FOLDER
        self.mark = _mark(asked)
        exactly = _mark([self.mark, files])
        manifest = self.folder / _MANIFEST
        if manifest.exists():
            told = json.loads(manifest.read_text(encoding="utf-8"))
            if not resume:
                sentence = translated(
                    "{folder} holds an audit that was stopped. Go on with --resume, or name another.", folder=out
                )
                raise AuditError(sentence)
            if told.get("mark") != exactly:
                raise AuditError(
                    translated(
                        "{folder} holds an audit of other files, or with other options. Name another folder.",
                        folder=out,
                    )
                )
        elif out.exists() and any(out.iterdir()) and not (resume and self.is_done(out)):
            raise AuditError(translated("{folder} is not empty. Name another folder.", folder=out))
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(manifest, json.dumps({"mark": exactly}).encode())

    def is_done(self, out: Path) -> bool:
        """Whether the folder of results holds this very audit, finished."""
        try:
            told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(told, dict) and told.get("asked") == self.mark

    # ---- batches that were read

    def read_part(self, number: int) -> ReadPart | None:
        """A batch that was read before; None for one that was not."""
        told = self.folder / f"read-{number:06}.json"
        if not told.exists():
            return None
        plain = json.loads(told.read_text(encoding="utf-8"))
        with np.load(self.folder / f"read-{number:06}.npz") as arrays:
            numbers = ThreadBuilder.from_arrays(arrays)
        not_read = [(kind, place, reason) for kind, place, reason in plain["not_read"]]
        return ReadPart(self.folder / f"read-{number:06}.arrow", numbers, not_read, plain["messages"], plain["dates"])

    def keep_read(self, number: int, chunk: ReadChunk) -> ReadPart:
        """Keep a batch that was read. It counts only when its last file is there."""
        table = self.folder / f"read-{number:06}.arrow"
        table.write_bytes(chunk.table)
        np.savez(self.folder / f"read-{number:06}.npz", **chunk.numbers.to_arrays())  # type: ignore[arg-type]
        plain = {"not_read": chunk.not_read, "messages": chunk.messages, "dates": chunk.dates}
        _write(self.folder / f"read-{number:06}.json", json.dumps(plain).encode("utf-8", "replace"))
        return ReadPart(table, chunk.numbers, chunk.not_read, chunk.messages, chunk.dates)

    # ---- any other part of the work

    def has(self, name: str) -> bool:
        """Whether a file is there and whole."""
        return (self.folder / name).exists()

    def path(self, name: str) -> Path:
        """Where a file is, or would be."""
        return self.folder / name

    def keep(self, name: str, data: bytes) -> Path:
        """Keep a file, whole or not at all."""
        path = self.folder / name
        _write(path, data)
        return path

    def clear(self) -> None:
        """Throw away what was kept: the results are written."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _mark(plain: Any) -> str:
    """What differs as soon as anything in plain data does."""
    return sha256(json.dumps(plain, sort_keys=True).encode("utf-8", "replace")).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    half = path.with_name(path.name + ".half")
    half.write_bytes(data)
    half.replace(path)
