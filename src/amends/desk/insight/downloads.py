"""A table of a page as a file: CSV for everybody, Parquet for those who reckon further."""

import csv
import io
from importlib.util import find_spec
from typing import Any

from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.insight.sources import TOO_FEW, Column, Figure

__all__ = ["as_csv", "as_parquet", "parquet_is_there"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet takes a cell for something to reckon, or to run."""


def as_csv(figure: Figure) -> bytes:
    """The table as CSV, UTF-8 with the mark by which spreadsheets know it. What is too few to say stays empty."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    names, rows = _table(figure)
    writer.writerow(names)
    writer.writerows([_safe(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def as_parquet(figure: Figure) -> bytes:
    """The table as Parquet.

    Raises:
        WrongInput: The package `pyarrow` is not installed.
    """
    if not parquet_is_there():
        raise WrongInput(
            _(
                "Files in Parquet need the package “pyarrow” beside the desk: pip install pyarrow, then start the desk "
                "anew. CSV works without it."
            )
        )
    import pyarrow
    import pyarrow.parquet

    names, rows = _table(figure)
    kinds = [pyarrow.string()] * (1 if figure.keys else 0) + [
        {"text": pyarrow.string(), "count": pyarrow.int64()}.get(column.kind, pyarrow.float64())
        for column in figure.columns
    ]
    columns = [
        pyarrow.array([row[place] for row in rows], type=kind, from_pandas=False) for place, kind in enumerate(kinds)
    ]
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns, names=names), file)
    return file.getvalue()


def parquet_is_there() -> bool:
    """Whether files in Parquet can be made."""
    return find_spec("pyarrow") is not None


def _table(figure: Figure) -> tuple[list[str], list[list[Any]]]:
    names = [column.name for column in figure.columns]
    rows = [[_plain(value, column) for value, column in zip(row, figure.columns, strict=True)] for row in figure.rows]
    if figure.keys:
        names = [f"{figure.name}_key", *names]
        rows = [[key, *row] for key, row in zip(figure.keys, rows, strict=True)]
    return names, rows


def _plain(value: Any, column: Column) -> Any:
    if value is None or value is TOO_FEW:
        return None
    if column.kind == "text":
        return str(value)
    return int(value) if column.kind == "count" else round(float(value), 3)


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
