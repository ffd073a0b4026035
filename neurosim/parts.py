"""The parts of a circuit, and how they are found: by name, by role, by place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from .errors import CircuitError, unknown
from .populations import Output, Population, Projection

if TYPE_CHECKING:
    from .bits.compiler import BitProgram
    from .bits.running import BitSteps
    from .program import Program

T = TypeVar("T")


class Terminals(NamedTuple):
    """Where an inlined circuit's inputs and outputs are: the places of each, by its name."""

    inputs: Mapping[str, np.ndarray]
    outputs: Mapping[str, np.ndarray]


FEW_PLACES = 64  # that are looked up one by one


class Parts:
    """What a circuit is made of; `Builder` adds to it, `Circuit` runs it."""

    def __init__(self, name: str = "circuit"):
        self.name = plain_name(name, "a circuit")
        self.size = 0  # values in all: inputs, constants, delay lines and neurons
        self._populations: list[Population] = []
        self._starts: list[int] = []  # of each population
        self._projections: list[Projection] = []
        self._outputs: list[Output] = []
        self._by_name: dict[str, int] = {}
        self._instances: dict[str, None] = {}  # in the order they were claimed
        self._terminals: dict[str, Terminals] = {}  # of instances, nested ones included
        self._lines: dict[Any, str] = {}  # delay lines, by what they repeat and how late
        self._origins: dict[str, tuple[np.ndarray, float]] = {}  # of delay lines
        self._numbers: dict[str, int] = {}  # the last that numbered a name
        self._kept: dict[str, Any] = {}  # what follows from the rest, until it changes
        self.programs: dict[Any, Program | BitProgram | BitSteps | str] = {}  # compiled
        self.summed: dict[Any, int] = {}  # patterns that went by sums, by what would else run them

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy is made of: what can be computed again is left out."""
        return self.__dict__ | {"programs": {}, "summed": {}, "_kept": {}}

    @property
    def populations(self) -> tuple[Population, ...]:
        """Its populations, in the order they were added."""
        return self.once("populations", lambda: tuple(self._populations))

    @property
    def projections(self) -> tuple[Projection, ...]:
        """Its projections, in the order they were added."""
        return self.once("projections", lambda: tuple(self._projections))

    @property
    def input_populations(self) -> tuple[Population, ...]:
        """The populations that are inputs, in the order they were declared."""
        return self.once("inputs", lambda: self._of_role("input"))

    @property
    def neuron_populations(self) -> tuple[Population, ...]:
        """The populations that are neurons, in the order they were added."""
        return self.once("neurons", lambda: self._of_role("neurons"))

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Its outputs, in the order they were declared."""
        return tuple(self._outputs)

    @property
    def output_places(self) -> np.ndarray:
        """The places of all outputs' values, one after the other: int64."""
        return self.once("output places", self._output_places)

    @property
    def is_binary(self) -> bool:
        """Whether it has neurons and all of them are binary."""
        neurons = self.neuron_populations
        return self.once("is_binary", lambda: bool(neurons) and all(p.is_binary for p in neurons))

    @property
    def instances(self) -> frozenset[str]:
        """The names given to circuits that were built inside this one."""
        return frozenset(self._instances)

    @property
    def terminals(self) -> Mapping[str, Terminals]:
        """Of the circuits that were built inside this one, by instance; not kept in files."""
        return self._terminals

    def takes_binary(self, population: Population) -> bool:
        """Return whether an input takes only 0 and 1."""
        if population.bits is not None:
            return True
        return self.is_binary if population.real is None else not population.real

    @property
    def binary_outputs(self) -> tuple[bool, ...]:
        """For each output, whether all its values are always 0 or 1."""
        return self.once(
            "binary outputs", lambda: tuple(self.holds_binary(o.index) for o in self.outputs)
        )

    def binary_places(self, *, unknown: bool = False) -> np.ndarray:
        """Return for each of its values whether it is always 0 or 1: bool, (size,), read-only.

        `unknown` answers for inputs that were not declared either way, in a circuit that is
        still being built.
        """
        return self.once(f"binary places, {unknown}", lambda: self._binary_places(unknown))

    def holds_binary(self, index: np.ndarray) -> bool:
        """Return whether all values at some places are always 0 or 1; none are what neurons are."""
        return bool(self.binary_places()[index].all()) if index.size else self.is_binary

    def binary_at(self, index: np.ndarray, *, unknown: bool = False) -> np.ndarray:
        """As `binary_places`, only for the values at some places: bool, of the index's shape."""
        if index.size > FEW_PLACES:
            return self.binary_places(unknown=unknown)[index]
        found = []
        for place in self.undelayed(index).ravel().tolist():
            p = self._populations[self.position_at(place)]
            found.append(self._is_binary(p, unknown)[place - p.start])
        return np.array(found, dtype=bool).reshape(index.shape)

    def _binary_places(self, unknown: bool) -> np.ndarray:
        binary = np.zeros(self.size, dtype=bool)
        for p in self._populations:
            if p.delayed is not None:
                binary[p.start : p.stop] = binary[p.delayed.ravel()]
            else:
                binary[p.start : p.stop] = self._is_binary(p, unknown)
        binary.flags.writeable = False  # it is kept
        return binary

    def _is_binary(self, p: Population, unknown: bool) -> np.ndarray:
        """Return for each value of a population, no delay line, whether it is always 0 or 1."""
        if p.values is not None:
            return np.isin(p.values.ravel(), (0, 1))
        if p.role != "input":
            return np.broadcast_to(p.is_binary, p.size)
        undeclared = p.bits is None and p.real is None
        return np.broadcast_to((undeclared and unknown) or self.takes_binary(p), p.size)

    def constants_at(self, index: np.ndarray) -> np.ndarray:
        """Return the values that are always at some places, of the index's shape; else NaN."""
        places = self.undelayed(index)
        found = np.full(index.shape, np.nan)
        for position in self.positions_of(places):
            p = self._populations[position]
            if p.values is not None:
                here = (places >= p.start) & (places < p.stop)
                found[here] = p.values.ravel()[places[here] - p.start]
        return found

    def undelayed(self, index: np.ndarray) -> np.ndarray:
        """Return what stands behind all delay lines at some places, of the index's shape."""
        if not any(self._populations[p].delayed is not None for p in self.positions_of(index)):
            return index
        places = index.ravel()
        if places.size <= FEW_PLACES:
            positions = np.array([self.position_at(place) for place in places.tolist()])
        else:
            positions = np.searchsorted(self._starts, places, side="right") - 1
        order = np.argsort(positions, kind="stable")
        found = places.copy()
        for here in np.split(order, np.flatnonzero(np.diff(positions[order])) + 1):
            p = self._populations[positions[here[0]]]
            if p.delayed is not None:
                found[here] = self._origins[p.name][0].ravel()[places[here] - p.start]
        return found.reshape(index.shape)

    def origin(self, index: np.ndarray) -> tuple[np.ndarray, float]:
        """Return what is behind all delay lines at some places, and how long ago, if it is one."""
        touched = self.positions_of(index)
        line = self._populations[touched[0]] if len(touched) == 1 else None
        seconds = 0.0 if line is None or line.delayed is None else self._origins[line.name][1]
        return self.undelayed(index), seconds

    def population(self, name: str) -> Population:
        """Return the population of that name."""
        if not isinstance(name, str) or name not in self._by_name:
            raise CircuitError(f"{self}: {unknown('population', str(name), self._by_name)}")
        return self._populations[self._by_name[name]]

    def population_at(self, position: int) -> Population:
        """Return one of the circuit's populations by its position."""
        return self._populations[position]

    def position(self, population: Population) -> int:
        """Return which of the circuit's populations it is."""
        return self._by_name[population.name]

    def position_at(self, place: int) -> int:
        """Return which of the circuit's populations the value at a place belongs to."""
        return bisect_right(self._starts, place) - 1

    def positions_of(self, index: np.ndarray) -> list[int]:
        """Return which of the circuit's populations the values at these places belong to."""
        places = index.ravel()
        if not places.size:
            return []
        if places.size <= FEW_PLACES:
            return sorted({self.position_at(place) for place in places.tolist()})
        first, last = self.position_at(int(places.min())), self.position_at(int(places.max()))
        if first == last:
            return [first]
        starts = np.array(self._starts[first : last + 1])
        found = np.unique(np.searchsorted(starts, places, side="right") - 1)
        return (found + first).tolist()

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def name_of(self, index: np.ndarray | int) -> str:
        """Return what the values at these places are called, as a user would write them."""
        places = np.asarray(index)
        if not places.size:
            return "nothing"
        population = self._populations[self.position_at(int(places.flat[0]))]
        if places.size == population.size and np.array_equal(
            places.ravel(), population.index.ravel()
        ):
            return population.name
        if places.size == 1:
            at = np.unravel_index(int(places.flat[0]) - population.start, population.shape)
            return f"{population.name}[{', '.join(str(int(i)) for i in at)}]"
        last = self.name_of(places.flat[-1])
        return f"{self.name_of(places.flat[0])} … {last}"

    def __str__(self) -> str:
        return f"Circuit {self.name!r}"

    def _of_role(self, role: str) -> tuple[Population, ...]:
        return tuple(p for p in self._populations if p.role == role)

    def _output_places(self) -> np.ndarray:
        parts = [output.index.ravel() for output in self._outputs]
        return np.concatenate([np.zeros(0, dtype=np.int64), *parts])

    def once(self, what: str, compute: Callable[[], T]) -> T:
        """Return something that follows from the circuit, computed once until it changes."""
        kept: T | None = self._kept.get(what)
        if kept is None:
            kept = self._kept[what] = compute()
        return kept

    def _changed(self) -> None:
        self.programs.clear()
        self.summed.clear()
        self._kept.clear()


def plain_name(name: Any, owner: Any) -> str:
    """Return a name that was given, or raise unless it is printable text without a dot."""
    if not isinstance(name, str) or not name or "." in name or not name.isprintable():
        raise CircuitError(
            f"{owner}: a name must be printable text without a dot (got {name!r}); dots are for "
            "the parts of inlined circuits"
        )
    return name
