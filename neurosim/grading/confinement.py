"""Runs a script of this package in a limited process, and says how that ended."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .limits import Limits
from .supervisor import LAST, START

MARKER = "NEUROSIM_GRADING"  # the variable that marks a student's processes
ALONE = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
# What a student's process sees of the environment: no passwords that stand there.
KEPT = (
    "PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "VIRTUAL_ENV", "SYSTEMROOT",
    "USERPROFILE", "LOCALAPPDATA",
)  # fmt: skip
KEPT_BEGINNINGS = ("LC_", "NUMBA_", "COVERAGE_")
PATIENCE = 30.0  # seconds beyond all that a supervisor may take
SWEEPING = 5.0  # seconds for what a killed supervisor left


@dataclass(frozen=True)
class Ended:
    """How a process ended, as its supervisor saw it.

    Attributes
    ----------
    why : "ended" by itself; "time", "output", "processes" or "memory" where it broke that limit;
        "unwatched" where it ended its supervisor
    status : its exit status; minus the signal that killed it
    seconds : of wall time, the start of Python included
    memory : megabytes in use at most, of all its processes, as often as that was looked at
    printed : the last of what it printed
    others : how many other processes it left running, which were killed
    clean : whether none of them is left, as far as that can be seen
    missing : limits that this platform does not have
    """

    why: str
    status: int
    seconds: float
    memory: float
    printed: str
    others: int
    clean: bool
    missing: tuple[str, ...]


def confined(script: str, request: dict[str, Any], folder: Path, limits: Limits) -> Ended:
    """Run a script of this package with a request, and return how it ended; nothing is left.

    The process starts anew: the grader is never forked.  Python imports from the same places as
    here, but not from the working directory, and reads no variables and no folder of the user's.

    Parameters
    ----------
    script
        A module of this package that reads its request, JSON, from its one argument.  It makes
        the file request["begun"] when the clock of the time limit is to start.
    request
        What it is to do; `path`, where to import from, and `begun` are added.
    folder
        The working directory, for temporary files too.
    limits
        What it may use.
    """
    here = Path(__file__).parent
    marker = secrets.token_hex(16)
    begun = folder / f"begun-{marker[:8]}"
    path = [str(Path(entry or ".").absolute()) for entry in sys.path]
    told = json.dumps({**request, "path": path, "begun": str(begun)})
    flags = ["-s", "-P", "-B", "-u", "-X", "utf8"]
    order = {
        "command": [sys.executable, *flags, str(here / f"{script}.py"), told],
        "folder": str(folder),
        "environment": _environment(folder, marker),
        "begun": str(begun),
        **{field.name: getattr(limits, field.name) for field in fields(limits)},
    }
    supervisor = subprocess.Popen(
        [sys.executable, "-I", "-S", str(here / "supervisor.py"), json.dumps(order)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert supervisor.stdin is not None
    assert supervisor.stdout is not None
    answer, clean = b"", True
    try:
        supervisor.wait(START + limits.seconds + LAST + PATIENCE)
        if hasattr(os, "set_blocking"):  # on Windows from Python 3.12
            os.set_blocking(supervisor.stdout.fileno(), False)  # whoever holds its other end
        answer = supervisor.stdout.read() or b""
    except subprocess.TimeoutExpired:
        supervisor.kill()
    finally:  # on Ctrl-C too: the closed pipe is what ends everything
        supervisor.stdin.close()
        supervisor.wait()
        supervisor.stdout.close()
        if supervisor.returncode:
            clean = _sweep(marker)
    return _ended(answer, supervisor.returncode, clean)


def _environment(folder: Path, marker: str) -> dict[str, str]:
    """Return the variables of a student's process."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in KEPT or name.startswith(KEPT_BEGINNINGS)
    }
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    once = {"PYTHONHASHSEED": "0", "MPLBACKEND": "Agg", MARKER: marker}
    return kept | temporary | once | dict.fromkeys(ALONE, "1")


def _ended(answer: bytes, status: int, clean: bool) -> Ended:
    """Return what a supervisor said; where it could not, that it did not."""
    try:
        told = json.loads(answer.splitlines()[-1])
        if status == 0:
            return Ended(
                str(told["why"]), int(told["status"]), float(told["seconds"]),
                float(told["memory"]), str(told["printed"]), int(told["others"]),
                bool(told["clean"]), tuple(map(str, told["missing"])),
            )  # fmt: skip
    except (IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError):
        pass  # a student's process can write there too, and no points hang on it
    return Ended("unwatched", status, 0.0, 0.0, "", 0, clean, ())


def _sweep(marker: str) -> bool:
    """Kill what a supervisor that was killed itself has left; return whether that is gone.

    That is every process with the marker: one that cleared its environment is not found.
    """
    deadline = time.monotonic() + SWEEPING
    while (found := marked(marker)) and time.monotonic() < deadline:
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)
    return not found


def marked(marker: str) -> set[int]:
    """Return the processes that were started with a marker, as /proc shows them."""
    sought = f"{MARKER}={marker}".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*") if Path("/proc/self").exists() else ():
        with contextlib.suppress(OSError):
            if sought in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found
