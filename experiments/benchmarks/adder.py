"""A 16-bit adder of 144 threshold units on 65,536 pairs of numbers: integers in, integers out.

The peers are NumPy, three ways: the weighted sum of a whole layer for all patterns at once, with
the patterns or the units side by side in memory; and unit by unit on rows of bytes.  They take a
threshold circuit as plain arrays (`Layers`), so any feed-forward one can be put in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from circuits.arithmetic import ripple_carry_adder
from neurosim import Circuit

from .floors import read_rate
from .timing import Benchmark, Floor, Side


@dataclass(frozen=True)
class Layers:
    """A feed-forward threshold circuit as plain arrays.

    Its values are numbered: inputs, constants, then the units of one layer after the other.

    Attributes
    ----------
    inputs : how many values are inputs
    constants : (constants,), their values
    layers : of each layer the weights (units, all values before it) and thresholds (units,)
    outputs : (outputs,), the numbers of the values that are asked for
    """

    inputs: int
    constants: np.ndarray
    layers: tuple[tuple[np.ndarray, np.ndarray], ...]
    outputs: np.ndarray

    @property
    def units(self) -> int:
        """How many units there are."""
        return sum(len(thresholds) for _, thresholds in self.layers)

    @property
    def given(self) -> int:
        """How many values there are before the first unit's."""
        return self.inputs + len(self.constants)


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, with fewer numbers where `quick`."""
    bits, pairs = 16, 1_024 if quick else 65_536
    a, b = np.random.default_rng(0).integers(1 << bits, size=(2, pairs))
    adder = ripple_carry_adder(bits)
    layers = layers_of(adder)

    def our_side() -> Side:
        add = ripple_carry_adder(bits)
        return Side(lambda: add(a, b))

    def floor() -> Floor:
        # Each number is read or written once, and a bit for each value.
        nbytes = 3 * a.nbytes + (layers.given + layers.units) * pairs / 8
        rate = read_rate(nbytes)
        return Floor(nbytes / rate, f"{nbytes / 1e6:.2g} MB read at {rate / 1e9:.0f} GB/s")

    return [
        Benchmark(
            f"{bits}-bit adder, {layers.units} units, {pairs:,} pairs",
            ours=our_side,
            peers={
                "NumPy (patterns, units)": lambda: Side(lambda: by_rows(layers, a, b)),
                "NumPy (units, patterns)": lambda: Side(lambda: by_columns(layers, a, b)),
                "NumPy unit by unit": lambda: Side(lambda: by_unit(layers, a, b)),
            },
            floor=floor,
            tolerance=0,
        )
    ]


def layers_of(circuit: Circuit) -> Layers:
    """Return a feed-forward circuit of binary neurons without division as plain arrays."""
    weights = np.zeros((circuit.size, circuit.size))
    thresholds = np.zeros(circuit.size)
    given = [*circuit.input_populations]
    given += [p for p in circuit.populations if p.role == "constant"]
    for population in circuit.neuron_populations:
        neurons = population.neurons
        assert neurons is not None
        bar = np.asarray(neurons.threshold) * neurons.semi_saturation - neurons.bias
        thresholds[population.index] = bar
    for projection in circuit.projections:
        target = circuit.populations[projection.target]
        source = projection.connection.source
        matrix = projection.connection.matrix(target.shape).toarray()
        sign = -1 if projection.channel == "subtract" else 1
        np.add.at(weights, np.ix_(target.index.ravel(), source.index.ravel()), sign * matrix)
    order = np.concatenate([p.index.ravel() for p in given])
    left = np.concatenate([p.index.ravel() for p in circuit.neuron_populations])
    layers = []
    while left.size:
        waiting = weights[np.ix_(left, left)].any(axis=1)
        ready, left = left[~waiting], left[waiting]
        layers.append((weights[np.ix_(ready, order)], thresholds[ready]))
        order = np.concatenate([order, ready])
    outputs = np.concatenate([output.index.ravel() for output in circuit.outputs])
    constants = [p.values.ravel() for p in given if p.values is not None]
    return Layers(
        sum(p.size for p in circuit.input_populations),
        np.concatenate([np.zeros(0), *constants]),
        tuple(layers),
        np.argsort(order)[outputs],
    )


def bits_of(numbers: np.ndarray, count: int) -> np.ndarray:
    """Return (count, numbers) bits, least significant first."""
    places = np.arange(count, dtype=np.uint16)[:, None]
    return numbers.astype(np.uint16) >> places & np.uint16(1)


def numbers_of(bits: np.ndarray) -> np.ndarray:
    """Return the numbers whose bits these are; float32 holds up to 24 of them exactly."""
    places = np.float32(2) ** np.arange(len(bits), dtype=np.float32)
    return (places @ bits.astype(np.float32, copy=False)).astype(np.int64)


def first_values(layers: Layers, a: np.ndarray, b: np.ndarray, dtype: str) -> np.ndarray:
    """Return an array (all values, patterns) in which inputs and constants are filled in."""
    values = np.empty((layers.given + layers.units, a.size), dtype=dtype)
    half = layers.inputs // 2
    values[:half] = bits_of(a, half)
    values[half : layers.inputs] = bits_of(b, half)
    values[layers.inputs : layers.given] = layers.constants[:, None]
    return values


def by_rows(layers: Layers, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Take each layer's weighted sum with (patterns, units) in memory; unused values left out."""
    values = np.ascontiguousarray(first_values(layers, a, b, "float32").T)
    done = layers.given
    for weights, thresholds in layers.layers:
        heard = np.flatnonzero(weights.any(axis=0))
        sums = values[:, heard] @ weights[:, heard].T.astype(np.float32)
        values[:, done : done + len(thresholds)] = sums >= thresholds
        done += len(thresholds)
    return numbers_of(values[:, layers.outputs].T)


def by_columns(layers: Layers, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Take each layer's weighted sum with (units, patterns) in memory."""
    values = first_values(layers, a, b, "float32")
    done = layers.given
    for weights, thresholds in layers.layers:
        heard = np.flatnonzero(weights.any(axis=0))
        sums = weights[:, heard].astype(np.float32) @ values[heard]
        values[done : done + len(thresholds)] = sums >= thresholds[:, None]
        done += len(thresholds)
    return numbers_of(values[layers.outputs])


def by_unit(layers: Layers, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Take one unit after the other, a byte for each of its values: NumPy at its fastest.

    Small whole weights, as here, whose sums fit into a byte.
    """
    values = first_values(layers, a, b, "int8")
    fires = values.view(np.bool_)
    total = np.empty(a.size, dtype=np.int8)
    done = layers.given
    for weights, thresholds in layers.layers:
        for row, threshold in zip(weights, thresholds, strict=True):
            total[:] = 0
            for place in np.flatnonzero(row):
                if row[place] == 1:
                    total += values[place]
                elif row[place] == -1:
                    total -= values[place]
                else:
                    total += np.int8(row[place]) * values[place]
            np.greater_equal(total, np.int8(threshold), out=fires[done])
            done += 1
    return numbers_of(values[layers.outputs])
