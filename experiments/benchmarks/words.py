"""Binary circuits on packed words, 64 patterns in each: words in, words out on every side.

A 16-bit adder beside NumPy's operations written by hand and beside a hardware simulator's compiled
C++; and a layer of counting units beside the product of matrices that such a layer is elsewhere.
"""

from __future__ import annotations

import numpy as np

from circuits.arithmetic import ripple_carry_adder
from neurosim import Circuit
from neurosim.bits.compiler import BitProgram, compile_bits
from neurosim.bits.engine import run_planes

from .floors import read_rate
from .timing import Benchmark, Floor, Side
from .verilator import verilator_side

WORD = 64


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return both benchmarks, with fewer patterns where `quick`."""
    patterns = 4_096 if quick else 65_536
    generator = np.random.default_rng(0)
    return [adder(16, patterns, generator), counting(64, 64, patterns, generator)]


def adder(bits: int, patterns: int, generator: np.random.Generator) -> Benchmark:
    """Return the adder: planes (2·bits, words) in, (bits + 1, words) out."""
    planes = generator.integers(2**64, size=(2 * bits, patterns // WORD), dtype=np.uint64)

    def floor() -> Floor:
        nbytes = planes.nbytes * (3 * bits + 1) / (2 * bits)
        rate = read_rate(nbytes)
        return Floor(nbytes / rate, f"{nbytes / 1e6:.2g} MB read at {rate / 1e9:.0f} GB/s")

    return Benchmark(
        f"{bits}-bit adder on packed words, {patterns:,} pairs",
        ours=lambda: our_side(ripple_carry_adder(bits), planes),
        peers={
            "NumPy by hand": lambda: Side(lambda: added(planes)),
            "Verilator": lambda: verilator_side(planes),
        },
        floor=floor,
        tolerance=0,
        unit="µs",
        scale=1e6,
    )


def added(planes: np.ndarray) -> np.ndarray:
    """Return the planes of the sums: a full adder a bit, in five operations."""
    a, b = np.split(planes, 2)
    answer = np.empty((len(a) + 1, planes.shape[1]), dtype=np.uint64)
    carry = np.zeros(planes.shape[1], dtype=np.uint64)
    differs, both = np.empty_like(carry), np.empty_like(carry)
    for i in range(len(a)):
        np.bitwise_xor(a[i], b[i], out=differs)
        np.bitwise_and(a[i], b[i], out=both)
        np.bitwise_xor(differs, carry, out=answer[i])
        differs &= carry
        np.bitwise_or(both, differs, out=carry)
    answer[-1] = carry
    return answer


def counting(units: int, heard: int, patterns: int, generator: np.random.Generator) -> Benchmark:
    """Return a layer of units, each of which counts its own half of the inputs."""
    inputs = 2 * heard
    weights = np.zeros((units, inputs), dtype=np.float32)
    for row in weights:
        row[generator.choice(inputs, heard, replace=False)] = 1
    planes = generator.integers(2**64, size=(inputs, patterns // WORD), dtype=np.uint64)
    values = unpacked(planes).astype(np.float32)

    def layer() -> Circuit:
        circuit = Circuit("layer")
        x = circuit.inputs("x", shape=(inputs,), real=False)
        circuit.output(circuit.binary("z", excite=weights @ x, threshold=heard // 2))
        return circuit

    def product() -> np.ndarray:
        return np.packbits(weights @ values >= heard // 2, axis=1, bitorder="little").view("<u8")

    def floor() -> Floor:
        nbytes = planes.nbytes * (1 + units / inputs)
        rate = read_rate(nbytes)
        return Floor(nbytes / rate, f"{nbytes / 1e6:.2g} MB read at {rate / 1e9:.0f} GB/s")

    return Benchmark(
        f"{units} units that count {heard} inputs, on packed words, {patterns:,} patterns",
        ours=lambda: our_side(layer(), planes),
        peers={"NumPy, one product of float32": lambda: Side(product)},
        floor=floor,
        tolerance=0,
    )


def unpacked(planes: np.ndarray) -> np.ndarray:
    """Return planes, (values, words), as bits (values, patterns)."""
    octets = planes.astype("<u8").view(np.uint8)
    return np.unpackbits(octets, axis=1, bitorder="little")


def our_side(circuit: Circuit, planes: np.ndarray) -> Side:
    """Make the circuit's gates, and run them on the planes."""
    outputs = np.concatenate([output.index.ravel() for output in circuit.outputs])
    made = compile_bits(circuit, outputs)
    assert isinstance(made, BitProgram), made
    return Side(lambda: run_planes(made, planes))
