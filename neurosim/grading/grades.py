"""Grades: what each part of a file earned and why; of several files a table."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

from ..atomic import write_csv

FAULT = "the examiner failed: this score cannot be trusted"


@dataclass(frozen=True)
class PartGrade:
    """What one part earned.

    Attributes
    ----------
    title, points : as the exercise says
    passed : whether all its points were earned; else none are
    told : what holds, or what went wrong, in one or several lines
    """

    title: str
    points: int
    passed: bool
    told: str

    @property
    def earned(self) -> int:
        """The points that were earned."""
        return self.points if self.passed else 0

    def __str__(self) -> str:
        mark = "✓" if self.passed else "✗"
        head = f"  {mark} {self.title}: {self.earned} of {self.points}"
        return f"{head}\n{textwrap.indent(self.told, '      ')}" if self.told else head


@dataclass(frozen=True)
class Grade:
    """What one file earned; prints as a short report.

    Attributes
    ----------
    file : its name
    exercise : what it was graded against
    parts : in the exercise's order
    problem : what kept the whole file from being graded; else empty
    fault : whether the examiner itself failed somewhere, so that the score cannot be trusted
    left : whether a process could not be ended
    missing : limits that this platform does not have
    """

    file: str
    exercise: str
    parts: tuple[PartGrade, ...]
    problem: str = ""
    fault: bool = False
    left: bool = False
    missing: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """What a perfect file earns."""
        return sum(part.points for part in self.parts)

    @property
    def score(self) -> int:
        """What this one earned."""
        return sum(part.earned for part in self.parts)

    @property
    def full(self) -> bool:
        """Whether every part was passed."""
        return self.score == self.points

    def __str__(self) -> str:
        lines = [f"{self.file} against {self.exercise}: {self.score} of {self.points} points"]
        if self.problem:
            lines += ["  ✗ the file could not be read:", textwrap.indent(self.problem, "      ")]
        else:
            told: dict[str, str] = {}
            for part in self.parts:
                first = told.setdefault(part.told, part.title)
                again = not part.passed and first != part.title and part.told
                lines.append(str(replace(part, told=f"as for {first}") if again else part))
        if self.fault:
            lines.append(f"  {FAULT}")
        if self.missing:
            lines.append(f"  not limited on this platform: {', '.join(self.missing)}")
        if self.left:
            lines.append("  a process of this file could not be ended: look for it")
        return "\n".join(lines)

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        parts = [{**asdict(part), "earned": part.earned} for part in self.parts]
        return {**asdict(self), "score": self.score, "points": self.points, "parts": parts}


def table(grades: Sequence[Grade]) -> str:
    """Return a line for each file, its score and the parts that it failed, and the mean score."""
    width = max(len(grade.file) for grade in grades)
    digits = max(len(str(grade.points)) for grade in grades)
    lines = [f"{'file':{width}}  score  failed"]
    for grade in grades:
        failed = "; ".join(part.title for part in grade.parts if not part.passed)
        why = "could not be read" if grade.problem else failed
        why += f" ({FAULT})" if grade.fault else ""
        score = f"{grade.score:{digits}}/{grade.points}"
        lines.append(f"{grade.file:{width}}  {score:>5}  {why}".rstrip())
    mean = sum(grade.score for grade in grades) / len(grades)
    lines.append(f"{len(grades)} files, mean {mean:.1f} of {grades[0].points}")
    return "\n".join(lines)


def write_table(grades: Sequence[Grade], path: str | PathLike[str]) -> Path:
    """Write the grades as CSV: file, exercise, score, points, each part's points, the problem.

    Raises
    ------
    FileError
        It cannot be written there.
    """
    titles = [part.title for part in grades[0].parts]
    rows = [
        [
            g.file,
            g.exercise,
            g.score,
            g.points,
            *(p.earned for p in g.parts),
            FAULT if g.fault else g.problem,
        ]
        for g in grades
    ]
    return write_csv(path, ["file", "exercise", "score", "points", *titles, "problem"], rows)
