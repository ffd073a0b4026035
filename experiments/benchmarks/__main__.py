"""``python -m experiments.benchmarks [NAMES...]``: our side beside the peers', as one table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from neurosim.progress import progress

from .pairs import NAMES, Missing, Pair, measure, pairs
from .table import document, report
from .timing import Row


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write it where asked; 1 if a pair failed."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)}; or all")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all runs")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE.md",
        help="renew this command's table there; the rest of the file stays",
    )
    given = parser.parse_args(words)
    for name in given.names:
        if name not in NAMES:
            parser.error(f"there is no benchmark {name!r}; there are {', '.join(NAMES)}")
    wanted = list(pairs(given.names or NAMES, given.quick))
    options = ["--quick"] if given.quick else []
    names = [] if tuple(given.names) == NAMES else given.names
    command = " ".join(["python -m experiments.benchmarks", *names, *options])
    before = given.out.read_text(encoding="utf-8") if given.out and given.out.exists() else ""
    measured: list[tuple[Pair, Row | Missing]] = []
    for pair in progress(wanted, "benchmarks"):
        measured.append((pair, measure(pair)))
        if given.out:  # after each pair: an interrupted run keeps what it measured
            part = given.out.with_name(f"{given.out.name}.part")
            part.write_text(document(before, command, measured), encoding="utf-8")
            part.replace(given.out)
    sys.stdout.write(report(command, measured))
    return int(any(isinstance(row, Missing) and row.failed for _, row in measured))


if __name__ == "__main__":
    raise SystemExit(main())
