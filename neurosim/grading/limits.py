"""What a student's process may use: time, memory, processes, output, files."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import InputError
from ..timing import positive, whole

LEAST_MEMORY = 384  # MB; below it NumPy and SciPy cannot be imported
MOST_SECONDS = 3600.0


@dataclass(frozen=True)
class Limits:
    """What each of a student's processes, and all that it starts, may use.

    They keep an honest mistake from harming the grader.  They are no sandbox: the file runs with
    the rights of whoever grades it.

    Attributes
    ----------
    seconds : of wall time, from when the file begins to be read
    memory : megabytes of each process's addresses, and of all of them together that are in use
    processes : at one time, the first included
    output : bytes that may be printed
    file : bytes of each file that is written
    """

    seconds: float = 10.0
    memory: int = 1024
    processes: int = 16
    output: int = 1 << 20
    file: int = 1 << 26

    def __post_init__(self) -> None:
        seconds = positive(self.seconds, "the time limit", "seconds")
        if not (math.isfinite(seconds) and seconds <= MOST_SECONDS):
            raise InputError(
                f"the time limit must be {MOST_SECONDS:g} seconds or less (got {seconds:g})"
            )
        if whole(self.memory, "the memory limit in MB", 1) < LEAST_MEMORY:
            raise InputError(
                f"the memory limit must be {LEAST_MEMORY} MB or more (got {self.memory}): with "
                "less NumPy cannot be imported"
            )
        for name, unit in (
            ("processes", "processes"),
            ("output", "bytes printed"),
            ("file", "bytes of a file"),
        ):
            whole(getattr(self, name), f"the limit of {unit}", 1)
