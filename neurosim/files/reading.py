"""A file's text → a circuit, rebuilt under the rules that hold for one written by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from typing import Any

import numpy as np

from ..circuit import Circuit
from ..connections import Connection, Dense, Learning, OneToOne, Sparse
from ..errors import FileError, NeurosimError, unknown
from ..neurons import Binary, Neurons, Rate, Transfer
from ..plasticity import RULES, Rule
from ..populations import CHANNELS, VETO, Population
from ..sources import Drive, Source, convolve
from ..wiring import check_silence, checked_drive, projections
from ..wording import short
from .decoding import Decoder
from .schema import FLOATS, FORMAT, MOST_VALUES, VERSION

MOST_PLACES = 2**26  # that all sources together list
MOST_CHECKED = 2**24  # connections of all neurons with σ = 0, which are checked one by one
MOST_NAMES = 2000  # that an unknown one is compared with
MOST_WORK = 2**30  # values that the rules go through, each a few nanoseconds
CALL_WORK = 2500  # what one call of a rule costs beside its values

KINDS = {"binary": Binary, "rate": Rate}
CONNECTIONS = ("one-to-one", "dense", "sparse", "convolution")


class Reader(Decoder):
    """One reading of a file: the records in their order, each added to the circuit made so far."""

    def __init__(self, file: str):
        super().__init__(file)
        self.places = 0  # that sources have listed so far
        self.work = 0  # values that the rules have gone through so far
        self.runs: dict[tuple[int, tuple[int, ...]], np.ndarray] = {}
        self.made = Circuit()

    def circuit(self, text: str) -> Circuit:
        """Return the circuit that the text describes."""
        try:
            return self._circuit(self._parsed(text))
        except FileError:
            raise
        except NeurosimError as error:  # a rule that circuits hold
            self.fail(str(error))
        except MemoryError:
            self.fail("it does not fit into this machine's memory")
        except (ValueError, RecursionError) as error:  # NumPy's or Python's own limits
            self.fail(f"no circuit can be built of it ({error})")

    def _circuit(self, data: Any) -> Circuit:
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            self.fail(f'it is no saved circuit: it has no "format": "{FORMAT}"')
        if not (self._is_whole(data.get("version")) and data["version"] == VERSION):
            self.fail(
                f"its version is {short(data.get('version'))}, this neurosim reads version "
                f"{VERSION}; read it with the neurosim that wrote it"
            )
        lists = ("instances", "populations", "projections", "outputs")
        self._keys(data, ("format", "version", "name", *lists[1:]), ("instances",))
        for key in lists:
            if not isinstance(data.get(key, []), list):
                self.fail(f'"{key}" must be a list (got {short(data[key])})')
        self.made = Circuit(self._name(data["name"]))
        for name in data.get("instances", []):
            self.made.claim_instance(self._name(name), numbered=False)
        readers: dict[str, Callable[[dict[str, Any]], None]] = {
            "populations": self._population,
            "projections": self._projection,
            "outputs": self._output,
        }
        for key, read in readers.items():
            for number, record in enumerate(data[key]):
                self.where = f"{key}[{number}]: "
                if not isinstance(record, dict):
                    self.fail(f"it must be a record in braces (got {short(record)})")
                read(record)
            if key == "projections":
                self._check_silence()
        self.where = ""
        return self.made

    def _population(self, record: dict[str, Any]) -> None:
        for key in ("name", "role", "start"):
            if key not in record:
                self.fail(f'the key "{key}" is missing')
        name, role = self._name(record["name"]), record["role"]
        if name in self.made:
            self.fail(f"the name {name!r} is used already; names must differ")
        if not self._is_whole(record["start"]) or record["start"] != self.made.size:
            self.fail(
                f'"start" is {short(record["start"])}, but the populations before have '
                f"{self.made.size} values; leave no gaps"
            )
        readers = {
            "input": self._input,
            "constant": self._constant_values,
            "delay": self._delay,
            "neurons": self._neurons,
        }
        if not isinstance(role, str) or role not in readers:
            self.fail(unknown("role", short(role), readers))
        readers[role](name, record)

    def _input(self, name: str, record: dict[str, Any]) -> None:
        if "bits" in record:
            self._keys(record, ("name", "role", "start", "bits"))
            self._room(self._whole(record["bits"], "bits", 1, 62))
            self.made.inputs(name, bits=record["bits"])
            return
        self._keys(record, ("name", "role", "start", "shape"), ("real",))
        real = record.get("real")
        if "real" in record and not isinstance(real, bool):
            self.fail(f'"real" must be true or false (got {short(real)}), or left out')
        self.made.inputs(name, shape=self._shape(record["shape"]), real=real)

    def _constant_values(self, name: str, record: dict[str, Any]) -> None:
        self._keys(record, ("name", "role", "start", "values"))
        values = self._floats(record["values"], "values")
        self._room(values.size)
        self.made.constant(values, name)

    def _delay(self, name: str, record: dict[str, Any]) -> None:
        self._keys(record, ("name", "role", "start", "of", "seconds"))
        # Only what stands before may be repeated, so delays cannot go round in a circle.
        places = self._places(record["of"], "of")
        seconds = self._number(record["seconds"], "seconds")
        if seconds <= 0:
            self.fail(f'"seconds" must be above 0 (got {seconds:g})')
        self._room(places.size)
        self._effort(self._lines(places))
        line = Population(name, "delay", 0, places.shape, delayed=places, seconds=seconds)
        self.made.adopt(line, name)

    def _neurons(self, name: str, record: dict[str, Any]) -> None:
        named = record.get("kind")
        if not isinstance(named, str) or named not in KINDS:
            self.fail(f'"kind" must be "binary" or "rate" (got {short(named)})')
        kind = KINDS[named]
        known = [*kind().parameters(), *(["transfer"] if kind is Rate else [])]
        self._keys(record, ("name", "role", "start", "shape", "kind"), known)
        shape = self._shape(record["shape"])
        given: dict[str, Any] = {
            key: self._parameter(record[key], key, shape)
            for key in kind().parameters()
            if key in record
        }
        if "transfer" in record:
            given["transfer"] = self._transfer(record["transfer"])
        neurons: Neurons = kind(**given).checked(f"{self.made}, neuron {name!r}", shape)
        self.made.adopt(Population(name, "neurons", 0, shape, neurons=neurons), name)

    def _parameter(self, value: Any, key: str, shape: tuple[int, ...]) -> np.ndarray:
        """Return one number, or one that the file gives for each neuron."""
        values = self._floats(value, key)
        if values.ndim and values.shape != shape:
            self.fail(
                f"{key} has shape {values.shape}, the neurons have {shape}; give one number, or "
                "one value a neuron"
            )
        return values

    def _transfer(self, record: Any) -> Transfer:
        if not isinstance(record, dict):
            self.fail(f'"transfer" must be a record with a "name" (got {short(record)})')
        self._keys(record, ("name",), ("parameters",))
        parameters = self._floats(record.get("parameters", []), "parameters")
        if parameters.ndim != 1:
            self.fail(f'"parameters" must be a list of numbers (got shape {parameters.shape})')
        return Transfer(self._name(record["name"]), tuple(parameters.tolist()))

    def _projection(self, record: dict[str, Any]) -> None:
        kind = record.get("kind")
        if not isinstance(kind, str) or kind not in CONNECTIONS:
            self.fail(f'"kind" must be one of {", ".join(CONNECTIONS)} (got {short(kind)})')
        own = {
            "sparse": ("shape", "data", "indices", "indptr"),
            "convolution": ("kernel", "border", "stride"),
        }.get(kind, ("weights",))
        self._keys(record, ("to", "channel", "kind", "from", *own), ("learns",))
        target = self._named(record["to"])
        if target.role != "neurons":
            self.fail(f"{target.name!r} is no population of neurons, so nothing can arrive there")
        channel = record["channel"]
        if not isinstance(channel, str) or channel not in (*CHANNELS, VETO):
            listed = ", ".join((*CHANNELS, VETO))
            self.fail(f'"channel" must be one of {listed} (got {short(channel)})')
        connection = self._connection(kind, target, record)
        self._effort(self._reach(channel, connection.source, target))
        if "learns" in record:
            if not isinstance(connection, Sparse):
                self.fail(f'only a "sparse" connection learns (got {short(kind)})')
            rule = self._rule(record["learns"])
            connection = replace(connection, learning=Learning(rule))
        if channel == VETO:  # as it was written: an infinite weight on divide=
            channel, weights = "divide", connection.weights
            if not np.isin(weights, (0, 1)).all():
                self.fail("the weights of a veto must be 1 (it vetoes) or 0 (it does not)")
            connection = connection.with_weights(np.where(weights == 1, np.inf, 0.0))
        made = checked_drive(self.made, target.name, channel, Drive((connection,))).connections[0]
        whole = Source(self.made, self._run(target.start, target.shape))
        for one in projections(self.made, self.made.position(target), whole, channel, made):
            self.made.add_projection(one)

    def _connection(self, kind: str, target: Population, record: dict[str, Any]) -> Connection:
        source = Source(self.made, self._places(record["from"], "from"))
        if kind == "one-to-one":
            weights = self._floats(record["weights"], "weights")
            try:
                np.broadcast_shapes(weights.shape, source.shape)
            except ValueError:
                self.fail(
                    f"the weights have shape {weights.shape}, the sources {source.shape}; give "
                    "one number, or one for each source"
                )
            return OneToOne(source, weights if weights.ndim else np.float64(weights))
        if kind == "convolution":
            kernel = self._floats(record["kernel"], "kernel")
            if kernel.ndim != 4:
                self.fail(
                    f"a kernel has the axes rows, columns, channels in and channels out (got shape "
                    f"{kernel.shape})"
                )
            stride = self._whole(record["stride"], "stride", 1, MOST_VALUES)
            if not isinstance(record["border"], str):
                self.fail(f'"border" must be a name (got {short(record["border"])})')
            made = convolve(source, kernel, border=record["border"], stride=stride)
            return made.connections[0]
        source = source.ravel()
        if kind == "sparse":
            return Sparse(source, self._csr(record, target, source.size), target.shape)
        weights = self._floats(record["weights"], "weights")
        if weights.ndim != 2 or weights.shape[1] != source.size:
            self.fail(
                f"the weights have shape {weights.shape}; they take a row for each of "
                f"{target.name!r}'s {target.size} values and a column for each of {source.size} "
                "sources"
            )
        return Dense(source, weights, (len(weights),))

    def _rule(self, record: Any) -> Rule:
        """Return the learning rule that a record describes."""
        if not isinstance(record, dict):
            self.fail(f'"learns" must be a record with a "rule" (got {short(record)})')
        self._keys(record, ("rule", "rate"), ("teacher", "slope"))
        name = record["rule"]
        if not isinstance(name, str) or name not in RULES:
            self.fail(unknown("learning rule", short(name), RULES))
        kind = RULES[name]
        given: dict[str, Any] = {"rate": self._number(record["rate"], "rate")}
        if "teacher" in record:
            given["taught_by"] = Source(self.made, self._places(record["teacher"], "teacher"))
        if "slope" in record:
            given["slope"] = record["slope"]
        known = {field.name: field.default is MISSING for field in fields(kind)}
        for field, key in (("taught_by", "teacher"), ("slope", "slope")):
            if field in given and field not in known:
                self.fail(f'the rule "{name}" has no {key}')
        if known.get("taught_by") and "taught_by" not in given:
            self.fail(f'the rule "{name}" needs a "teacher"')
        return kind(**given)

    def _csr(self, record: dict[str, Any], target: Population, width: int) -> Any:
        """Return compressed sparse rows whose structure has been checked."""
        from scipy import sparse

        data = self._decoded(record["data"], "data", FLOATS)  # float32 stays so, as when built
        indices = self._integers(record["indices"], "indices")
        pointers = self._integers(record["indptr"], "indptr")
        shape = record["shape"]
        if shape != [target.size, width] or not all(map(self._is_whole, shape)):
            self.fail(
                f'"shape" is {short(shape)}; there are {target.size} targets and {width} sources, '
                f"so it must be [{target.size}, {width}]"
            )
        if not (data.ndim == indices.ndim == pointers.ndim == 1):
            self.fail('"data", "indices" and "indptr" must be lists, not nested')
        # Compared, not subtracted: differences of any 64 bits would wrap around.
        falls = (pointers[1:] < pointers[:-1]).any()
        if pointers.size != target.size + 1 or pointers[0] != 0 or falls:
            self.fail('"indptr" must begin with 0, never fall, and have one entry more than rows')
        if not pointers[-1] == data.size == indices.size:
            self.fail(
                f'"indptr" ends with {pointers[-1]}, so "data" and "indices" must have as many '
                f"entries (got {data.size} and {indices.size})"
            )
        if indices.size and not (indices.min() >= 0 and indices.max() < width):
            self.fail(f'"indices" must lie from 0 to {width - 1}')
        row = np.repeat(np.arange(target.size), np.diff(pointers))
        if ((np.diff(row) == 0) & (np.diff(indices) <= 0)).any():
            self.fail('"indices" must rise within each row')
        return sparse.csr_array((data, indices, pointers), shape=(target.size, width))

    def _check_silence(self) -> None:
        """Hold the rule of σ = 0, which needs every projection; refuse what takes too long."""
        self.where = ""
        populations, arriving = self.made.populations, self.made.projections
        entries = [0] * len(populations)
        for projection in arriving:
            population = populations[projection.target]
            entries[projection.target] += projection.connection.entry_count(population.shape)
        bare = [position for position, p in enumerate(populations) if _has_bare(p)]
        checked = 0
        for position in bare:
            checked += entries[position]
            if checked > MOST_CHECKED:
                self.fail(
                    f"{populations[position].name!r} has semi_saturation 0 and {entries[position]} "
                    f"connections; more than {MOST_CHECKED} in all are not checked"
                )
        for position in bare:
            self._effort(50 * len(arriving))  # it looks for its own among all of them
            check_silence(self.made, position)

    def _output(self, record: dict[str, Any]) -> None:
        self._keys(record, ("name", "from"), ("bits",))
        bits = self._whole(record["bits"], "bits", 1, 62) if "bits" in record else None
        source = Source(self.made, self._places(record["from"], "from"))
        self._effort(20 * len(self.made.outputs))  # the names that it must differ from
        if bits is not None:  # every value of the circuit is asked whether it is binary
            self._effort(self.made.size + 100 * len(self.made.populations))
        self.made.output(source, self._name(record["name"]), bits=bits)

    def _shape(self, shape: Any) -> tuple[int, ...]:
        """Return a population's shape, and take its room in the circuit."""
        checked = self._dimensions(shape)
        self._room(math.prod(checked))
        return checked

    def _room(self, size: int) -> None:
        if self.made.size + size > MOST_VALUES:
            self.fail(
                f"the circuit would have more than {MOST_VALUES} values; that is no circuit that "
                "save() wrote"
            )

    def _named(self, name: Any) -> Population:
        """Return the population of that name; a name that is missing is compared with few."""
        if self._name(name) not in self.made:
            names = [p.name for p in self.made.populations if len(p.name) <= 100]
            self.fail(unknown("population", name, names[:MOST_NAMES]))
        return self.made.population(name)

    def _places(self, value: Any, key: str) -> np.ndarray:
        """Return the places that a source stands for: all of them exist."""
        if isinstance(value, str):
            population = self._named(value)
            return self._run(population.start, population.shape)
        if isinstance(value, dict) and "start" in value:
            self._keys(value, ("start", "shape"))
            shape = self._dimensions(value["shape"])
            start = self._whole(value["start"], "start", 0, 2**31 - 1)
            if start + math.prod(shape) > self.made.size:
                self.fail(
                    f'"{key}" goes from {start} to {start + math.prod(shape) - 1}, but the places '
                    f"so far end at {self.made.size - 1}"
                )
            return self._run(start, shape)
        places = self._integers(value, key)
        self._count(places.size)
        if places.size and not (places.min() >= 0 and places.max() < self.made.size):
            self.fail(
                f'"{key}" has places from {places.min()} to {places.max()}, but those so far go '
                f"from 0 to {self.made.size - 1}"
            )
        return places.astype(np.int64)

    def _run(self, start: int, shape: tuple[int, ...]) -> np.ndarray:
        """Return neighbouring places, made once however often a file names them."""
        if (start, shape) not in self.runs:
            size = math.prod(shape)
            self._count(size)
            self.runs[start, shape] = np.arange(start, start + size).reshape(shape)
        return self.runs[start, shape]

    def _reach(self, channel: str, source: Source, target: Population) -> int:
        """Return how many values the rules go through for one projection."""
        if channel not in ("divide", VETO):
            return source.size + target.size
        return 4 * source.size + target.size + self._lines(source.index)

    def _lines(self, places: np.ndarray) -> int:
        """Return what it costs to look behind the delay lines at some places."""
        touched = map(self.made.population_at, self.made.positions_of(places))
        lines = sum(population.delayed is not None for population in touched)
        return lines and CALL_WORK * lines + 20 * places.size

    def _effort(self, values: int) -> None:
        self.work += values
        if self.work > MOST_WORK:
            self.fail(
                f"the rules would go through more than {MOST_WORK} values to check it; use fewer "
                "projections, outputs and delays, or smaller ones"
            )

    def _count(self, places: int) -> None:
        self.places += places
        if self.places > MOST_PLACES:
            self.fail(f"its sources list more than {MOST_PLACES} places; name whole populations")


def _has_bare(population: Population) -> bool:
    neurons = population.neurons
    return neurons is not None and bool((np.asarray(neurons.semi_saturation) == 0).any())
