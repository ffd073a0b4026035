"""Sparse rows: sums over listed places.

A processor loads two or three values a cycle, and each synapse takes three loads (weight, place,
activity), so the loads are the floor.  The weights of four synapses are one load here; compilers
do not find that by themselves, and the gather instructions that they may find are slower than four
plain loads on most machines.
"""

from __future__ import annotations

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .jit import inner

LANES = 4
SIZE = ir.IntType(64)


def _plain_dot(weights, first, places, begin, count, x):
    """Σ weights[first + e] · x[places[begin + e]], for e from 0 to count."""
    total = weights.dtype.type(0)
    for e in range(count):
        total += weights[first + e] * x[places[begin + e]]
    return total


@intrinsic
def _laned_dot(typing, weights, first, places, begin, count, x):
    """As `_plain_dot`, in four sums that lie in one vector register, in an order that is fixed."""

    def generate(context, builder, signature, arguments):
        weights, first, places, begin, count, x = arguments
        kinds = signature.args
        real = context.get_value_type(kinds[0].dtype)
        vector = ir.VectorType(real, LANES)
        fused = ("contract",)

        def data(kind, array):
            return context.make_array(kind)(context, builder, array).data

        weight = builder.gep(data(kinds[0], weights), [first])
        place = builder.gep(data(kinds[2], places), [begin])
        values = data(kinds[5], x)

        def value(at):
            index = builder.zext(builder.load(builder.gep(place, [at])), SIZE)
            return builder.load(builder.gep(values, [index]))

        def add(total, factor, gathered):
            return builder.fadd(total, builder.fmul(factor, gathered, flags=fused), flags=fused)

        before = builder.block
        head, body, middle, rest, last, end = (
            builder.append_basic_block(name)
            for name in ("head", "body", "middle", "rest", "last", "end")
        )
        whole = builder.and_(count, SIZE(-LANES))
        builder.branch(head)

        builder.position_at_end(head)
        e, sums = builder.phi(SIZE), builder.phi(vector)
        builder.cbranch(builder.icmp_signed("<", e, whole), body, middle)

        builder.position_at_end(body)
        four = builder.bitcast(builder.gep(weight, [e]), vector.as_pointer())
        factors = builder.load(four, align=kinds[0].dtype.bitwidth // 8)
        gathered = ir.Constant(vector, ir.Undefined)
        for lane in range(LANES):
            found = value(builder.add(e, SIZE(lane)))
            gathered = builder.insert_element(gathered, found, ir.IntType(32)(lane))
        e.add_incoming(SIZE(0), before)
        e.add_incoming(builder.add(e, SIZE(LANES)), body)
        sums.add_incoming(ir.Constant(vector, [0.0] * LANES), before)
        sums.add_incoming(add(sums, factors, gathered), body)
        builder.branch(head)

        builder.position_at_end(middle)
        lanes = [builder.extract_element(sums, ir.IntType(32)(lane)) for lane in range(LANES)]
        folded = builder.fadd(builder.fadd(lanes[0], lanes[1]), builder.fadd(lanes[2], lanes[3]))
        builder.branch(rest)

        builder.position_at_end(rest)
        r, total = builder.phi(SIZE), builder.phi(real)
        builder.cbranch(builder.icmp_signed("<", r, count), last, end)

        builder.position_at_end(last)
        r.add_incoming(whole, middle)
        r.add_incoming(builder.add(r, SIZE(1)), last)
        total.add_incoming(folded, middle)
        total.add_incoming(add(total, builder.load(builder.gep(weight, [r])), value(r)), last)
        builder.branch(rest)

        builder.position_at_end(end)
        return total

    whole = types.intp
    return weights.dtype(weights, whole, places, whole, whole, x), generate


# Where indices are checked, or nothing is compiled, the plain loop.
plain = numba.config.DISABLE_JIT or numba.config.BOUNDSCHECK
row_dot = inner(_plain_dot) if plain else _laned_dot


@inner
def add_gathered(weights, first, places, source, pointers, pointer, count, x, sums, target):
    """Add the sums of `count` rows, the first from `pointer` on, to `sums` from `target` on."""
    for i in range(count):
        begin = pointers[pointer + i]
        size = pointers[pointer + i + 1] - begin
        sums[target + i] += row_dot(weights, first + begin, places, source + begin, size, x)
