"""The level of the algorithm: named steps on a declared representation.

Marr, D. (1982). Vision, chapter 1: an algorithm goes with a representation of input and output, and
one computation may be carried out by many of both.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import InputError
from ..wording import short
from .agreement import copied
from .computation import Case
from .signatures import arguments_of

MOST_STEPS = 100_000  # of one run, before it counts as endless
MOST_KEPT = 1_000  # states of a trace; those of an endless run would fill the memory


@dataclass(frozen=True)
class Step:
    """One named step: a function from the state before to the state after."""

    name: str
    apply: Callable[[Any], Any]


@dataclass(frozen=True)
class Repeat:
    """Steps that are taken again and again, as long as a condition on the state holds."""

    steps: Sequence[Any]
    """`Step`s, pairs of a name and a function, or further `Repeat`s."""
    condition: Callable[[Any], bool]
    name: str = "repeat"


class TraceLine(NamedTuple):
    """What one step made: its name, in which round of which loop, and the state after it."""

    step: str
    round: tuple[int, ...]
    state: Any

    @property
    def label(self) -> str:
        """The step's name, behind it the round where it is in a loop: ``add (round 2)``."""
        if not self.round:
            return self.step
        return f"{self.step} ({'.'.join(str(1 + i) for i in self.round)})"


class Trace(NamedTuple):
    """The course of one run: the states, the answer, and what went wrong, if anything did."""

    lines: tuple[TraceLine, ...]
    answer: Any
    fault: str


class AlgorithmError(Exception):
    """A run that came to no answer: the message says at which step, and why."""


class EndlessError(AlgorithmError):
    """A run that had not ended after very many steps."""


class Algorithm:
    """Named steps on a declared representation.

    Parameters
    ----------
    name
        What it is called: "column by column".
    representation
        On what it works, in words: "binary digits, least significant first".
    steps
        In order: `Step`s, or pairs of a name and a function from state to state; `Repeat` for those
        that are repeated.
    encode
        Makes the first state out of the inputs, one argument for each; left out, the state is the
        input itself, or the tuple of several.
    decode
        Makes the answer out of the last state; left out, the state is the answer.
    valid
        Says whether a state is one of the representation.  It is asked after every step.
    quantities
        By name, functions of the last state: what the algorithm works out on its way, to be looked
        for in the neurons of what realizes it.

    Raises
    ------
    InputError
        No step; a step that is no named function.
    """

    def __init__(
        self,
        name: str,
        *,
        representation: str,
        steps: Sequence[Step | Repeat | tuple[str, Callable[[Any], Any]]],
        encode: Callable[..., Any] | None = None,
        decode: Callable[[Any], Any] | None = None,
        valid: Callable[[Any], bool] | None = None,
        quantities: Mapping[str, Callable[[Any], Any]] | None = None,
    ):
        self.name = name
        self.representation = representation
        self.encode = encode
        self.decode = decode
        self.valid = valid
        self.quantities = dict(quantities or {})
        functions = {"encode": encode, "decode": decode, "valid": valid, **self.quantities}
        for what, function in functions.items():
            if function is not None and not callable(function):
                raise InputError(f"{self}: {what} must be a function (got {short(function)})")
        self.steps = self._checked(steps)

    @property
    def inputs(self) -> tuple[str, ...] | None:
        """The inputs' names; None where it takes them as they are."""
        return None if self.encode is None else arguments_of(self.encode)

    def run(self, case: Case) -> tuple[Any, int, Any]:
        """Return the answer, how many steps it took, and the last state.

        Raises
        ------
        AlgorithmError
            A step raised an error, left the representation, or returned nothing; it did not end.
        """
        count = 0
        for count, line in enumerate(self._course(case)):  # noqa: B007, the first is no step
            state = line.state
        return self._answer(state), count, state

    def trace(self, case: Case) -> Trace:
        """Return every state of a run: as far as it came, where it failed.

        Of a run of more than 1,000 steps the first and the last 500 states are kept.
        """
        first: list[TraceLine] = []
        last: deque[TraceLine] = deque(maxlen=MOST_KEPT // 2)
        try:
            for line in self._course(case):
                kept = line._replace(state=copy.deepcopy(line.state))
                (first if len(first) < MOST_KEPT // 2 else last).append(kept)
            return Trace((*first, *last), self._answer(line.state), "")
        except AlgorithmError as fault:
            return Trace((*first, *last), None, str(fault))

    def quantity(self, name: str, state: Any) -> Any:
        """Return a quantity, read from the last state.

        Raises
        ------
        AlgorithmError
            Its function raised an error.
        """
        return _called(self.quantities[name], (state,), f"quantity {name!r}")

    def __str__(self) -> str:
        return f"algorithm {self.name!r}"

    def __repr__(self) -> str:
        return f"<{self} on {self.representation}>"

    def _first(self, case: Case) -> Any:
        given = copied(case)  # a step may change what it gets, but not the caller's
        if self.encode is None:
            state: Any = given[0] if len(given) == 1 else given
        else:
            state = _called(self.encode, given, "encode")
        return self._represented(state, "encode")

    def _course(self, case: Case) -> Iterator[TraceLine]:
        """Yield the first state, and then the state after each step."""
        first = TraceLine("representation", (), self._first(case))
        yield first
        for taken, line in enumerate(self._walk(self.steps, first.state, ())):
            if taken == MOST_STEPS:
                raise EndlessError(f"it had not ended after {MOST_STEPS:,} steps, at {line.step!r}")
            yield line

    def _walk(
        self, steps: Sequence[Step | Repeat], state: Any, rounds: tuple[int, ...]
    ) -> Iterator[TraceLine]:
        for step in steps:
            if isinstance(step, Step):
                state = self._taken(step, state)
                yield TraceLine(step.name, rounds, state)
                continue
            turn = 0
            while _holds(step.condition, state, f"the condition of {step.name!r}"):
                if turn == MOST_STEPS:  # rounds in which no step is taken
                    raise EndlessError(f"{step.name!r} does not end")
                for line in self._walk(step.steps, state, (*rounds, turn)):
                    state = line.state
                    yield line
                turn += 1

    def _taken(self, step: Step, state: Any) -> Any:
        """Return the state after a step."""
        after = _called(step.apply, (state,), f"step {step.name!r}")
        if after is None:
            raise AlgorithmError(
                f"step {step.name!r} returned nothing; a step returns the new state"
            )
        return self._represented(after, f"step {step.name!r}")

    def _represented(self, state: Any, after: str) -> Any:
        if self.valid is not None and not _holds(self.valid, state, "valid"):
            raise AlgorithmError(
                f"after {after} the state is not of the representation "
                f"({self.representation}): {short(state)}"
            )
        return state

    def _answer(self, state: Any) -> Any:
        return state if self.decode is None else _called(self.decode, (state,), "decode")

    def _checked(self, steps: Any) -> tuple[Step | Repeat, ...]:
        """Return steps as records."""
        if not isinstance(steps, Sequence) or isinstance(steps, str) or not steps:
            raise InputError(
                f"{self} needs one or more steps: steps=[('add', function), …] (got {short(steps)})"
            )
        return tuple(self._step(step) for step in steps)

    def _step(self, given: Any) -> Step | Repeat:
        if isinstance(given, Repeat):
            if not callable(given.condition):
                raise InputError(
                    f"{self}, {given.name!r}: the condition must be a function of the state (got "
                    f"{short(given.condition)})"
                )
            return Repeat(self._checked(given.steps), given.condition, given.name)
        if isinstance(given, tuple) and not isinstance(given, Step) and len(given) == 2:
            given = Step(*given)
        if not (isinstance(given, Step) and isinstance(given.name, str) and callable(given.apply)):
            raise InputError(
                f"{self}: a step is a name and a function of the state, ('add', function), or a "
                f"Repeat (got {short(given)})"
            )
        return given


def _holds(function: Callable[[Any], Any], state: Any, what: str) -> bool:
    found = _called(function, (state,), what)
    try:
        return bool(found)
    except ValueError:  # of an array of several
        raise AlgorithmError(
            f"{what} returned {short(found)}, which is no single True or False; use .all() or "
            ".any()"
        ) from None


def _called(function: Callable[..., Any], given: tuple[Any, ...], what: str) -> Any:
    try:
        return function(*given)
    except Exception as error:  # whatever a user's function may raise
        raise AlgorithmError(f"{what} raised {type(error).__name__}: {error}") from error
