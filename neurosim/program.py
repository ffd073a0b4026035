"""Circuit → Program: flat arrays that any engine runs.

A Program orders a circuit's values (inputs, constants, delay lines, then neurons) into one state
vector, gathers neurons of one rule into *groups*, and lays out every connection as a row of one
table.  For a static call groups are sorted into layers, each computed from those before it, and
delays are dropped; in time there is one layer, and every group is computed from the step before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .delays import running_lines
from .errors import CircuitError, InputError
from .exactness import EXACT_FLOAT32, magnitude
from .kernels import Prepared, rules, tables
from .layering import layers_of
from .lowering import Lowering, is_sheet
from .neurons import Neurons, Rate
from .places import stretches
from .populations import Population, Projection
from .scaling import Scaled, scaled

if TYPE_CHECKING:
    from .circuit import Circuit
    from .scheduling import Pace, Schedule

SMALL = 64  # populations up to this size share a group, and their weights one sparse table

# What a group may keep one value of, or one a neuron, and its column.
PARAMETERS = {
    "bias": tables.BIAS,
    "threshold": tables.THRESHOLD,
    "gain": tables.GAIN,
    "sigma": tables.SIGMA,
    "decay": tables.DECAY,
    "noise": tables.NOISE,
}


@dataclass(frozen=True, eq=False)
class Group:
    """What the engines need to know of a group beside its row: where it is, and whose it is."""

    start: int
    stop: int
    layer: int
    row_length: int  # of a sheet with convolutions: chunks are whole rows; else 1
    cost: float  # multiplications a neuron, about


@dataclass(frozen=True, eq=False)
class Program:
    """A circuit as flat arrays.

    Attributes
    ----------
    tables : what the engines read
    place : for each of the circuit's values, where it stands in the state vector
    state : the state vector before the first step: constants filled in, all else 0
    constants : where in the state vector the constants stand
    groups : the groups' extents, layer by layer
    static : whether it is for a static call; else for steps of `dt` seconds
    has_sheets : whether it has convolutions over sheets, which run one trial at a time
    exact : whether every binary neuron's sums are exact in any order
    noisy : whether anything in it has noise
    ring : values that the delay lines hold, a trial
    learned : weights that learn, a trial
    pace : how long the sums of a step take
    windows : for each separable convolution the columns of a row with its borders, and the
        kernel's rows and columns together
    most : how large an activity or an input may be
    scratch : what runs work on and nobody works on now, by its shapes
    known : places that every run asks for, and their stretches
    schedules : how it is cut, by trials a block and threads, as far as it was asked for
    on_card : what the CUDA engine has made of it, as far as it was asked for
    """

    tables: tables.Tables
    place: np.ndarray
    state: np.ndarray
    constants: np.ndarray
    groups: tuple[Group, ...]
    static: bool
    dt: float | None
    has_sheets: bool
    exact: bool
    noisy: bool
    ring: int
    learned: int
    pace: Pace
    windows: tuple[tuple[int, int], ...]
    most: float
    schedules: dict[tuple[int, int], Schedule] = field(default_factory=dict)
    scratch: dict[Any, Any] = field(default_factory=dict)
    known: dict[Any, np.ndarray] = field(default_factory=dict)
    on_card: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def prepared(self) -> Prepared:
        """The tables as kernels take them."""
        return Prepared(self.tables)

    @property
    def dtype(self) -> np.dtype:
        """float64 or float32."""
        return self.state.dtype

    def places_of(self, populations: Iterable[Population]) -> np.ndarray:
        """Return where in the state vector some populations stand, one after the other."""
        populations = tuple(populations)
        return self.once(
            tuple((p.start, p.stop) for p in populations),
            lambda: np.concatenate(
                [np.zeros(0, dtype=np.int64), *(self.place[p.start : p.stop] for p in populations)]
            ),
        )

    def once(self, what: Any, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """Return places that every run asks for, computed once."""
        found = self.known.get(what)  # of two threads that ask at once, both get the first's
        return self.known.setdefault(what, compute()) if found is None else found

    def stretches_of(self, places: np.ndarray) -> np.ndarray:
        """Return places as stretches of neighbours, once for each array that `once` made."""
        if not any(places is array for array in list(self.known.values())):
            return stretches(places)
        return self.once(id(places), lambda: stretches(places))

    def untaught(self) -> np.ndarray:
        """Return the weights that learn as they are before the first step, one after the other."""
        flat = self.tables
        rows = flat.connections[flat.connections[:, tables.LEARNING] != rules.FIXED]
        answer = np.zeros(self.learned, dtype=self.dtype)
        for row in rows[np.argsort(rows[:, tables.LEARNED])]:
            targets = int(row[tables.TARGET_STOP] - row[tables.TARGET])
            if row[tables.KIND] == tables.DENSE:
                size = targets * int(row[tables.WIDTH])
            else:
                size = int(flat.pointers[row[tables.POINTERS] + targets])
            begin, at = row[tables.LEARNED], row[tables.WEIGHTS]
            answer[begin : begin + size] = flat.weights[at : at + size]
        return answer

    @cached_property
    def cost(self) -> float:
        """Multiplications of one step of one trial, about."""
        return sum((g.stop - g.start) * g.cost for g in self.groups)


def compile_program(circuit: Circuit, dt: float | None, dtype: str = "float64") -> Program:
    """Return the circuit's Program, kept on the circuit until it is changed.

    Parameters
    ----------
    dt
        Seconds a step; None for a static call.
    dtype
        "float64", or "float32" for rates.  A circuit of binary neurons alone is stored in
        whichever is exact: the answers are the same.

    Raises
    ------
    CircuitError
        A static call of a recurrent circuit; a delay that is no whole number of steps.
    """
    check_dtype(circuit, dtype)
    key = (dt, dtype)
    program = circuit.programs.get(key)  # another thread may clear them meanwhile
    if not isinstance(program, Program):
        kept = [k for k, p in list(circuit.programs.items()) if isinstance(p, Program)]
        if len(kept) >= 2:  # one for calls, one for runs: weights are large
            for other in kept:
                circuit.programs.pop(other, None)
        program = circuit.programs[key] = _Compiler(circuit, dt, dtype).program()
    return program


def check_dtype(circuit: Circuit, dtype: str) -> None:
    """Refuse any precision but the two that a Program may have."""
    if dtype not in ("float64", "float32"):
        raise InputError(f"{circuit}: dtype must be 'float64' or 'float32' (got {dtype!r})")


class _Compiler:
    """One compilation: the order of the state vector, then groups, then connections."""

    def __init__(self, circuit: Circuit, dt: float | None, dtype: str):
        self.circuit = circuit
        self.dt = dt
        self.dtype = dtype
        self.populations = circuit.populations
        self.arriving: dict[int, list[Projection]] = {i: [] for i in range(len(self.populations))}
        for projection in circuit.projections:
            self.arriving[projection.target].append(projection)
        self.binary = circuit.binary_places()
        self.starts: dict[int, int] = {}  # where each population begins in the state vector

    def program(self) -> Program:
        layers = self._layers()
        members = self._members(layers)
        order = [p for p in self.populations if p.role != "neurons"]
        order += [p for group in members for p in group]
        place = np.empty(self.circuit.size, dtype=np.int64)
        at = 0
        for population in order:
            self.starts[self.circuit.position(population)] = at
            place[population.start : population.stop] = np.arange(at, at + population.size)
            at += population.size
        if at > np.iinfo(np.int32).max:
            raise CircuitError(f"{self.circuit} has {at} values; 2^31 − 1 are the most")
        if self.dt is None:  # a delay line is what it repeats
            for population in self.populations:
                if population.delayed is not None:
                    repeated = place[population.delayed.ravel()]
                    place[population.start : population.stop] = repeated
        own = {self.circuit.position(p): self._scaled(p) for group in members for p in group}
        bounds = [s.bound for s in own.values() if s.bound is not None]
        exact = len(bounds) == sum(p.is_binary for p in self.populations)
        real = self._real_type(exact, max(bounds, default=0.0))
        lowering = Lowering(self.circuit, place, real)
        rows, extents, loads = [], [], []
        for group in members:
            lowering.load = 0.0
            row, extent = self._group(group, layers, own, lowering)
            rows.append(row)
            extents.append(extent)
            loads.append(lowering.load)
        lines, sources, ring = self._lines(place)
        state = np.zeros(at, dtype=real)
        constants = [np.zeros(0, dtype=np.int64)]
        for population in self.populations:
            if population.values is not None:
                start = place[population.start] if population.size else 0
                held = lowering.stored(population.values.ravel())
                state[start : start + population.size] = held
                constants.append(np.arange(start, start + population.size))
        flat = lowering.finished()
        most = lowering.most(loads)
        if not magnitude(state) <= most and real == np.float32:
            raise CircuitError(
                f"{self.circuit}: a constant is too large for float32 (got {magnitude(state):g}; "
                f"{most:.0e} is sure not to overflow); leave out dtype= (float64)"
            )
        narrow = flat.columns.dtype == np.uint16
        return Program(
            tables=tables.Tables(
                groups=np.array(rows, dtype=np.int64).reshape(-1, tables.GROUP_COLUMNS),
                parameters=lowering.parameters(),
                connections=flat.connections,
                weights=flat.weights,
                narrow=flat.columns if narrow else np.zeros(0, dtype=np.uint16),
                wide=np.zeros(0, dtype=np.uint32) if narrow else flat.columns,
                pointers=flat.pointers,
                lines=lines,
                line_sources=sources,
            ),
            place=place,
            state=state,
            constants=np.concatenate(constants),
            groups=tuple(extents),
            static=self.dt is None,
            dt=self.dt,
            has_sheets=lowering.has_sheets,
            exact=exact,
            noisy=any(row[tables.NOISY] for row in rows),
            ring=ring,
            learned=lowering.learned,
            pace=lowering.pace,
            windows=tuple(lowering.windows),
            most=most,
        )

    # ------------------------------------------------------------ order

    def _layers(self) -> dict[int, int]:
        """Return each neuron population's layer; in time there is one."""
        if self.dt is None:
            return layers_of(self.circuit)
        return {i: 0 for i, p in enumerate(self.populations) if p.role == "neurons"}

    def _members(self, layers: dict[int, int]) -> list[list[Population]]:
        """Return the populations of each group, layer by layer."""
        groups: dict[Any, list[Population]] = {}
        for position, layer in layers.items():
            population = self.populations[position]
            neurons = population.neurons
            key: tuple[Any, ...] = (layer, type(neurons))
            if isinstance(neurons, Rate):
                key += (neurons.transfer,)
            alone = population.size > SMALL or (self.dt is not None and _is_noisy(neurons))
            if alone or any(is_sheet(p.connection) for p in self.arriving[position]):
                key += (position,)
            groups.setdefault(key, []).append(population)
        return [groups[key] for key in sorted(groups, key=lambda key: key[0])]

    # ------------------------------------------------------------ numbers

    def _real_type(self, exact: bool, bound: float) -> np.dtype:
        held = [p.values for p in self.populations if p.values is not None]
        with np.errstate(over="ignore"):
            same = all((v.astype(np.float32) == v).all() for v in held)
        if (
            self.circuit.is_binary
            and exact
            and all(self.circuit.takes_binary(p) for p in self.circuit.input_populations)
        ):
            # Small circuits stay with float64: the kernel for it is compiled first.
            narrow = same and bound < EXACT_FLOAT32 and self.circuit.size > SMALL
            return np.dtype(np.float32 if narrow else np.float64)
        if self.dtype == "float32" and bound >= EXACT_FLOAT32:
            raise CircuitError(
                f"{self.circuit}: its binary neurons add up to {bound:g}, which float32 does not "
                "hold exactly; leave out dtype= (float64)"
            )
        return np.dtype(self.dtype)

    def _scaled(self, population: Population) -> Scaled:
        noisy = self.dt is not None and _is_noisy(population.neurons)
        arriving = self.arriving[self.circuit.position(population)]
        return scaled(population, arriving, self.binary, noisy, learning=self.dt is not None)

    # ------------------------------------------------------------ rows

    def _group(
        self, members: list[Population], layers: dict[int, int], by_position: dict[int, Scaled],
        lowering: Lowering,
    ) -> tuple[list[int], Group]:  # fmt: skip
        """Return a group's row and extent, its connections and parameters laid out."""
        first = members[0]
        neurons = first.neurons
        assert neurons is not None
        start = self.starts[self.circuit.position(first)]
        size = sum(p.size for p in members)
        noisy = self.dt is not None and _is_noisy(neurons)
        row = [0] * tables.GROUP_COLUMNS
        row[tables.START], row[tables.STOP] = start, start + size
        row[tables.NOISY], row[tables.IDENTITY] = int(noisy), first.start
        own = [by_position[self.circuit.position(p)] for p in members]
        if isinstance(neurons, Rate):
            row[tables.RULE], row[tables.TRANSFER] = tables.RATE, neurons.transfer.code
            row[tables.SHAPE] = lowering.add_parameters(
                np.array([*neurons.transfer.parameters, 0.0, 0.0, 0.0][:3])
            )
        else:
            row[tables.RULE] = tables.NOISY_BINARY if noisy else tables.BINARY
            row[tables.SHAPE] = lowering.add_parameters(np.zeros(3))
        for name, column in PARAMETERS.items():
            flat = self._parameters(members, own, name)
            if name in ("bias", "threshold") or not isinstance(neurons, Rate):
                flat = lowering.flushed(flat)  # as the weights, which they are compared with
            row[column] = lowering.add_parameters(flat)
            row[column + 1] = 1 if flat.size > 1 else 0
        row[tables.FIRST] = lowering.count
        before = lowering.work
        small = first.size <= SMALL
        ordered = not isinstance(neurons, Rate) and any(s.bound is None for s in own)
        channels = set()
        for channel in (tables.DRIVE, tables.POOL, tables.VETOES):
            arrivals = [
                (p, connection)
                for p, s in zip(members, own, strict=True)
                for c, connection in s.connections
                if c == channel
            ]
            if arrivals:
                channels.add(channel)
                lowering.add(channel, arrivals, start, start + size, small, ordered)
        row[tables.LAST] = lowering.count
        # 0/0 = 0 has to be looked for, and σ = 1 need not divide.
        sigma = np.concatenate([np.ravel(p.neurons.semi_saturation) for p in members if p.neurons])
        needs = sigma == 0 if row[tables.RULE] == tables.BINARY else sigma != 1
        row[tables.USES_POOL] = int(tables.POOL in channels or needs.any())
        row[tables.USES_VETO] = int(tables.VETOES in channels)
        if row[tables.USES_VETO] and row[tables.RULE] != tables.BINARY:
            row[tables.USES_POOL] = 1  # a veto and a quotient are one rule
        cost = (lowering.work - before) / max(size, 1) + 8
        group = Group(
            start, start + size, layers[self.circuit.position(first)],
            lowering.row_length(row[tables.FIRST]), cost,
        )  # fmt: skip
        return row, group

    def _parameters(self, members: list[Population], own: list[Scaled], name: str) -> np.ndarray:
        """Return one value for a whole group that is alike, else one a neuron."""
        parts = []
        for population, one in zip(members, own, strict=True):
            value = np.asarray(self._parameter(population, one, name))
            if value.ndim or len(members) > 1:
                value = np.broadcast_to(value, population.shape)
            parts.append(value.ravel())
        flat = np.concatenate(parts)
        return flat[:1] if flat.size and (flat == flat[0]).all() else flat

    def _parameter(self, population: Population, own: Scaled, name: str) -> Any:
        neurons = population.neurons
        if name in own.values:
            return own.values[name]
        if not isinstance(neurons, Rate):
            noise = neurons.noise if neurons and self.dt is not None else 0.0
            return {"gain": 1.0, "decay": 0.0, "noise": noise}[name]
        if name == "gain":
            return neurons.gain
        if self.dt is None:
            return 0.0
        dt = self.dt
        if name == "decay":
            return _of_each(neurons.tau, lambda tau: rules.decay(dt, tau))
        return neurons.noise * _of_each(neurons.tau, lambda tau: rules.noise_scale(1.0, dt, tau))

    def _lines(self, place: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
        """Return the delay lines' rows, the places they repeat, and the size of their rings."""
        rows: list[list[int]] = []
        sources: list[np.ndarray] = [np.zeros(0, dtype=np.int64)]
        ring = offset = 0
        if self.dt is not None:
            for p, steps in running_lines(self.circuit, self.dt):
                assert p.delayed is not None
                repeated = place[p.delayed.ravel()]
                neighbours = (np.diff(repeated) == 1).all()
                first = int(repeated[0]) if neighbours else -1
                rows.append([int(place[p.start]), p.size, steps, ring, offset, first])
                sources.append(repeated)
                ring += steps * p.size
                offset += p.size
        table = np.array(rows, dtype=np.int64).reshape(-1, tables.LINE_COLUMNS)
        return table, np.concatenate(sources), ring


def _of_each(taus: Any, compute: Callable[[float], float]) -> np.ndarray:
    """Return what is computed of each time constant, once of those that are alike."""
    distinct, where = np.unique(np.asarray(taus, dtype=float), return_inverse=True)
    found = np.array([compute(tau) for tau in distinct.tolist()], dtype=float)
    return found[where].reshape(np.shape(taus))


def _is_noisy(neurons: Neurons | None) -> bool:
    return neurons is not None and bool(np.any(np.asarray(neurons.noise) > 0))
