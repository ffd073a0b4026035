"""Every level held against the others on the whole domain, or on a sample; and the axioms on all.

What is tried in full is proved; a difference is shown on the simplest case that has it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..progress import progress
from ..tables import text_table
from ..timing import MOST, whole
from .agreement import agree, key
from .algorithm import Algorithm, AlgorithmError, EndlessError
from .axioms import Held, held
from .computation import Case
from .domains import Space
from .implementation import Fault, Implementation
from .traces import SideBySide, difference_text, side_by_side, value_text

if TYPE_CHECKING:
    from .levels import Marr

PROVED = 1 << 16  # cases up to which all are tried
SAMPLES = 10_000  # that are drawn where there are more
ASKED_AGAIN = 1_000  # cases at most on which a level is asked twice
CODED_AGAIN = 64  # and on which a circuit's code is
SHRINKINGS = 1_000  # cases at most that are tried to find a simpler one
ENDLESS = 20  # cases on which an algorithm may not end before it is given up
LONG = 4_096  # cases from which progress is shown

UNTRIED = Fault(f"it was not run any more, as it had not ended on {ENDLESS} cases before")


@dataclass(frozen=True, eq=False)
class Failure:
    """The simplest case found on which a verdict does not hold.

    Attributes
    ----------
    case : the values by name: of the inputs, or of an axiom's variables
    expected, got : the two answers that differ; of an axiom its two sides, or True and False
    applied : of an axiom, what the level answered on the way, in words
    levels : the traces of all levels beside one another, of the case; or of the first input to
        which an axiom applied the level and had a wrong answer, else of the first of all
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
        if isinstance(self.got, Fault):
            return f"for {told}: expected {value_text(self.expected)}, got {self.got.message}"
        return f"for {told}: {difference_text(self.expected, self.got)}"


@dataclass(frozen=True, eq=False)
class Verdict:
    """Whether one thing holds of one level.

    Attributes
    ----------
    level : as "circuit 'ripple-carry adder'"
    statement : what is claimed of it
    holds : whether no case was found on which it does not
    exhaustive : whether every case was tried, without noise, so that `holds` is a proof
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
        told = f"{self.name}: {_count(self.verdicts)}{sampled}"
        lines = [told, text_table(self.header, self.rows)]
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
    if not (marr.algorithms or marr.implementations or marr.computation.axioms):
        raise InputError(
            f"{marr} has nothing to check: give it algorithms=[…], implementations=[…], or its "
            "computation axioms={…}"
        )
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
        if size is not None and size <= (samples or PROVED):
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


class _Level:
    """One level's answers, each worked out once."""

    def __init__(
        self, name: str, answer_all: Callable[[Sequence[Case]], list[Any]], random: bool = False
    ):
        self.name = name
        self.random = random  # so that another run may answer otherwise
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
        place = tuple(map(key, case))
        if place not in self._known:
            (self._known[place],) = self._answer_all([case])
        return self._known[place]


class _Check:
    """The levels of a `Marr`, and what is tried on them."""

    def __init__(self, marr: Marr, samples: int | None, seed: int):
        self.marr = marr
        self.computation = marr.computation
        self.samples = samples
        self.seed = seed
        self.tried = self._tried(self.computation.space)
        self.oracle = _Level(str(self.computation), self._ask)
        self.algorithms = {name: _Level(str(a), _Runs(a)) for name, a in marr.algorithms.items()}
        self.circuits = {
            name: _Level(str(i), i.seeded(seed).answers, i.is_random)
            for name, i in marr.implementations.items()
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
            asked: dict[Any, Case] = {}
            for level in (self.oracle, *self.algorithms.values(), *self.circuits.values()):
                yield self._axiom(axiom, level, asked)

    def _ask(self, cases: Sequence[Case]) -> list[Any]:
        return [self.computation.answer(case) for case in cases]

    def _check_pure(self) -> None:
        """Ask each level again, in another order, so that chance and memory show."""
        cases = self._again(ASKED_AGAIN)
        self.oracle.answers(self.tried.cases)
        for case in cases:
            self.computation.check_pure(case, self.oracle(case))
        for name, algorithm in self.marr.algorithms.items():
            level = self.algorithms[name]
            level.answers(self.tried.cases)
            for case in cases:
                if not isinstance(answer := level(case), Fault):
                    self._check_same(algorithm, case, answer, _answered(algorithm, case))
        for implementation in self.marr.implementations.values():
            implementation.check_pure(self._again(CODED_AGAIN))

    def _again(self, most: int) -> list[Case]:
        """Return at most so many of the cases, the last first."""
        cases = self.tried.cases
        every = -(-len(cases) // most)
        return [cases[i] for i in range(len(cases) - 1, -1, -every)]

    def _check_same(self, algorithm: Algorithm, case: Case, answer: Any, again: Any) -> None:
        if not agree(answer, again):
            raise InputError(
                f"{algorithm} is no pure function: for {self.computation.told(case)} it answered "
                f"{value_text(answer)}, and asked again {value_text(again)}; its steps, encode and "
                "decode must give the same to the same (no randomness, no memory)"
            )

    def _equal(self, level: _Level, other: _Level, statement: str) -> Verdict:
        def differs(case: Case) -> bool:
            return self._differ(other(case), level(case))

        cases = self.tried.cases
        ours, theirs = level.answers(cases), other.answers(cases)
        wrong = [i for i, (a, b) in enumerate(zip(theirs, ours, strict=True)) if self._differ(a, b)]
        failure = None
        if wrong:
            case = self.tried.simplest(wrong, differs)
            failure = self._failure(case, other(case), level(case))
        return self._verdict(self.tried, statement, failure, level, other)

    def _differ(self, one: Any, other: Any) -> bool:
        """Return whether two answers are known to differ."""
        return one is not UNTRIED and other is not UNTRIED and not self._same(one, other)

    def _same(self, one: Any, other: Any) -> bool:
        """Return whether two answers agree; no answer agrees with nothing."""
        if isinstance(one, Fault) or isinstance(other, Fault):
            return False
        return self.computation.agrees(one, other)

    def _reads(
        self, implementation: Implementation, algorithm: Algorithm, quantity: str
    ) -> Verdict:
        def sides(case: Case) -> tuple[Any, Any]:
            answer = self.algorithms[algorithm.name](case)
            found = answer if isinstance(answer, Fault) else _worked_out(algorithm, quantity, case)
            return found, _read(implementation, quantity, case)

        def differs(case: Case) -> bool:
            return self._differ(*sides(case))

        wrong = [i for i, case in enumerate(self._shown(quantity)) if differs(case)]
        failure = None
        if wrong:
            case = self.tried.simplest(wrong, differs)
            failure = self._failure(case, *sides(case))
        statement = f"holds the {quantity} of {algorithm}"
        return self._verdict(self.tried, statement, failure, self.circuits[implementation.name])

    def _axiom(self, name: str, level: _Level, asked: dict[Any, Case]) -> Verdict:
        """Try an axiom on a level; `asked` gathers the inputs to which it applies the oracle."""
        tried = self._tried(self.computation.variables(name))

        def result(case: Case) -> Held | None:
            return held(self.computation, name, case, level)

        def fails(case: Case) -> bool:
            found = result(case)
            return found is not None and not found.holds

        level.answers(list(asked.values()))  # together, which is faster than one by one
        wrong, left_out, applied = [], 0, 0
        for i, case in enumerate(self._progress(tried.cases, name)):
            found = result(case)
            if found is None:
                left_out += 1
                continue
            applied += bool(found.applied.answers)
            if level is self.oracle and not self.tried.exhaustive:
                asked |= {tuple(map(key, given)): given for given, _ in found.applied.answers}
            if not found.holds:
                wrong.append(i)
        self._check_applied(name, applied, left_out, len(tried.cases))
        failure = None
        if wrong:
            case = tried.simplest(wrong, fails)
            found = result(case)
            if found is not None:
                named = dict(zip(tried.space.names, case, strict=True))
                applied_to = found.applied
                failure = Failure(
                    named, *found.sides, applied_to.told, applied_to.traced(self.marr)
                )
        return self._verdict(tried, f"obeys {name}", failure, level, left_out=left_out)

    def _check_applied(self, axiom: str, applied: int, left_out: int, cases: int) -> None:
        """Refuse an axiom that says nothing of the computation."""
        if applied:
            return
        why = (
            f"applies the computation outside its domain ({self.computation.space}) in every case"
            if left_out == cases
            else "never applies the computation"
        )
        raise InputError(f"{self.computation}, axiom {axiom!r} {why}, and so says nothing")

    def _failure(self, case: Case, expected: Any, got: Any) -> Failure:
        named = dict(zip(self.computation.inputs, case, strict=True))
        return Failure(named, expected, got, (), side_by_side(self.marr, case))

    def _tried(self, space: Space) -> _Tried:
        return _Tried.of(space, self.samples, self.seed)

    def _verdict(
        self, tried: _Tried, statement: str, failure: Failure | None, level: _Level,
        *others: _Level, left_out: int = 0,
    ) -> Verdict:  # fmt: skip
        exhaustive = tried.exhaustive and not any(one.random for one in (level, *others))
        return Verdict(
            level.name, statement, failure is None, exhaustive, len(tried.cases), left_out,
            tried.space.size, failure,
        )  # fmt: skip

    def _shown(self, what: str) -> Iterable[Case]:
        return self._progress(self.tried.cases, what)

    def _progress(self, cases: Sequence[Case], what: str) -> Iterable[Case]:
        return progress(cases, f"{self.marr.name}: {what}") if len(cases) >= LONG else cases


class _Runs:
    """An algorithm's answers to many cases; one that does not end is not waited for each time."""

    def __init__(self, algorithm: Algorithm):
        self.algorithm = algorithm
        self.endless = 0

    def __call__(self, cases: Sequence[Case]) -> list[Any]:
        name = self.algorithm.name
        shown = progress(cases, name) if len(cases) >= LONG else cases
        return [self._answer(case) for case in shown]

    def _answer(self, case: Case) -> Any:
        if self.endless >= ENDLESS:
            return UNTRIED
        try:
            return self.algorithm.run(case)[0]
        except AlgorithmError as fault:
            self.endless += isinstance(fault, EndlessError)
            return Fault(str(fault))


def _answered(algorithm: Algorithm, case: Case) -> Any:
    try:
        return algorithm.run(case)[0]
    except AlgorithmError as fault:
        return Fault(str(fault))


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
