"""Circuits as files: one plain JSON text, read without running or trusting anything in it.

    {"format": "neurosim circuit", "version": 1, "name": "xor",
     "instances": [],
     "populations": [{"name": "x", "role": "input", "start": 0, "shape": []}, …],
     "projections": [{"to": "z", "channel": "excite", "kind": "one-to-one", …}, …],
     "outputs": [{"name": "z", "from": "z"}]}

One record stands on a line.  A small array is a number or nested lists; a larger one is
``{"dtype": "float64", "shape": [100, 100], "base64": "…"}``, little-endian, in C order.  Sources
(``from``, ``of``) are the name of a whole population, ``{"start": 5, "shape": [3]}`` for
neighbouring places, or an array of places, where a population's places begin at its ``start``.

Every size is checked before anything of that size is made, and the circuit is then rebuilt under
the rules that hold for one written by hand.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import math
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from .circuit import Circuit
from .connections import (
    Connection,
    Convolution,
    Dense,
    Drive,
    OneToOne,
    Source,
    Sparse,
    convolve,
)
from .errors import FileError, NeurosimError, unknown
from .neurons import Binary, Neurons, Rate, Transfer
from .populations import CHANNELS, VETO, Output, Population, Projection
from .wiring import check_silence, checked_drive, projections

FORMAT = "neurosim circuit"
VERSION = 1

SMALL = 64  # entries up to which an array is written as a list
MOST_BYTES = 2**30  # of a file
MOST_MARKS = 5_000_000  # strings, brackets and commas: what costs memory beyond the file's own size
MOST_DEPTH = 40  # brackets in brackets
MOST_VALUES = 2**24  # of a circuit
MOST_PLACES = 2**26  # that all sources together list
MOST_CHECKED = 2**24  # connections of one population with σ = 0, which are checked one by one
MOST_DIMENSIONS = 32
LONGEST_NAME = 1000

KINDS = {"binary": Binary, "rate": Rate}
CONNECTIONS = ("one-to-one", "dense", "sparse", "convolution")
FLOATS = {"float64": "<f8", "float32": "<f4"}
INTEGERS = {"int64": "<i8", "int32": "<i4"}
# A string, closed or not, or a mark between values; linear in the text whatever it holds.
MARKS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)


def save(circuit: Circuit, path: str | os.PathLike[str]) -> None:
    """Write a circuit to one JSON file.

    The file is written beside its place and then moved there: a failure leaves an old file as it
    was.  What `load` would refuse is not written.

    Raises
    ------
    FileError
        The folder cannot be written to, or the circuit is larger than a file may hold.
    """
    target = _path(path)
    if not isinstance(circuit, Circuit):
        raise FileError(f"{_shown(path)}: save() takes a circuit, got {_short(circuit)}")
    if circuit.size > MOST_VALUES:
        raise FileError(
            f"{_shown(path)}: {circuit} has {circuit.size} values, a file holds at most "
            f"{MOST_VALUES}; save the weights with numpy.save instead"
        )
    text = "".join(_lines(circuit))
    _Reader(_shown(path)).circuit(text)
    draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.draft")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError):
            draft.unlink(missing_ok=True)
        raise FileError(
            f"{_shown(path)} cannot be written ({_reason(error)}); choose a folder that exists and "
            "can be written to"
        ) from None


def load(path: str | os.PathLike[str]) -> Circuit:
    """Read a circuit that `save` wrote.

    Nothing in the file is executed, and no size that it states is believed before it is checked.

    Raises
    ------
    FileError
        No such file, or one that does not hold a circuit that could also be built; the message
        is one line with the file's name.
    """
    place = _path(path)
    shown = _shown(path)
    try:
        if not place.is_file():
            found = "is no file" if place.exists() else "does not exist"
            raise FileError(f"{shown} {found}: load() takes the path of a saved circuit")
        with place.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            raw = file.read(size + 1) if size <= MOST_BYTES else None
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(
            f"{shown} cannot be read ({_reason(error)}); check its path and rights"
        ) from None
    if raw is None:
        raise FileError(f"{shown} is larger than {MOST_BYTES} bytes: that is no circuit's file")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise FileError(
            f"{shown} is no text in UTF-8, so it is no saved circuit; write one with "
            "circuit.save(path)"
        ) from None
    return _Reader(shown).circuit(text)


# ------------------------------------------------------------------ writing


def _lines(circuit: Circuit) -> Iterator[str]:
    """Return the file's text in pieces: one record a line."""
    head = {"format": FORMAT, "version": VERSION, "name": circuit.name}
    yield "{" + _json(head)[1:-1] + f',\n"instances": {_json(sorted(circuit.instances))}'
    parts: dict[str, Iterator[dict[str, Any]]] = {
        "populations": (_population(circuit, p) for p in circuit.populations),
        "projections": (_projection(circuit, p) for p in circuit.projections),
        "outputs": (_output(circuit, o) for o in circuit.outputs),
    }
    for key, records in parts.items():
        yield f',\n"{key}": ['
        for number, record in enumerate(records):
            yield (",\n " if number else "\n ") + _json(record)
        yield "\n]"
    yield "}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _population(circuit: Circuit, population: Population) -> dict[str, Any]:
    record: dict[str, Any] = {
        "name": population.name,
        "role": population.role,
        "start": population.start,
    }
    if population.role == "constant":
        return record | {"values": _array(population.values)}
    if population.delayed is not None:
        of = _source(circuit, population.delayed)
        return record | {"of": of, "seconds": population.seconds}
    if population.bits is not None:
        return record | {"bits": int(population.bits)}
    record["shape"] = list(population.shape)
    if population.role == "input":
        return record if population.real is None else record | {"real": bool(population.real)}
    neurons = population.neurons
    assert neurons is not None
    record["kind"] = "rate" if isinstance(neurons, Rate) else "binary"
    if isinstance(neurons, Rate):
        transfer = neurons.transfer
        record["transfer"] = {"name": transfer.name, "parameters": list(transfer.parameters)}
    return record | {name: _array(value) for name, value in neurons.parameters().items()}


def _projection(circuit: Circuit, projection: Projection) -> dict[str, Any]:
    connection = projection.connection
    source = connection.source
    record: dict[str, Any] = {
        "to": circuit.populations[projection.target].name,
        "channel": projection.channel,
    }
    if isinstance(connection, Convolution):
        return record | {
            "kind": "convolution",
            "from": _source(circuit, source.index),
            "border": connection.border,
            "stride": connection.stride,
            "kernel": _array(connection.weight),
        }
    if isinstance(connection, OneToOne):
        return record | {
            "kind": "one-to-one",
            "from": _source(circuit, source.index),
            "weights": _array(connection.weight),
        }
    record["kind"] = "dense" if isinstance(connection, Dense) else "sparse"
    record["from"] = _source(circuit, source.index, flat=True)
    if isinstance(connection, Dense):
        weight = connection.weight
        if len(weight) > 1 and weight.strides[0] == 0:  # one row that every target hears
            weight = weight[:1]
        return record | {"weights": _array(weight)}
    assert isinstance(connection, Sparse)
    matrix = connection.weight.copy()
    matrix.sum_duplicates()
    return record | {
        "shape": list(matrix.shape),
        "data": _array(matrix.data),
        "indices": _array(matrix.indices),
        "indptr": _array(matrix.indptr),
    }


def _output(circuit: Circuit, output: Output) -> dict[str, Any]:
    record = {"name": output.name, "from": _source(circuit, output.index)}
    return record if output.bits is None else record | {"bits": int(output.bits)}


def _source(circuit: Circuit, index: np.ndarray, flat: bool = False) -> Any:
    """Return places as a population's name, as a run of neighbours, or one by one.

    `flat` says that the reader ravels them, so that a sheet's name will do for its row.
    """
    if index.size:
        first = int(index.flat[0])
        if np.array_equal(index.ravel(), np.arange(first, first + index.size)):
            population = circuit.populations[circuit.position_at(first)]
            whole = (population.start, population.size) == (first, index.size)
            if whole and (flat or population.shape == index.shape):
                return population.name
            return {"start": first, "shape": list(index.shape)}
    return _array(index)


def _array(values: Any) -> Any:
    """Return an array as JSON: a number or lists if small, else its bytes in base64."""
    array = np.asarray(values)
    single = array.dtype == np.float32  # which a list would not tell
    if array.size <= SMALL and not single and (0 not in array.shape or array.ndim == 1):
        return array.tolist()
    kind = array.dtype.name
    code = (FLOATS | INTEGERS)[kind]
    data = np.ascontiguousarray(array, dtype=code).tobytes()
    text = base64.b64encode(data).decode("ascii")
    return {"dtype": kind, "shape": list(array.shape), "base64": text}


# ------------------------------------------------------------------ reading


class _Reader:
    """One reading of a file: every problem becomes a `FileError` that begins with its name."""

    def __init__(self, file: str):
        self.file = file
        self.where = ""  # the record that is being read
        self.places = 0  # that sources have listed so far
        self.runs: dict[tuple[int, tuple[int, ...]], np.ndarray] = {}
        self.made = Circuit()

    def fail(self, problem: str) -> NoReturn:
        raise FileError(_one_line(f"{self.file}: {self.where}{problem}"))

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

    # -------------------------------------------------------- text

    def _parsed(self, text: str) -> Any:
        depth = 0
        for count, mark in enumerate(MARKS.finditer(text)):
            first = text[mark.start()]
            depth += (first in "[{") - (first in "]}")
            if depth > MOST_DEPTH:
                self.fail(f"brackets are nested deeper than {MOST_DEPTH}: that is no saved circuit")
            if count >= MOST_MARKS:
                self.fail(f"it holds more than {MOST_MARKS} values: larger arrays go into base64")
        try:
            return json.loads(text, object_pairs_hook=self._object, parse_constant=self._constant)
        except FileError:
            raise
        except json.JSONDecodeError as error:
            self.fail(
                f"line {error.lineno}, column {error.colno}: {error.msg}; a saved circuit is JSON, "
                "write one with circuit.save(path)"
            )
        except (ValueError, RecursionError) as error:  # an integer of thousands of digits
            self.fail(f"it cannot be read as JSON ({error})")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            keys = [key for key, _ in pairs]
            doubled = next(key for key in keys if keys.count(key) > 1)
            self.fail(f"the key {_short(doubled)} is given twice in one record; keep one of them")
        return record

    def _constant(self, token: str) -> NoReturn:
        self.fail(f"{token} is no number that a circuit takes; write finite numbers")

    # -------------------------------------------------------- the circuit

    def _circuit(self, data: Any) -> Circuit:
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            self.fail(f'it is no saved circuit: it has no "format": "{FORMAT}"')
        if not (self._is_whole(data.get("version")) and data["version"] == VERSION):
            self.fail(
                f"its version is {_short(data.get('version'))}, this neurosim reads version "
                f"{VERSION}; read it with the neurosim that wrote it"
            )
        lists = ("instances", "populations", "projections", "outputs")
        self._keys(data, ("format", "version", "name", *lists[1:]), ("instances",))
        for key in lists:
            if not isinstance(data.get(key, []), list):
                self.fail(f'"{key}" must be a list (got {_short(data[key])})')
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
                    self.fail(f"it must be a record in braces (got {_short(record)})")
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
                f'"start" is {_short(record["start"])}, but the populations before have '
                f"{self.made.size} values; leave no gaps"
            )
        readers = {
            "input": self._input,
            "constant": self._constant_values,
            "delay": self._delay,
            "neurons": self._neurons,
        }
        if not isinstance(role, str) or role not in readers:
            self.fail(unknown("role", _short(role), readers))
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
            self.fail(f'"real" must be true or false (got {_short(real)}), or left out')
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
        line = Population(name, "delay", 0, places.shape, delayed=places, seconds=seconds)
        self.made.adopt(line, name)

    def _neurons(self, name: str, record: dict[str, Any]) -> None:
        named = record.get("kind")
        if not isinstance(named, str) or named not in KINDS:
            self.fail(f'"kind" must be "binary" or "rate" (got {_short(named)})')
        kind = KINDS[named]
        known = [*kind().parameters(), *(["transfer"] if kind is Rate else [])]
        self._keys(record, ("name", "role", "start", "shape", "kind"), known)
        shape = self._shape(record["shape"])
        given: dict[str, Any] = {
            key: self._floats(record[key], key) for key in kind().parameters() if key in record
        }
        if "transfer" in record:
            given["transfer"] = self._transfer(record["transfer"])
        neurons: Neurons = kind(**given).checked(f"{self.made}, neuron {name!r}", shape)
        self.made.adopt(Population(name, "neurons", 0, shape, neurons=neurons), name)

    def _transfer(self, record: Any) -> Transfer:
        if not isinstance(record, dict):
            self.fail(f'"transfer" must be a record with a "name" (got {_short(record)})')
        self._keys(record, ("name",), ("parameters",))
        parameters = self._floats(record.get("parameters", []), "parameters")
        if parameters.ndim != 1:
            self.fail(f'"parameters" must be a list of numbers (got shape {parameters.shape})')
        return Transfer(self._name(record["name"]), tuple(parameters.tolist()))

    def _projection(self, record: dict[str, Any]) -> None:
        kind = record.get("kind")
        if not isinstance(kind, str) or kind not in CONNECTIONS:
            self.fail(f'"kind" must be one of {", ".join(CONNECTIONS)} (got {_short(kind)})')
        own = {
            "sparse": ("shape", "data", "indices", "indptr"),
            "convolution": ("kernel", "border", "stride"),
        }.get(kind, ("weights",))
        self._keys(record, ("to", "channel", "kind", "from", *own))
        target = self.made.population(self._name(record["to"]))
        if target.role != "neurons":
            self.fail(f"{target.name!r} is no population of neurons, so nothing can arrive there")
        channel = record["channel"]
        if not isinstance(channel, str) or channel not in (*CHANNELS, VETO):
            listed = ", ".join((*CHANNELS, VETO))
            self.fail(f'"channel" must be one of {listed} (got {_short(channel)})')
        connection = self._connection(kind, target, record)
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
                self.fail(f'"border" must be a name (got {_short(record["border"])})')
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

    def _csr(self, record: dict[str, Any], target: Population, width: int) -> Any:
        """Return compressed sparse rows whose structure has been checked."""
        from scipy import sparse

        data = self._decoded(record["data"], "data", FLOATS)  # float32 stays so, as when built
        indices = self._integers(record["indices"], "indices")
        pointers = self._integers(record["indptr"], "indptr")
        shape = record["shape"]
        if shape != [target.size, width] or not all(map(self._is_whole, shape)):
            self.fail(
                f'"shape" is {_short(shape)}; there are {target.size} targets and {width} sources, '
                f"so it must be [{target.size}, {width}]"
            )
        if not (data.ndim == indices.ndim == pointers.ndim == 1):
            self.fail('"data", "indices" and "indptr" must be lists, not nested')
        if pointers.size != target.size + 1 or pointers[0] != 0 or (np.diff(pointers) < 0).any():
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
        entries = dict.fromkeys(range(len(self.made.populations)), 0)
        for projection in self.made.projections:
            population = self.made.populations[projection.target]
            entries[projection.target] += _entries(projection.connection, population)
        for position, population in enumerate(self.made.populations):
            neurons = population.neurons
            if neurons is None or not (np.asarray(neurons.semi_saturation) == 0).any():
                continue
            if entries[position] > MOST_CHECKED:
                self.fail(
                    f"{population.name!r} has semi_saturation 0 and {entries[position]} "
                    f"connections; more than {MOST_CHECKED} are not checked"
                )
            check_silence(self.made, position)

    def _output(self, record: dict[str, Any]) -> None:
        self._keys(record, ("name", "from"), ("bits",))
        bits = self._whole(record["bits"], "bits", 1, 62) if "bits" in record else None
        source = Source(self.made, self._places(record["from"], "from"))
        self.made.output(source, self._name(record["name"]), bits=bits)

    # -------------------------------------------------------- values

    def _keys(
        self, record: dict[str, Any], required: Collection[str], optional: Collection[str] = ()
    ) -> None:
        for key in record:
            if key not in required and key not in optional:
                self.fail(unknown("key", _short(key)[1:-1], [*required, *optional]))
        for key in required:
            if key not in record:
                self.fail(f'the key "{key}" is missing')

    def _name(self, name: Any) -> str:
        if not isinstance(name, str) or not name or len(name) > LONGEST_NAME:
            self.fail(f"a name must be text of 1 to {LONGEST_NAME} characters (got {_short(name)})")
        if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name):
            self.fail(f"a name must have no line breaks or control characters (got {_short(name)})")
        return name

    @staticmethod
    def _is_whole(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def _whole(self, value: Any, key: str, least: int, most: int) -> int:
        if not self._is_whole(value) or not least <= value <= most:
            self.fail(
                f'"{key}" must be a whole number from {least} to {most} (got {_short(value)})'
            )
        return int(value)

    def _number(self, value: Any, key: str) -> float:
        array = self._floats(value, key)
        if array.ndim:
            self.fail(f'"{key}" must be one number (got shape {array.shape})')
        return float(array)

    def _shape(self, shape: Any) -> tuple[int, ...]:
        """Return a population's shape, and take its room in the circuit."""
        checked = self._dimensions(shape)
        self._room(math.prod(checked))
        return checked

    def _dimensions(self, shape: Any) -> tuple[int, ...]:
        if not isinstance(shape, list) or len(shape) > MOST_DIMENSIONS:
            self.fail(
                f'"shape" must be a list of at most {MOST_DIMENSIONS} whole numbers (got '
                f"{_short(shape)})"
            )
        return tuple(self._whole(n, "shape", 0, 2**31 - 1) for n in shape)

    def _room(self, size: int) -> None:
        if self.made.size + size > MOST_VALUES:
            self.fail(
                f"the circuit would have more than {MOST_VALUES} values; that is no circuit that "
                "save() wrote"
            )

    def _places(self, value: Any, key: str) -> np.ndarray:
        """Return the places that a source stands for: all of them exist."""
        if isinstance(value, str):
            population = self.made.population(self._name(value))
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

    def _count(self, places: int) -> None:
        self.places += places
        if self.places > MOST_PLACES:
            self.fail(f"its sources list more than {MOST_PLACES} places; name whole populations")

    def _floats(self, value: Any, key: str) -> np.ndarray:
        return self._decoded(value, key, FLOATS).astype(np.float64, copy=False)

    def _integers(self, value: Any, key: str) -> np.ndarray:
        return self._decoded(value, key, INTEGERS)

    def _decoded(self, value: Any, key: str, kinds: dict[str, str]) -> np.ndarray:
        """Return an array of finite numbers from its JSON, its size checked before it is made."""
        if not isinstance(value, dict):
            return self._listed(value, key, kinds)
        self._keys(value, ("dtype", "shape", "base64"))
        kind = value["dtype"]
        if not isinstance(kind, str) or kind not in kinds:
            self.fail(f'"{key}": dtype must be {" or ".join(kinds)} (got {_short(kind)})')
        shape = self._dimensions(value["shape"])
        dtype = np.dtype(kinds[kind])
        size = math.prod(shape) * dtype.itemsize
        text = value["base64"]
        if not isinstance(text, str) or len(text) != 4 * -(-size // 3):
            got = f"{len(text)} characters" if isinstance(text, str) else _short(text)
            self.fail(
                f'"{key}": shape {_short(list(shape))} of {kind} takes {_short(4 * -(-size // 3))} '
                f"characters of base64 (got {got})"
            )
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if len(data) != size:
            self.fail(f'"{key}" is no base64 of {size} bytes; the file is damaged')
        array = np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="))
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            self.fail(f'"{key}" must be finite; a veto is a projection of its own channel')
        return array

    def _listed(self, value: Any, key: str, kinds: dict[str, str]) -> np.ndarray:
        """Return an array from a number or lists in lists."""
        shape: list[int] = []
        level = [value]
        while level and isinstance(level[0], list):
            if len(shape) == MOST_DIMENSIONS:
                self.fail(f'"{key}" has more than {MOST_DIMENSIONS} dimensions')
            width = len(level[0])
            if not all(isinstance(part, list) and len(part) == width for part in level):
                self.fail(f'"{key}": lists in one list must have the same length')
            shape.append(width)
            level = [entry for part in level for entry in part]
        whole = kinds is INTEGERS
        what = "whole numbers" if whole else "finite numbers"
        for entry in level:
            if not (self._is_whole(entry) or (isinstance(entry, float) and not whole)):
                self.fail(f'"{key}" takes {what} (got {_short(entry)})')
        try:
            array = np.array(level, dtype=np.int64 if whole else np.float64).reshape(shape)
        except OverflowError:
            self.fail(f'"{key}" takes {what} that fit into 64 bits (got {_short(max(level))})')
        if not np.isfinite(array).all():
            self.fail(f'"{key}" takes {what}')
        return array


def _entries(connection: Connection, population: Population) -> int:
    """Return how many single connections one stands for, without writing them out."""
    if isinstance(connection, OneToOne):
        return population.size
    if isinstance(connection, Convolution):
        return math.prod(connection.shape) * connection.weight[..., 0].size
    return connection.weights.size


def _path(path: Any) -> Path:
    try:
        return Path(path).resolve()
    except (TypeError, ValueError, OSError, RuntimeError):
        raise FileError(f"a path must be text or a Path (got {_short(path)})") from None


def _shown(path: Any) -> str:
    """Return a path as it was given, on one line."""
    return _one_line(os.fspath(path)) if isinstance(path, str | os.PathLike) else _short(path)


def _one_line(text: Any) -> str:
    printable = (c if c.isprintable() else " " for c in str(text))
    return " ".join("".join(printable).split())


def _short(value: Any) -> str:
    """Return a value as text that fits on a line, whatever it is."""
    if isinstance(value, list | dict) and len(value) > 8:
        return f"a {'list' if isinstance(value, list) else 'record'} of {len(value)} entries"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a huge number"
    try:
        text = repr(value[:100] if isinstance(value, str) else value)
    except ValueError:  # a number of thousands of digits inside
        return "huge numbers"
    text = _one_line(text)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
