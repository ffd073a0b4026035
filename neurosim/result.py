"""What an experiment hands back: claims that hold or do not, figures, animations, and tables.

The module imports neither NumPy nor Matplotlib, so that reading a Result costs nothing.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .atomic import write_csv, write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 300
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_UNSET: Any = object()


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that the experiment checked.

    ``expected`` is the value itself, or the condition in words ("at most 0.1", "2 within 0.01").
    Values are plain Python: numbers, strings, and lists of them.
    """

    claim: str
    expected: Any
    measured: Any
    holds: bool
    tolerance: float = field(default=0.0, repr=False)
    """How far off it may be: what it is printed to, not part of the JSON."""

    def told(self) -> tuple[str, str]:
        """Return the measured and the expected value as a reader is told them.

        A claim that holds is told to a tenth of what it may be off by; in one that fails by its
        last digit the two numbers must not look equal.
        """
        if not self.holds:
            return str(self.measured), str(self.expected)
        found = _rounded(self.measured, self.tolerance) if self.tolerance else self.measured
        return legible(found), legible(self.expected)


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns and their rows, in plain Python values."""

    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Animation:
    """A figure, and what changes it from frame to frame."""

    figure: Figure
    update: Callable[[int], None]
    """Makes the figure show frame 0, 1 …"""
    frames: int
    rate: int
    """Frames a second."""


@dataclass
class Result:
    """The outcome of one run of an experiment.

    An experiment makes it on its first line, where ``locals()`` is exactly what it was called
    with, and adds to it as it goes::

        def run(center: float = 0.62, seed: int = 0, quick: bool = False) -> Result:
            result = Result("lgn", locals(), seed)
            result.claim("the peak is at the center", measured=peak, expected=0, tolerance=1e-9)
            result.figure("receptive-field", figure)
            return result
    """

    experiment: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    claims: list[Claim] = field(default_factory=list)
    figures: dict[str, Figure] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    animations: dict[str, Animation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Copy the parameters: locals() may change under us."""
        self.parameters = {k: _plain(v) for k, v in self.parameters.items() if k != "seed"}

    @property
    def holds(self) -> bool:
        """Whether every claim holds."""
        return all(claim.holds for claim in self.claims)

    def claim(
        self,
        claim: str,
        measured: Any,
        expected: Any = _UNSET,
        *,
        tolerance: float | None = None,
        relative: float | None = None,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> Claim:
        """Check one statement and add it.

        Parameters
        ----------
        claim
            The statement, as a student would say it.
        measured
            A number, bool or string, or an array of them: then every element must satisfy the
            claim. NaN never does, nor does an empty array, unless an empty one is expected.
        expected
            The value, or an array of the same shape; True where nothing is expected otherwise.
        tolerance, relative
            The largest difference from ``expected`` allowed, as it is or as a fraction of
            ``expected``. Without either, the values must be equal.
        at_least, at_most
            Bounds, both included, instead of ``expected``.

        Returns
        -------
        Claim
            The claim as it was recorded.

        Raises
        ------
        TypeError
            Where the conditions do not go together: bounds beside a value, or two tolerances.
        ValueError
            Where a tolerance is negative or NaN.
        """
        bounded = at_least is not None or at_most is not None
        if bounded and not (expected is _UNSET and tolerance is None and relative is None):
            raise TypeError(f"Claim {claim!r}: give bounds or an expected value, not both.")
        if tolerance is not None and relative is not None:
            raise TypeError(f"Claim {claim!r}: give tolerance or relative, not both.")

        measured = _plain(measured)
        if bounded:
            low = -math.inf if at_least is None else float(at_least)
            high = math.inf if at_most is None else float(at_most)
            holds = _everywhere(measured, 0.0, lambda value, _: low <= value <= high)
            words = _bounds(at_least, at_most)
            return self._add(Claim(claim, words, measured, holds))

        expected = True if expected is _UNSET else _plain(expected)
        allowed = next((x for x in (tolerance, relative) if x is not None), None)
        if allowed is None:
            holds = _everywhere(measured, expected, lambda value, goal: value == goal)
            return self._add(Claim(claim, expected, measured, holds))
        if not allowed >= 0:
            raise ValueError(f"Claim {claim!r}: a tolerance must be 0 or more (got {allowed}).")

        def close(value: float, goal: float) -> bool:
            reach = allowed * abs(goal) if relative is not None else allowed
            return value == goal or abs(value - goal) <= reach

        reach = f"{100 * allowed:g}%" if relative is not None else f"{allowed:g}"
        words = f"{legible(expected)} within {reach}"
        holds = _everywhere(measured, expected, close)
        return self._add(Claim(claim, words, measured, holds, tolerance or 0.0))

    def figure(self, name: str, figure: Figure) -> Figure:
        """Add a figure, to be saved as ``name.png``; the figure itself is returned."""
        self.figures[_checked(name, "figure")] = figure
        return figure

    def animation(
        self,
        name: str,
        figure: Figure,
        update: Callable[[int], None],
        frames: int,
        *,
        rate: int = 10,
    ) -> Animation:
        """Add an animation, to be saved as ``name.gif``.

        Parameters
        ----------
        figure
            What moves; not one of the figures that are saved still.
        update
            Changes the figure to what it shows at frame 0, 1 …
        frames
            How many there are.
        rate
            Frames a second, up to 100: a GIF counts in hundredths.

        Raises
        ------
        ValueError
            There is no frame, or there are more a second than a GIF has.
        """
        if frames < 1 or not 1 <= rate <= 100:
            raise ValueError(
                f"Animation {name!r}: frames must be 1 or more, and rate from 1 to 100 a second "
                f"(got {frames}, {rate})."
            )
        animation = Animation(figure, update, frames, rate)
        self.animations[_checked(name, "animation")] = animation
        return animation

    def table(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
        """Add a table, to be saved as ``name.csv``.

        Raises ValueError where a row is not as long as the header.
        """
        table = Table(tuple(header), tuple(tuple(_plain(x) for x in row) for row in rows))
        for number, row in enumerate(table.rows):
            if len(row) != len(table.header):
                raise ValueError(
                    f"Table {name!r}: row {number} has {len(row)} cells, the header "
                    f"{len(table.header)}."
                )
        self.tables[_checked(name, "table")] = table
        return table

    def save(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write figures as PNG, animations as GIF, tables as CSV; return the paths in this order.

        The folder is made where needed. A file is complete or not there: an interrupted run
        leaves no half-written one. Each PNG carries Experiment, Parameters (JSON) and Seed.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        origin = {
            "Experiment": self.experiment,
            "Parameters": json.dumps(_jsonable(self.parameters), allow_nan=False),
            "Seed": str(self.seed),
        }
        paths = []
        for name, figure in self.figures.items():
            image = io.BytesIO()
            figure.savefig(
                image,
                format="png",
                dpi=DOTS_PER_INCH,
                metadata=origin,
                pil_kwargs={"compress_level": 2},  # a twentieth larger, in half the time
            )
            paths.append(write_whole(folder / f"{name}.png", image.getvalue()))
        if self.animations:
            from .plotting.moving import gif_of
        for name, moving in self.animations.items():
            frames = gif_of(moving.figure, moving.update, moving.frames, moving.rate)
            paths.append(write_whole(folder / f"{name}.gif", frames))
        for name, table in self.tables.items():
            paths.append(write_csv(folder / f"{name}.csv", table.header, table.rows))
        return paths

    def to_json(self, figures: Iterable[str | os.PathLike[str]] | None = None) -> str:
        """Return the result as one JSON object, valid everywhere: NaN and infinities as strings.

        ``figures`` are the files they were saved in; without it, the figures' names.
        """
        content = {
            "experiment": self.experiment,
            "parameters": self.parameters,
            "seed": self.seed,
            "claims": [
                {"claim": c.claim, "expected": c.expected, "measured": c.measured, "holds": c.holds}
                for c in self.claims
            ],
            "figures": [os.fspath(f) for f in (self.figures if figures is None else figures)],
        }
        return json.dumps(_jsonable(content), allow_nan=False)

    def __str__(self) -> str:
        """Summarize for a reader: each claim with a tick or a cross, measured and expected."""
        encoding = getattr(sys.stdout, "encoding", None) or "ascii"
        # "replace" would turn tick and cross into the same question mark.
        tick, cross = ("✓", "✗") if _encodes(encoding, "✓✗") else ("[ok]", "[NO]")
        settings = ", ".join(f"{k}={legible(v)}" for k, v in self.parameters.items())
        lines = [f"{self.experiment} ({settings + '; ' if settings else ''}seed {self.seed})"]
        for claim in self.claims:
            lines.append(f"  {tick if claim.holds else cross} {claim.claim}")
            if not (claim.holds and claim.expected is True):  # the statement says it all
                measured, expected = claim.told()
                lines.append(f"      measured {measured}, expected {expected}")
        count = sum(claim.holds for claim in self.claims)
        lines.append(f"{count} of {len(self.claims)} claims hold.")
        return "\n".join(lines).encode(encoding, "replace").decode(encoding)

    def _add(self, claim: Claim) -> Claim:
        self.claims.append(claim)
        return claim


def _plain(value: Any) -> Any:
    """Plain Python for NumPy's scalars and arrays, also inside lists and mappings."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)


def _jsonable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_jsonable(item) for item in value]
    return value


def _everywhere(measured: Any, expected: Any, agrees: Callable[[Any, Any], bool]) -> bool:
    """Whether every element agrees with its counterpart, or with the one value expected of all."""
    if isinstance(measured, list):
        if not isinstance(expected, list):
            return bool(measured) and all(_everywhere(m, expected, agrees) for m in measured)
        pairs = zip(measured, expected, strict=False)
        return len(measured) == len(expected) and all(_everywhere(*p, agrees) for p in pairs)
    try:
        return bool(agrees(measured, expected))
    except TypeError:  # a string or None where a number was expected
        return False


def _bounds(at_least: float | None, at_most: float | None) -> str:
    if at_least is None:
        return f"at most {legible(_plain(at_most))}"
    if at_most is None:
        return f"at least {legible(_plain(at_least))}"
    return f"between {legible(_plain(at_least))} and {legible(_plain(at_most))}"


def legible(value: Any) -> str:
    """Return a plain value as a reader is shown it: six digits, of a list the first eight."""
    if isinstance(value, list):
        shown = [legible(item) for item in value[:8]] + ["…"] * (len(value) > 8)
        return f"[{', '.join(shown)}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _rounded(value: Any, tolerance: float) -> Any:
    """Return numbers to a tenth of what they may be off by, or finer; never −0."""
    if isinstance(value, list):
        return [_rounded(item, tolerance) for item in value]
    if not isinstance(value, float) or not math.isfinite(value):
        return value
    return round(value, max(1 - math.floor(math.log10(tolerance)), 0)) + 0.0


def _checked(name: str, kind: str) -> str:
    if not _FILE_NAME.fullmatch(name):
        raise ValueError(
            f"A {kind}'s name becomes a file's: letters, digits, '-' and '_' (got {name!r})."
        )
    return name


def _encodes(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
