"""Every level held against the others on the whole domain, or on a sample; and the axioms on all.

What is tried in full is proved; a difference is shown on the simplest case that has it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..progress import progress
from ..timing import MOST, whole
from .agreement import agree, key
from .algorithm import Algorithm, AlgorithmError
from .computation import Case, Computation
from .domains import Space
from .implementation import Fault, Implementation
from .traces import SideBySide, side_by_side, value_text

if TYPE_CHECKING:
    from .levels import Marr

PROVED = 1 << 16  # cases up to which all are tried
SAMPLES = 10_000  # that are drawn where there are more
ASKED_AGAIN = 1_000  # cases at most on which the oracle is asked twice
SHRINKINGS = 1_000  # cases at most that are tried to find a simpler one
LONG = 4_096  # cases from which progress is shown

Answer = Callable[[Case], Any]


@dataclass(frozen=True, eq=False)
class Failure:
    """The simplest case found on which a verdict does not hold.

    Attributes
    ----------
    case : the values by name: of the inputs, or of an axiom's variables
    expected, got : the two answers that differ; of an axiom its two sides, or True and False
    applied : of an axiom, what the level answered on the way, in words
    levels : the traces of all levels beside one another, of the case, or of the first input that
        the axiom applied the level to
    """

    case: Mapping[str, Any]
    expected: Any
    got: Any
    applied: tuple[str, ...]
    levels: SideBySide | None

    def __str__(self) -> str:
        told = ", ".join(f"{name} = {value_text(value)}" for name, value in self.case.items())
        if self.applied:
            return f"for {told}: {'; '.join(self.applied)}"
        got = self.got.message if isinstance(self.got, Fault) else value_text(self.got)
        return f"for {told}: expected {value_text(self.expected)}, got {got}"


@dataclass(frozen=True, eq=False)
class Verdict:
    """Whether one thing holds of one level.

    Attributes
    ----------
    level : as "circuit 'ripple-carry adder'"
    statement : what is claimed of it
    holds : whether no case was found on which it does not
    exhaustive : whether every case was tried, so that `holds` is a proof
    cases : how many were tried
    left_out : of an axiom, how many of these lead outside the domain, and so say nothing
    possible : how many cases there are; None for infinitely many
    failure : where it does not hold
    """

    level: str
    statement: str
    holds: bool
    exhaustive: bool
    cases: int
    left_out: int
    possible: int | None
    failure: Failure | None

    @property
    def how(self) -> str:
        """In a word: "proved", "not refuted", or "refuted"."""
        if not self.holds:
            return "refuted"
        return "proved" if self.exhaustive else "not refuted"

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        cases = f"{self.cases:,} cases" if self.exhaustive else f"{self.cases:,} sampled cases"
        if self.left_out:
            cases += f", {self.left_out:,} of them outside the domain"
        sentence = f"{self.how}: {self.level} {self.statement} ({cases})"
        return sentence if self.failure is None else f"{sentence}: {self.failure}"


@dataclass(frozen=True, eq=False)
class Agreement:
    """How the levels stand to one another: truthy or falsy, and prints as a table.

    Attributes
    ----------
    name : of the `Marr`
    verdicts : one `Verdict` for each claim on each level
    seed : of the sample
    """

    name: str
    verdicts: tuple[Verdict, ...]
    seed: int

    @property
    def holds(self) -> bool:
        """Whether every verdict holds."""
        return all(verdict.holds for verdict in self.verdicts)

    @property
    def exhaustive(self) -> bool:
        """Whether everything was tried on every case, so that what holds is proved."""
        return all(verdict.exhaustive for verdict in self.verdicts)

    @property
    def failure(self) -> Failure | None:
        """The first verdict's that does not hold."""
        return next((v.failure for v in self.verdicts if v.failure is not None), None)

    @property
    def header(self) -> tuple[str, ...]:
        """Of the table's columns."""
        return "level", "statement", "verdict", "cases"

    @property
    def rows(self) -> list[tuple[str, str, str, int]]:
        """Of the table: a verdict each."""
        return [(v.level, v.statement, v.how, v.cases) for v in self.verdicts]

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        sampled = "" if self.exhaustive else f" (seed {self.seed}; a sample is no proof)"
        lines = [f"{self.name}: {_count(self.verdicts)}{sampled}"]
        cells = [tuple(map(str, row)) for row in (self.header, *self.rows)]
        widths = [max(len(row[k]) for row in cells) for k in range(len(self.header))]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in cells
        ]
        wrong = next((v for v in self.verdicts if not v.holds), None)
        if wrong is not None and wrong.failure is not None:
            lines += ["", f"{wrong.level} {wrong.statement}: {wrong.how} {wrong.failure}"]
            if wrong.failure.levels is not None:
                lines += ["", str(wrong.failure.levels)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def check(marr: Marr, *, samples: int | None = None, seed: int = 0) -> Agreement:
    """Do what `Marr.check` says."""
    seed = whole(seed, "check(): seed", 0, 2**64)
    if samples is not None:
        samples = whole(samples, "check(): samples", 1, MOST)
    return Agreement(marr.name, tuple(_Check(marr, samples, seed).verdicts()), seed)


@dataclass(frozen=True, eq=False)
class _Tried:
    """The cases that are tried, in order, and whether these are all."""

    space: Space
    cases: Sequence[Case]
    exhaustive: bool

    @classmethod
    def of(cls, space: Space, samples: int | None, seed: int) -> _Tried:
        size = space.size
        if samples is None and size is not None and size <= PROVED:
            return cls(space, space.some(size), True)
        return cls(space, space.sample(samples or SAMPLES, seed), False)

    def simplest(self, wrong: Sequence[int], fails: Callable[[Case], bool]) -> Case:
        """Return the simplest of the cases that fail; one that was drawn is made simpler."""
        if self.exhaustive:
            return self.cases[min(wrong, key=self.space.simplicity)]
        case, tried, simpler = self.cases[wrong[0]], 0, True
        while simpler and tried < SHRINKINGS:
            simpler = False
            for other in self.space.simpler(case):
                tried += 1
                if fails(other):
                    case, simpler = other, True
                    break
                if tried >= SHRINKINGS:
                    break
        return case


class _OutsideError(Exception):
    """An axiom applied a level to what is no case of the domain."""


class _Level:
    """One level's answers, each worked out once."""

    def __init__(self, name: str, answer_all: Callable[[Sequence[Case]], list[Any]]):
        self.name = name
        self._answer_all = answer_all
        self._known: dict[Any, Any] = {}

    def answers(self, cases: Sequence[Case]) -> list[Any]:
        keys = [tuple(map(key, case)) for case in cases]
        missing = {k: case for k, case in zip(keys, cases, strict=True) if k not in self._known}
        if missing:
            found = self._answer_all(list(missing.values()))
            self._known |= dict(zip(missing, found, strict=True))
        return [self._known[k] for k in keys]

    def __call__(self, case: Case) -> Any:
        return self.answers([case])[0]


class _Check:
    """The levels of a `Marr`, and what is tried on them."""

    def __init__(self, marr: Marr, samples: int | None, seed: int):
        self.marr = marr
        self.computation = marr.computation
        self.samples = samples
        self.seed = seed
        self.tried = _Tried.of(self.computation.space, samples, seed)
        self.oracle = _Level(str(self.computation), self._ask)
        self.algorithms = {
            name: _Level(str(a), partial(_run_all, a)) for name, a in marr.algorithms.items()
        }
        self.circuits = {
            name: _Level(str(i), i.answers) for name, i in marr.implementations.items()
        }

    def verdicts(self) -> Iterable[Verdict]:
        """Yield the verdicts: algorithms, then circuits, then the axioms on everything."""
        self._check_pure()
        like = f"computes what {self.computation} says"
        for level in self.algorithms.values():
            yield self._equal(level, self.oracle, like)
        for name, implementation in self.marr.implementations.items():
            level = self.circuits[name]
            yield self._equal(level, self.oracle, like)
            if implementation.realizes is not None:
                algorithm = self.marr.algorithms[implementation.realizes]
                other = self.algorithms[algorithm.name]
                yield self._equal(level, other, f"answers as {algorithm}")
                for quantity in implementation.reads:
                    yield self._reads(implementation, algorithm, quantity)
        for axiom in self.computation.axioms:
            for level in (self.oracle, *self.algorithms.values(), *self.circuits.values()):
                yield self._axiom(axiom, level)

    def _ask(self, cases: Sequence[Case]) -> list[Any]:
        return [self.computation.answer(case) for case in cases]

    def _check_pure(self) -> None:
        """Ask the oracle again, in another order, so that a memory shows."""
        cases = self.tried.cases
        answers = self.oracle.answers(cases)
        every = -(-len(cases) // ASKED_AGAIN)
        for i in range(len(cases) - 1, -1, -every):
            self.computation.check_pure(cases[i], answers[i])

    def _equal(self, level: _Level, other: _Level, statement: str) -> Verdict:
        def differs(case: Case) -> bool:
            return not self._same(other(case), level(case))

        cases = self.tried.cases
        ours, theirs = level.answers(cases), other.answers(cases)
        wrong = [
            i for i, (a, b) in enumerate(zip(theirs, ours, strict=True)) if not self._same(a, b)
        ]
        failure = None
        if wrong:
            case = self.tried.simplest(wrong, differs)
            failure = self._failure(case, other(case), level(case))
        return self._verdict(self.tried, level.name, statement, failure)

    def _same(self, one: Any, other: Any) -> bool:
        """Return whether two answers agree; no answer agrees with nothing."""
        if isinstance(one, Fault) or isinstance(other, Fault):
            return False
        return self.computation.agrees(one, other)

    def _reads(
        self, implementation: Implementation, algorithm: Algorithm, quantity: str
    ) -> Verdict:
        def sides(case: Case) -> tuple[Any, Any]:
            return (
                _worked_out(algorithm, quantity, case),
                _read(implementation, quantity, case),
            )

        def differs(case: Case) -> bool:
            return not self._same(*sides(case))

        wrong = [i for i, case in enumerate(self._shown(quantity)) if differs(case)]
        failure = None
        if wrong:
            case = self.tried.simplest(wrong, differs)
            failure = self._failure(case, *sides(case))
        statement = f"holds the {quantity} of {algorithm}"
        return self._verdict(self.tried, str(implementation), statement, failure)

    def _axiom(self, name: str, level: _Level) -> Verdict:
        tried = _Tried.of(self.computation.variables(name), self.samples, self.seed)
        statement = self.computation.axioms[name].statement

        def result(case: Case) -> tuple[bool, _Applied] | None:
            """Return whether it holds; None where it leads outside the domain."""
            applied = _Applied(level, self.computation)
            try:
                found = statement(applied, *case)
            except _OutsideError:
                return None
            except _NoAnswerError:
                return False, applied
            except Exception as error:  # whatever a user's function may raise
                told = ", ".join(map(value_text, case))
                raise InputError(
                    f"{self.computation}, axiom {name!r} raised {type(error).__name__}: {error} "
                    f"for {', '.join(tried.space.names)} = {told}"
                ) from error
            if isinstance(found, tuple) and len(found) == 2:
                return agree(*found, self.computation.tolerance), applied
            return bool(found), applied

        def fails(case: Case) -> bool:
            found = result(case)
            return found is not None and not found[0]

        results = [result(case) for case in self._progress(tried.cases, name)]
        left_out = sum(found is None for found in results)
        if left_out == len(results):
            raise InputError(
                f"{self.computation}, axiom {name!r} applies the computation outside its domain "
                f"({self.computation.space}) in every case, and so says nothing"
            )
        wrong = [i for i, found in enumerate(results) if found is not None and not found[0]]
        failure = None
        if wrong:
            case = tried.simplest(wrong, fails)
            found = result(case)
            applied = _Applied(level, self.computation) if found is None else found[1]
            failure = Failure(
                dict(zip(tried.space.names, case, strict=True)), True, False,
                tuple(applied.told), applied.traced(self.marr),
            )  # fmt: skip
        return self._verdict(tried, level.name, f"obeys {name}", failure, left_out)

    def _failure(self, case: Case, expected: Any, got: Any) -> Failure:
        named = dict(zip(self.computation.inputs, case, strict=True))
        return Failure(named, expected, got, (), side_by_side(self.marr, case))

    def _verdict(
        self, tried: _Tried, level: str, statement: str, failure: Failure | None, left_out: int = 0
    ) -> Verdict:
        return Verdict(
            level, statement, failure is None, tried.exhaustive, len(tried.cases), left_out,
            tried.space.size, failure,
        )  # fmt: skip

    def _shown(self, what: str) -> Iterable[Case]:
        return self._progress(self.tried.cases, what)

    def _progress(self, cases: Sequence[Case], what: str) -> Iterable[Case]:
        return progress(cases, f"{self.marr.name}: {what}") if len(cases) >= LONG else cases


class _NoAnswerError(Exception):
    """A level had no answer to what an axiom applied it to."""


class _Applied:
    """A level as an axiom's function: applied to values, and remembered."""

    def __init__(self, level: _Level, computation: Computation):
        self._level = level
        self._computation = computation
        self.told: list[str] = []
        self._first: Case | None = None

    def __call__(self, *case: Any) -> Any:
        if case not in self._computation.space:
            raise _OutsideError
        self._first = case if self._first is None else self._first
        answer = self._level(case)
        given = ", ".join(map(value_text, case))
        if isinstance(answer, Fault):
            self.told.append(f"f({given}) has no answer: {answer.message}")
            raise _NoAnswerError
        self.told.append(f"f({given}) = {value_text(answer)}")
        return answer

    def traced(self, marr: Marr) -> SideBySide | None:
        """Return the traces of the first case that it was applied to."""
        return None if self._first is None else side_by_side(marr, self._first)


def _run_all(algorithm: Algorithm, cases: Sequence[Case]) -> list[Any]:
    answers: list[Any] = []
    shown = progress(cases, algorithm.name) if len(cases) >= LONG else cases
    for case in shown:
        try:
            answers.append(algorithm.run(case)[0])
        except AlgorithmError as fault:
            answers.append(Fault(str(fault)))
    return answers


def _worked_out(algorithm: Algorithm, quantity: str, case: Case) -> Any:
    try:
        return algorithm.quantity(quantity, algorithm.run(case)[2])
    except AlgorithmError as fault:
        return Fault(str(fault))


def _read(implementation: Implementation, quantity: str, case: Case) -> Any:
    activities = implementation.activities(case)
    if isinstance(activities, Fault):
        return activities
    return implementation.read(quantity, activities)


def _count(verdicts: Sequence[Verdict]) -> str:
    count = sum(v.holds for v in verdicts)
    proved = sum(v.holds and v.exhaustive for v in verdicts)
    return f"{count} of {len(verdicts)} statements hold, {proved} of them proved"
