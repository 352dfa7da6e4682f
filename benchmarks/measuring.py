"""Figures of a benchmark: percentiles, ratios, and where they are kept."""

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share (0 to 1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ratio_of_rounds(slow: Sequence[float], fast: Sequence[float]) -> float:
    """How many times longer one took than the other: the median over rounds, so that a busy moment does not count."""
    return round(median(one / other for one, other in zip(slow, fast, strict=True)), 2)


def keep(name: str, ratios: dict[str, Any], aside: dict[str, Any] | None = None) -> None:
    """Write the ratios of a benchmark, and as a side remark what this machine measured."""
    RESULTS.mkdir(exist_ok=True)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    content = {"ratios": ratios, "aside": {"machine": machine, **(aside or {})}}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
