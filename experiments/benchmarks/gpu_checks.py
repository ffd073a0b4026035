"""Every kernel of the CUDA engine beside the CPU's: the same circuits run on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy import sparse

from circuits.arithmetic import depth_two_adder, ripple_carry_adder
from neurosim import Circuit, convolve, power
from neurosim.bits import engine
from neurosim.bits.compiler import BitProgram, compile_bits
from neurosim.cuda import bits as card
from neurosim.patterns import enumerated

from .timing import difference

DT = 1e-3
RATES = 1e-12  # relative, in float64
SINGLE = 1e-4
START = 1 << 24  # the first pattern that the bit engines compute
PIECES = 4  # that the bit engine's longer checks are cut into


@dataclass(frozen=True)
class Check:
    """One comparison, made when it is asked for.

    Attributes
    ----------
    name : what is run
    allowed : by how much the two sides may differ
    differ : runs both and returns their largest difference, relative to the largest value
    """

    name: str
    allowed: float
    differ: Callable[[], float]

    def holds(self, found: float) -> bool:
        """Whether the two sides agree; NaN is no agreement."""
        return found <= self.allowed


def checks(quick: bool) -> Iterator[Check]:
    """Yield each comparison to be made; smaller ones where `quick`."""
    size = 70 if quick else 1_000
    generator = np.random.default_rng(0)
    for trials in (1, 3, 40):
        for kind in ("dense", "sparse"):
            for dtype, allowed in (("float64", RATES), ("float32", SINGLE)):
                name = f"{kind} rates, {dtype}, {trials} trials"
                made = partial(network, size, kind, trials, generator)
                yield Check(name, allowed, partial(in_time, made, dtype=dtype))
        made = partial(binary, size, trials, generator)
        yield Check(f"binary network, {trials} trials", 0, partial(in_time, made))
        made = partial(noisy, trials, generator)
        yield Check(f"noise, {trials} trials", RATES, partial(in_time, made, seed=7))
    side = 20 if quick else 128
    for border in ("zero", "reflect", "wrap"):
        made = partial(sheets, side, border, generator)
        yield Check(f"convolutions, {border}", RATES, partial(in_time, made))
    yield Check("a call of two layers", RATES, partial(static, size, generator))
    yield from bits(quick)


def in_time(made: Callable[[], tuple[Circuit, np.ndarray]], **options: Any) -> float:
    """Compare a simulation, every neuron of it, and where it stopped."""
    circuit, shown = made()
    given = {
        "steps": shown.shape[1], "dt": DT, "record": [p.name for p in circuit.neuron_populations],
    } | options  # fmt: skip
    ours, theirs = (circuit.simulate(shown, device=device, **given) for device in ("cuda", "cpu"))
    found = [difference(ours[name], theirs[name]) for name in theirs]
    for kind in ("values", "lines"):
        one, other = (getattr(record.final_state, kind) for record in (ours, theirs))
        found += [difference(one[name], other[name]) for name in other]
    return float(np.max(found))  # NaN too, which Python's max may pass over


def network(
    size: int, kind: str, trials: int, generator: np.random.Generator
) -> tuple[Circuit, np.ndarray]:
    """Return recurrent rate neurons that also inhibit one another, and what they are shown."""
    weights = generator.random((size, size)) / size
    circuit = Circuit(kind)
    z = circuit.rate("z", excite=circuit.inputs("x", shape=(size,)), tau=0.01, transfer=power(1.5))
    if kind == "sparse":
        thin = sparse.csr_array(weights * (generator.random((size, size)) < 0.1))
        circuit.connect(z, excite=thin @ z.delay(2 * DT), divide=thin @ z)
    else:
        circuit.connect(z, excite=weights @ z.delay(2 * DT), divide=weights.T @ z)
    circuit.output(z)
    return circuit, generator.random((trials, 4, size))


def binary(size: int, trials: int, generator: np.random.Generator) -> tuple[Circuit, np.ndarray]:
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


def sheets(side: int, border: str, generator: np.random.Generator) -> tuple[Circuit, np.ndarray]:
    """Return a sheet heard through a separable kernel, and through another with a stride."""
    circuit = Circuit("sheets")
    x = circuit.inputs("x", shape=(side, side))
    column, row = generator.random((2, 9))
    even = circuit.rate("even", excite=convolve(x, np.outer(column, row), border=border))
    odd = convolve(even, generator.random((5, 4)), border=border, stride=2)
    circuit.output(even)
    circuit.output(circuit.rate("odd", excite=odd))
    return circuit, generator.random((2, 3, side, side))


def static(size: int, generator: np.random.Generator) -> float:
    """Compare a call of many trials through two layers."""
    circuit = Circuit("layers")
    x = circuit.inputs("x", shape=(size,), real=True)
    first = circuit.rate("first", drive=generator.normal(size=(size, size)) @ x, transfer="tanh")
    circuit.output(circuit.rate("z", drive=generator.normal(size=(size, size)) @ first))
    shown = generator.random((50, size))
    ours, theirs = (circuit.evaluate(shown, device=device) for device in ("cuda", "cpu"))
    return difference(ours, theirs)


# ------------------------------------------------------------------ the bit engine


def bits(quick: bool) -> Iterator[Check]:
    """Yield the checks of the bit engine's calls, steps and search for a difference."""
    count = 1_000 if quick else (1 << 20) + 37  # the last word is not full
    generator = np.random.default_rng(1)
    yield Check("bits, listed patterns", 0, partial(listed, count))
    yield Check("bits, given patterns", 0, partial(given, -(-count // 64), generator))
    other = partial(ripple_carry_adder, 16)
    for name, one in (("two adders", partial(depth_two_adder, 16)), ("an adder and itself", other)):
        yield Check(f"bits, {name} agree", 0, partial(first_difference, one, other, count, None))
    # In a later piece, and in a later block of it, than the first; then the very last pattern.
    for place, where in (("late", count * 11 // 16), ("last", count - 1)):
        sides = (partial(reached, START + where), partial(reached, START + where + 1))
        differ = partial(first_difference, *sides, count, START + where)
        yield Check(f"bits, the {place} pattern that tells two circuits apart", 0, differ)
    beyond = partial(reached, START + count), partial(reached, START + count + 1)
    differ = partial(first_difference, *beyond, count, None)
    yield Check("bits, none beyond the last pattern", 0, differ)
    yield Check("bits in time", 0, partial(in_time, partial(register, generator)))


def listed(count: int) -> float:
    """Return how many words of results differ for patterns that are numbers in a row."""
    program, shifts = compiled(ripple_carry_adder(16))
    with in_pieces(program.results.argument.size, count):
        ours = card.run_enumerated(program, shifts, START, START + count)
    return float((ours != engine.run_enumerated(program, shifts, START, START + count)).sum())


def given(words: int, generator: np.random.Generator) -> float:
    """Return how many words of results differ for patterns drawn at random."""
    program, shifts = compiled(ripple_carry_adder(16))
    planes = generator.integers(2**64, size=(len(shifts), words), dtype=np.uint64)
    with in_pieces(program.results.argument.size + len(planes), 64 * words):
        ours = card.run_planes(program, planes)
    return float((ours != engine.run_planes(program, planes)).sum())


def first_difference(
    one: Callable[[], Circuit], other: Callable[[], Circuit], count: int, expected: int | None
) -> float:
    """Return 0 if the card finds the first pattern at which the CPU's answers differ.

    `expected` is that pattern, so that the CPU's answers are looked at too.
    """
    (ours, shifts), (theirs, _) = (compiled(make()) for make in (one, other))
    answers = [engine.run_enumerated(p, shifts, START, START + count) for p in (ours, theirs)]
    differs = engine.first_one(answers[0] ^ answers[1], count)
    there = None if differs is None else START + differs
    with in_pieces(2 * ours.results.argument.size, count):
        found = card.first_difference(ours, theirs, shifts, START, START + count)
    return float(not found == there == expected)


def reached(number: int) -> Circuit:
    """Return a circuit that says whether its 32 inputs, as a number, reach another one.

    Two whose numbers follow one another differ in one threshold, and for one pattern alone.
    """
    circuit = Circuit("reached")
    x = circuit.inputs("x", shape=(32,))
    powers = 2.0 ** np.arange(32)[None, ::-1]
    circuit.output(circuit.binary("z", excite=powers @ x, threshold=number))
    return circuit


def register(generator: np.random.Generator) -> tuple[Circuit, np.ndarray]:
    """Return neurons that pass on what they hear, and what they are shown."""
    circuit = Circuit("register")
    x = circuit.inputs("x", shape=(8,))
    z = circuit.binary("z", excite=x.delay(DT), shape=(8,))
    circuit.connect(z, excite=z[::-1])
    circuit.output(z)
    return circuit, (generator.random((130, 260, 8)) < 0.2).astype(float)


def in_pieces(planes: int, count: int) -> Any:
    """Have the card work on so many planes of patterns in some pieces, as on far more of them."""
    return patch.object(card, "PLANES", 8 * planes * -(-count // (64 * PIECES)))


def compiled(circuit: Circuit) -> tuple[BitProgram, np.ndarray]:
    """Return a circuit of one output as a bit program, and its inputs' bits in a pattern."""
    program = compile_bits(circuit, circuit.outputs[0].index)
    assert isinstance(program, BitProgram)
    return program, enumerated(circuit, 0, 64).shift_of_each
