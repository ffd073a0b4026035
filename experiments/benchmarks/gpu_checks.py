"""Every kernel of the CUDA engine beside the CPU's: the same circuits run on both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from circuits.arithmetic import depth_two_adder, ripple_carry_adder
from neurosim import Circuit, convolve, power
from neurosim.bits import engine
from neurosim.bits.compiler import BitProgram, compile_bits
from neurosim.cuda.bits import first_difference, run_enumerated
from neurosim.patterns import enumerated

from .timing import difference

DT = 1e-3
RATES = 1e-12  # relative, in float64
SINGLE = 1e-4


@dataclass(frozen=True)
class Check:
    """One comparison.

    Attributes
    ----------
    name : what was run
    found : the largest difference, relative to the largest value
    allowed : by how much they may differ
    """

    name: str
    found: float
    allowed: float

    @property
    def holds(self) -> bool:
        """Whether the two agree."""
        return self.found <= self.allowed


def checks(quick: bool) -> Iterator[Check]:
    """Yield each comparison as it is made; smaller ones where `quick`."""
    size = 70 if quick else 1_000
    generator = np.random.default_rng(0)
    for trials in (1, 3, 40):
        for kind in ("dense", "sparse"):
            for dtype in ("float64", "float32"):
                circuit = network(size, kind, generator)
                shown = generator.random((trials, 4, size))
                name = f"{kind} rates, {dtype}, {trials} trials"
                yield in_time(name, circuit, shown, dtype=dtype)
        yield in_time(f"binary network, {trials} trials", *binary(size, trials, generator))
        yield in_time(f"noise, {trials} trials", *noisy(trials, generator), seed=7)
    side = 20 if quick else 128
    for border in ("zero", "reflect", "wrap"):
        circuit = sheets(side, border, generator)
        yield in_time(f"convolutions, {border}", circuit, generator.random((2, 3, side, side)))
    yield static(size, generator)
    yield from bits(quick)


def in_time(name: str, circuit: Circuit, shown: np.ndarray, **options: Any) -> Check:
    """Compare a simulation, every neuron of it, and where it stopped."""
    given = {
        "steps": shown.shape[1], "dt": DT, "record": [p.name for p in circuit.neuron_populations],
    } | options  # fmt: skip
    ours, theirs = (circuit.simulate(shown, device=device, **given) for device in ("cuda", "cpu"))
    found = [difference(ours[name], theirs[name]) for name in theirs]
    for kind in ("values", "lines"):
        one, other = (getattr(record.final_state, kind) for record in (ours, theirs))
        found += [difference(one[name], other[name]) for name in other]
    allowed = SINGLE if options.get("dtype") == "float32" else RATES
    return Check(name, max(found), 0.0 if circuit.is_binary else allowed)


def network(size: int, kind: str, generator: np.random.Generator) -> Circuit:
    """Return recurrent rate neurons that also inhibit one another, with a delay."""
    weights = generator.random((size, size)) / size
    circuit = Circuit(kind)
    z = circuit.rate("z", excite=circuit.inputs("x", shape=(size,)), tau=0.01, transfer=power(1.5))
    if kind == "sparse":
        thin = sparse.csr_array(weights * (generator.random((size, size)) < 0.1))
        circuit.connect(z, excite=thin @ z.delay(2 * DT), divide=thin @ z)
    else:
        circuit.connect(z, excite=weights @ z.delay(2 * DT), divide=weights.T @ z)
    circuit.output(z)
    return circuit


def binary(
    size: int, trials: int, generator: np.random.Generator
) -> tuple[Circuit, np.ndarray]:  # fmt: skip
    """Return recurrent binary neurons of whole weights, and what they are shown."""
    circuit = Circuit("binary")
    x = circuit.inputs("x", shape=(size,))
    z = circuit.binary("z", excite=x, threshold=np.ceil(size / 8))
    circuit.connect(z, excite=generator.integers(0, 3, (size, size)) @ z.delay(DT))
    circuit.connect(z, excite=generator.integers(0, 2, (size, size)) @ x)
    circuit.output(z)
    return circuit, (generator.random((trials, 4, size)) < 0.3).astype(float)


def noisy(trials: int, generator: np.random.Generator) -> tuple[Circuit, np.ndarray]:
    """Return neurons with noise, and what they are shown."""
    circuit = Circuit("noisy")
    x = circuit.inputs("x", shape=(30,))
    circuit.output(circuit.rate("z", excite=x, noise=0.3, tau=0.01, transfer="tanh"))
    return circuit, generator.random((trials, 5, 30))


def sheets(side: int, border: str, generator: np.random.Generator) -> Circuit:
    """Return a sheet heard through a separable kernel, and through another with a stride."""
    circuit = Circuit("sheets")
    x = circuit.inputs("x", shape=(side, side))
    column, row = generator.random((2, 9))
    even = circuit.rate("even", excite=convolve(x, np.outer(column, row), border=border))
    odd = convolve(even, generator.random((5, 4)), border=border, stride=2)
    circuit.output(even)
    circuit.output(circuit.rate("odd", excite=odd))
    return circuit


def static(size: int, generator: np.random.Generator) -> Check:
    """Compare a call of many trials through two layers."""
    circuit = Circuit("layers")
    x = circuit.inputs("x", shape=(size,), real=True)
    first = circuit.rate("first", drive=generator.normal(size=(size, size)) @ x, transfer="tanh")
    circuit.output(circuit.rate("z", drive=generator.normal(size=(size, size)) @ first))
    shown = generator.random((50, size))
    ours, theirs = (circuit.evaluate(shown, device=device) for device in ("cuda", "cpu"))
    return Check("a call of two layers", difference(ours, theirs), RATES)


def bits(quick: bool) -> Iterator[Check]:
    """Compare the bit engine's calls, steps and search for a difference."""
    adder = ripple_carry_adder(16)
    first, count = 1 << 24, 640 if quick else 1 << 20
    program, shifts = compiled(adder)
    ours = run_enumerated(program, shifts, first, first + count)
    theirs = engine.run_enumerated(program, shifts, first, first + count)
    yield Check("bits, listed patterns", float((ours != theirs).sum()), 0)
    other, _ = compiled(depth_two_adder(16))
    for name, one in (("two adders", other), ("an adder and itself", program)):
        where = first_difference(program, one, shifts, first, first + count)
        yield Check(f"bits, {name} agree", 0.0 if where is None else 1.0, 0)
    generator = np.random.default_rng(1)
    circuit = Circuit("register")
    x = circuit.inputs("x", shape=(8,))
    z = circuit.binary("z", excite=x.delay(DT), shape=(8,))
    circuit.connect(z, excite=z[::-1])
    circuit.output(z)
    yield in_time("bits in time", circuit, (generator.random((130, 6, 8)) < 0.2).astype(float))


def compiled(circuit: Circuit) -> tuple[BitProgram, np.ndarray]:
    """Return a circuit of one output as a bit program, and its inputs' bits in a pattern."""
    program = compile_bits(circuit, circuit.outputs[0].index)
    assert isinstance(program, BitProgram)
    return program, np.concatenate([*enumerated(circuit, 0, 64).shifts.values()])
