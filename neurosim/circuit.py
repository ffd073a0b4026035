"""Circuit: inputs, neurons, connections and outputs; callable, so that circuits compose.

A circuit is written once and then only read: calling, simulating and checking never change it.
This file holds how a circuit is built and composed; what runs, checks, draws or saves it stands
in its own module and is reached through the methods below.
"""

from __future__ import annotations

import math
import operator
from collections import namedtuple
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .connections import Arithmetic, Connection, Drive, Source, broadcast_shape, stack
from .errors import CircuitError, NeurosimError, unknown
from .neurons import Binary, Neurons, Rate
from .populations import Output, Population, Projection
from .wiring import check_divisors, check_silence, checked_drive, projections

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.figure import Figure

    from .margins import Margins
    from .program import Program
    from .settling import Settled, SettlingTime
    from .simulation import Record, State
    from .verification import CheckResult, TruthTable


MOST_VALUES = 2**31 - 1  # in a population: engines index with 32 bits


class Circuit:
    """A circuit of binary and rate neurons.

    Parameters
    ----------
    name
        What it is called in errors, drawings and, inlined, before its neurons' names.

    Examples
    --------
    >>> xor = Circuit("xor")
    >>> x, y = xor.inputs("x", "y")
    >>> either = xor.binary("either", excite=x + y, threshold=1)
    >>> both = xor.binary("both", excite=x + y, threshold=2)
    >>> _ = xor.output(xor.binary("z", excite=either, subtract=both, threshold=1))
    >>> xor(1, 0)
    1
    """

    def __init__(self, name: str = "circuit"):
        self.name = _plain_name(name, "a circuit")
        self.size = 0  # values in all: inputs, constants, delay lines and neurons
        self._populations: list[Population] = []
        self._projections: list[Projection] = []
        self._outputs: list[Output] = []
        self._by_name: dict[str, int] = {}
        self._instances: set[str] = set()
        self.programs: dict[Any, Program] = {}  # compiled, by dt and dtype

    # ---------------------------------------------------------------- building

    def inputs(
        self,
        *names: str,
        shape: int | tuple[int, ...] = (),
        bits: int | None = None,
        real: bool | None = None,
    ) -> Any:
        """Declare inputs; returns the source for one name, a tuple of sources for several.

        Parameters
        ----------
        names
            One or more new names.
        shape
            Shape of each input; () is a single value.
        bits
            Makes each input an unsigned number of so many bits: the source has shape (bits,),
            least significant first, and the circuit is called with integers.
        real
            Whether any number may be given, or only 0 and 1.  Left out: any number, except in a
            circuit whose neurons are all binary.
        """
        if not names:
            raise CircuitError(f"{self}: inputs() needs at least one name")
        shape = _shape(shape, f"{self}: input {names[0]!r}")
        if bits is not None:
            _check_bits(bits, f"{self}: input {names[0]!r}")
            if shape or real:
                raise CircuitError(
                    f"{self}: input {names[0]!r} is a number of {bits} bits: it takes neither "
                    "shape= nor real="
                )
            shape = (bits,)
        if "name" in names:
            raise CircuitError(
                f"{self}: an input cannot be called 'name': that is what circuit(…, name=…) "
                "calls an inlined circuit; choose another"
            )
        for k, name in enumerate(names):  # all first: what is refused leaves no trace
            self._check_unused(_plain_name(name, self), self._by_name)
            self._check_unused(name, names[:k])
        made = [self._add(name, "input", shape, bits=bits, real=real) for name in names]
        return made[0] if len(made) == 1 else tuple(made)

    def constant(self, values: Any, name: str = "constant") -> Source:
        """Add a source that always has the given finite value or array of values."""
        values = np.array(values, dtype=float)
        if not np.isfinite(values).all():
            raise CircuitError(f"{self}: constant {name!r} must be finite")
        values.flags.writeable = False
        return self._add(self._free_name(name), "constant", values.shape, values=values)

    def binary(
        self,
        name: str,
        *,
        excite: Any = None,
        subtract: Any = None,
        divide: Any = None,
        drive: Any = None,
        threshold: Any = 1.0,
        bias: Any = 0.0,
        semi_saturation: Any = 1.0,
        noise: Any = 0.0,
        shape: int | tuple[int, ...] | None = None,
    ) -> Source:
        """Add binary neurons: 1 iff (bias + E − S)/(σ + D) ≥ threshold, else 0.

        Parameters
        ----------
        name
            A new name.
        excite, subtract, divide
            The channels: sums of weighted sources, weights ≥ 0.  An infinite weight on `divide`
            is a veto (absolute inhibition, McCulloch & Pitts 1943).
        drive
            Signed weights: what is positive excites, what is negative subtracts.
        threshold, bias, semi_saturation, noise
            `Neurons`; numbers, or one value a neuron.
        shape
            Of the population; left out, what the drive delivers.

        Raises
        ------
        CircuitError
            A used name, a negative or NaN weight, shapes that do not fit, a source of another
            circuit, a parameter that is not finite.
        """
        neurons = Binary(threshold, bias, semi_saturation, noise)
        return self._add_neurons(name, neurons, shape, excite, subtract, divide, drive)

    def rate(
        self,
        name: str,
        *,
        excite: Any = None,
        subtract: Any = None,
        divide: Any = None,
        drive: Any = None,
        transfer: Any = "threshold-linear",
        gain: Any = 1.0,
        threshold: Any = 0.0,
        bias: Any = 0.0,
        semi_saturation: Any = 1.0,
        tau: Any = 0.0,
        noise: Any = 0.0,
        shape: int | tuple[int, ...] | None = None,
    ) -> Source:
        """Add rate neurons: τ dy/dt = −y + f(gain·(u − θ)), u = (bias + E − S)/(σ + D).

        As `binary`, with `transfer` f (a name from `neurons.TRANSFERS`, `power(n)` or
        `naka_rushton(…)`), `gain`, and the time constant `tau` in seconds (0: at once).
        """
        neurons = Rate(threshold, bias, semi_saturation, noise, gain, tau, transfer)
        return self._add_neurons(name, neurons, shape, excite, subtract, divide, drive)

    def connect(
        self,
        target: Source,
        *,
        excite: Any = None,
        subtract: Any = None,
        divide: Any = None,
        drive: Any = None,
    ) -> Source:
        """Add drive to neurons that exist already, as recurrent circuits need; returns them."""
        self.check_own(target)
        touched = self.positions_of(target.index)
        position = touched[0] if touched else 0
        population = self._populations[position]
        if len(touched) != 1 or population.role != "neurons":
            raise CircuitError(
                f"{self}: connect() takes neurons of one population as its target, got {target}"
            )
        drives = self._drives(population.name, excite, subtract, divide, drive)
        with self.all_or_nothing():
            self._project(position, target, drives)
        self._changed()
        return target

    def output(self, source: Any, name: str | None = None, *, bits: int | None = None) -> Source:
        """Declare an output: a source, or a list of sources that are stacked.

        Parameters
        ----------
        source
            Sources of this circuit.
        name
            Left out: the population's own name.
        bits
            Makes it an unsigned number of so many bits, least significant first: the circuit
            then answers integers.
        """
        if not isinstance(source, Source):
            if not isinstance(source, Iterable):
                raise CircuitError(f"{self}: output() takes a source or a list of sources")
            source = stack(source)
        self.check_own(source)
        if name is None:
            name = self._own_name(source).rsplit(".", 1)[-1]
            if any(o.name == name for o in self._outputs):
                raise CircuitError(
                    f"{self}: there is already an output {name!r}; name this one: output(…, 'name')"
                )
        name = _plain_name(name, self)
        if any(o.name == name for o in self._outputs):
            raise CircuitError(f"{self}: there is already an output {name!r}")
        if bits is not None:
            _check_bits(bits, f"{self}: output {name!r}")
            if source.shape != (bits,):
                raise CircuitError(
                    f"{self}: output {name!r} is declared with {bits} bits, but has shape "
                    f"{source.shape}"
                )
            if not self.binary_places(unknown=True)[source.index].all():
                raise CircuitError(
                    f"{self}: output {name!r} has bits, so every source of it must be binary"
                )
        self._outputs.append(Output(name, source.index, bits))
        self._changed()
        return source

    def delayed(self, source: Source, seconds: float) -> Source:
        """Return the source `seconds` ago (≥ 0); the same delay of the same source is shared."""
        self.check_own(source)
        try:
            seconds = float(seconds)
        except (TypeError, ValueError):
            raise CircuitError(f"{self}: a delay must be seconds (got {seconds!r})") from None
        if not (math.isfinite(seconds) and seconds >= 0):
            raise CircuitError(
                f"{self}: the delay of {source} must be finite and not negative (got {seconds:g})"
            )
        if seconds == 0:
            return source
        for known in self._populations:
            if (
                known.delayed is not None
                and known.seconds == seconds
                and np.array_equal(known.delayed, source.index)
            ):
                return Source(self, known.index)
        label = str(source).replace(".", "_")
        name = self._free_name(f"{label} {seconds:g} s ago")
        return self._add(name, "delay", source.shape, delayed=source.index, seconds=seconds)

    # ---------------------------------------------------------------- reading

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

    def __getitem__(self, name: str) -> Source:
        return Source(self, self.population(name).index)

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

    def __repr__(self) -> str:
        inputs = ", ".join(p.name for p in self.input_populations)
        outputs = ", ".join(o.name for o in self._outputs)
        count = sum(p.size for p in self.neuron_populations)
        return f"<circuit {self.name}({inputs}) → {outputs or 'no output'}, {count} neurons>"

    # ---------------------------------------------------------------- changed copies

    def without(self, *names: str) -> Circuit:
        """Return a copy in which these neurons are silent: a lesion."""
        copy = self._copy()
        for position, population in enumerate(self._populations):
            if population.role == "input":  # what it takes must not change with the neurons
                real = None if population.bits else not self.takes_binary(population)
                copy._populations[position] = replace(population, real=real)
        for name in names:
            population = self.population(name)
            if population.role != "neurons":
                raise CircuitError(f"{self}: {name!r} is no population of neurons")
            copy._populations[self._by_name[name]] = replace(
                population, role="constant", neurons=None, values=np.zeros(population.shape)
            )
        silent = {i for i, p in enumerate(copy._populations) if p.role != "neurons"}
        copy._projections = [p for p in copy._projections if p.target not in silent]
        return copy

    def with_parameters(self, **changes: Mapping[str, Any]) -> Circuit:
        """Return a copy with other parameters: ``with_parameters(z=dict(threshold=2))``.

        For a name with a dot: ``with_parameters(**{"xor.z": dict(threshold=2)})``.
        """
        copy = self._copy()
        for name, parameters in changes.items():
            population = self.population(name)
            if population.neurons is None:
                raise CircuitError(f"{self}: {name!r} is no population of neurons")
            known = [*population.neurons.parameters()]
            known += ["transfer"] if isinstance(population.neurons, Rate) else []
            for parameter in parameters:
                if parameter not in known:
                    raise CircuitError(
                        f"{self}, {name!r}: {unknown('parameter', parameter, known)}"
                    )
            neurons = replace(population.neurons, **parameters)
            checked = neurons.checked(f"{self}, neuron {name!r}", population.shape)
            copy._populations[self._by_name[name]] = replace(population, neurons=checked)
            check_silence(copy, self._by_name[name])
        check_divisors(copy)
        return copy

    def with_connections(self, connections: Mapping[int, Connection]) -> Circuit:
        """Return a copy with some projections' connections replaced, by their position."""
        copy = self._copy()
        for position, connection in connections.items():
            copy._projections[position] = replace(
                copy._projections[position], connection=connection
            )
        return copy

    # ---------------------------------------------------------------- running and composing

    def __call__(self, /, *args: Any, name: str | None = None, **kwargs: Any) -> Any:
        """Compute the outputs, or, given sources of another circuit, inline this one there.

        Parameters
        ----------
        *args, **kwargs
            One value for each declared input, by position or name.  A value of the input's own
            number of dimensions is one trial; with one more, a leading axis of trials.
        name
            The instance's name when it is inlined; left out: the circuit's, numbered.

        Returns
        -------
        The output, or a named tuple of several.  Numbers in give plain ints and floats; a static
        call is the noise-free steady value, delays ignored.

        Raises
        ------
        CircuitError
            A recurrent circuit (use `simulate` or `settle`); a source of an unrelated circuit.
        InputError
            A missing or unknown input, a shape or a value that does not fit.
        """
        from .arguments import match_arguments
        from .composition import inline
        from .simulation import evaluate

        given = match_arguments(self, args, kwargs)
        if any(_holds_source(value) for value in given.values()):
            return inline(self, given, name)
        if name is not None:
            raise CircuitError(f"{self}: name= is for inlining; no source was given")
        return evaluate(self, given)

    def evaluate(
        self,
        inputs: Any = None,
        *,
        dtype: str = "float64",
        threads: int | None = None,
        device: str = "cpu",
    ) -> Any:
        """Compute the outputs as a call does, with a choice of precision and threads.

        Parameters
        ----------
        inputs
            One value for each input: a mapping by name, a tuple in order, or one value for one
            input; as in a call, one more leading axis is trials.
        dtype, threads, device
            As `simulate`.
        """
        from .arguments import as_inputs, match_arguments
        from .simulation import evaluate

        given = match_arguments(self, *as_inputs(inputs))
        return evaluate(self, given, dtype=dtype, threads=threads, device=device)

    def activities(self, /, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return every value by name, inputs and neurons, for the inputs of a static call."""
        from .arguments import match_arguments
        from .simulation import activities

        return activities(self, match_arguments(self, args, kwargs))

    def simulate(
        self,
        inputs: Any = None,
        duration: float | None = None,
        dt: float = 1e-3,
        *,
        steps: int | None = None,
        trials: int | None = None,
        seed: int = 0,
        record: Iterable[str] = (),
        every: int = 1,
        initial: Mapping[str, Any] | State | None = None,
        dtype: str = "float64",
        threads: int | None = None,
        device: str = "cpu",
        progress: bool = False,
    ) -> Record:
        """Run in time; see `neurosim.simulation.simulate`."""
        from .simulation import simulate

        return simulate(
            self, inputs, duration, dt, steps=steps, trials=trials, seed=seed, record=record,
            every=every, initial=initial, dtype=dtype, threads=threads, device=device,
            progress=progress,
        )  # fmt: skip

    def settle(self, inputs: Any = None, **options: Any) -> Settled:
        """Run until nothing changes; see `neurosim.settling.settle`."""
        from .settling import settle

        return settle(self, inputs, **options)

    # ---------------------------------------------------------------- verification

    def truth_table(self) -> TruthTable:
        """Return the outputs for every input pattern; see `neurosim.verification`."""
        from .verification import truth_table

        return truth_table(self)

    def check(self, spec: Callable[..., Any] | Circuit, **options: Any) -> CheckResult:
        """Prove the circuit equal to `spec`, or find a counterexample; see `verification.check`."""
        from .verification import check

        return check(self, spec, **options)

    def margins(self) -> Margins:
        """Return how far thresholds and weights may move; see `neurosim.margins`."""
        from .margins import margins

        return margins(self)

    def settling_time(self, **options: Any) -> SettlingTime:
        """Return how long the outputs take to be right; see `neurosim.settling`."""
        from .settling import settling_time

        return settling_time(self, **options)

    # ---------------------------------------------------------------- showing and keeping

    def summary(self) -> str:
        """Return a table of its populations and projections as text."""
        from .description import summary

        return summary(self)

    def draw(self, **options: Any) -> Figure:
        """Draw it as on the lecture's slides; see `neurosim.plotting.draw_circuit`."""
        from .plotting import draw_circuit

        return draw_circuit(self, **options)

    def _repr_html_(self) -> str:
        from .description import html

        return html(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the circuit to one plain JSON file; see `neurosim.files`."""
        from .files import save

        save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Circuit:
        """Read a circuit that `save` wrote; nothing in the file is executed."""
        from .files import load

        return load(path)

    # ---------------------------------------------------------------- what composition uses

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Undo whatever was added within, if something of it is refused."""
        size, instances = self.size, set(self._instances)
        populations, projections = len(self._populations), len(self._projections)
        try:
            yield
        except NeurosimError:
            for population in self._populations[populations:]:
                del self._by_name[population.name]
            del self._populations[populations:], self._projections[projections:]
            self.size, self._instances = size, instances
            self._changed()
            raise

    def check_own(self, source: Any) -> None:
        """Raise unless `source` is a source of this circuit."""
        if not isinstance(source, Source):
            raise CircuitError(f"{self}: a source is needed here, got {source!r}")
        if source.circuit is not self:
            raise CircuitError(
                f"{self}: {source} belongs to {source.circuit}, not to this circuit; to use a "
                f"circuit inside another, call it with this circuit's sources"
            )

    def claim_instance(self, name: str, numbered: bool) -> str:
        """Return a name for an inlined circuit: this one, or, if `numbered`, the first free."""
        if not numbered:
            _plain_name(name, self)
            self._check_unused(name, self._instances)
        free, number = name, 1
        while free in self._instances:
            number += 1
            free = f"{name}_{number}"
        self._instances.add(free)
        return free

    def adopt(self, population: Population, name: str) -> Source:
        """Add a copy of another circuit's population under a new name."""
        fields = {
            field: getattr(population, field)
            for field in ("neurons", "values", "delayed", "seconds")
        }
        return self._add(name, population.role, population.shape, **fields)

    def adopted(self, connection: Connection, places: np.ndarray | None = None) -> Connection:
        """Return a connection with its source in this circuit, at other places if given."""
        index = connection.source.index
        return replace(connection, source=Source(self, index if places is None else places[index]))

    def redirect(self, delays: Iterable[str], places: np.ndarray) -> None:
        """Point adopted delay lines to where what they repeat stands in this circuit."""
        for name in delays:
            position = self._by_name[name]
            line = self._populations[position]
            self._populations[position] = replace(line, delayed=places[line.delayed])

    def add_projection(self, projection: Projection) -> None:
        """Add a projection whose connection is this circuit's already."""
        self._projections.append(projection)
        self._changed()

    def answer(self, values: list[Any]) -> Any:
        """Return the outputs as a call does: one as itself, several as a named tuple."""
        if len(values) == 1:
            return values[0]
        names = [o.name for o in self._outputs]
        return namedtuple("Outputs", names, rename=True)(*values)

    # ---------------------------------------------------------------- inside

    def _changed(self) -> None:
        self.programs.clear()

    def _copy(self) -> Circuit:
        copy = Circuit(self.name)
        copy.size = self.size
        copy._populations = list(self._populations)
        copy._outputs = list(self._outputs)
        copy._by_name = dict(self._by_name)
        copy._instances = set(self._instances)
        # A connection's source knows its circuit; the copy's must know the copy.
        copy._projections = [
            replace(p, connection=copy.adopted(p.connection)) for p in self._projections
        ]
        return copy

    def _add(self, name: str, role: Any, shape: tuple[int, ...], **fields: Any) -> Source:
        self._check_unused(name, self._by_name)
        population = Population(name, role, self.size, shape, **fields)
        self._by_name[name] = len(self._populations)
        self._populations.append(population)
        self.size += population.size
        self._changed()
        return Source(self, population.index)

    def _add_neurons(
        self, name: str, neurons: Neurons, shape: Any, excite: Any, subtract: Any, divide: Any,
        drive: Any,
    ) -> Source:  # fmt: skip
        self._check_unused(_plain_name(name, self), self._by_name)
        where = f"{self}, neuron {name!r}"
        drives = self._drives(name, excite, subtract, divide, drive)
        if shape is None:
            shape = _delivered(drives, neurons)
        shape = _shape(shape, where)
        checked = neurons.checked(where, shape)
        with self.all_or_nothing():
            source = self._add(name, "neurons", shape, neurons=checked)
            self._project(len(self._populations) - 1, source, drives)
        return source

    def _drives(
        self, name: str, excite: Any, subtract: Any, divide: Any, drive: Any
    ) -> dict[str, Drive]:
        """Return what each channel of a neuron was given, checked."""
        given = {"excite": excite, "subtract": subtract, "divide": divide, "drive": drive}
        return {k: checked_drive(self, name, k, v) for k, v in given.items()}

    def _project(self, position: int, target: Source, drives: Mapping[str, Drive]) -> None:
        """Add the projections that drives to (part of) a population amount to."""
        for channel, drive in drives.items():
            for connection in drive.connections:
                self._projections += projections(self, position, target, channel, connection)
        check_silence(self, position)

    def _check_unused(self, name: str, used: Container[str]) -> None:
        if name in used:
            raise CircuitError(f"{self}: the name {name!r} is used already; choose another")

    def _own_name(self, source: Source) -> str:
        """Return the name of the population that a source begins in."""
        if source.size:
            return self._populations[self.position_at(int(source.index.flat[0]))].name
        empty = [p.name for p in self._populations if p.shape == source.shape]
        return empty[-1] if empty else "empty"

    def _free_name(self, name: str) -> str:
        """Return the name, or the name with the first free number."""
        if name not in self._by_name:
            return name
        number = 2
        while f"{name}_{number}" in self._by_name:
            number += 1
        return f"{name}_{number}"


def _holds_source(value: Any) -> bool:
    if isinstance(value, Arithmetic):
        return True
    return isinstance(value, list | tuple) and any(isinstance(v, Source) for v in value)


def _delivered(drives: Mapping[str, Drive], neurons: Neurons) -> tuple[int, ...]:
    """Return the shape of neurons that was left out: of what they receive and of parameters."""
    delivered = broadcast_shape(c for drive in drives.values() for c in drive.connections)
    try:
        return np.broadcast_shapes(delivered, *(np.shape(v) for v in neurons.parameters().values()))
    except ValueError:
        return delivered  # `Neurons.checked` names the parameter that does not fit


def _plain_name(name: Any, owner: Any) -> str:
    if not isinstance(name, str) or not name or "." in name or not name.isprintable():
        raise CircuitError(
            f"{owner}: a name must be printable text without a dot (got {name!r}); dots are for "
            "the parts of inlined circuits"
        )
    return name


def _shape(shape: Any, where: str) -> tuple[int, ...]:
    try:
        sides = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
        if any(isinstance(n, bool) for n in sides):
            raise TypeError
        answer = tuple(operator.index(n) for n in sides)
    except TypeError:
        raise CircuitError(f"{where}: shape must be whole numbers (got {shape!r})") from None
    if any(n < 0 for n in answer):
        raise CircuitError(f"{where}: shape must not be negative (got {shape!r})")
    if math.prod(answer) > MOST_VALUES:
        raise CircuitError(
            f"{where}: shape {answer} has {math.prod(answer):,} values; the most are "
            f"{MOST_VALUES:,}"
        )
    return answer


def _check_bits(bits: Any, where: str) -> None:
    if not isinstance(bits, int | np.integer) or isinstance(bits, bool) or not 1 <= bits <= 62:
        raise CircuitError(f"{where}: bits must be a whole number from 1 to 62 (got {bits!r})")
