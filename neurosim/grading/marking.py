"""grade: a student's file against an exercise, each part in processes of its own.

A student's process makes one circuit and writes it down as data; it has no say in the verdict.
When all of them are gone, and whatever they started, the examiner's process reads the data and
measures.
"""

from __future__ import annotations

import json
import signal
import stat
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import FileError
from ..wording import one_line, shown
from .confinement import Ended, confined
from .exercise import Exercise, Part
from .folders import temporary_folder
from .grades import Grade, PartGrade
from .limits import MOST_SECONDS, Limits
from .supervisor import KEPT
from .warming import warm_up

MOST_SOURCE = 1 << 20  # bytes of a student's file
MOST_ACCOUNT = 1 << 16  # and of what a process says of itself
COMPILING = 1024  # MB that the examiner may need itself, where kernels are not yet compiled
PRINTED = 3  # lines of output that are shown beside an error


@dataclass(frozen=True)
class Made:
    """A circuit that was written, or why there is none; `unread` where the file itself failed."""

    circuit: Path
    problem: str
    unread: bool
    ended: Ended


def source_of(path: Path) -> bytes:
    """Return what a student's file holds.

    Raises
    ------
    FileError
        No file, one that cannot be read, or one of more than a megabyte.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would never end
            raise FileError(f"{shown(path)} is no file: give the student's Python file")
        with path.open("rb") as file:
            source = file.read(MOST_SOURCE + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise FileError(f"{shown(path)} cannot be read ({why})") from None
    if len(source) > MOST_SOURCE:
        raise FileError(f"{shown(path)} is larger than a megabyte: that is no student's file")
    return source


def grade(path: Path, exercise: Exercise, limits: Limits | None = None) -> Grade:
    """Return what a student's file earns; whatever it does, nothing of it is left running.

    Parameters
    ----------
    path
        Of the file.
    exercise
        What it is graded against.
    limits
        What each of its processes may use; left out, 10 seconds and 1024 MB.

    Raises
    ------
    FileError
        There is no such file to read.  Whatever is wrong inside it stands in the grade.
    """
    limits = limits or Limits()
    source = source_of(path)
    warm_up()  # so that a file that runs its circuits need not wait for the compiler
    made: dict[str, Made] = {}
    with ExitStack() as kept:
        for part in exercise.parts:
            if part.key in made:
                continue
            folder = kept.enter_context(temporary_folder())
            own = made[part.key] = _made(path, source, part, folder, limits)
            if own.unread and len(made) == 1:  # what cannot be read is said once
                nothing = [PartGrade(p.title, p.points, False, "") for p in exercise.parts]
                return _grade(path, exercise, nothing, [own.ended], problem=own.problem)
        verdicts, ends = _verdicts(exercise, made, limits)
    graded = []
    for number, part in enumerate(exercise.parts):
        verdict = verdicts.get(number)
        passed = verdict is not None and bool(verdict["passed"])
        told = str(verdict["told"]) if verdict else made[part.key].problem
        graded.append(PartGrade(part.title, part.points, passed, told))
    ends += [own.ended for own in made.values()]
    fault = any(verdict["fault"] for verdict in verdicts.values())
    return _grade(path, exercise, graded, ends, fault=fault)


def _grade(
    path: Path, exercise: Exercise, parts: Sequence[PartGrade], ends: Sequence[Ended],
    *, problem: str = "", fault: bool = False,
) -> Grade:  # fmt: skip
    missing = dict.fromkeys(limit for end in ends for limit in end.missing)
    left = not all(end.clean for end in ends)
    return Grade(shown(path), exercise.name, tuple(parts), problem, fault, left, tuple(missing))


def _made(path: Path, source: bytes, part: Part, folder: Path, limits: Limits) -> Made:
    """Let the student's process make a part's circuit in a folder of its own."""
    circuit, account = folder / "circuit.json", folder / "account.json"
    copy = folder / "handed-in" / path.name  # whatever that is, it is none of the others
    copy.parent.mkdir()
    copy.write_bytes(source)
    request = {
        "source": str(copy),
        "name": part.circuit,
        "arguments": list(part.arguments),
        "circuit": str(circuit),
        "account": str(account),
        "memory": limits.memory,
    }
    ended = confined("student", request, folder, limits)
    said = _read(account)
    phase, error = str(said.get("phase", "")), _plain(str(said.get("error", "")))
    unread = phase in ("", "reading")
    problem = ""
    if ended.why != "ended" or not (phase == "done" and _is_whole(circuit, limits)):
        problem = error or _why(ended, limits, "it was read" if unread else f"{part.call} was made")
        problem = "\n".join([problem, *_last_lines(ended.printed)])
    return Made(circuit, problem, unread, ended)


def _verdicts(
    exercise: Exercise, made: Mapping[str, Made], limits: Limits
) -> tuple[dict[int, dict[str, Any]], list[Ended]]:
    """Return what the examiner says of each part whose circuit was made, by its number.

    Where a circuit ends the examiner's process, that is the verdict on it, and the rest is examined
    in a new one.
    """
    waiting = [k for k, part in enumerate(exercise.parts) if not made[part.key].problem]
    found: dict[int, dict[str, Any]] = {}
    ends: list[Ended] = []
    while waiting:
        with temporary_folder() as folder:
            request = {
                "exercise": exercise.module,
                "circuits": {str(k): str(made[exercise.parts[k].key].circuit) for k in waiting},
                "verdicts": str(folder),
            }
            seconds = min(limits.seconds * len(waiting), MOST_SECONDS)
            memory = max(limits.memory, COMPILING)
            all_of_them = replace(limits, seconds=seconds, memory=memory)
            ended = confined("examiner", request, folder, all_of_them)
            ends.append(ended)
            for k in waiting:
                if not (said := _read(folder / f"{k}.json")):
                    lines = [_why(ended, all_of_them, "the circuit was examined")]
                    told = "\n".join(lines + _last_lines(ended.printed))
                    found[k] = {"passed": False, "told": told, "fault": ended.why == "ended"}
                    break
                found[k] = said
        waiting = [k for k in waiting if k not in found]
    return found, ends


def _read(path: Path) -> dict[str, Any]:
    """Return a small JSON object; nothing where there is none."""
    with suppress(OSError, ValueError, RecursionError):
        if _is_regular(path, MOST_ACCOUNT):
            found = json.loads(path.read_bytes())
            if isinstance(found, dict):
                return found
    return {}


def _is_whole(circuit: Path, limits: Limits) -> bool:
    return _is_regular(circuit, limits.file)


def _is_regular(path: Path, most: int) -> bool:
    """Return whether there is a file of at most so many bytes: no pipe, no device, no link."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= most


def _why(ended: Ended, limits: Limits, what: str) -> str:
    """Return in a sentence what ended a process that did not say so itself."""
    reasons = {
        "time": f"stopped after {limits.seconds:g} s, before {what}: does a loop never end?",
        "output": f"stopped: it printed more than {limits.output:,} bytes before {what}",
        "memory": f"stopped: it took more than {limits.memory:,} MB of memory before {what} "
        "(--memory MB allows more)",
        "processes": f"stopped: it started more than {limits.processes} processes before {what}",
        "unwatched": f"it ended the process that watches it before {what}",
    }
    if ended.why in reasons:
        return reasons[ended.why]
    if ended.status < 0:
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-ended.status).name} before {what}"
    return f"its process ended itself with status {ended.status} before {what}"


def _last_lines(printed: str) -> list[str]:
    """Return the last lines that were printed, each once, for whoever looks for the mistake."""
    lines = [line for line in printed.splitlines() if line.strip()]
    if len(printed.encode()) >= KEPT:
        lines = lines[1:] or lines  # the first of them is cut
    lines = list(dict.fromkeys(_plain(line)[:200] for line in lines))
    return [f"it printed: {line}" for line in lines[-PRINTED:]]


def _plain(text: str) -> str:
    """Return text without what would move a terminal's cursor or change its colours."""
    return one_line(text)[:1000]
