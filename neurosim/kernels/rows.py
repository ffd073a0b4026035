"""Sparse rows: sums over listed places.

A synapse takes three loads (weight, place, activity), of which a processor makes two or three a
cycle.  The weights of a vector of synapses are one load here; the activities are gathered by one
instruction on the processors where that is faster than as many loads, and else are loaded one by
one, four a vector.  Compilers find neither by themselves.
"""

from __future__ import annotations

from functools import partial

from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic

from .jit import inner
from .vectors import PLAIN, SIZE, WIDE, Writer

FEW = 4  # values a vector that are loaded one by one

# Measured on an Emerald Rapids: a value in 0.8 cycles, and one by one in 1.1.  Its nearest kin
# are taken to be alike; where gathering was not measured (AMD's, older ones of Intel's, which a
# mended leak slows down), values are loaded one by one.
GATHERING = WIDE and binding.get_host_cpu_name() in (
    "sapphirerapids", "emeraldrapids", "graniterapids", "graniterapids-d", "diamondrapids",
)  # fmt: skip


def _plain_dot(weights, first, places, begin, count, x):
    """Σ weights[first + e] · x[places[begin + e]], for e from 0 to count."""
    total = weights.dtype.type(0)
    for e in range(count):
        total += weights[first + e] * x[places[begin + e]]
    return total


@intrinsic
def _vector_dot(typing, weights, first, places, begin, count, x):
    """As `_plain_dot`, a sum in each lane of a vector, in an order that is fixed."""

    def generate(context, builder, signature, arguments):
        weights, first, places, begin, count, x = arguments
        kinds = signature.args
        write = Writer(context, builder, kinds[0].dtype)
        weight = write.start(kinds[0], weights, first)
        place = write.start(kinds[2], places, begin)
        values = write.start(kinds[5], x, 0)

        def one_by_one(e, lanes):
            """Return the activities that some synapses from e on hear, each by a load."""
            heard = write.zeros(lanes)
            for lane in range(lanes):
                at = builder.load(builder.gep(place, [write.plus(e, lane)]))
                value = write.load(values, builder.zext(at, SIZE), 1)
                if lanes == 1:
                    return value
                heard = builder.insert_element(heard, value, ir.IntType(32)(lane))
            return heard

        def at_once(e, lanes):
            """Return the same by the instruction that gathers."""
            wide = ir.VectorType(SIZE, lanes)
            listed = ir.VectorType(place.type.pointee, lanes)
            at = builder.load(
                builder.bitcast(builder.gep(place, [e]), listed.as_pointer()),
                align=place.type.pointee.width // 8,
            )
            bytes_on = builder.mul(
                builder.zext(at, wide), ir.Constant(wide, [write.itemsize] * lanes)
            )
            start = write.spread(builder.ptrtoint(values, SIZE), lanes)
            return write.gather(builder.add(start, bytes_on))

        def add(hear, lanes, e, totals):
            return [write.add(totals[0], write.load(weight, e, lanes), hear(e, lanes))]

        total, done = None, SIZE(0)
        widths = [(write.lanes, at_once)] if GATHERING else []
        for lanes, hear in (*widths, (FEW, one_by_one), (1, one_by_one)):
            total = write.zeros(lanes) if total is None else write.folded(total, lanes)
            stop = write.down_to(count, lanes)
            (total,) = write.loop(done, stop, lanes, [total], partial(add, hear, lanes))
            done = stop
        return total

    whole = types.intp
    return weights.dtype(weights, whole, places, whole, whole, x), generate


# Where indices are checked, or nothing is compiled, the plain loop.
row_dot = inner(_plain_dot) if PLAIN else _vector_dot


@inner
def add_gathered(
    weights, first, places, source, pointers, pointer, count, x, sums, target, in_order
):  # fmt: skip
    """Add the sums of `count` rows, the first from `pointer` on, to `sums` from `target` on.

    In order: each synapse's product, rounded, is added to `sums` one after the other, as they are
    where trials lie side by side.
    """
    for i in range(count):
        begin = pointers[pointer + i]
        size = pointers[pointer + i + 1] - begin
        if in_order:
            total = sums[target + i]
            for e in range(size):
                total += weights[first + begin + e] * x[places[source + begin + e]]
            sums[target + i] = total
        else:
            sums[target + i] += row_dot(weights, first + begin, places, source + begin, size, x)
