"""Loops over vector registers, written out where a compiler does not find them by itself.

What a compiler makes of a plain loop depends on the loop around it: it fills one register where
four would hide each other's latency, and gives up where rows share what they read.  Here the
order of every sum stands in the code, so that it is the same however the work is cut up.

Everything here runs while a kernel is compiled, and writes LLVM's instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any

import numba
from llvmlite import binding, ir
from numba.core import cgutils

from . import tables

# Where indices are checked, or nothing is compiled, the plain loops that stand beside each.
PLAIN = bool(numba.config.DISABLE_JIT or numba.config.BOUNDSCHECK)

BYTES = tables.VECTOR  # of one vector: a register of AVX-512, two of AVX, four of NEON
WIDE = binding.get_host_cpu_features().get("avx512f", False)  # 32 registers of so many
SIZE = ir.IntType(64)
FUSED = ("contract",)  # a product and a sum may be rounded once; the order stays


class Writer:
    """Writes instructions on values of one type, and on vectors of `lanes` of them."""

    def __init__(self, context: Any, builder: Any, dtype: Any, nbytes: int = BYTES):
        self.context, self.builder = context, builder
        self.real = context.get_value_type(dtype)
        self.itemsize = dtype.bitwidth // 8
        self.lanes = nbytes // self.itemsize

    def function(self, name: str, kinds: Sequence[Any], body: Callable[..., None]) -> Any:
        """Return a function of this module that returns nothing; `body` writes it, once."""
        made = ir.FunctionType(ir.VoidType(), kinds)
        function = cgutils.get_or_insert_function(self.builder.module, made, name)
        if function.is_declaration:
            function.linkage = "internal"
            inside = copy(self)
            inside.builder = ir.IRBuilder(function.append_basic_block())
            body(inside, *function.args)
            inside.builder.ret_void()
        return function

    def start(self, kind: Any, array: Any, at: Any) -> Any:
        """Return where element `at` of an array argument lies."""
        data = self.context.make_array(kind)(self.context, self.builder, array).data
        return self.builder.gep(data, [self.size(at)])

    def zeros(self, lanes: int) -> Any:
        """A vector of zeros; one lane is a plain number."""
        if lanes == 1:
            return ir.Constant(self.real, 0.0)
        return ir.Constant(ir.VectorType(self.real, lanes), [0.0] * lanes)

    def _vector(self, pointer: Any, at: Any, lanes: int) -> Any:
        place = self.builder.gep(pointer, [self.size(at)])
        if lanes == 1:
            return place
        return self.builder.bitcast(place, ir.VectorType(self.real, lanes).as_pointer())

    def load(self, pointer: Any, at: Any, lanes: int) -> Any:
        """Return the values from place `at` on."""
        return self.builder.load(self._vector(pointer, at, lanes), align=self.itemsize)

    def store(self, value: Any, pointer: Any, at: Any, lanes: int) -> None:
        """Write values from place `at` on."""
        self.builder.store(value, self._vector(pointer, at, lanes), align=self.itemsize)

    def spread(self, value: Any, lanes: int) -> Any:
        """Return a number, of any type, in every lane."""
        if lanes == 1:
            return value
        vector = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined)
        first = self.builder.insert_element(vector, value, ir.IntType(32)(0))
        places = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
        return self.builder.shuffle_vector(first, vector, places)

    def add(self, total: Any, a: Any, b: Any) -> Any:
        """Return total + a·b."""
        product = self.builder.fmul(a, b, flags=FUSED)
        return self.builder.fadd(total, product, flags=FUSED)

    def gather(self, addresses: Any) -> Any:
        """Return the values at a vector of addresses, by the instruction there is for it."""
        lanes = addresses.type.count
        vector = ir.VectorType(self.real, lanes)
        pointers = self.builder.inttoptr(addresses, ir.VectorType(self.real.as_pointer(), lanes))
        every = ir.VectorType(ir.IntType(1), lanes)
        name = f"llvm.masked.gather.v{lanes}f{8 * self.itemsize}.v{lanes}p0"
        kind = ir.FunctionType(vector, [pointers.type, ir.IntType(32), every, vector])
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        align = ir.IntType(32)(self.itemsize)
        all_lanes = ir.Constant(every, [1] * lanes)
        return self.builder.call(
            function, [pointers, align, all_lanes, ir.Constant(vector, ir.Undefined)]
        )

    def folded(self, vector: Any, left: int = 1) -> Any:
        """Return the sums of lanes: halves added until so many are left; one is a plain number."""
        lanes = vector.type.count
        while lanes > left:
            lanes //= 2
            low, high = (
                self.builder.shuffle_vector(
                    vector,
                    vector,
                    ir.Constant(
                        ir.VectorType(ir.IntType(32), lanes), list(range(begin, begin + lanes))
                    ),
                )
                for begin in (0, lanes)
            )
            vector = self.builder.fadd(low, high)
        return vector if left > 1 else self.builder.extract_element(vector, ir.IntType(32)(0))

    def down_to(self, count: Any, multiple: int) -> Any:
        """Return the largest multiple that a count holds; `multiple` is any number."""
        return self.builder.sub(count, self.builder.urem(count, SIZE(multiple)))

    def size(self, count: Any) -> Any:
        """Return a count or place as LLVM has it."""
        return SIZE(count) if isinstance(count, int) else count

    def plus(self, a: Any, b: Any) -> Any:
        """Return a + b of two places; either may be a Python integer."""
        return self.builder.add(self.size(a), self.size(b))

    def times(self, a: Any, b: Any) -> Any:
        """Return a·b likewise."""
        return self.builder.mul(self.size(a), self.size(b))

    def loop(
        self,
        first: Any,
        stop: Any,
        step: int,
        carried: Sequence[Any],
        body: Callable[[Any, list[Any]], Sequence[Any]],
    ) -> list[Any]:
        """Write `for i in range(first, stop, step)`; return what it leaves of the carried values.

        `body` is given i and the values carried so far, and returns those for the next turn.
        """
        builder = self.builder
        before = builder.block
        first, stop = self.size(first), self.size(stop)
        head, inside, after = (
            builder.append_basic_block(name) for name in ("head", "inside", "after")
        )
        builder.branch(head)
        builder.position_at_end(head)
        i = builder.phi(SIZE)
        values = [builder.phi(value.type) for value in carried]
        builder.cbranch(builder.icmp_signed("<", i, stop), inside, after)
        builder.position_at_end(inside)
        results = body(i, list(values))
        i.add_incoming(first, before)
        i.add_incoming(builder.add(i, SIZE(step)), builder.block)
        for value, begun, made in zip(values, carried, results, strict=True):
            value.add_incoming(begun, before)
            value.add_incoming(made, builder.block)
        builder.branch(head)
        builder.position_at_end(after)
        return values

    def tiles(
        self,
        stop: Any,
        shapes: Iterable[tuple[int, int]],
        body: Callable[[Any, int, int], object],
        first: Any = 0,
    ) -> list[Any]:
        """Cover the places from `first` to `stop` with tiles of several vectors, then smaller ones.

        `shapes` are (vectors, lanes), the largest first; `body` writes the tile at a place.
        """
        for vectors, lanes in dict.fromkeys(shapes):
            wide = vectors * lanes
            high = self.plus(first, self.down_to(self.builder.sub(stop, self.size(first)), wide))

            def turn(at: Any, _: Any, vectors: int = vectors, lanes: int = lanes) -> list[Any]:
                body(at, vectors, lanes)
                return []

            self.loop(first, high, wide, [], turn)
            first = high
        return []
