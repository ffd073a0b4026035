"""What goes in and out of a circuit, and whether it is what was asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import InputError

if TYPE_CHECKING:
    from ..circuit import Circuit


@dataclass(frozen=True)
class Port:
    """One input or one output of a circuit.

    Attributes
    ----------
    name : as it is declared
    shape : () for a single value
    bits : of an unsigned number; None for other values
    real : whether it is any number; else 0 or 1
    """

    name: str
    shape: tuple[int, ...] = ()
    bits: int | None = None
    real: bool = False

    @property
    def kind(self) -> str:
        """What it holds, in words."""
        if self.bits is not None:
            return f"a number of {self.bits} bit{'s' * (self.bits != 1)}"
        value = "any number" if self.real else "0 or 1"
        if self.shape == ():
            return value
        count = f"value{'s' * (math.prod(self.shape) != 1)}"
        return f"{' × '.join(map(str, self.shape))} {count}, each {value}"


@dataclass(frozen=True)
class Interface:
    """The inputs and the outputs of a circuit, in their order."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]

    @classmethod
    def of(cls, circuit: Circuit) -> Interface:
        """Return those of a circuit."""
        inputs = (
            Port(p.name, () if p.bits else p.shape, p.bits, not circuit.takes_binary(p))
            for p in circuit.input_populations
        )
        outputs = (
            Port(o.name, () if o.bits else o.index.shape, o.bits, not binary)
            for o, binary in zip(circuit.outputs, circuit.binary_outputs, strict=True)
        )
        return cls(tuple(inputs), tuple(outputs))

    def check(self, circuit: Circuit, owner: str = "the specification") -> None:
        """Refuse a circuit whose inputs or outputs are others than these.

        Names may differ.  An output that may be any number may be one of 0 and 1.

        Raises
        ------
        InputError
            Both sides are counted and named, or the one that differs is told, and how to declare
            it.
        """
        found = Interface.of(circuit)
        sides = (
            ("input", found.inputs, self.inputs),
            ("output", found.outputs, self.outputs),
        )
        for what, ours, theirs in sides:
            if len(ours) != len(theirs):
                raise InputError(
                    f"{circuit} has {counted(what, [p.name for p in ours])}, {owner} has "
                    f"{counted(what, [p.name for p in theirs])}{_missing(what, ours, theirs)}"
                )
        for what, ours, theirs in sides:
            for port, wanted in zip(ours, theirs, strict=True):
                if (port.shape, port.bits) != (wanted.shape, wanted.bits):
                    raise InputError(_differs(circuit, owner, what, port, wanted))
        # The outputs first: a graded one is why inputs that do not say what they take are graded.
        for what, ours, theirs in reversed(sides):
            for port, wanted in zip(ours, theirs, strict=True):
                graded = port.real != wanted.real if what == "input" else port.real > wanted.real
                if graded:
                    raise InputError(_differs(circuit, owner, what, port, wanted))


def _missing(what: str, ours: Sequence[Port], theirs: Sequence[Port]) -> str:
    """Return how those that there are too few of are declared."""
    if len(ours) > len(theirs):
        return ""
    names = [p.name for p in theirs]
    if what == "output":
        return f"; declare {'each' if len(names) > 1 else 'it'} with circuit.output({names[0]})"
    return f"; declare them with circuit.inputs({', '.join(map(repr, names))})"


def _differs(circuit: Circuit, owner: str, what: str, port: Port, wanted: Port) -> str:
    """Return what an input or an output is, what it should be, and how that is declared."""
    return (
        f"{circuit}, {what} {port.name!r} is {port.kind}; {owner} has {wanted.kind} there: "
        f"{_advice(what, port, wanted)}"
    )


def _advice(what: str, port: Port, wanted: Port) -> str:
    """Return how such an input or output is declared."""
    if wanted.bits is not None:
        declared = "inputs(" if what == "input" else "output(…, "
        return f"declare {declared}{wanted.name!r}, bits={wanted.bits})"
    if what == "input":
        shape = f"shape={wanted.shape}, " if wanted.shape else ""
        graded = "use binary neurons, or " if port.real and not wanted.real else ""
        return f"{graded}declare inputs({wanted.name!r}, {shape}real={wanted.real})"
    kind = "neuron" if wanted.real else "binary neuron"
    if wanted.shape:
        return f"give output() {kind}s of shape {wanted.shape}"
    row = f", such as [{', '.join('0' * len(port.shape))}] of these" if port.shape else ""
    return f"give output() a single {kind}{row}"


def counted(what: str, names: Sequence[Any]) -> str:
    """Return how many there are and what they are called: 2 inputs (x, y)."""
    number = f"{len(names) or 'no'} {what}{'s' * (len(names) != 1)}"
    return f"{number} ({', '.join(map(str, names))})" if names else number


def size_of(port: Port) -> int:
    """Return how many values of 0 and 1, or numbers, an input is made of."""
    return math.prod(port.shape) if port.bits is None else port.bits
