"""Domains: from where a computation's inputs come, all of them listed or a sample drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..errors import InputError
from ..timing import real, whole
from ..wording import short
from .agreement import key

DIGITS = 6  # to which a failing real number is rounded, coarsest first


@runtime_checkable
class Domain(Protocol):
    """The values that one input takes."""

    @property
    def size(self) -> int | None:
        """How many there are; None for infinitely many."""
        ...

    def at(self, position: int) -> Any:
        """Return the value at a position, the simplest at 0; of finite domains alone."""
        ...

    def draw(self, rng: np.random.Generator) -> Any:
        """Return a value at random."""
        ...

    def simpler(self, value: Any) -> Iterable[Any]:
        """Yield values that are simpler than one of the domain's, the simplest first."""
        ...

    def __contains__(self, value: Any) -> bool: ...


@dataclass(frozen=True, eq=False)
class Listed:
    """Finitely many values, the simplest first: a range, or any other sequence.

    Parameters
    ----------
    values
        At least one, none of them twice.

    Raises
    ------
    InputError
        No value, or one twice.
    """

    values: Sequence[Any]
    _places: Mapping[Any, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            count = len(self.values)
        except OverflowError:
            raise InputError(
                f"a domain lists fewer than 2^63 values (got {short(self.values)}); draw from it "
                "with Drawn(…) instead"
            ) from None
        if not count:
            raise InputError("a domain needs at least one value (got none)")
        is_range = isinstance(self.values, range)
        places = {} if is_range else {key(v): i for i, v in enumerate(self.values)}
        if not is_range and len(places) < count:
            twice = next(v for i, v in enumerate(self.values) if places[key(v)] != i)
            raise InputError(f"a domain lists each value once (got {short(twice)} twice)")
        object.__setattr__(self, "_places", places)

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.values)

    def at(self, position: int) -> Any:
        """Return the value at a position."""
        return self.values[position]

    def draw(self, rng: np.random.Generator) -> Any:
        """Return one of the values, each equally likely."""
        return self.at(int(rng.integers(self.size)))

    def simpler(self, value: Any) -> Iterator[Any]:
        """Yield earlier values: the first, then ever nearer ones."""
        for position in _nearing(self._position(value)):
            yield self.at(position)

    def __contains__(self, value: Any) -> bool:
        if isinstance(self.values, range):
            return (type(value) is int or np.ndim(value) == 0) and value in self.values
        return key(value) in self._places

    def _position(self, value: Any) -> int:
        return (
            self.values.index(value) if isinstance(self.values, range) else self._places[key(value)]
        )

    def __str__(self) -> str:
        if isinstance(self.values, range) and self.values.step == 1:
            return f"{self.values[0]} … {self.values[-1]}"
        return f"{self.size} value{'s' * (self.size != 1)}"


@dataclass(frozen=True)
class Bits:
    """Every pattern of 0 and 1 of a shape: 2ⁿ arrays, all 0 first, the last value counting least.

    Parameters
    ----------
    shape
        One number or several, whole and above 0; 62 values at most.
    """

    shape: int | tuple[int, ...]

    def __post_init__(self) -> None:
        given = self.shape if isinstance(self.shape, tuple | list) else (self.shape,)
        shape = tuple(whole(n, "Bits: each side", 1) for n in given)
        if math.prod(shape) > 62:
            raise InputError(
                f"Bits: at most 62 values, 2^62 patterns (got {math.prod(shape)}); draw them from "
                "Drawn(…) instead"
            )
        object.__setattr__(self, "shape", shape)

    @property
    def size(self) -> int:
        """2ⁿ."""
        return 2**self._count

    def at(self, position: int) -> np.ndarray:
        """Return the pattern with a number, as integers of the shape."""
        return (position >> np.arange(self._count)[::-1] & 1).reshape(self.shape)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Return a pattern of fair bits."""
        return rng.integers(2, size=self.shape)

    def simpler(self, value: Any) -> Iterator[np.ndarray]:
        """Yield the patterns in which one of the 1s is 0."""
        for place in zip(*np.nonzero(value), strict=True):
            fewer = np.array(value)
            fewer[place] = 0
            yield fewer

    def __contains__(self, value: Any) -> bool:
        array = np.asarray(value)
        return array.shape == self.shape and bool(np.isin(array, (0, 1)).all())

    def __str__(self) -> str:
        return f"2^{self._count} patterns"

    @property
    def _count(self) -> int:
        """How many values a pattern has."""
        return int(np.prod(self.shape))


@dataclass(frozen=True)
class Reals:
    """The real numbers of an interval, both ends in it; drawn uniformly.

    Parameters
    ----------
    low, high
        Finite, low < high.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        try:
            low, high = real(self.low), real(self.high)
        except (TypeError, ValueError):
            low, high = math.nan, math.nan
        if not -math.inf < low < high < math.inf:
            raise InputError(
                f"Reals(low, high) takes finite numbers with low < high (got {self.low!r}, "
                f"{self.high!r})"
            )

    @property
    def size(self) -> None:
        """None: infinitely many."""
        return

    def at(self, position: int) -> float:
        """Raise IndexError: these cannot be listed."""
        raise IndexError(position)

    def draw(self, rng: np.random.Generator) -> float:
        """Return a number, uniform in the interval."""
        return float(rng.uniform(self.low, self.high))

    def simpler(self, value: Any) -> Iterator[float]:
        """Yield 0 and the number rounded to fewer digits, where they lie in the interval."""
        for tried in (0.0, *(round(value, digits) for digits in range(DIGITS))):
            if tried in self and len(repr(tried)) < len(repr(value)):
                yield tried

    def __contains__(self, value: Any) -> bool:
        return np.ndim(value) == 0 and bool(self.low <= value <= self.high)

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}".replace("-", "−")


@dataclass(frozen=True)
class Drawn:
    """Values of any kind, as many as there may be, from a function that draws one.

    Parameters
    ----------
    sampler
        Given a NumPy Generator, returns one value.
    holds
        Says whether a value is one of these, where axioms make values of their own; left out,
        every value is.
    simplify
        Given a value, returns simpler ones, the simplest first; a failing case is made smaller by
        them.
    words
        What they are, in a few words: "images of one step".
    """

    sampler: Callable[[np.random.Generator], Any]
    holds: Callable[[Any], bool] | None = None
    simplify: Callable[[Any], Iterable[Any]] | None = None
    words: str = "drawn"

    def __post_init__(self) -> None:
        if not callable(self.sampler):
            raise InputError(
                f"Drawn(sampler) takes a function of a NumPy Generator (got {short(self.sampler)})"
            )

    @property
    def size(self) -> None:
        """None: taken to be infinitely many."""
        return

    def at(self, position: int) -> Any:
        """Raise IndexError: these cannot be listed."""
        raise IndexError(position)

    def draw(self, rng: np.random.Generator) -> Any:
        """Return what the sampler draws."""
        return self.sampler(rng)

    def simpler(self, value: Any) -> Iterable[Any]:
        """Return what `simplify` says, those that are in the domain."""
        return () if self.simplify is None else (v for v in self.simplify(value) if v in self)

    def __contains__(self, value: Any) -> bool:
        return self.holds is None or bool(self.holds(value))

    def __str__(self) -> str:
        return self.words


def as_domain(given: Any, owner: str) -> Domain:
    """Return a domain for what was declared as one.

    Parameters
    ----------
    given
        A domain; or a range, or another finite collection of values.
    owner
        What the errors begin with: ``Computation 'addition', input 'a'``.

    Raises
    ------
    InputError
        Nothing, or something infinite that nobody says how to draw from.
    """
    if isinstance(given, Domain) and not isinstance(given, type):
        return given
    if given is None:
        raise InputError(f"{owner} has no domain; say which values it takes, such as range(16)")
    if isinstance(given, AbstractSet):
        given = _in_order(given)
    is_listed = isinstance(given, Sequence | np.ndarray) and not isinstance(given, str | bytes)
    if is_listed and not (isinstance(given, np.ndarray) and given.ndim == 0):
        values = given if isinstance(given, range) else list(given)
        if isinstance(given, np.ndarray) and given.ndim == 1:
            values = given.tolist()
        try:
            return Listed(values)
        except InputError as error:
            raise InputError(f"{owner}: {error}") from None
    endless = isinstance(given, Iterator)
    kind = "has no end that is known" if endless else "is no range, list or set of values"
    raise InputError(
        f"{owner}: a domain is a range, a list of values, Bits(shape), Reals(low, high), or "
        f"Drawn(sampler) where there is no list; {short(given)} {kind}"
    )


class Space:
    """All combinations of several inputs' values, each a case: a tuple in the inputs' order.

    Parameters
    ----------
    domains
        By the inputs' names.
    """

    def __init__(self, domains: Mapping[str, Domain]):
        self.domains = dict(domains)
        sizes = [d.size for d in self.domains.values()]
        finite = [n for n in sizes if n is not None]
        self.size: int | None = math.prod(finite) if len(finite) == len(sizes) else None

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs' names, in order."""
        return tuple(self.domains)

    def case(self, number: int) -> tuple[Any, ...]:
        """Return a case by its number, the first input's value counting most."""
        domains = tuple(self.domains.values())
        return tuple(d.at(i) for d, i in zip(domains, self._positions(number), strict=True))

    def simplicity(self, number: int) -> tuple[int, int]:
        """Return what a case is sorted by: how far its values are down their lists in all."""
        return sum(self._positions(number)), number

    def sample(self, count: int, seed: int) -> list[tuple[Any, ...]]:
        """Return a seeded sample of cases, drawn independently."""
        rng = np.random.default_rng(seed)
        return [tuple(d.draw(rng) for d in self.domains.values()) for _ in range(count)]

    def some(self, count: int, seed: int = 0) -> list[tuple[Any, ...]]:
        """Return all cases where there are at most so many, else a seeded sample of so many."""
        if self.size is not None and self.size <= count:
            return [self.case(number) for number in range(self.size)]
        return self.sample(count, seed)

    def simpler(self, case: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """Yield cases in which one value is simpler."""
        for i, (value, domain) in enumerate(zip(case, self.domains.values(), strict=True)):
            for tried in domain.simpler(value):
                yield (*case[:i], tried, *case[i + 1 :])

    def __contains__(self, case: Any) -> bool:
        domains = self.domains.values()
        return len(case) == len(domains) and all(
            value in domain for value, domain in zip(case, domains, strict=True)
        )

    def __str__(self) -> str:
        return ", ".join(f"{name}: {domain}" for name, domain in self.domains.items())

    def _positions(self, number: int) -> list[int]:
        positions = []
        for domain in reversed(self.domains.values()):
            number, position = divmod(number, domain.size or 1)
            positions.append(position)
        return positions[::-1]


def _in_order(values: AbstractSet[Any]) -> list[Any]:
    """Return a set's values in an order that is the same in every run of Python."""
    try:
        if all(isinstance(v, int | float | str) for v in values):
            return sorted(values)
    except TypeError:  # numbers and texts
        pass
    return sorted(values, key=lambda v: (type(v).__name__, repr(v)))


def _nearing(position: int) -> Iterator[int]:
    """Yield positions from 0 on that come nearer to one by halves, and the one before it."""
    step = position
    while step:
        yield position - step
        step //= 2
