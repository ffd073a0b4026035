"""An electrode at a unit of a circuit: what the unit answers to a movie, frame by frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arguments import batch, input_values, match_arguments
from ..calls import evaluate_places
from ..errors import CircuitError, InputError
from ..layering import layers_of
from ..movies import Movie
from ..neurons import Rate
from ..sources import Source
from ..timing import positive, whole

if TYPE_CHECKING:
    from ..circuit import Circuit
    from ..states import State

STEP = 1e-3  # seconds at most, where none are given
BLOCK = 1 << 21  # bytes of frames answered at a time: they stay in a processor's cache


class Electrode:
    """Records a unit, or several, of any circuit while it sees a movie.

    A circuit in which nothing takes time (no τ, delay, noise, recurrence or learning) answers each
    frame by itself, as a call does.  Any other is run in time, a frame lasting a whole number of
    steps, and its answer to a frame is that at the frame's end: through k connections it comes k
    steps late.

    Parameters
    ----------
    unit
        A source of the circuit: ``circuit["on"][32, 32]``, or a whole population.
    shows
        The input that sees the movie; left out, the circuit's only one.
    held
        What the other inputs are given all the while, by name.
    dt
        Seconds a step, of a circuit that takes time; left out, a millisecond, or a little less so
        that a frame is a whole number of them.
    seed
        Of the circuit's noise.
    dtype
        "float64", or "float32".

    Raises
    ------
    InputError
        No unit; inputs that are not told apart, or that are not all given.
    """

    def __init__(
        self,
        unit: Source,
        *,
        shows: str | None = None,
        held: Mapping[str, Any] | None = None,
        dt: float | None = None,
        seed: int = 0,
        dtype: str = "float64",
    ):
        if not isinstance(unit, Source):
            raise InputError(
                f"a unit is a source of a circuit, as circuit['on'][32, 32] (got {unit!r})"
            )
        circuit: Any = unit.circuit
        self.unit = unit
        self.circuit: Circuit = circuit.with_outputs(unit=unit)
        self.takes_time = takes_time(self.circuit)
        self.dt = None if dt is None else positive(dt, "dt", "seconds")
        self.seed = whole(seed, "seed", 0, 2**64)
        if not isinstance(dtype, str) or dtype not in ("float64", "float32"):
            raise InputError(f"dtype must be 'float64' or 'float32' (got {dtype!r})")
        self.dtype = dtype
        names = [p.name for p in self.circuit.input_populations]
        if not isinstance(held, Mapping | None):
            raise InputError(f"held= is values by the inputs' names (got {held!r})")
        self.held = dict(held or {})
        if shows is None:
            free = [name for name in names if name not in self.held]
            if len(free) != 1:
                raise InputError(
                    f"{circuit} has the inputs {', '.join(names) or 'none'}: say which sees the "
                    "movie, shows=, and what the others are given, held={name: value}"
                )
            shows = free[0]
        self.shows = shows
        self.shape = self._population().shape
        if shows in self.held:
            raise InputError(f"{circuit}: {shows!r} sees the movie, so it cannot be held")
        for population in self.circuit.input_populations:
            if population.name in self.held:
                given = input_values(self.circuit, population, self.held[population.name])
                if given.ndim > len(population.shape):
                    raise InputError(
                        f"{circuit}, input {population.name!r} is held at one value, of shape "
                        f"{population.shape} (got shape {given.shape})"
                    )

    def _population(self) -> Any:
        population = self.circuit.population(self.shows)
        if population.role != "input":
            raise InputError(f"{self.circuit}: {self.shows!r} is no input; nothing is shown to it")
        return population

    def responses(
        self, movie: Movie | np.ndarray, *, seed: int | None = None, threads: int | None = None
    ) -> np.ndarray:
        """Return the answer to each frame: (frames, *unit's shape).

        Parameters
        ----------
        movie
            With an end; or its frames, (frames, *input's shape).
        seed
            Of the noise in this answer; left out, the electrode's own.
        threads
            Of the simulator's; left out, by the amount of work.  The result never depends on it.

        Raises
        ------
        InputError
            A movie without end, or frames of another shape than the input's.
        """
        blocks = self.blocks(movie, seed=seed, threads=threads)
        return np.concatenate([answers for _, answers in blocks])

    def blocks(
        self, movie: Movie | np.ndarray, *, before: int = 0, seed: int | None = None,
        threads: int | None = None,
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:  # fmt: skip
        """Yield a block of frames with the answers to them after the other; only one is held.

        Parameters
        ----------
        movie, seed, threads
            As `responses`.
        before
            How many frames earlier than the block's own are given too, where there are so many.

        Yields
        ------
        Frames, (before + frames, *input's shape), and answers, (frames, *unit's shape).
        """
        if not isinstance(movie, Movie):
            movie = Movie.of(np.asarray(movie), self.dt or 1e-3)
        if movie.shape != self.shape:
            raise InputError(
                f"{self.circuit}, input {self.shows!r} has shape {self.shape}; the movie's frames "
                f"have shape {movie.shape}{self._advice(movie.shape)}"
            )
        size = max(1, math.prod(self.shape)) * np.dtype(self.dtype).itemsize
        most = max(1, BLOCK // size)
        if self.takes_time:
            answered = self._in_time(movie, most, self.seed if seed is None else seed, threads)
        else:
            answered = self._each_frame(movie, most, threads)
        last: np.ndarray | None = None
        for frames, answers in answered:
            seen = frames if last is None else np.concatenate([last, frames])
            if before:
                last = seen[max(0, len(seen) - before) :]
            yield seen, answers

    def _advice(self, shape: tuple[int, ...]) -> str:
        """Return what to do where frames have as many pixels as the input, in another shape."""
        if math.prod(shape) != math.prod(self.shape):
            return ""
        first = "Flatten(" if len(self.shape) == 1 else f"Reshape({self.shape}, "
        return (
            "; as many pixels: an input of the frames' shape sees them, as that of a network whose "
            f"first layer is {first}input_shape={shape})"
        )

    def _each_frame(
        self, movie: Movie, most: int, threads: int | None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        places = self.unit.index.ravel()
        for frames in movie.blocks(most):
            given = match_arguments(self.circuit, (), {**self.held, self.shows: frames})
            _, arrays = batch(self.circuit, given)
            values = evaluate_places(self.circuit, arrays, places, threads, self.dtype)
            values = np.broadcast_to(values, (len(frames), places.size))
            yield frames, values.reshape(len(frames), *self.unit.shape)

    def _in_time(
        self, movie: Movie, most: int, seed: int, threads: int | None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        dt = self.dt or movie.frame / max(1, math.ceil(movie.frame / STEP - 1e-9))
        each = max(1, round(movie.frame / dt))
        state: State | None = None
        first = 0
        for frames in movie.blocks(most):
            shown = _from(frames, first, movie)
            run = self.circuit.simulate(
                {**self.held, self.shows: shown}, steps=each * len(frames), every=each, dt=dt,
                seed=seed, initial=state, dtype=self.dtype, threads=threads,
            )  # fmt: skip
            state = run.final_state
            first += len(frames)
            yield frames, run["unit"][0]


def takes_time(circuit: Circuit) -> bool:
    """Return whether an answer depends on more than what is shown at the moment."""
    if any(projection.connection.learning for projection in circuit.projections):
        return True
    for population in circuit.populations:
        neurons = population.neurons
        if population.delayed is not None:
            return True
        if neurons is not None and np.any(neurons.noise):
            return True
        if isinstance(neurons, Rate) and np.any(neurons.tau):
            return True
    try:
        layers_of(circuit)
    except CircuitError:
        return True
    return False


def _from(frames: np.ndarray, begin: int, movie: Movie) -> Movie:
    """Return frames that are made already as the movie's, from number `begin` on."""

    def make(first: int, count: int) -> np.ndarray:
        return frames[first - begin : first - begin + count]

    return Movie(make, movie.shape, movie.frame, begin + len(frames))
