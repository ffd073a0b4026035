"""``neurosim grade``: students' files against an exercise, each part limited in time and memory."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..options import Parser, UsageError, nearest

if TYPE_CHECKING:
    from neurosim.grading import Exercise, Grade, Limits

USAGE = """neurosim grade FILE.py ... --against EXERCISE [--time SECONDS] [--memory MB]
                      [--json] [--out FILE.csv]
       neurosim grade --list
       neurosim grade --starter EXERCISE > FILE.py"""

NOTE = (
    "Exit status: 0 for full marks, 1 for less, 2 where the command cannot be used. Only the files "
    "themselves are graded: their folders cannot be imported from. Each runs in processes of its "
    "own, whose time, memory, number, output and files are limited, and none of which is left "
    "running. That is for honest mistakes and is NO SANDBOX against malice: a file runs with your "
    "rights, and can read and write what you can, the network included. Grade strangers' files as "
    "a user without rights, in a container or a virtual machine."
)


def command(words: Sequence[str], package: str) -> int:
    """Grade students' files, list the exercises, or print a file to start from."""
    parser = _parser()
    given = parser.parse_strictly(words)
    from neurosim.errors import NeurosimError

    try:
        return _answered(given)
    except NeurosimError as error:
        raise UsageError(f"neurosim grade: {error}") from error


def _parser() -> Parser:
    parser = Parser(
        "neurosim grade",
        usage=USAGE,
        description="Grade students' circuits, part by part.",
        epilog=NOTE,
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE.py", help="What to grade.")
    parser.add_argument("--against", metavar="EXERCISE", help="What it was to be; see --list.")
    parser.add_argument(
        "--time", type=float, metavar="SECONDS", default=10.0,
        help="For each circuit to be made, and for each part to be examined. (default: 10)",
    )  # fmt: skip
    parser.add_argument(
        "--memory", type=int, metavar="MB", default=1024,
        help="For each process, and for all of them together. (default: 1024)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="Print the grades as JSON alone.")
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="A table of all files.")
    parser.add_argument("--list", action="store_true", help="List the exercises.")
    parser.add_argument("--starter", metavar="EXERCISE", help="Print its task and a file to fill.")
    return parser


def _answered(given: dict[str, Any]) -> int:
    """Do what the options say; return the exit status."""
    if given["list"]:
        return _listed()
    if given["starter"] is not None:
        print(_starter(_exercise(given["starter"])), end="")
        return 0
    if given["against"] is None:
        raise UsageError(
            "neurosim grade: against which exercise? --against EXERCISE; 'neurosim grade --list' "
            "shows them"
        )
    exercise = _exercise(given["against"])
    if not given["files"]:
        raise UsageError("neurosim grade: which files? neurosim grade FILE.py ... --against …")
    from neurosim.grading import Limits

    return _graded(given, exercise, Limits(seconds=given["time"], memory=given["memory"]))


def _exercise(name: str) -> "Exercise":
    """Return the exercise of that name, or refuse it with the nearest that there is."""
    from circuits.exercises import NAMES, exercise

    typed = name.lower().replace("_", "-")
    if typed not in NAMES:
        advice = nearest(typed, NAMES) or f"; there are {', '.join(NAMES)}"
        raise UsageError(f"neurosim grade: unknown exercise '{name}'{advice}")
    return exercise(typed)


def _listed() -> int:
    from circuits.exercises import NAMES, exercise

    width = max(map(len, NAMES))
    print(f"{'exercise':{width}}  points  title")
    for name in NAMES:
        found = exercise(name)
        print(f"{name:{width}}  {found.points:6}  {found.title} · {found.chinese}")
    return 0


def _starter(exercise: "Exercise") -> str:
    """Return a file to start from, the task at its head."""
    head = f"{exercise.title} · {exercise.chinese}\n\n{exercise.task}"
    return f'"""{head}"""\n\n{exercise.starter}'


def _graded(given: dict[str, Any], exercise: "Exercise", limits: "Limits") -> int:
    """Grade the files, print what they earned; return the exit status."""
    from neurosim.grading.grades import table, write_table
    from neurosim.grading.marking import grade, source_of

    for path in given["files"]:
        source_of(path)  # none is graded where one cannot be
    out = given["out"]
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        raise UsageError(f"neurosim grade: --out takes a file in a folder that exists (got {out})")
    grades: list[Grade] = []
    for path in given["files"]:
        grades.append(grade(path, exercise, limits))
        if not given["json"]:
            print(grades[-1], end="\n\n", flush=True)
        if out is not None:
            write_table(grades, out)  # after each: what is interrupted keeps what it has
    if given["json"]:
        print(json.dumps([one.as_record() for one in grades], ensure_ascii=False, indent=1))
    elif len(grades) > 1:
        print(table(grades))
    return 0 if all(one.full for one in grades) else 1
