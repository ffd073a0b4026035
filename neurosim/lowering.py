"""Connections → rows of a Program's table: which layout serves which connection.

Whole rows of weights are kept as they are where the sources lie side by side in the state
vector; whatever else there is becomes sparse rows, gathered for a whole group.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .connections import Connection, Convolution, Dense, Learning, OneToOne, Sparse
from .errors import CircuitError
from .exactness import magnitude
from .kernels import tables
from .populations import Population
from .scheduling import PACES, PACES_IN_ORDER, Pace

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from .circuit import Circuit

TINY = {"float32": 1e-30, "float64": 1e-300}  # smaller magnitudes are stored as 0
BORDER_CODES = {"zero": tables.ZERO, "reflect": tables.REFLECT, "wrap": tables.WRAP}
BORDER_CODES["valid"] = tables.ZERO  # nothing of it lies outside
FEW_ENTRIES = 4096  # below which even a sheet's convolution is written out as sparse rows
FEW_WEIGHTS = 256  # and a small population's matrix
MOST_RUNS = 8  # stretches of neighbouring sources for which a dense matrix is cut up


class Flat(NamedTuple):
    """The finished arrays of connections."""

    connections: np.ndarray
    weights: np.ndarray
    columns: np.ndarray
    pointers: np.ndarray


class Lowering:
    """Collects the rows, weights and parameters of one Program."""

    def __init__(self, circuit: Circuit, place: np.ndarray, real: np.dtype):
        self.circuit = circuit
        self.place = place
        self.real = real
        # Half the bytes where they do: the loop over sparse rows is bound by what it reads.
        fits = place.max(initial=0) < 2**16
        self.places = np.dtype(np.uint16 if fits else np.uint32)
        self.has_sheets = False
        # Where the weights begin that learn, in the order of the circuit's projections.
        self.learned = 0
        self._learned: dict[Learning, int] = {}
        for connection in (p.connection for p in circuit.projections):
            if connection.learning is not None:
                self._learned[connection.learning] = self.learned
                self.learned += connection.weights.size
        self.windows: list[tuple[int, int]] = []  # of separable ones, as the Program's
        self.work = 0.0  # multiplications so far
        self.pace = Pace()  # and what they take
        self.load = 0.0  # what a neuron is sent at most if all activities are 1
        self._rows: list[list[int]] = []
        self._weights: list[np.ndarray] = []
        self._columns: list[np.ndarray] = []
        self._pointers: list[np.ndarray] = []
        self._parameters: list[np.ndarray] = []
        self._weight_count = self._column_count = 0
        self._pointer_count = self._parameter_count = 0

    @property
    def count(self) -> int:
        """Rows so far."""
        return len(self._rows)

    def add_parameters(self, values: np.ndarray) -> int:
        """Keep values; returns their offset."""
        offset = self._parameter_count
        self._parameters.append(self.stored(values))
        self._parameter_count += values.size
        return offset

    def parameters(self) -> np.ndarray:
        """Return all parameters, flat."""
        return np.concatenate(self._parameters or [np.zeros(0, dtype=self.real)])

    def finished(self) -> Flat:
        """Return the arrays; the pieces they were made of are let go."""
        flat = Flat(
            np.array(self._rows, dtype=np.int64).reshape(-1, tables.CONNECTION_COLUMNS),
            _joined(self._weights, self.real),
            _joined(self._columns, self.places),
            _joined(self._pointers, np.dtype(np.int64)),
        )
        self._weights, self._columns, self._pointers = [], [], []
        return flat

    def most(self, loads: Iterable[float]) -> float:
        """Return how large activities may be so that no sum of groups of such loads overflows."""
        return self._room / max([1.0, *loads])

    def row_length(self, first: int) -> int:
        """Return the values in one row of the sheet that rows from `first` on convolve, or 1."""
        for row in self._rows[first:]:
            if row[tables.KIND] in (tables.CONVOLUTION, tables.SEPARABLE):
                return row[tables.COLUMNS_OUT] * row[tables.CHANNELS_OUT]
        return 1

    def add(
        self, channel: int, arrivals: list[tuple[Population, Connection]], start: int, stop: int,
        small: bool, ordered: bool,
    ) -> None:  # fmt: skip
        """Lay out one channel's connections to the group [start, stop) of the state vector."""
        rest: list[tuple[Population, Connection]] = []
        for population, connection in arrivals if ordered else _summed(arrivals):
            target = int(self.place[population.start]) if population.size else start
            places = self.place[connection.source.index]
            if connection.learning is not None:
                self._add_learning(channel, population, connection, target, ordered)
            elif small and not _is_large(connection):
                rest.append((population, connection))
            elif isinstance(connection, OneToOne):
                full = np.broadcast_to(places, population.shape).ravel()
                if _is_run(full):
                    self._add_one_to_one(channel, population, connection, target, int(full[0]))
                else:
                    rest.append((population, connection))
            elif isinstance(connection, Dense):
                if not self._add_dense(channel, connection, target, places.ravel(), ordered):
                    rest.append((population, connection))
            elif (
                isinstance(connection, Convolution)
                and is_sheet(connection)
                and _is_run(places.ravel())
            ):
                self._add_convolution(channel, population, connection, target, int(places.flat[0]))
            else:
                rest.append((population, connection))
        if rest:
            self._add_rows(channel, rest, start, stop, ordered)

    # ------------------------------------------------------------ kinds

    def _row(self, kind: int, channel: int, target: int, size: int, weights: int) -> list[int]:
        row = [0] * tables.CONNECTION_COLUMNS
        row[tables.KIND], row[tables.CHANNEL] = kind, channel
        row[tables.TARGET], row[tables.TARGET_STOP] = target, target + size
        row[tables.WEIGHTS] = weights
        self._rows.append(row)
        return row

    def _count(self, kind: int, products: int, ordered: bool = False) -> None:
        self.work += products
        pace = (PACES_IN_ORDER if ordered else PACES)[kind]
        self.pace = Pace(*(a + products * b for a, b in zip(self.pace, pace, strict=True)))

    @property
    def _room(self) -> float:
        """A sixteenth of the largest number: for all that one neuron is sent, and as much rest."""
        return float(np.finfo(self.real).max) / 16

    def _keep(self, weights: np.ndarray) -> int:
        offset = self._weight_count
        kept = self.flushed(self.stored(np.ascontiguousarray(weights)).ravel())
        self._weights.append(kept)
        self._weight_count += kept.size
        return offset

    def flushed(self, terms: np.ndarray) -> np.ndarray:
        """Return what is added or compared with each other, magnitudes that are too small as 0."""
        small = np.abs(terms) < TINY[self.real.name]
        return np.where(small, 0, terms) if (small & (terms != 0)).any() else terms

    def stored(self, values: np.ndarray) -> np.ndarray:
        """Return numbers as they are stored; refuse those that leave a sum no room."""
        with np.errstate(over="ignore"):
            stored = values.astype(self.real, copy=False)
        if not magnitude(stored) <= self._room:
            raise CircuitError(
                f"{self.circuit}: the number {values.flat[np.abs(stored).argmax()]:g} is too large "
                f"for {self.real}; leave out dtype= (float64)"
            )
        return stored

    def _add_one_to_one(
        self, channel: int, population: Population, connection: OneToOne, target: int, source: int
    ) -> None:
        weight = connection.weights
        if weight.ndim:
            weight = np.broadcast_to(weight, population.shape).ravel()
        row = self._row(
            tables.ONE_TO_ONE, channel, target, population.size, self._keep(np.atleast_1d(weight))
        )
        self.load += magnitude(weight)
        row[tables.SOURCE], row[tables.WIDTH] = source, 1
        row[tables.WEIGHT_STRIDE] = int(weight.ndim > 0)
        self._count(tables.ONE_TO_ONE, population.size)

    def _add_dense(
        self, channel: int, connection: Dense, target: int, places: np.ndarray, ordered: bool
    ) -> bool:
        """Lay out a matrix, cut where its sources are not neighbours; False if too often."""
        cuts = np.flatnonzero(np.diff(places) != 1) + 1
        if len(cuts) >= MOST_RUNS or not places.size:
            return False
        matrix, size = connection.weight, math.prod(connection.shape)
        for columns in np.split(np.arange(places.size), cuts):
            part = matrix[:, columns[0] : columns[-1] + 1]
            row = self._row(tables.DENSE, channel, target, size, self._keep(part))
            row[tables.SOURCE], row[tables.WIDTH] = int(places[columns[0]]), columns.size
            row[tables.WEIGHT_STRIDE] = columns.size if len(part) > 1 else 0
            row[tables.ORDERED] = int(ordered)
            self._count(tables.DENSE, size * columns.size, ordered)
            self.load += magnitude(part) * columns.size
        return True

    def _add_learning(
        self, channel: int, population: Population, connection: Connection, target: int,
        ordered: bool,
    ) -> None:  # fmt: skip
        """Lay out rows of their own, with how their weights change."""
        learning = connection.learning
        assert learning is not None
        rule = learning.rule
        at = len(self._rows)
        matrix = connection.matrix(population.shape)
        places = self.place[connection.source.index.ravel()]
        if _is_run(places) and _is_whole(matrix):
            whole = matrix.data.reshape(matrix.shape)
            row = self._row(tables.DENSE, channel, target, population.size, self._keep(whole))
            row[tables.SOURCE], row[tables.WIDTH] = int(places[0]), places.size
            row[tables.WEIGHT_STRIDE] = places.size
            row[tables.ORDERED] = int(ordered)
            self._count(tables.DENSE, whole.size, ordered)
            self.load += magnitude(whole) * places.size
        else:
            stop = target + population.size
            self._add_rows(channel, [(population, connection)], target, stop, ordered)
        row = self._rows[at]
        row[tables.LEARNING] = rule.code
        row[tables.LEARNED] = self._learned[learning]
        rate = np.array([learning.towards * float(rule.rate)])
        row[tables.RATE] = self.add_parameters(rate)
        row[tables.SLOPE] = rule.slope_of(population)
        row[tables.SIGN], row[tables.SIGNED] = learning.sign, int(learning.signed)
        if rule.teacher is not None:
            taught = np.broadcast_to(rule.teacher.index, population.shape).ravel()
            there = self.place[taught]
            row[tables.TEACHER] = self._pointer_count
            self._pointers.append(np.where(self._of_neurons(taught), there, -1 - there))
            self._pointer_count += population.size

    def _of_neurons(self, index: np.ndarray) -> np.ndarray:
        """Return which places of the circuit are neurons': they are computed, not shown."""
        found = np.zeros(index.shape, dtype=bool)
        for population in self.circuit.neuron_populations:
            found |= (index >= population.start) & (index < population.stop)
        return found

    def _add_convolution(
        self, channel: int, population: Population, connection: Convolution, target: int,
        source: int,
    ) -> None:  # fmt: skip
        kernel = connection.weight
        factors = None
        if connection.stride == 1 and kernel.shape[2:] == (1, 1) and not population.is_binary:
            factors = separated(kernel[:, :, 0, 0])
        kind = tables.CONVOLUTION if factors is None else tables.SEPARABLE
        weights = kernel if factors is None else np.concatenate(factors)
        row = self._row(kind, channel, target, population.size, self._keep(weights))
        rows_in, columns_in, channels_in = connection.sheet
        rows_out, columns_out, top, left = connection.extent
        row[tables.SOURCE] = source
        row[tables.ROWS_IN], row[tables.COLUMNS_IN] = rows_in, columns_in
        row[tables.CHANNELS_IN], row[tables.CHANNELS_OUT] = channels_in, kernel.shape[3]
        row[tables.ROWS_OUT], row[tables.COLUMNS_OUT] = rows_out, columns_out
        row[tables.KERNEL_ROWS], row[tables.KERNEL_COLUMNS] = kernel.shape[:2]
        row[tables.TOP], row[tables.LEFT] = top, left
        row[tables.BORDER] = BORDER_CODES[connection.border]
        row[tables.STEP_OVER] = connection.stride
        self.has_sheets = True
        if factors is not None:
            down, across = factors
            apart = max(columns_out + across.size - 1, left + columns_in)
            row[tables.PADDED] = self._keep(np.pad(down, tables.TOGETHER - 1))
            beyond = tables.VECTOR // self.real.itemsize - 1
            row[tables.ACROSS] = self._keep(np.pad(across[::-1], beyond)) + beyond
            row[tables.WINDOW] = apart
            self.windows.append((apart, down.size + across.size))
        self.load += magnitude(kernel) * kernel[:, :, :, 0].size
        taps = sum(kernel.shape[:2]) if factors is not None else kernel[:, :, :, 0].size
        self._count(kind, population.size * taps)

    def _add_rows(
        self, channel: int, arrivals: list[tuple[Population, Connection]], start: int, stop: int,
        ordered: bool,
    ) -> None:  # fmt: skip
        population, connection = arrivals[0]
        alone = len(arrivals) == 1 and population.size == stop - start
        if alone and isinstance(connection, Sparse | Convolution):  # in order already
            matrix = connection.matrix(population.shape)
            places = self.place[connection.source.index.ravel()]
            columns = places.astype(self.places)[matrix.indices]
            data, pointers = matrix.data, matrix.indptr.astype(np.int64)
        else:
            triples = []
            for population, connection in arrivals:
                target = int(self.place[population.start]) - start if population.size else 0
                weights, rows, columns = connection.entries(population.shape)
                places = self.place[connection.source.index.ravel()]
                triples.append((weights.astype(np.float64), rows + target, places[columns]))
            data, rows, columns = (np.concatenate(column) for column in zip(*triples, strict=True))
            width = int(self.place.max(initial=0)) + 1
            synapses, same = np.unique(rows * np.int64(width) + columns, return_inverse=True)
            data = np.bincount(same, weights=data, minlength=synapses.size)
            columns = synapses % width
            pointers = np.searchsorted(synapses, np.arange(stop - start + 1) * np.int64(width))
        row = self._row(tables.ROWS, channel, start, stop - start, self._keep(data))
        row[tables.SOURCE] = self._column_count
        row[tables.POINTERS] = self._pointer_count
        row[tables.ORDERED] = int(ordered)
        self._columns.append(columns.astype(self.places, copy=False))
        self._column_count += columns.size
        self._pointers.append(pointers)
        self._pointer_count += pointers.size
        self._count(tables.ROWS, data.size, ordered)
        self.load += magnitude(data) * int(np.diff(pointers).max(initial=0))


def _summed(
    arrivals: list[tuple[Population, Connection]],
) -> list[tuple[Population, Connection]]:
    """Return arrivals, those from the same neurons in the same layout as one: E − S in one pass.

    Kernels of one channel stay apart, since the center and the surround are each separable.
    """
    found: list[tuple[Population, Connection]] = []
    for population, connection in arrivals:
        last, before = found[-1] if found else (population, None)
        if before is not None and last is population and _is_alike(before, connection):
            found[-1] = population, before.with_weights(before.weights + connection.weights)
        else:
            found.append((population, connection))
    return found


def _is_alike(one: Connection, other: Connection) -> bool:
    """Return whether the weights of two connections lie alike and may be added."""
    if isinstance(one, Dense) and isinstance(other, Dense):
        alike = one.delivers == other.delivers
    elif isinstance(one, Convolution) and isinstance(other, Convolution):
        alike = (one.border, one.stride) == (other.border, other.stride)
        alike = alike and one.weight.shape[2:] != (1, 1)
    else:
        return False
    same = one.weights.shape == other.weights.shape
    return alike and same and np.array_equal(one.source.index, other.source.index)


def separated(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return a column and a row whose outer product is the kernel, or None."""
    if min(kernel.shape) == 1 or not kernel.any():
        return None
    left, strength, right = np.linalg.svd(kernel)
    if strength[1] > 1e-13 * strength[0]:
        return None
    root = np.sqrt(strength[0]) * np.sign(left[np.abs(left[:, 0]).argmax(), 0])
    return left[:, 0] * root, right[0] * root


def _joined(parts: list[np.ndarray], dtype: np.dtype) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0, dtype=dtype), *parts])


def _is_run(places: np.ndarray) -> bool:
    return bool(places.size) and bool((np.diff(places) == 1).all())


def _is_whole(matrix: csr_array) -> bool:
    """Return whether a sparse matrix in rows lists each place of each row, in order."""
    if matrix.nnz != math.prod(matrix.shape):
        return False
    return bool((matrix.indices.reshape(matrix.shape) == np.arange(matrix.shape[1])).all())


def is_sheet(connection: Connection) -> bool:
    """Return whether a connection is laid out as a convolution over a sheet."""
    return (
        isinstance(connection, Convolution)
        and connection.entry_count(connection.shape) > FEW_ENTRIES
    )


def _is_large(connection: Connection) -> bool:
    few = FEW_ENTRIES if isinstance(connection, Convolution) else FEW_WEIGHTS
    return (
        isinstance(connection, Dense | Convolution)
        and connection.entry_count(connection.shape) > few
    )
