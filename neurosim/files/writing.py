"""A circuit as the lines of its file."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..circuit import Circuit
from ..connections import Convolution, Dense, OneToOne, Sparse
from ..neurons import Rate
from ..plasticity import Delta
from ..populations import Output, Population, Projection
from .schema import FLOATS, FORMAT, INTEGERS, VERSION

SMALL = 64  # entries up to which an array is written as a list


def lines(circuit: Circuit) -> Iterator[str]:
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
    record |= {
        "shape": list(matrix.shape),
        "data": _array(matrix.data),
        "indices": _array(matrix.indices),
        "indptr": _array(matrix.indptr),
    }
    if connection.learning is None:
        return record
    rule = connection.learning.rule
    learns: dict[str, Any] = {"rule": rule.name, "rate": float(rule.rate)}
    if rule.teacher is not None:
        learns["teacher"] = _source(circuit, rule.teacher.index)
    if isinstance(rule, Delta) and rule.slope:
        learns["slope"] = True
    return record | {"learns": learns}


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
