"""Plastic connections: weights that change while the circuit runs, by what they connect.

A rule says what a weight becomes from the activity before it, `pre` at step k, and after it,
`post` at step k + 1.  It is part of the connection, and its equation stands in `kernels.rules`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .connections import Connection, Convolution, Learning, Sparse
from .errors import CircuitError, InputError, unknown
from .exactness import LARGEST, too_large
from .kernels import rules
from .neurons import SLOPED, Rate
from .sources import Arithmetic, Drive, Source
from .timing import real

if TYPE_CHECKING:
    from .circuit import Circuit
    from .populations import Population
    from .simulation import Record


@dataclass(frozen=True)
class Rule:
    """What the learning rules share.

    Attributes
    ----------
    rate : η, by how much a step of the simulation (dt) changes a weight; finite
    teacher : the activity that the target should have, for the rules that have one
    """

    code: ClassVar[int]  # in `kernels.rules`
    name: ClassVar[str]

    rate: float

    def __post_init__(self) -> None:
        try:
            rate = real(self.rate)
        except (TypeError, ValueError):
            rate = math.nan
        if not math.isfinite(rate):
            raise CircuitError(
                f"learning rule {self.name!r}: rate must be a finite number (got {self.rate!r})"
            )
        if abs(rate) > LARGEST:
            raise CircuitError(
                f"learning rule {self.name!r}: rate must be at most {LARGEST:g} either way (got "
                f"{self.rate!r})"
            )

    @property
    def teacher(self) -> Source | None:
        """What the target should do; None: nobody says."""
        return None

    def why_not(self, population: Population) -> str | None:
        """Return why a population's synapses cannot learn by it, and what to do; None: they can."""
        return None

    def slope_of(self, population: Population) -> int:
        """Return the code of the transfer function whose slope is a factor; identity's is 1."""
        return rules.IDENTITY


@dataclass(frozen=True)
class Hebb(Rule):
    """Δw = η·post·pre (Hebb 1949): what fires together wires together.

    Attributes
    ----------
    rate : η, by how much a step of the simulation (dt) changes a weight
    """

    code = rules.HEBB
    name = "hebb"


@dataclass(frozen=True)
class Oja(Rule):
    """Δw = η·post·(pre − post·w) (Oja 1982): Hebb's rule, and a forgetting that bounds it.

    The weights of a linear neuron come to length 1, along what its inputs vary by most.

    Attributes
    ----------
    rate : η, by how much a step of the simulation (dt) changes a weight
    """

    code = rules.OJA
    name = "oja"


@dataclass(frozen=True, eq=False)
class _Taught(Rule):
    """What the rules with a teacher share.

    Attributes
    ----------
    taught_by : one source for all neurons of the target's population, or one for each of them
    """

    code = rules.DELTA

    taught_by: Source

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.taught_by, Source):
            raise CircuitError(
                f"learning rule {self.name!r}: the teacher must be a source, the activity wanted "
                f"(got {self.taught_by!r})"
            )

    @property
    def teacher(self) -> Source:
        """What the target should do."""
        return self.taught_by


@dataclass(frozen=True, eq=False)
class Delta(_Taught):
    """Δw = η·(wanted − post)·pre (Widrow & Hoff 1960): ``Delta(0.01, teacher)``.

    `wanted` is the teacher's activity.  On `subtract` and `divide`, where more weight makes the
    target less active, it is −Δw: the answer goes towards its teacher on every channel.

    Attributes
    ----------
    rate : η, by how much a step of the simulation (dt) changes a weight
    taught_by : the teacher, one source for all neurons that learn, or one for each: `wanted`
    slope : whether f′, the transfer function's slope at the answer, is a factor of Δw; gain and
        divisor, which a derivative would have too, are left to η
    """

    name = "delta"

    slope: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.slope, bool | np.bool_):
            raise CircuitError(
                f"learning rule 'delta': slope must be True or False (got {self.slope!r})"
            )

    def why_not(self, population: Population) -> str | None:
        """Return why the slope cannot be told."""
        if not self.slope:
            return None
        if not isinstance(population.neurons, Rate):
            return "a binary neuron has no slope: use Perceptron(…), or Delta without slope=True"
        name = population.neurons.transfer.name
        if name in SLOPED:
            return None
        return (
            f"the slope of transfer {name!r} does not follow from its answer; use one of "
            f"{', '.join(map(repr, SLOPED))}, or Delta without slope=True"
        )

    def slope_of(self, population: Population) -> int:
        """Return the code of the population's transfer function, where its slope is a factor."""
        if self.slope and isinstance(population.neurons, Rate):
            return population.neurons.transfer.code
        return rules.IDENTITY


@dataclass(frozen=True, eq=False)
class Perceptron(_Taught):
    """Δw = η·(wanted − post)·pre of binary neurons (Rosenblatt 1958): ``Perceptron(1, teacher)``.

    Mistakes alone change a weight.

    Attributes
    ----------
    rate : η, by how much a step of the simulation (dt) changes a weight
    taught_by : the teacher, one source for all neurons that learn, or one for each: `wanted`
    """

    name = "perceptron"

    def why_not(self, population: Population) -> str | None:
        """Return what to use instead where it is not right or wrong."""
        if population.is_binary:
            return None
        return "the perceptron's rule teaches binary neurons; use Delta(…) for rate neurons"


RULES: dict[str, type[Rule]] = {rule.name: rule for rule in (Hebb, Oja, Delta, Perceptron)}


def plastic(drive: Any, rule: Rule) -> Drive:
    """Return a drive whose weights learn by a rule, in time: ``excite=plastic(W @ x, Hebb(0.01))``.

    Each trial has its own weights; the record of a run has them, and `Circuit.with_weights` makes
    a circuit of them.  On `excite`, `subtract` and `divide` a weight does not fall below 0, on
    `drive` it may.  Calls, checks and `settle` take the weights as they stand.  Binary neurons
    that hear them are not computed in whole numbers in time, as learned weights are any numbers.

    Parameters
    ----------
    drive
        A source, or a weighted sum of sources; a weight of 0 in a matrix is a synapse, too.
    rule
        ``Hebb(rate)``, ``Oja(rate)``, ``Delta(rate, teacher)`` or ``Perceptron(rate, teacher)``;
        the teacher is a source, an input as a rule.

    Raises
    ------
    CircuitError
        No drive; a convolution, whose neurons share their weights; no rule.  Where it is connected:
        a rule for other neurons.
    """
    if not isinstance(drive, Arithmetic):
        raise CircuitError(f"plastic() takes a source or a sum of sources (got {drive!r})")
    if not isinstance(rule, Rule):
        raise CircuitError(f"plastic() takes a learning rule, as Hebb(0.01) (got {rule!r})")
    return Drive(tuple(_plastic(c, rule) for c in drive.drive().connections))


def _plastic(connection: Connection, rule: Rule) -> Sparse:
    """Return a connection with a weight of its own for every synapse."""
    from scipy import sparse

    if isinstance(connection, Convolution):
        raise CircuitError(
            f"plastic(): the neurons that hear convolve({connection.source}, …) share their "
            "weights, so these cannot learn one by one; write W @ source"
        )
    if isinstance(connection, Sparse):
        return replace(connection, learning=Learning(rule))
    shape = connection.shape
    rows = math.prod(shape)
    weights, columns = connection.synapses(shape)
    each = len(columns) // rows if rows else 0
    matrix = sparse.csr_array(
        (weights.astype(float), columns, np.arange(rows + 1) * each),
        shape=(rows, connection.source.size),
    )
    return Sparse(connection.source.ravel(), matrix, shape, Learning(rule))


def plastic_projections(circuit: Circuit) -> dict[str, int]:
    """Return the projections that learn, by name: the target and the channel, numbered."""
    names: dict[str, int] = {}
    for position, projection in enumerate(circuit.projections):
        if projection.connection.learning is not None:
            name = f"{circuit.population_at(projection.target).name}.{projection.channel}"
            number = 2
            free = name
            while free in names:
                free, number = f"{name}_{number}", number + 1
            names[free] = position
    return names


def by_name(circuit: Circuit, flat: np.ndarray) -> dict[str, np.ndarray]:
    """Return learned weights, (trials, all), apart: (trials, *target, sources) of whole matrices.

    Those of a sparse matrix are (trials, synapses), in CSR order.
    """
    found, at = {}, 0
    shapes = weights_shapes(circuit)
    for name, (connection, _) in _plastic_connections(circuit).items():
        learning, size = connection.learning, math.prod(shapes[name])
        assert learning is not None
        part = learning.sign * flat[:, at : at + size]
        found[name] = part.reshape(len(flat), *shapes[name])
        at += size
    return found


def weights_shapes(circuit: Circuit) -> dict[str, tuple[int, ...]]:
    """Return the shape of what one trial learns, by name."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, (connection, shape) in _plastic_connections(circuit).items():
        matrix = connection.matrix(shape)
        whole = matrix.nnz == math.prod(matrix.shape)
        shapes[name] = (*shape, matrix.shape[1]) if whole else (matrix.nnz,)
    return shapes


def flattened(circuit: Circuit, weights: Mapping[str, np.ndarray], trials: int) -> np.ndarray:
    """Undo `by_name`."""
    parts = [np.zeros((trials, 0))]
    for name, (connection, _) in _plastic_connections(circuit).items():
        assert connection.learning is not None
        parts.append(connection.learning.sign * weights[name].reshape(trials, -1))
    return np.concatenate(parts, axis=1)


def _plastic_connections(circuit: Circuit) -> dict[str, tuple[Connection, tuple[int, ...]]]:
    """Return the connections that learn, each with its target's shape, in the circuit's order."""
    found = {}
    for name, position in plastic_projections(circuit).items():
        projection = circuit.projections[position]
        found[name] = projection.connection, circuit.population_at(projection.target).shape
    return found


def with_weights(circuit: Circuit, record: Record, trial: int) -> Circuit:
    """Return a copy of a circuit with the weights that one trial of a run ended with.

    Raises
    ------
    InputError
        A record of a circuit with other plastic connections; a trial that it does not have.
    """
    names = plastic_projections(circuit)
    if set(names) != set(record.weights):
        missing = next(iter(set(names) ^ set(record.weights)))
        raise InputError(
            f"{circuit}: with_weights() takes a record of this circuit; "
            f"{unknown('plastic connection', missing, names)}"
        )
    changed = {}
    for name, position in names.items():
        learned = record.weights[name]
        if not (isinstance(trial, int | np.integer) and -len(learned) <= trial < len(learned)):
            raise InputError(
                f"{circuit}: with_weights() takes a trial of the record, 0 to "
                f"{len(learned) - 1} (got {trial!r})"
            )
        connection = circuit.projections[position].connection
        weights = learned[trial].ravel()
        if weights.size != connection.weights.size:
            raise InputError(
                f"{circuit}: {name!r} has {connection.weights.size} weights, the record's has "
                f"{weights.size}; take a record of this circuit"
            )
        wrong = too_large(weights)
        if wrong:
            raise InputError(f"{circuit}: a weight of {name!r} {wrong}; learn more slowly")
        changed[position] = connection.with_weights(weights)
    return circuit.with_connections(changed)
