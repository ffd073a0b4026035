"""Inputs in time: each one's values for any stretch of steps, and how a run is cut into those."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import input_values
from .errors import InputError, NeurosimError
from .movies import Movie
from .populations import Population

if TYPE_CHECKING:
    from .circuit import Circuit

FRAMES = 32 * 1024 * 1024  # bytes of inputs laid out at a time


class Feed:
    """One input in time: its values for any stretch of steps."""

    def __init__(
        self, circuit: Circuit, population: Population, value: Any, steps: int, begin: int,
        dt: float, most: float,
    ):  # fmt: skip
        self.circuit = circuit
        self.population = population
        self.most = most  # how large a value may be
        self.movie = value if isinstance(value, Movie) else None
        self.function: Callable[[float], Any] | None = value if callable(value) else None
        self.trials: int | None = None
        self.first: np.ndarray | None = None
        if self.movie is not None:
            self.function = None
            self.trials = self._trials_shown(self.movie)
            self.each = self._steps_a_frame(self.movie, begin + steps, dt)
            self.changes = True
            return
        if self.function is not None:
            self.first = self._called(begin * dt)
            self.trials = len(self.first) if self.first.ndim > len(population.shape) else None
            self.changes = True
            return
        values = input_values(circuit, population, value, most=most)
        shape = population.shape
        extra = values.ndim - len(shape)
        if extra > 2:
            raise InputError(
                f"{circuit}, input {population.name!r} has shape {shape}; give one value, "
                f"(time, …) or (trials, time, …), got shape {values.shape}"
            )
        if extra == 2:
            self.trials = len(values)
        self.values = values.reshape(
            values.shape[0] if extra == 2 else 1,
            values.shape[extra - 1] if extra >= 1 else 1,
            math.prod(shape),
        )
        length = self.values.shape[1]
        if length not in (1, steps):
            raise InputError(
                f"{circuit}, input {population.name!r} has {length} moments, the run has {steps} "
                "steps"
            )
        self.changes = length > 1

    def _trials_shown(self, movie: Movie) -> int | None:
        """Return how many trials a movie's frames hold; None where all see the same."""
        shape = self.population.shape
        extra = len(movie.shape) - len(shape)
        if extra not in (0, 1) or movie.shape[extra:] != shape:
            raise InputError(
                f"{self.circuit}, input {self.population.name!r} has shape {shape}; the movie's "
                f"frames have shape {movie.shape} (one more leading axis is trials)"
            )
        return movie.shape[0] if extra else None

    def _steps_a_frame(self, movie: Movie, last: int, dt: float) -> int:
        """Return how many steps a frame is shown; the movie must last to step `last`."""
        each = round(movie.frame / dt)
        where = f"{self.circuit}, input {self.population.name!r}"
        if each < 1 or not math.isclose(each * dt, movie.frame, rel_tol=1e-9):
            raise InputError(
                f"{where}: the movie's frames of {movie.frame:g} s are no whole number of steps of "
                f"dt = {dt:g} s; take dt={movie.frame / max(each, 1):g}"
            )
        if movie.count is not None and movie.count * each < last:
            raise InputError(
                f"{where}: the movie ends after {movie.count * movie.frame:g} s, the run at "
                f"{last * dt:g} s"
            )
        return each

    def _shown(self, first: int, length: int) -> np.ndarray:
        """Return a movie's frames for `length` steps from step `first` on, (…, length, size)."""
        assert self.movie is not None
        begin = first // self.each
        try:
            made = self.movie.frames(begin, (first + length - 1) // self.each + 1 - begin)
        except NeurosimError:
            raise
        except Exception as error:  # whatever a user's function may raise
            raise InputError(
                f"{self.circuit}, input {self.population.name!r}: what makes its movie raised "
                f"{type(error).__name__} at frame {begin}: {error}"
            ) from error
        values = input_values(self.circuit, self.population, made, most=self.most)
        values = values.reshape(len(values), self.trials or 1, self.population.size)
        if self.each > 1:
            values = values[np.arange(first, first + length) // self.each - begin]
        return values.swapaxes(0, 1)

    def _called(self, time: float) -> np.ndarray:
        assert self.function is not None
        try:
            shown = self.function(time)
        except Exception as error:  # whatever a user's function may raise
            raise InputError(
                f"{self.circuit}, input {self.population.name!r}: its function raised "
                f"{type(error).__name__} at {time:g} s: {error}"
            ) from error
        values = input_values(self.circuit, self.population, shown, most=self.most)
        if values.ndim > len(self.population.shape) + 1:
            raise InputError(
                f"{self.circuit}, input {self.population.name!r}: its function returned shape "
                f"{values.shape} at {time:g} s; it returns one value, or one a trial"
            )
        return values.copy()  # a function may write into one array again and again

    def frames(self, first: int, done: int, length: int, dt: float) -> np.ndarray:
        """Return (trials or 1, length or 1, size) for `length` steps after `done` of this run."""
        if self.movie is not None:
            return self._shown(first, length)
        if self.function is None:
            return self.values[:, done : done + length] if self.changes else self.values
        shown = [
            self.first if k == 0 and self.first is not None else self._called((first + k) * dt)
            for k in range(length)
        ]
        self.first = None
        trials = 1 if self.trials is None else self.trials
        own = len(self.population.shape) + (self.trials is not None)
        for k, values in enumerate(shown):
            if values.ndim != own or (self.trials is not None and len(values) != trials):
                raise InputError(
                    f"{self.circuit}, input {self.population.name!r}: its function returned shape "
                    f"{values.shape} at {(first + k) * dt:g} s, another than at first"
                )
        return np.stack([v.reshape(trials, self.population.size) for v in shown], axis=1)


def stretches(feeds: list[Feed], count: int, longest: int, progress: bool) -> Iterable[int]:
    """Return the lengths of the stretches that a run is cut into; they never change its result.

    A run of no steps has none; `longest` is the most steps that one may have.
    """
    if any(f.changes for f in feeds):
        trials = max((f.trials or 1) for f in feeds)
        nbytes = 8 * trials * sum(f.population.size for f in feeds)  # of one step's inputs
        longest = min(longest, FRAMES // max(1, nbytes))
    if progress:
        longest = min(longest, count // 100)
    longest = max(1, longest)
    if not progress:
        return _lengths(count, longest)
    from .progress import progress as shown

    return shown(_lengths(count, longest), "simulating", -(-count // longest))


def _lengths(count: int, longest: int) -> Iterator[int]:
    for done in range(0, count, longest):
        yield min(longest, count - done)
