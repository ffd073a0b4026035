"""What the page tells of one experiment, in plain values that one process can hand to another."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Literal

from ..result import Claim, Result
from .pictures import Picture, moving_picture_of, picture_of
from .tables import ShownTable, shown_table

Verdict = Literal["holds", "fails", "error", "missing"]
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
    """Return an error as the page shows it, without the folders of this machine."""
    told = traceback.TracebackException.from_exception(error)
    _without_folders(told)
    last = "".join(told.format_exception_only()).strip()
    return Failure(_at_home(last), _at_home("".join(told.format())))


def _without_folders(told: traceback.TracebackException) -> None:
    """Name the files of a traceback, and of what caused it, by their place in their package."""
    for frame in told.stack:
        parts = PurePath(frame.filename).parts
        starts = [n for n, part in enumerate(parts) if part in PACKAGES]
        frame.filename = "/".join(parts[starts[-1] :]) if starts else parts[-1]
    for cause in (told.__cause__, told.__context__):
        if cause is not None:
            _without_folders(cause)


def _at_home(text: str) -> str:
    """Return a text that names the user's folder by its sign alone."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
