"""What the page tells of one experiment, in plain values that one process can hand to another."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

from ..result import Claim, Result
from .pictures import Picture, moving_picture_of, picture_of
from .tables import ShownTable, shown_table

Verdict = Literal["holds", "fails", "error", "missing"]
_FILE = re.compile(r'File "([^"\n]+)"')
PACKAGES = ("neurosim", "circuits", "experiments", "site-packages")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of an experiment before it runs."""

    name: str
    title: str
    chinese: str
    row: int | None
    """Of the lecture."""
    question: str
    equation: str
    """In lines of Matplotlib's mathtext."""
    levels: tuple[str, ...]
    """Those of Marr's three, "computation", "algorithm", "implementation", that it is about."""
    command: str
    """What runs it again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an experiment found."""

    parameters: Mapping[str, Any]
    seed: int
    claims: tuple[Claim, ...]
    pictures: tuple[Picture, ...]
    animations: tuple[Picture, ...]
    tables: tuple[ShownTable, ...]
    seconds: float
    """How long it ran, its figures not counted."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an experiment came to no end."""

    message: str
    traceback: str
    """Empty where there is none."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One experiment on the page."""

    subject: Subject
    outcome: Outcome | Failure | None
    """None: it was not run, or not to its end."""

    @property
    def verdict(self) -> Verdict:
        """Whether all its claims hold, or not all, or why there are none."""
        if self.outcome is None:
            return "missing"
        if isinstance(self.outcome, Failure):
            return "error"
        return "holds" if all(claim.holds for claim in self.outcome.claims) else "fails"


def outcome_of(result: Result, seconds: float) -> Outcome:
    """Return a Result as the page shows it; its figures are drawn here."""
    name = result.experiment
    return Outcome(
        result.parameters,
        result.seed,
        tuple(result.claims),
        tuple(picture_of(figure, f"{name}-{of}") for of, figure in result.figures.items()),
        tuple(moving_picture_of(one, f"{name}-{of}") for of, one in result.animations.items()),
        tuple(shown_table(table, of) for of, table in result.tables.items()),
        seconds,
    )


def failure_of(error: BaseException) -> Failure:
    """Return an error as the page shows it."""
    told = traceback.TracebackException.from_exception(error)
    return failure_told("".join(told.format_exception_only()).strip(), "".join(told.format()))


def failure_told(message: str, traceback: str) -> Failure:
    """Return what is known of a failure as the page shows it: no word of this machine's folders."""
    return Failure(_at_home(message), _at_home(_FILE.sub(_in_its_package, traceback)))


def _in_its_package(found: re.Match[str]) -> str:
    """Return where a traceback's file stands in its package; of a stranger's, its name."""
    parts = PurePath(found[1]).parts
    starts = [n for n, part in enumerate(parts) if part in PACKAGES]
    return f'File "{"/".join(parts[starts[-1] :]) if starts else parts[-1]}"'


def _at_home(text: str) -> str:
    """Return a text that names the user's folder by its sign alone."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
