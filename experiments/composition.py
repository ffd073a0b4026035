r"""Circuits composed as functions: Y = g(f(X)) · 基本計算的組合 · lecture row 4

Question: Can adders and a multiplier be made of gates alone, by calling circuits on circuits?
Equation: $Y = g(f(X))$
Levels: computation, algorithm, implementation
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from circuits import arithmetic, logic
from neurosim import Circuit, InputError
from neurosim.plotting import COLOURS, new_figure
from neurosim.progress import progress
from neurosim.result import Result


def run(bits: int = 8, seed: int = 0, quick: bool = False) -> Result:
    """Compose gates into XOR, adders and a multiplier by calling circuits on circuits; prove each.

    Parameters
    ----------
    bits
        Width of the adders and the multiplier; up to 10, so that every input is tried.
    seed
        Changes nothing: nothing is random.
    quick
        A multiplier of at most 4 bits, costs of adders of up to 8, for a first look.
    """
    result = Result("composition", locals(), seed)
    if not 1 <= bits <= 10:
        raise InputError(f"bits must be from 1 to 10, so that every input is tried (got {bits})")
    wide = min(bits, 4) if quick else bits
    _g_of_f(result)
    made: dict[str, tuple[Circuit, Callable[..., Any]]] = {
        "XOR of gates": (_xor_of_gates(), lambda x, y: x ^ y),
        "half adder": (arithmetic.half_adder(), lambda x, y: ((x + y) & 1, (x + y) >> 1)),
        "full adder": (
            arithmetic.full_adder(),
            lambda x, y, c: ((x + y + c) & 1, (x + y + c) >> 1),
        ),
        f"{bits}-bit ripple-carry adder": (
            arithmetic.ripple_carry_adder(bits), lambda a, b: a + b,
        ),
        f"{bits}-bit depth-two adder": (arithmetic.depth_two_adder(bits), lambda a, b: a + b),
        f"{wide}×{wide}-bit multiplier": (arithmetic.multiplier(wide), lambda a, b: a * b),
    }  # fmt: skip
    rows = []
    for name, (circuit, spec) in progress(made.items(), "proving"):
        proof = circuit.check(spec, vectorized=True)
        result.claim(
            f"the {name} is proved on all {proof.patterns:,} inputs",
            proof.holds and proof.exhaustive,
        )
        neurons = sum(p.size for p in circuit.neuron_populations)
        rows.append((name, neurons, _depth(circuit), proof.patterns))
    result.claim(
        "the XOR of gates and the lecture's XOR of three units agree on every input",
        bool(made["XOR of gates"][0].check(logic.xor())),
    )
    adder, shallow = (made[k][0] for k in list(made)[3:5])
    result.claim(
        "two adders, one function: ripple-carry and depth-two agree on every input",
        bool(adder.check(shallow)),
    )
    result.table("circuits", ("circuit", "neurons", "layers", "inputs proved"), rows)
    for name, circuit, depth, finding in (
        ("xor", made["XOR of gates"][0], None, "XOR is an AND of OR and NAND"),
        ("half-adder", made["half adder"][0], None, "A half adder: the sum is XOR, the carry AND"),
        ("full-adder", made["full adder"][0], 1, "A full adder is two half adders and an OR"),
    ):
        result.figure(name, circuit.draw(depth=depth, title=finding))
    _draw_costs(result, quick)
    return result


def _g_of_f(result: Result) -> None:
    """Y = g(f(X)): calling g with f's neurons computes what g computes of f's numbers."""
    f, g = logic.and_(), logic.not_()
    composed = Circuit("not and")
    x, y = composed.inputs("x", "y")
    composed.output(g(f(x, y)))
    patterns = [(a, b) for a in (0, 1) for b in (0, 1)]
    result.claim(
        "Y = g(f(X)): neurons composed answer as the functions composed",
        [composed(a, b) for a, b in patterns],
        [g(f(a, b)) for a, b in patterns],
    )


def _xor_of_gates() -> Circuit:
    """Return XOR by calling gates on gates: one of the two, and not both."""
    circuit = Circuit("XOR = AND(OR, NAND)")
    x, y = circuit.inputs("x", "y")
    circuit.output(logic.and_()(logic.or_()(x, y), logic.nand()(x, y)))
    return circuit


def _depth(circuit: Circuit) -> int:
    """Layers of neurons that a signal passes: the most steps that the outputs take to be right."""
    from neurosim.program import compile_program

    return 1 + max(group.layer for group in compile_program(circuit, None).groups)


def _draw_costs(result: Result, quick: bool) -> None:
    """Neurons and layers of the two adders by width."""
    widths = range(1, 9 if quick else 17)
    families = {
        "ripple-carry": arithmetic.ripple_carry_adder, "depth two": arithmetic.depth_two_adder,
    }  # fmt: skip
    figure, axes = new_figure(1, 2, width="page", height=2.5)
    for (name, make), colour, mark in zip(
        families.items(), (COLOURS["blue"], COLOURS["vermillion"]), "os", strict=True
    ):
        circuits = [make(n) for n in widths]
        units = [sum(p.size for p in c.neuron_populations) for c in circuits]
        layers = [_depth(c) for c in circuits]
        per_bit = {"ripple-carry": 9, "depth two": 2}[name]
        result.claim(f"neurons of the {name} adder, for each bit", units[-1] / len(widths), per_bit)
        for ax, values in zip(axes, (units, layers), strict=True):
            ax.plot(widths, values, marker=mark, color=colour, label=name)
        if name == "depth two":
            result.claim(
                "layers of the depth-two adder, for every width", layers, [2] * len(layers)
            )
    for ax, label, title in zip(
        axes, ("neurons", "layers"),
        ("Fewer neurons, with exponential weights", "Two layers whatever the width"), strict=True,
    ):  # fmt: skip
        ax.set(xlabel="width of the numbers (bits)", ylabel=label, ylim=(0, None))
        ax.set_title(title)
    axes[0].legend(title="adder")
    figure.suptitle(
        "Numbers of any width are added in two layers, if weights may double by the bit"
    )
    result.figure("costs", figure)
