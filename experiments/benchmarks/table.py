"""The table as Markdown, and what it was measured on."""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
from collections.abc import Sequence
from importlib import metadata

from neurosim.machine import processor

from .floors import threads
from .pairs import Missing, Pair
from .targets import is_bound, is_faster, is_missed, verdict
from .timing import Row

Measured = Sequence[tuple[Pair, Row | Missing]]

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
    "target",
    "ours, new circuit",
    "peer, compiling",
    "floor",
    "the floor, or why there is no row",
)
NOTES = """\
Each row is one process in which the two sides ran in turn. Amounts are medians over the rounds;
the ratio and its quartiles are those of the rounds' own ratios. "Ours, new circuit": building the
circuit anew and running it once. "Peer, compiling": what the peer spends on code for this model.
Beside a whole command stands what it cannot avoid. Beside the memory stand the weights with their
indices (CSR), so that a ratio of 0.5 is twice as much; its floor is the weights alone.
"""


def report(command: str, measured: Measured) -> str:
    """Return the whole report: command, date, machine, versions, the table and how to read it."""
    return f"{_block(command, measured)}\n{NOTES}"


def document(text: str, command: str, measured: Measured) -> str:
    """Return a Markdown document in which the command's measurements stand anew.

    What the command measured earlier stands between two comments, `begin` and `end`; that alone is
    replaced.  Where they are not (a new document, another command), what is measured comes last.
    """
    begin, end = f"<!-- begin: {command} -->\n", "<!-- end -->\n"
    block = f"{begin}{_block(command, measured)}{end}"
    text = text or f"# Benchmarks\n\n{NOTES}"
    before, _, after = text.partition(begin)
    if end not in after:
        return f"{text.rstrip()}\n\n{block}"
    return f"{before}{block}{after.partition(end)[2]}"


def _block(command: str, measured: Measured) -> str:
    lines = [HEAD, *(_cells(pair, row) for pair, row in measured)]
    return "\n".join([*_machine(command), "", aligned(lines), "", summary(measured), ""])


def summary(measured: Measured) -> str:
    """Return in two sentences which targets are missed, and which peers were faster than we."""
    rows = [(pair, row) for pair, row in measured if isinstance(row, Row)]
    missed = [_told(pair, row) for pair, row in rows if is_missed(pair, row)]
    faster = [_told(pair, row) for pair, row in rows if is_faster(pair, row)]
    sentences = [f"Peers faster than ours: {'; '.join(faster) or 'none'}."]
    if any(verdict(pair, row) for pair, row in rows):
        sentences.insert(0, f"Targets missed: {'; '.join(missed) or 'none'}.")
    return "\n".join(sentences)


def _told(pair: Pair, row: Row) -> str:
    if is_bound(pair):
        return f"{row.title} ({_number(row.ours)} {row.unit})"
    return f"{row.title}, beside {row.peer} ({row.ratio:.2f})"


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, the head its first line, whose columns are aligned as text, too."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(line, widths) for line in (lines[0], rule, *lines[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _cells(pair: Pair, row: Row | Missing) -> tuple[str, ...]:
    if isinstance(row, Missing):
        return (pair.title, pair.peer, *[""] * (len(HEAD) - 3), row.reason)
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
        verdict(pair, row),
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
        f"- {processor()}, {threads()} cores{load}, {platform.system()}",
        f"- {', '.join(versions)}",
    ]
