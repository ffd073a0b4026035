"""What would explain all of a circuit's mistakes: said only where it was tried on every input."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..calls import output_values
from ..patterns import enumerated
from ..verification import expected_values
from .interface import Interface, Port, size_of

if TYPE_CHECKING:
    from ..circuit import Circuit

TABLE_BITS = 16  # input bits up to which all answers are laid side by side
FEW = 4  # inputs, or outputs, of which every order is tried
SHOWN = 2  # hints that are given at most

# What two inputs can be to an output: the answers for 00, 01, 10, 11.
GATES = {
    (0, 0, 0, 1): "{0} AND {1}", (0, 1, 1, 1): "{0} OR {1}", (0, 1, 1, 0): "{0} XOR {1}",
    (1, 1, 1, 0): "{0} NAND {1}", (1, 0, 0, 0): "{0} NOR {1}", (1, 0, 0, 1): "{0} XNOR {1}",
    (0, 0, 1, 1): "{0} alone", (0, 1, 0, 1): "{1} alone", (1, 1, 0, 0): "NOT {0}",
    (1, 0, 1, 0): "NOT {1}", (0, 0, 1, 0): "{0} AND NOT {1}", (0, 1, 0, 0): "{1} AND NOT {0}",
    (1, 0, 1, 1): "{0} OR NOT {1}", (1, 1, 0, 1): "{1} OR NOT {0}",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answers:
    """All answers of a circuit and of its specification, side by side.

    Attributes
    ----------
    inputs, outputs : an output of several values counts as so many outputs
    expected, got : for each output, the answers on the grid of the inputs' values
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    expected: tuple[np.ndarray, ...]
    got: tuple[np.ndarray, ...]

    @cached_property
    def wrong(self) -> np.ndarray:
        """On which inputs any output is wrong, on the grid."""
        pairs = zip(self.expected, self.got, strict=True)
        return np.logical_or.reduce([e != g for e, g in pairs])

    @cached_property
    def bits(self) -> dict[str, np.ndarray]:
        """Each value of 0 or 1 that goes in, by what it is called, for every input in a row."""
        pattern = np.arange(self.wrong.size)
        shift = sum(size_of(p) for p in self.inputs)
        found = {}
        for port in self.inputs:
            size = size_of(port)
            shift -= size
            for k in range(size):
                bit = shift + (k if port.bits is not None else size - 1 - k)
                found[_bit_name(port, k)] = (pattern >> bit & 1).astype(bool)
        return found


def answers(circuit: Circuit, spec: Any, vectorized: bool = False) -> Answers | None:
    """Return all answers, or None where there are too many inputs or any number may go in or out.

    Parameters
    ----------
    circuit, spec, vectorized
        As `Circuit.check`.
    """
    interface = Interface.of(circuit)
    total = sum(size_of(p) for p in interface.inputs)
    if any(p.real for p in (*interface.inputs, *interface.outputs)) or not 0 < total <= TABLE_BITS:
        return None
    arrays = enumerated(circuit, 0, 2**total)
    grid = [2 ** size_of(p) for p in interface.inputs]
    ports: list[Port] = []
    columns: list[list[np.ndarray]] = [[], []]
    both = expected_values(circuit, spec, arrays, vectorized), output_values(circuit, arrays)
    for port, *pair in zip(interface.outputs, *both, strict=True):
        for k in range(1 if port.bits is not None else size_of(port)):
            name = _bit_name(port, k) if port.shape else port.name
            ports.append(Port(name, (), port.bits))
            for side, values in zip(columns, pair, strict=True):
                side.append(values.reshape(len(values), -1)[:, k].reshape(grid))
    return Answers(interface.inputs, tuple(ports), tuple(columns[0]), tuple(columns[1]))


def hints(table: Answers) -> list[str]:
    """Return one or two sentences, the most telling first, each true of every input."""
    for way in (_swapped_outputs, _swapped_inputs, _turned_numbers):
        for told in way(table):
            return [told]  # it explains everything
    ways = (_constant, _inverted, _gate, _deaf, _off_by, _bits_at_fault, _where)
    found = itertools.chain.from_iterable(way(table) for way in ways)
    return list(itertools.islice(found, SHOWN))


# ------------------------------------------------------------ all right but for an order


def _swapped_outputs(table: Answers) -> Iterator[str]:
    """Some order of the outputs would make every answer right."""
    for order in _orders([p.bits for p in table.outputs]):
        if all(np.array_equal(table.expected[k], table.got[i]) for i, k in enumerate(order)):
            yield f"the outputs {_moved(order, table.outputs)} are swapped; all else is right"
            return


def _swapped_inputs(table: Answers) -> Iterator[str]:
    """Some order of the inputs would make every answer right."""
    for order in _orders([(p.bits, p.shape) for p in table.inputs]):
        turned = (np.transpose(e, order) for e in table.expected)
        if all(np.array_equal(e, g) for e, g in zip(turned, table.got, strict=True)):
            yield f"the inputs {_moved(order, table.inputs)} are swapped; all else is right"
            return


def _turned_numbers(table: Answers) -> Iterator[str]:
    """Reading or writing numbers the other way round would make every answer right."""
    numbers_in = [k for k, p in enumerate(table.inputs) if (p.bits or 0) > 1]
    numbers_out = [k for k, p in enumerate(table.outputs) if (p.bits or 0) > 1]
    for inwards, outwards in ((True, False), (False, True), (True, True)):
        if (inwards and not numbers_in) or (outwards and not numbers_out):
            continue
        expected = list(table.expected)
        if inwards:
            for axis in numbers_in:
                order = _reversed_bits(np.arange(table.wrong.shape[axis]), table.inputs[axis].bits)
                expected = [np.take(e, order, axis) for e in expected]
        if outwards:
            for k in numbers_out:
                expected[k] = _reversed_bits(expected[k], table.outputs[k].bits)
        if all(np.array_equal(e, g) for e, g in zip(expected, table.got, strict=True)):
            ports = [table.inputs[k] for k in numbers_in] * inwards
            ports += [table.outputs[k] for k in numbers_out] * outwards
            named = ", ".join(p.name for p in ports)
            yield (
                f"the most significant bit of {named} is taken for the first; bit 0 is the least "
                "significant, and all else is right"
            )
            return


# ------------------------------------------------------------ one output by itself


def _constant(table: Answers) -> Iterator[str]:
    for port, expected, got in _wrong_outputs(table):
        if np.ptp(got) == 0:
            asked = "" if np.ptp(expected) else f", and should always be {expected.flat[0]}"
            yield f"output {port.name!r} is always {got.flat[0]}{asked}"


def _inverted(table: Answers) -> Iterator[str]:
    for port, expected, got in _wrong_outputs(table):
        if port.bits is None and np.ptp(got) and np.array_equal(got, 1 - expected):
            yield f"output {port.name!r} is inverted: it fires exactly where it should be silent"


def _gate(table: Answers) -> Iterator[str]:
    """Of two inputs a wrong output is a gate that has a name."""
    if [size_of(p) for p in table.inputs] != [1, 1]:
        return
    names = [p.name for p in table.inputs]
    for port, expected, got in _wrong_outputs(table):
        made, asked = (GATES.get(tuple(v.ravel().tolist())) for v in (got, expected))
        if made and asked and not np.array_equal(got, 1 - expected):
            yield (
                f"output {port.name!r} computes {made.format(*names)}, and should compute "
                f"{asked.format(*names)}"
            )


def _deaf(table: Answers) -> Iterator[str]:
    """A wrong output never depends on a value that it should depend on."""
    for port, expected, got in _wrong_outputs(table):
        if not np.ptp(got):
            continue  # a constant one depends on nothing
        for name, active in table.bits.items():
            heard, needed = (
                np.any(v.ravel()[active] != v.ravel()[~active]) for v in (got, expected)
            )
            if needed and not heard:
                yield f"output {port.name!r} never depends on {name}, and it should"
                break


def _off_by(table: Answers) -> Iterator[str]:
    """A number is too large or too small by the same amount wherever it is wrong."""
    for port, expected, got in _wrong_outputs(table):
        if port.bits is None:
            continue
        wrong = got != expected
        difference = np.unique((got - expected)[wrong])
        if difference.size != 1:
            continue
        amount = int(difference[0])
        told = f"{abs(amount)} too {'large' if amount > 0 else 'small'}"
        if wrong.all():
            yield f"output {port.name!r} is always {told}"
            continue
        carry = ""
        if _is_carry(table, -amount, wrong):
            carry = f": a carry into bit {abs(amount).bit_length() - 1} is lost"
        yield f"wherever output {port.name!r} is wrong, it is {told}{carry}"


def _is_carry(table: Answers, place: int, wrong: np.ndarray) -> bool:
    """Whether it is wrong exactly where the lower bits of two numbers add up to a place value."""
    if place < 2 or place.bit_count() != 1 or not _two_numbers(table):
        return False
    a, b = np.indices(wrong.shape)
    return np.array_equal(a % place + b % place >= place, wrong)


def _bits_at_fault(table: Answers) -> Iterator[str]:
    """Only some bits of a number are ever wrong."""
    for port, expected, got in _wrong_outputs(table):
        if port.bits is None or not np.ptp(got):
            continue
        differ = int(np.bitwise_or.reduce((expected ^ got).ravel()))
        at_fault = [k for k in range(port.bits) if differ >> k & 1]
        if len(at_fault) == 1:
            (k,) = at_fault
            values = got >> k & 1
            always = f", which is always {values.flat[0]}" if np.ptp(values) == 0 else ""
            yield f"of output {port.name!r} only bit {k} is ever wrong{always}"


# ------------------------------------------------------------ where it is wrong


def _where(table: Answers) -> Iterator[str]:
    """The wrong inputs are exactly those that a short description names."""
    wrong = table.wrong.ravel()
    if wrong.all():
        yield "it is wrong on every input"
        return
    if wrong.sum() == 1:
        yield f"this is the only wrong input of {wrong.size:,}"
        return
    told = _conjunction(table, wrong) or _count_of_active(table, wrong) or _sizes(table, wrong)
    if told:
        yield f"it is wrong on exactly the inputs where {told}"


def _conjunction(table: Answers, wrong: np.ndarray) -> str:
    """Some values are what they are wherever it is wrong, and it is wrong wherever they are."""
    found, inside = [], np.ones(wrong.size, dtype=bool)
    for name, active in table.bits.items():
        there = active[wrong]
        if there.all() or not there.any():
            found.append(f"{name} = {int(there[0])}")
            inside &= active == there[0]
    return " and ".join(found) if len(found) <= FEW and np.array_equal(inside, wrong) else ""


def _count_of_active(table: Answers, wrong: np.ndarray) -> str:
    if any(p.bits is not None for p in table.inputs):
        return ""
    count = np.sum(list(table.bits.values()), axis=0)
    for number in range(len(table.bits) + 1):
        if np.array_equal(count == number, wrong):
            return f"exactly {number or 'none'} of the inputs' values {_is(number)} 1"
        if np.array_equal(count >= number, wrong):
            return f"{number} or more of the inputs' values are 1"
    return ""


def _sizes(table: Answers, wrong: np.ndarray) -> str:
    """How two numbers compare, or how large their sum is."""
    numbers = _two_numbers(table)
    if not numbers:
        return ""
    a, b = (values.ravel() for values in np.indices(table.wrong.shape))
    first, second = (p.name for p in numbers)
    for told, there in (
        (f"{first} = {second}", a == b),
        (f"{first} < {second}", a < b),
        (f"{first} > {second}", a > b),
        (f"{first} ≤ {second}", a <= b),
        (f"{first} ≥ {second}", a >= b),
    ):
        if np.array_equal(there, wrong):
            return told
    least = int((a + b)[wrong].min())
    return f"{first} + {second} ≥ {least}" if np.array_equal(a + b >= least, wrong) else ""


# ------------------------------------------------------------ orders, bits and names


def _two_numbers(table: Answers) -> list[Port]:
    """Return the inputs where they are two numbers, and none else."""
    numbers = [p for p in table.inputs if p.bits is not None]
    return numbers if len(numbers) == len(table.inputs) == 2 else []


def _wrong_outputs(table: Answers) -> list[tuple[Port, np.ndarray, np.ndarray]]:
    found = zip(table.outputs, table.expected, table.got, strict=True)
    return [(port, e, g) for port, e, g in found if not np.array_equal(e, g)]


def _orders(kinds: Sequence[Any]) -> Iterator[tuple[int, ...]]:
    """Yield the orders of a few things, other than their own, that put like in place of like."""
    if len(kinds) > FEW:
        return
    for order in itertools.permutations(range(len(kinds))):
        if order != tuple(range(len(kinds))) and all(
            kinds[k] == kinds[i] for i, k in enumerate(order)
        ):
            yield order


def _moved(order: tuple[int, ...], ports: Sequence[Port]) -> str:
    return " and ".join(ports[i].name for i, k in enumerate(order) if i != k)


def _reversed_bits(numbers: np.ndarray, bits: int | None) -> np.ndarray:
    assert bits is not None
    turned = np.zeros_like(numbers)
    for k in range(bits):
        turned |= (numbers >> k & 1) << (bits - 1 - k)
    return turned


def _bit_name(port: Port, k: int) -> str:
    if port.bits is not None:
        return f"bit {k} of {port.name}" if port.bits > 1 else port.name
    if not port.shape:
        return port.name
    return f"{port.name}[{', '.join(str(int(i)) for i in np.unravel_index(k, port.shape))}]"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
