"""An axiom held against one level: its function is handed the level, and what it asks is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import InputError
from ..wording import short
from .agreement import copied
from .computation import Case, Computation
from .implementation import Fault
from .traces import SideBySide, side_by_side, value_text

if TYPE_CHECKING:
    from .levels import Marr


class OutsideError(Exception):
    """An axiom applied a level to what is no case of the domain."""


class NoAnswerError(Exception):
    """A level had no answer to what an axiom applied it to."""


class Applied:
    """A level as an axiom's function: applied to values, by place or by name, and remembered."""

    def __init__(self, level: Callable[[Case], Any], computation: Computation):
        self._level = level
        self._computation = computation
        self.answers: list[tuple[Case, Any]] = []

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Return the level's answer; an axiom may change what it gets, but not what is kept."""
        case = self._case(values, named)
        if case not in self._computation.space:
            raise OutsideError
        answer = self._level(case)
        self.answers.append((case, answer))
        if isinstance(answer, Fault):
            raise NoAnswerError
        return copied((answer,))[0]

    def _case(self, values: Case, named: dict[str, Any]) -> Case:
        inputs = self._computation.inputs
        if not named and len(values) == len(inputs):
            return values
        rest = inputs[len(values) :]
        if len(values) > len(inputs) or set(named) != set(rest):
            given = ", ".join([*map(short, values), *(f"{n}={short(v)}" for n, v in named.items())])
            raise InputError(
                f"the computation takes {', '.join(inputs)}, and was applied to ({given})"
            )
        return (*values, *(named[name] for name in rest))

    @property
    def told(self) -> tuple[str, ...]:
        """What was answered, in words: ``f(1, 2) = 3``."""
        return tuple(_answer_text(case, answer) for case, answer in self.answers)

    def traced(self, marr: Marr) -> SideBySide | None:
        """Return the traces of the first case that was answered wrong, or else of the first."""
        computation = self._computation
        for case, answer in self.answers:
            expected = computation.answer(case)
            if isinstance(answer, Fault) or not computation.agrees(expected, answer):
                return side_by_side(marr, case)
        return side_by_side(marr, self.answers[0][0]) if self.answers else None


class Held(NamedTuple):
    """Whether an axiom holds in one case, its two sides, and what it asked on the way."""

    holds: bool
    sides: tuple[Any, Any]
    applied: Applied


def held(
    computation: Computation, axiom: str, case: Case, level: Callable[[Case], Any]
) -> Held | None:
    """Return whether an axiom holds of a level; None where it leads outside the domain.

    Parameters
    ----------
    axiom
        Its name.
    case
        Values of its variables.
    level
        Returns the answer to a case of the computation.

    Raises
    ------
    InputError
        Its function raises an error, or returns what is neither yes or no nor a pair.
    """
    applied = Applied(level, computation)
    try:
        found = computation.axioms[axiom].statement(applied, *copied(case))
    except OutsideError:
        return None
    except NoAnswerError:
        return Held(False, (True, False), applied)
    except Exception as error:  # whatever a user's function may raise
        names = computation.variables(axiom).names
        told = ", ".join(f"{n} = {value_text(v)}" for n, v in zip(names, case, strict=True))
        what = ":" if isinstance(error, InputError) else f" raised {type(error).__name__}:"
        raise InputError(f"{computation}, axiom {axiom!r}{what} {error} for {told}") from error
    if isinstance(found, tuple) and len(found) == 2:
        return Held(computation.agrees(*found), (found[0], found[1]), applied)
    holds = _yes_or_no(found)
    if holds is None:
        raise InputError(
            f"{computation}, axiom {axiom!r} returned {short(found)}: it must return True or "
            "False, or a pair of values that must agree"
        )
    return Held(holds, (True, holds), applied)


def _yes_or_no(found: Any) -> bool | None:
    """Return what an axiom's function said; None where it is neither."""
    if isinstance(found, np.ndarray) and found.dtype == bool:
        return bool(found.all())
    if isinstance(found, int | np.integer | np.bool_) and found in (0, 1):
        return bool(found)
    return None


def _answer_text(case: Case, answer: Any) -> str:
    given = ", ".join(map(value_text, case))
    if isinstance(answer, Fault):
        return f"f({given}) has no answer: {answer.message}"
    return f"f({given}) = {value_text(answer)}"
