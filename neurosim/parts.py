"""The parts of a circuit, and how they are found: by name, by role, by place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import CircuitError, unknown
from .populations import Output, Population, Projection

if TYPE_CHECKING:
    from .program import Program


class Parts:
    """What a circuit is made of; `Builder` adds to it, `Circuit` runs it."""

    def __init__(self, name: str = "circuit"):
        self.name = plain_name(name, "a circuit")
        self.size = 0  # values in all: inputs, constants, delay lines and neurons
        self._populations: list[Population] = []
        self._projections: list[Projection] = []
        self._outputs: list[Output] = []
        self._by_name: dict[str, int] = {}
        self._instances: set[str] = set()
        self.programs: dict[Any, Program] = {}  # compiled, by dt and dtype

    @property
    def populations(self) -> tuple[Population, ...]:
        """Its populations, in the order they were added."""
        return tuple(self._populations)

    @property
    def projections(self) -> tuple[Projection, ...]:
        """Its projections, in the order they were added."""
        return tuple(self._projections)

    @property
    def input_populations(self) -> tuple[Population, ...]:
        """The populations that are inputs, in the order they were declared."""
        return tuple(p for p in self._populations if p.role == "input")

    @property
    def neuron_populations(self) -> tuple[Population, ...]:
        """The populations that are neurons, in the order they were added."""
        return tuple(p for p in self._populations if p.role == "neurons")

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Its outputs, in the order they were declared."""
        return tuple(self._outputs)

    @property
    def is_binary(self) -> bool:
        """Whether it has neurons and all of them are binary."""
        kinds = [p.is_binary for p in self.neuron_populations]
        return bool(kinds) and all(kinds)

    @property
    def instances(self) -> frozenset[str]:
        """The names given to circuits that were built inside this one."""
        return frozenset(self._instances)

    def takes_binary(self, population: Population) -> bool:
        """Return whether an input takes only 0 and 1."""
        if population.bits is not None:
            return True
        return self.is_binary if population.real is None else not population.real

    def binary_places(self, *, unknown: bool = False) -> np.ndarray:
        """Return for each of its values whether it is always 0 or 1: bool, (size,).

        `unknown` answers for inputs that were not declared either way, in a circuit that is
        still being built.
        """
        binary = np.zeros(self.size, dtype=bool)
        for p in self._populations:
            part = slice(p.start, p.stop)
            if p.role == "input":
                undeclared = p.bits is None and p.real is None
                binary[part] = (undeclared and unknown) or self.takes_binary(p)
            elif p.values is not None:
                binary[part] = np.isin(p.values.ravel(), (0, 1))
            elif p.delayed is not None:
                binary[part] = binary[p.delayed.ravel()]
            else:
                binary[part] = p.is_binary
        return binary

    def population(self, name: str) -> Population:
        """Return the population of that name."""
        if name not in self._by_name:
            raise CircuitError(f"{self}: {unknown('population', str(name), self._by_name)}")
        return self._populations[self._by_name[name]]

    def position(self, population: Population) -> int:
        """Return which of the circuit's populations it is."""
        return self._by_name[population.name]

    def position_at(self, place: int) -> int:
        """Return which of the circuit's populations the value at a place belongs to."""
        starts = [p.start for p in self._populations]
        return int(np.searchsorted(starts, place, side="right")) - 1

    def positions_of(self, index: np.ndarray) -> list[int]:
        """Return which of the circuit's populations the values at these places belong to."""
        starts = np.array([p.start for p in self._populations])
        return np.unique(np.searchsorted(starts, index.ravel(), side="right") - 1).tolist()

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

    def _changed(self) -> None:
        self.programs.clear()


def plain_name(name: Any, owner: Any) -> str:
    """Return a name that was given, or raise unless it is printable text without a dot."""
    if not isinstance(name, str) or not name or "." in name or not name.isprintable():
        raise CircuitError(
            f"{owner}: a name must be printable text without a dot (got {name!r}); dots are for "
            "the parts of inlined circuits"
        )
    return name
