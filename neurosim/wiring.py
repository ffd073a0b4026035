"""What may be connected to what: every rule that a channel puts on its sources and weights."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .connections import Connection, Dense, Sparse
from .errors import CircuitError
from .exactness import too_large
from .populations import VETO, Population, Projection
from .sources import Arithmetic, Drive, Source, is_nothing, pick_one

if TYPE_CHECKING:
    from .building import Builder

INSTEAD = {
    "excite": "put it on subtract=, or the signed sum on drive=",
    "subtract": "put it on excite=, or the signed sum on drive=",
    "divide": "divisive inhibition has no opposite",
}


def checked_drive(circuit: Builder, name: str, channel: str, given: Any) -> Drive:
    """Return what a neuron's channel was given as a drive, every weight allowed there.

    Raises
    ------
    CircuitError
        Not a source; a source of another circuit; a weight that is NaN or too large, negative on
        a channel, or infinite on one that is not `divide`; a divisor that can be negative.
    """
    if given is None or is_nothing(given):
        return Drive()
    where = f"{circuit}, neuron {name!r}"
    if hasattr(given, "_fields"):
        raise CircuitError(f"{where}: {channel}= got a circuit's answer: {pick_one(given)}")
    if isinstance(given, list | tuple):
        raise CircuitError(f"{where}: {channel}= takes a sum of sources: write a + b, or stack")
    if not isinstance(given, Arithmetic):
        raise CircuitError(
            f"{where}: {channel}= takes sources (got {given!r}); a constant drive is bias="
        )
    drive = given.drive()
    for connection in drive.connections:
        circuit.check_own(connection.source)
        weights = connection.weights
        label = f"{where}: the weight from {connection.source} on {channel}"
        if np.isnan(weights).any():
            raise CircuitError(f"{label} must not be NaN")
        if channel != "drive" and (weights < 0).any():
            raise CircuitError(
                f"{label} must not be negative (got {weights.min():g}): {INSTEAD[channel]}"
            )
        if channel != "divide" and np.isinf(weights).any():
            raise CircuitError(
                f"{label} must be finite; only divide= takes an infinite weight (a veto)"
            )
        held = weights[np.isfinite(weights)] if channel == "divide" else weights
        if wrong := too_large(held):
            raise CircuitError(f"{label} {wrong}")
        if channel == "divide":
            _check_divisor(circuit, where, connection.source)
    return drive


def projections(
    circuit: Builder, position: int, target: Source, channel: str, connection: Connection
) -> list[Projection]:
    """Return the projections that one connection to (part of) a population amounts to.

    Raises
    ------
    CircuitError
        A shape that does not fit; the message names both populations and both shapes.
    """
    population = circuit.population_at(position)
    fitted = connection.fitted(target.shape)
    if fitted is None:
        raise CircuitError(
            f"{circuit}: {connection.source} delivers shape {connection.shape} to "
            f"{population.name!r}, which has shape {target.shape}"
        )
    if not np.array_equal(target.index.ravel(), population.index.ravel()):
        fitted = _scattered(fitted, target, population)
    elif target.shape != population.shape:
        # Rows of weights lie alike for any shape; the other layouts follow the target's.
        rows = fitted.fitted(population.shape) if isinstance(fitted, Dense | Sparse) else None
        fitted = rows or _scattered(fitted, target, population)
    if fitted.learning is not None:
        fitted = _learning_on(circuit, population, channel, fitted)
    if channel != "divide":
        return [Projection(position, channel, fitted)]
    finite, veto = _split_vetoes(fitted)
    parts = (("divide", finite), (VETO, veto))
    return [Projection(position, kind, part) for kind, part in parts if part is not None]


def check_rules(circuit: Builder, position: int) -> None:
    """Hold that a population's synapses can learn by their rules, whatever its parameters are now.

    Raises
    ------
    CircuitError
        A rule for other neurons.
    """
    for projection in circuit.projections:
        if projection.target == position:
            _check_rule(circuit, circuit.population_at(position), projection.connection)


def _check_rule(circuit: Builder, population: Population, connection: Connection) -> None:
    wrong = connection.learning and connection.learning.rule.why_not(population)
    if wrong:
        raise CircuitError(f"{circuit}, neuron {population.name!r}: {wrong}")


def check_silence(circuit: Builder, position: int) -> None:
    """Hold the rule that makes 0/0 = 0 well defined, for the neurons with σ = 0.

    Raises
    ------
    CircuitError
        σ = 0 with a bias, or with a driving source that is not also on `divide`.
    """
    population = circuit.population_at(position)
    neurons = population.neurons
    if neurons is None:
        return
    bare = np.broadcast_to(np.asarray(neurons.semi_saturation) == 0, population.shape).ravel()
    if not bare.any():
        return
    where = f"{circuit}, neuron {population.name!r}"
    rule = "with semi_saturation = 0 a silent cell must be 0/0 = 0"
    if (np.broadcast_to(neurons.bias, population.shape).ravel()[bare] != 0).any():
        raise CircuitError(f"{where}: {rule}, so its bias must be 0")
    sources: dict[bool, list[np.ndarray]] = {False: [], True: []}  # by whether they divide
    for projection in circuit.projections:
        if projection.target == position:
            matrix = projection.connection.matrix(population.shape).tocoo()
            live = (matrix.data != 0) & bare[matrix.row]
            places = projection.connection.source.index.ravel()[matrix.col[live]]
            pairs = matrix.row[live].astype(np.int64) * circuit.size + places
            sources[projection.channel in ("divide", VETO)].append(pairs)
    if sources[False]:
        dividing = np.concatenate([np.zeros(0, dtype=np.int64), *sources[True]])
        missing = np.setdiff1d(np.concatenate(sources[False]), dividing)
        if missing.size:
            raise CircuitError(
                f"{where}: {rule}, so every source that drives it must also be on divide= "
                f"({circuit.name_of(int(missing[0] % circuit.size))} is not)"
            )


def check_divisors(circuit: Builder) -> None:
    """Hold the rule that nothing on `divide` can be negative, for every projection.

    Raises
    ------
    CircuitError
        A source on `divide` whose transfer function can be negative.
    """
    for projection in circuit.projections:
        check_divisor(circuit, projection)


def check_divisor(circuit: Builder, projection: Projection) -> None:
    """As `check_divisors`, for one projection."""
    if projection.channel in ("divide", VETO):
        where = f"{circuit}, neuron {circuit.population_at(projection.target).name!r}"
        _check_divisor(circuit, where, projection.connection.source)


def _check_divisor(circuit: Builder, where: str, source: Source) -> None:
    for position in circuit.positions_of(circuit.undelayed(source.index)):
        population = circuit.population_at(position)
        if population.values is not None and (population.values < 0).any():
            raise CircuitError(f"{where}: constant {population.name!r} on divide= is negative")
        if population.neurons is not None and not population.neurons.non_negative:
            raise CircuitError(
                f"{where}: {population.name!r} on divide= can be negative; rectify it first "
                "(transfer='threshold-linear')"
            )


def _scattered(connection: Connection, target: Source, population: Population) -> Connection:
    """Return a connection to some neurons of a population as one to the whole of it."""
    from scipy import sparse

    part = connection.matrix(target.shape).tocoo()
    rows = (target.index.ravel() - population.start)[part.row]
    shape = (population.size, connection.source.size)
    whole = sparse.csr_array(sparse.coo_array((part.data, (rows, part.col)), shape=shape))
    return Sparse(connection.source.ravel(), whole, population.shape, connection.learning)


def _learning_on(
    circuit: Builder, population: Population, channel: str, connection: Connection
) -> Connection:
    """Return a plastic connection as it learns on a channel.

    Raises
    ------
    CircuitError
        A teacher of another circuit, or one that does not fit the target; a rule for other
        neurons; a veto, or a divisor of binary neurons, which cannot learn.
    """
    assert isinstance(connection, Sparse)
    assert connection.learning is not None
    where = f"{circuit}, neuron {population.name!r}"
    rule = connection.learning.rule
    _check_rule(circuit, population, connection)
    teacher = rule.teacher
    if teacher is not None:
        circuit.check_own(teacher)
        if teacher.size != 1 and teacher.shape != population.shape:
            raise CircuitError(
                f"{where}: the teacher {teacher} has shape {teacher.shape}, the neurons have "
                f"{population.shape}"
            )
    if channel == "divide" and (population.is_binary or np.isinf(connection.weights).any()):
        what = "a veto" if np.isinf(connection.weights).any() else "the divisor of binary neurons"
        raise CircuitError(f"{where}: {what} cannot be plastic; excite=, subtract= and drive= can")
    learning = replace(
        connection.learning,
        sign=-1 if channel == "subtract" else 1,
        signed=channel == "drive",
        towards=-1 if teacher is not None and channel in ("subtract", "divide") else 1,
    )
    return replace(connection, learning=learning)


def _split_vetoes(connection: Connection) -> tuple[Connection | None, Connection | None]:
    """Split into the finite part and the vetoing part, whose weights are 1 where they were ∞."""
    weights = connection.weights
    infinite = np.isinf(weights)
    if not infinite.any():
        return connection, None
    veto = connection.with_weights(np.where(infinite, 1.0, 0.0))
    if (infinite | (weights == 0)).all():
        return None, veto
    return connection.with_weights(np.where(infinite, 0.0, weights)), veto
