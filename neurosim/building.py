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

from .connections import Connection, Sparse, learning_anew
from .errors import CircuitError, spelled
from .neurons import Binary, Neurons, Rate, finite_numbers
from .parts import Parts, Terminals, plain_name
from .populations import Output, Population, Projection
from .sources import Drive, Source, broadcast_shape, stack
from .timing import real
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
            circuit whose neurons are all binary, and where an inlined circuit or an output of
            bits takes the input for 0 or 1.

        Returns
        -------
        A source of that shape, or a tuple of them in the order of the names.

        Raises
        ------
        CircuitError
            No name, a used one or one with a dot; a shape or a number of bits that is none.
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

    @spelled
    def constant(self, values: Any, name: str | None = None) -> Source:
        """Add a source that always has the same activity.

        Parameters
        ----------
        values
            A number, or an array of numbers.
        name
            A new name; left out, "constant", numbered from the second on.

        Returns
        -------
        The source, of the shape of the values.

        Raises
        ------
        CircuitError
            Values that are no numbers or not finite; a used name.
        """
        if name is None:
            return self.add_constant(values, "constant")
        # A file's constants may belong to an inlined circuit: its dot is none of a user's.
        if not isinstance(name, str) or name.partition(".")[0] not in self._instances:
            plain_name(name, self)
        self._check_unused(name, self._by_name)
        return self.add_constant(values, name)

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
            The channels: sums of weighted sources, weights ≥ 0; 0, the sum of no sources, is none.
            An infinite weight on `divide` is a veto (absolute inhibition, McCulloch & Pitts 1943).
        drive
            Signed weights: what is positive excites, what is negative subtracts.
        threshold, bias, semi_saturation, noise
            `Neurons`; numbers, or one value a neuron.
        shape
            Of the population; left out, what the drive delivers.

        Returns
        -------
        The neurons as a source, to drive others with.

        Raises
        ------
        CircuitError
            A used name, a negative or NaN weight, shapes that do not fit, a source of another
            circuit, a parameter that is not finite, something on `divide` that can be negative.
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

        Parameters
        ----------
        name, excite, subtract, divide, drive, shape
            As in `binary`.
        transfer
            f: a name from `neurons.TRANSFERS`, `power(n)` or `naka_rushton(…)`.
        gain
            The slope on u − θ.
        tau
            The time constant τ in seconds; 0 follows the input at once.
        threshold, bias, semi_saturation, noise
            `Neurons`; these, `gain` and `tau` are numbers, or one value a neuron.

        Returns
        -------
        The neurons as a source, to drive others with.

        Raises
        ------
        CircuitError
            As `binary`; an unknown transfer function.
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
        """Add drive to neurons that exist already, as recurrent circuits need.

        Parameters
        ----------
        target
            Neurons of one population: all, or some of them in any shape, as ``z[1:3]``.
        excite, subtract, divide, drive
            As in `binary`; what each delivers must fit the target's shape.

        Returns
        -------
        The target.

        Raises
        ------
        CircuitError
            A target that is no neurons, or neurons of several populations; drive as `binary`
            refuses it.
        """
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
        return target

    @spelled
    def output(self, source: Any, name: str | None = None, *, bits: int | None = None) -> Source:
        """Declare an output: a source, or a list of sources that are stacked.

        Parameters
        ----------
        source
            Sources of this circuit.
        name
            Left out: the population's own name.  One that is no identifier is no attribute of
            the named tuple that several outputs are answered in; it is found there by position.
        bits
            Makes it an unsigned number of so many bits, least significant first: the circuit
            then answers integers.  Inputs among them that were not declared take 0 and 1 only.

        Returns
        -------
        The source.

        Raises
        ------
        CircuitError
            No source, or one of another circuit; a used name; bits of another number or of
            graded sources.
        """
        if isinstance(source, list | tuple) and not source:
            called = "" if name is None else f" {name!r}"
            raise CircuitError(
                f"{self}: output{called} was given no neuron; name at least one: output(z)"
            )
        source = self._as_source(source)
        name = self._output_name(source, name)
        if bits is not None:
            _check_bits(bits, f"{self}: output {name!r}")
            if source.shape != (bits,):
                raise CircuitError(
                    f"{self}: output {name!r} is declared with {bits} bits, but has shape "
                    f"{source.shape}"
                )
            if not self.binary_at(source.index, unknown=True).all():
                raise CircuitError(
                    f"{self}: output {name!r} has bits, so every source of it must be binary"
                )
            self.declare_binary(source.index)
        self._outputs.append(Output(name, source.index, bits))
        self._changed()
        return source

    def delayed(self, source: Source, seconds: float) -> Source:
        """Return the source `seconds` ago (≥ 0); the same delay of the same source is shared."""
        self.check_own(source)
        try:
            seconds = real(seconds)
        except (TypeError, ValueError):
            raise CircuitError(f"{self}: a delay must be seconds (got {seconds!r})") from None
        if not (math.isfinite(seconds) and seconds >= 0):
            raise CircuitError(
                f"{self}: the delay of {source} must be finite and not negative (got {seconds:g})"
            )
        if seconds == 0:
            return source
        known = self._known_line(source.index, seconds)
        if known is not None:
            return Source(self, known.index)
        origin, before = self.origin(source.index)
        label = self.name_of(origin).replace(".", "_")
        name = self._free_name(f"{label} {before + seconds:g} s ago")
        return self._add(name, "delay", source.shape, delayed=source.index, seconds=seconds)

    def __getitem__(self, name: str) -> Source:
        return Source(self, self.population(name).index)

    # ---------------------------------------------------------------- for composition and files

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Undo whatever was added within, if something of it is refused."""
        size, instances = self.size, len(self._instances)
        populations, projections = len(self._populations), len(self._projections)
        terminals = len(self._terminals)
        try:
            yield
        except BaseException:  # an interrupt too
            for population in self._populations[populations:]:
                del self._by_name[population.name]
                self._origins.pop(population.name, None)
            for name in list(self._instances)[instances:]:
                del self._instances[name]
            for name in list(self._terminals)[terminals:]:
                del self._terminals[name]
            del self._populations[populations:], self._starts[populations:]
            del self._projections[projections:]
            self._numbers.clear()
            self.size = size
            raise
        finally:
            self._changed()

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
        free = self._free("circuit", name, self._instances)
        self._instances[free] = None
        return free

    def note_terminals(self, instance: str, circuit: Parts, places: np.ndarray) -> None:
        """Keep where an inlined circuit's inputs and outputs are, and those of circuits in it."""
        inputs = {p.name: places[p.index] for p in circuit.input_populations}
        outputs = {o.name: places[o.index] for o in circuit.outputs}
        self._terminals[instance] = Terminals(inputs, outputs)
        for name, inner in circuit.terminals.items():
            moved = ({k: places[at] for k, at in named.items()} for named in inner)
            self._terminals[f"{instance}.{name}"] = Terminals(*moved)

    def add_constant(self, values: Any, name: str) -> Source:
        """Add a constant under a name, or, where that is used, the name with a number."""
        given = finite_numbers(values, f"{self}: constant {name!r}")
        given.flags.writeable = False
        return self._add(self._free_name(name), "constant", given.shape, values=given)

    def declare_binary(self, index: np.ndarray) -> None:
        """Declare the inputs that stand at some places, and were not declared, as 0 or 1.

        What is built on them takes them for that, whatever neurons the circuit gets later.
        """
        for position in self.positions_of(self.undelayed(index)):
            population = self._populations[position]
            if population.role == "input" and population.bits is None and population.real is None:
                self._populations[position] = replace(population, real=False)
        self._changed()

    def adopt(self, population: Population, name: str, places: np.ndarray | None = None) -> Source:
        """Add a copy of another circuit's population under a new name.

        `places` says where the other circuit's values stand here, those that stand before it;
        left out, where they stand there.
        """
        delayed = population.delayed
        if delayed is not None and places is not None:
            delayed = places[delayed]
        return self._add(
            name, population.role, population.shape, neurons=population.neurons,
            values=population.values, delayed=delayed, seconds=population.seconds,
        )  # fmt: skip

    def adopted(self, connection: Connection, places: np.ndarray | None = None) -> Connection:
        """Return a connection with its source in this circuit, at other places if given."""

        def here(source: Source) -> Source:
            return Source(self, source.index if places is None else places[source.index])

        adopted = replace(connection, source=here(connection.source))
        if isinstance(adopted, Sparse) and adopted.learning is not None:
            adopted = replace(adopted, learning=learning_anew(adopted.learning, here))
        return adopted

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
        self._starts.append(self.size)
        self.size += population.size
        if population.delayed is not None:
            self._lines[_line_key(population.delayed, population.seconds)] = name
            origin, before = self.origin(population.delayed)
            self._origins[name] = origin, before + population.seconds
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
        self._changed()
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

    def _as_source(self, given: Any) -> Source:
        """Return what `output` was given as one source of this circuit."""
        if isinstance(given, Drive):
            raise CircuitError(
                f"{self}: output() takes a source, but {given} is a weighted sum: put a neuron in "
                "between"
            )
        if not isinstance(given, Source):
            if isinstance(given, str) or not isinstance(given, Iterable):
                raise CircuitError(
                    f"{self}: output() takes a source or a list of sources (got {given!r}); a "
                    "population by name is circuit['name']"
                )
            given = stack(given)
        self.check_own(given)
        return given

    def _output_name(self, source: Source, name: str | None) -> str:
        """Return the name of a new output: the one given, or its population's."""
        given = name is not None
        if name is None:
            name = self._own_name(source).rsplit(".", 1)[-1]
        name = plain_name(name, self)
        if any(o.name == name for o in self._outputs):
            advice = "" if given else "; name this one: output(…, 'name')"
            raise CircuitError(f"{self}: there is already an output {name!r}{advice}")
        return name

    def _known_line(self, index: np.ndarray, seconds: float) -> Population | None:
        """Return the delay line that repeats these places so much later, if there is one."""
        position = self._by_name.get(self._lines.get(_line_key(index, seconds), ""))
        if position is None:
            return None
        line = self._populations[position]
        same = line.seconds == seconds and np.array_equal(line.delayed, index)  # type: ignore[arg-type]
        return line if same else None  # else it was undone, and its name used again

    def _free_name(self, name: str) -> str:
        """Return the name, or the name with the first free number."""
        return self._free("value", name, self._by_name)

    def _free(self, kind: str, name: str, used: Container[str]) -> str:
        if name not in used:
            return name
        number = self._numbers.get(f"{kind} {name}", 2)  # those before are used
        while f"{name}_{number}" in used:
            number += 1
        self._numbers[f"{kind} {name}"] = number
        return f"{name}_{number}"


def _line_key(index: np.ndarray, seconds: float) -> tuple[float, tuple[int, ...], bytes]:
    return seconds, index.shape, index.tobytes()


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
