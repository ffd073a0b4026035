"""Values on their way into and out of state vectors, to sums, and parameters beside them.

Several trials lie side by side in a block: value i of trial b is `x[i * block + b]`.  Places come
as stretches of neighbours, (stretches, 2): the first place, and how many.
"""

from __future__ import annotations

from numba import types
from numba.extending import intrinsic

from . import tables
from .jit import inner
from .vectors import PLAIN, SIZE, Writer

LINE = 8  # values of a trial that are moved at a time where trials lie side by side


def _plain_fill(values, n, block, parameters, offset, stride, i):
    """Write a parameter of the neurons from i on beside their n values; stride 0: all share it."""
    for j in range(n):
        values[j] = parameters[offset + stride * (i + j // block)]


@intrinsic
def _vector_fill(typing, values, n, block, parameters, offset, stride, i):
    """As `_plain_fill`, by a function that is given no arrays: a small circuit's step is calls."""

    def generate(context, builder, signature, arguments):
        values, n, block, parameters, offset, stride, i = arguments
        kinds = signature.args
        write = Writer(context, builder, kinds[0].dtype)
        target = write.start(kinds[0], values, 0)
        source = write.start(kinds[3], parameters, write.plus(offset, write.times(stride, i)))
        function = write.function(
            f"neurosim.fill.{kinds[0].dtype}", [target.type, SIZE, SIZE, source.type, SIZE], filled
        )
        builder.call(function, [target, n, block, source, stride])
        return context.get_dummy_value()

    def filled(write, target, n, block, source, stride):
        builder = write.builder
        shapes = [(1, write.lanes), (1, 1)]

        def spread(at, count, value):
            write.tiles(
                count, shapes,
                lambda j, _, lanes: write.store(
                    write.spread(value, lanes), target, write.plus(at, j), lanes
                ),
            )  # fmt: skip
            return []

        def copied(j, _, lanes):
            write.store(write.load(source, j, lanes), target, j, lanes)

        def of_each(k, _):
            return spread(write.times(k, block), block, write.load(source, k, 1))

        shared = builder.icmp_signed("==", stride, SIZE(0))
        with builder.if_else(shared) as (one, each):
            with one:
                spread(0, n, write.load(source, 0, 1))
            with each:
                alone = builder.icmp_signed("==", block, SIZE(1))
                with builder.if_else(alone) as (trial, trials):
                    with trial:
                        write.tiles(n, shapes, copied)
                    with trials:
                        write.loop(0, builder.sdiv(n, block), 1, [], of_each)

    size = types.intp
    return types.none(values, size, size, parameters, size, size, size), generate


fill = inner(_plain_fill) if PLAIN else _vector_fill


@inner
def scatter(shown, trial, moment, stretches, block, x):
    """Write what a block of trials shows at a moment to its places; shown once: to all of them."""
    b, k = trial * (len(shown) > 1), moment * (shown.shape[1] > 1)
    at = 0
    for r in range(len(stretches)):
        first, count = stretches[r, 0], stretches[r, 1]
        if block == 1:
            move(shown[b, k], at, x, first, count)
        elif len(shown) > 1:
            for low in range(0, count, LINE):
                for c in range(block):
                    row = shown[b + c, k]
                    for i in range(low, min(low + LINE, count)):
                        x[(first + i) * block + c] = row[at + i]
        else:
            for i in range(count):
                value = shown[b, k, at + i]
                part = x[(first + i) * block : (first + i + 1) * block]
                for c in range(block):
                    part[c] = value
        at += count


@inner
def gather(x, stretches, block, record, trial, sample):
    """Write the values at some places of a block of trials into their samples."""
    at = 0
    for r in range(len(stretches)):
        first, count = stretches[r, 0], stretches[r, 1]
        if block == 1:
            move(x, first, record[trial, sample], at, count)
        else:
            for low in range(0, count, LINE):
                for c in range(block):
                    row = record[trial + c, sample]
                    for i in range(low, min(low + LINE, count)):
                        row[at + i] = x[(first + i) * block + c]
        at += count


@inner
def move(source, begin, target, at, n):
    """Copy n values; slices keep the loop free of index checks."""
    values, places = source[begin : begin + n], target[at : at + n]
    for j in range(n):
        places[j] = values[j]


@inner
def add_scaled(weight, x, source, sums, target, n):
    """sums += w·x over n values from two starts; slices keep the loop free of index checks."""
    values = x[source : source + n]
    total = sums[target : target + n]
    for j in range(n):
        total[j] += weight * values[j]


@inner
def pass_lines(lines, line_sources, ring, trial, step, block, x, y):
    """Move every delay line on by a step: its oldest values come out, the present ones go in."""
    for d in range(len(lines)):
        size = lines[d, tables.LINE_SIZE]
        slot = lines[d, tables.LINE_RING] + (step % lines[d, tables.LINE_STEPS]) * size
        place, first = lines[d, tables.LINE_START], lines[d, tables.LINE_NEIGHBOURS]
        if block == 1 and first >= 0:  # slices keep the loop in vector registers
            held, now = ring[trial, slot : slot + size], x[first : first + size]
            out, after = x[place : place + size], y[place : place + size]
            for i in range(size):
                old = held[i]
                held[i] = now[i]
                out[i] = old
                after[i] = old
            continue
        for i in range(size):
            to = (place + i) * block
            source = line_sources[lines[d, tables.LINE_SOURCES] + i] * block
            for b in range(block):
                old = ring[trial + b, slot + i]
                ring[trial + b, slot + i] = x[source + b]
                x[to + b] = old
                y[to + b] = old
