"""The table as Markdown, and what it was measured on."""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from .floors import threads
from .pairs import Missing, Pair
from .timing import Row

PACKAGES = (
    "neurosim",
    "numpy",
    "numba",
    "scipy",
    "jax",
    "torch",
    "brian2",
    "ANNarchy",
    "opencv-python-headless",
)
HEAD = (
    "benchmark",
    "peer",
    "unit",
    "ours",
    "peer's",
    "peer / ours",
    "quartiles",
    "ours, new circuit",
    "peer, compiling",
    "floor",
    "the floor, or why there is no row",
)
NOTES = """\
Each row is one process in which the two sides ran in turn. Amounts are medians over the rounds;
the ratio and its quartiles are those of the rounds' own ratios. "Ours, new circuit": building the
circuit anew and running it once. "Peer, compiling": what the peer spends on code for this model.
"""


def report(command: str, measured: Sequence[tuple[Pair, Row | Missing]]) -> str:
    """Return the whole report: command, date, machine, versions, the table and how to read it."""
    return "\n".join([*_machine(command), "", table(measured), "", NOTES])


def table(measured: Sequence[tuple[Pair, Row | Missing]]) -> str:
    """Return the rows as a Markdown table whose columns are aligned as text, too."""
    lines = [HEAD, *(_cells(pair, row) for pair, row in measured)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(line, widths) for line in (HEAD, rule, *lines[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _cells(pair: Pair, row: Row | Missing) -> tuple[str, ...]:
    if isinstance(row, Missing):
        return (pair.title, pair.peer, *[""] * 8, row.reason)
    low, high = row.spread
    compiling = "" if row.compiling is None else f"{row.compiling:.2f} s"
    return (
        row.title,
        row.peer,
        row.unit,
        _number(row.ours),
        _number(row.theirs),
        f"{row.ratio:.2f}",
        f"{low:.2f} to {high:.2f}",
        "" if row.first is None else _number(row.first),
        compiling,
        "" if row.floor is None else _number(row.floor),
        row.reason,
    )


def _number(amount: float) -> str:
    return f"{amount:.0f}" if amount >= 100 else f"{amount:.3g}"


def _machine(command: str) -> list[str]:
    versions = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append(f"{package} {metadata.version(package)}")
    load = f", load {os.getloadavg()[1]:.1f}" if hasattr(os, "getloadavg") else ""
    return [
        f"- `{command}`, {datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        f"- {_processor()}, {threads()} cores{load}, {platform.system()}",
        f"- {', '.join(versions)}",
    ]


def _processor() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
