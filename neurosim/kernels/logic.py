"""Boolean operations on rows of words, in vector registers: `rules` as they stand, on 64 bits each.

What a compiler makes of a plain loop over rows that might overlap it does twice, once for each
answer; here a sum bit and its carry are made of the same three loads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import types
from numba.extending import intrinsic

from . import rules
from .jit import inner, rule
from .vectors import PLAIN, Writer

VECTORS = 4  # a turn, so that their loads hide one another's latency


class Symbol:
    """A value of the code that is being written: operators write the operations."""

    def __init__(self, builder: Any, value: Any):
        self.builder, self.value = builder, value

    def __and__(self, other: Symbol) -> Symbol:
        return Symbol(self.builder, self.builder.and_(self.value, other.value))

    def __or__(self, other: Symbol) -> Symbol:
        return Symbol(self.builder, self.builder.or_(self.value, other.value))

    def __xor__(self, other: Symbol) -> Symbol:
        return Symbol(self.builder, self.builder.xor(self.value, other.value))

    def __invert__(self) -> Symbol:
        return Symbol(self.builder, self.builder.not_(self.value))


def _vector(operands: int, *answers: Callable[..., Any]) -> Any:
    """Return a loop that writes one or two functions of so many operands."""

    @intrinsic
    def loop(typing, a, b, c, answer, carry, n):
        def generate(context, builder, signature, arguments):
            *rows, n = arguments
            kinds = signature.args
            write = Writer(context, builder, kinds[0].dtype)
            starts = [write.start(kind, row, 0) for kind, row in zip(kinds[:5], rows, strict=True)]

            def turn(at, vectors, lanes):
                places = [write.plus(at, v * lanes) for v in range(vectors)]
                heard = [
                    [Symbol(builder, write.load(row, at, lanes)) for row in starts[:operands]]
                    for at in places
                ]
                for row, answer in zip(starts[3:], answers, strict=False):
                    for at, values in zip(places, heard, strict=True):
                        write.store(answer(*values).value, row, at, lanes)

            write.tiles(n, [(VECTORS, write.lanes), (1, write.lanes), (1, 1)], turn)
            return context.get_dummy_value()

        return types.none(a, b, c, answer, carry, types.intp), generate

    return loop


def _plain(operands: int, *answers: Callable[..., Any]) -> Any:
    """Return the same loop for words one by one."""
    first, last = rule(answers[0]), rule(answers[-1])
    both = len(answers) > 1

    def of_one(a, b, c, answer, carry, n):
        for j in range(n):
            answer[j] = first(a[j])

    def of_two(a, b, c, answer, carry, n):
        for j in range(n):
            answer[j] = first(a[j], b[j])

    def of_three(a, b, c, answer, carry, n):
        for j in range(n):
            one, two, three = a[j], b[j], c[j]
            answer[j] = first(one, two, three)
            if both:
                carry[j] = last(one, two, three)

    return inner((of_one, of_two, of_three)[operands - 1])


_loop = _plain if PLAIN else _vector

# Each is called with three rows of operands, two of answers, and how many words they have.
complement = _loop(1, rules.complement)
conjunction = _loop(2, rules.conjunction)
disjunction = _loop(2, rules.disjunction)
difference = _loop(2, rules.difference)
parity = _loop(3, rules.parity)
majority = _loop(3, rules.majority)
full_adder = _loop(3, rules.parity, rules.majority)
