"""How a circuit is built: inputs, neurons, connections and outputs, each checked as it is added.

The last methods are what composition and files build with; they take parts that exist already.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from .connections import Connection
from .errors import CircuitError, NeurosimError, spelled
from .neurons import Binary, Neurons, Rate
from .parts import Parts, plain_name
from .populations import Output, Population, Projection
from .sources import Drive, Source, broadcast_shape, stack
from .wiring import check_silence, checked_drive, projections

MOST_VALUES = 2**31 - 1  # in a population: engines index with 32 bits


class Builder(Parts):
    """A circuit as it is written: what `Circuit` adds to it only reads."""

    @spelled
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
            self._check_unused(plain_name(name, self), self._by_name)
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

    @spelled
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

    @spelled
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

    @spelled
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

    @spelled
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
            if isinstance(source, str) or not isinstance(source, Iterable):
                raise CircuitError(
                    f"{self}: output() takes a source or a list of sources (got {source!r}); a "
                    "population by name is circuit['name']"
                )
            source = stack(source)
        self.check_own(source)
        if name is None:
            name = self._own_name(source).rsplit(".", 1)[-1]
            if any(o.name == name for o in self._outputs):
                raise CircuitError(
                    f"{self}: there is already an output {name!r}; name this one: output(…, 'name')"
                )
        name = plain_name(name, self)
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

    def __getitem__(self, name: str) -> Source:
        return Source(self, self.population(name).index)

    # ---------------------------------------------------------------- for composition and files

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
            plain_name(name, self)
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

    # ---------------------------------------------------------------- inside

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
        self._check_unused(plain_name(name, self), self._by_name)
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


def _delivered(drives: Mapping[str, Drive], neurons: Neurons) -> tuple[int, ...]:
    """Return the shape of neurons that was left out: of what they receive and of parameters."""
    delivered = broadcast_shape(c for drive in drives.values() for c in drive.connections)
    try:
        return np.broadcast_shapes(delivered, *(np.shape(v) for v in neurons.parameters().values()))
    except ValueError:
        return delivered  # `Neurons.checked` names the parameter that does not fit


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
