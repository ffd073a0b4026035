"""Boolean functions as shared gates: what a threshold neuron computes on words of patterns.

A neuron's weighted sum is *bit-sliced*: the input words whose weights have bit k are counted in
plane k by full adders, three words of a plane giving one there and one in the next (carry-save
addition), until each plane holds one word; those are the sum's binary digits, and comparing them
with the threshold takes one gate a plane.  A negative weight counts the input's complement.

Gates are hash-consed: one that was made already is not made again, so neurons share what they
count alike, and gates on constants, on equal and on complementary inputs vanish.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ..kernels.tables import AND, CONSTANT, LOAD, MAJORITY, NOT, OR, PARITY, XOR

FALSE, TRUE = 0, 1  # the first two gates


class Gate(NamedTuple):
    """One gate: its kind and the gates that it reads (LOAD: the input's number)."""

    kind: int
    operands: tuple[int, ...]


class Gates:
    """A growing list of gates, operands before what uses them."""

    def __init__(self) -> None:
        self.gates: list[Gate] = []
        self._known: dict[Gate, int] = {}
        for constant in (FALSE, TRUE):
            self._gate(CONSTANT, constant)

    def input(self, number: int) -> int:
        """Return the gate that is the input of this number."""
        return self._gate(LOAD, number)

    def not_(self, a: int) -> int:
        """¬a."""
        if a in (FALSE, TRUE):
            return TRUE - a
        if self.gates[a].kind == NOT:
            return self.gates[a].operands[0]
        return self._gate(NOT, a)

    def and_(self, a: int, b: int) -> int:
        """a ∧ b."""
        if FALSE in (a, b) or self._are_opposite(a, b):
            return FALSE
        if a == b or b == TRUE:
            return a
        if a == TRUE:
            return b
        for either, both in ((a, b), (b, a)):  # (x ∨ y) ∧ ¬(x ∧ y) = x ⊕ y
            kind, operands = self.gates[either]
            if kind == OR and self._is_not(both) and self._bare(both) == Gate(AND, operands):
                return self.xor(operands[0], operands[1])
        return self._gate(AND, *sorted((a, b)))

    def or_(self, a: int, b: int) -> int:
        """a ∨ b."""
        if TRUE in (a, b) or self._are_opposite(a, b):
            return TRUE
        if a == b or b == FALSE:
            return a
        if a == FALSE:
            return b
        for both, other in ((a, b), (b, a)):  # (x ∧ y) ∨ (c ∧ (x ⊕ y)): the carry of x + y + c
            if self.gates[both].kind == self.gates[other].kind == AND:
                x, y = self.gates[both].operands
                for c, odd in (self.gates[other].operands, self.gates[other].operands[::-1]):
                    if self.gates[odd] == Gate(XOR, (x, y)):
                        return self.add(x, y, c)[1]
        return self._gate(OR, *sorted((a, b)))

    def xor(self, a: int, b: int) -> int:
        """a ⊕ b."""
        (a, b), odd = self._uncomplemented(a, b)
        if a == b:
            answer = FALSE
        elif FALSE in (a, b):
            answer = a + b  # the other one
        elif XOR in (self.gates[a].kind, self.gates[b].kind):
            pair, c = (a, b) if self.gates[a].kind == XOR else (b, a)
            x, y = self.gates[pair].operands
            answer = self.add(x, y, c)[0]
        else:
            answer = self._gate(XOR, *sorted((a, b)))
        return self.not_(answer) if odd else answer

    def add(self, a: int, b: int, c: int) -> tuple[int, int]:
        """Return the sum bit and the carry of three bits: a full adder."""
        for x, y, z in ((a, b, c), (a, c, b), (b, c, a)):
            if x == y:
                return z, x
            if self._are_opposite(x, y):
                return self.not_(z), z
        a, b, c = sorted((a, b, c))
        if a == FALSE:
            return self.xor(b, c), self.and_(b, c)
        if a == TRUE:
            return self.not_(self.xor(b, c)), self.or_(b, c)
        bare, odd = self._uncomplemented(a, b, c)
        parity = self._gate(PARITY, *sorted(bare))
        carry = self._gate(MAJORITY, a, b, c)
        return self.not_(parity) if odd else parity, carry

    def at_least(self, inputs: Sequence[int], weights: Sequence[int], threshold: int) -> int:
        """Return the gate for Σ w·x ≥ threshold, for integer weights of either sign."""
        summed: dict[int, int] = defaultdict(int)
        for gate, weight in zip(inputs, weights, strict=True):
            if gate == TRUE:
                threshold -= weight
            elif self._is_not(gate):  # w·¬x = w − w·x
                threshold -= weight
                summed[self.not_(gate)] -= weight
            elif gate != FALSE:
                summed[gate] += weight
        counted = []
        for gate, weight in summed.items():
            if weight < 0:  # w·x = |w|·¬x − |w|
                threshold -= weight
                counted.append((self.not_(gate), -weight))
            elif weight:
                counted.append((gate, weight))
        most = sum(weight for _, weight in counted)
        if threshold <= 0:
            return TRUE
        if threshold > most:
            return FALSE
        if threshold > most - min(weight for _, weight in counted):  # none may be missing
            return self._tree(self.and_, [gate for gate, _ in counted])
        if threshold <= min(weight for _, weight in counted):  # any will do
            return self._tree(self.or_, [gate for gate, _ in counted])
        planes: list[list[int]] = [[] for _ in range(most.bit_length() + 1)]
        for gate, weight in counted:
            for plane in range(weight.bit_length()):
                if weight >> plane & 1:
                    self._count(gate, planes, plane)
        reached = TRUE  # whether the digits seen so far are at least the threshold's
        for plane in range(most.bit_length()):
            if len(planes[plane]) == 2:
                self._count(FALSE, planes, plane)
            digit = planes[plane][0] if planes[plane] else FALSE
            reached = (self.and_ if threshold >> plane & 1 else self.or_)(digit, reached)
        return reached

    def _count(self, gate: int, planes: list[list[int]], plane: int) -> None:
        """Add a gate to a plane; three there become one, and a carry, at once: few wait."""
        planes[plane].append(gate)
        if len(planes[plane]) == 3:
            digit, carry = self.add(*planes[plane])
            planes[plane] = [digit]
            self._count(carry, planes, plane + 1)

    def _tree(self, join: Callable[[int, int], int], gates: Iterable[int]) -> int:
        """Join many gates two by two."""
        row = sorted(gates)
        while len(row) > 1:
            pairs = [join(a, b) for a, b in zip(row[::2], row[1::2], strict=False)]
            row = pairs + row[len(pairs) * 2 :]
        return row[0]

    def _are_opposite(self, a: int, b: int) -> bool:
        complements = (Gate(NOT, (a,)), Gate(NOT, (b,)))
        return (
            {a, b} == {FALSE, TRUE}
            or self.gates[b] == complements[0]
            or (self.gates[a] == complements[1])
        )

    def _bare(self, a: int) -> Gate:
        """Return the gate under a complement."""
        return self.gates[self.gates[a].operands[0]]

    def _is_not(self, a: int) -> bool:
        return self.gates[a].kind == NOT

    def _uncomplemented(self, *operands: int) -> tuple[list[int], bool]:
        """Return the operands without their complements, and whether an odd number had one."""
        bare = [self.not_(g) if self._is_not(g) or g == TRUE else g for g in operands]
        return bare, sum(b != g for b, g in zip(bare, operands, strict=True)) % 2 == 1

    def _gate(self, kind: int, *operands: int) -> int:
        gate = Gate(kind, operands)
        number = self._known.get(gate)
        if number is None:
            number = self._known[gate] = len(self.gates)
            self.gates.append(gate)
        return number
