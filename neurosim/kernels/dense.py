"""Whole matrices: weights times one trial's activities, and times many trials' side by side.

One trial: each weight is used once, so the time is that of reading the weights; four rows are
read side by side, so that the activities are loaded once for all four and enough loads are under
way.  Many trials: each weight is used once a trial, so the time is that of the multiplications;
the sums of several rows and several vectors of trials stay in registers over a stretch of
sources, which is what the innermost loop of a BLAS does.

Where a threshold decides on rounded sums, one trial's are made in the order that many trials' have
too: weight by weight, each product rounded.
"""

from __future__ import annotations

from numba import types
from numba.extending import intrinsic

from .jit import inner
from .vectors import PLAIN, WIDE, Writer

ROWS = 4  # of weights side by side, for one trial

# Rows and vectors of trials whose sums fill the registers: 32 of them with AVX-512, else 16.
TILE_ROWS, TILE_VECTORS = (6, 4) if WIDE else (4, 2)
TILE_BYTES = 64 if WIDE else 32  # of one of its vectors
STRETCH = 256  # sources whose activities stay in cache while all rows pass over them


def _plain_dots(weights, first, stride, count, width, x, source, sums, target):
    """Add Σ weights[first + i·stride + e] · x[source + e], e < width, to sums[target + i]."""
    for i in range(count):
        total = weights.dtype.type(0)
        for e in range(width):
            total += weights[first + i * stride + e] * x[source + e]
        sums[target + i] += total


@intrinsic
def _vector_dots(typing, weights, first, stride, count, width, x, source, sums, target):
    """As `_plain_dots`, each row's sum over the lanes of a vector, in an order that is fixed."""

    def generate(context, builder, signature, arguments):
        weights, first, stride, count, width, x, source, sums, target = arguments
        kinds = signature.args
        write = Writer(context, builder, kinds[0].dtype)
        values = write.start(kinds[5], x, source)
        answers = write.start(kinds[7], sums, target)
        whole = write.down_to(width, write.lanes)

        def dots(i, rows):
            """Write the sums of some rows from row i on."""
            places = [write.plus(i, r) for r in range(rows)]
            starts = [
                write.start(kinds[0], weights, write.plus(first, write.times(place, stride)))
                for place in places
            ]

            def add(e, totals, lanes):
                heard = write.load(values, e, lanes)
                return [
                    write.add(total, write.load(start, e, lanes), heard)
                    for total, start in zip(totals, starts, strict=True)
                ]

            zeros = [write.zeros(write.lanes)] * rows
            vectors = write.loop(0, whole, write.lanes, zeros, lambda e, t: add(e, t, write.lanes))
            totals = [write.folded(vector) for vector in vectors]
            totals = write.loop(whole, width, 1, totals, lambda e, t: add(e, t, 1))
            for place, total in zip(places, totals, strict=True):
                before = write.load(answers, place, 1)
                write.store(builder.fadd(before, total), answers, place, 1)
            return []

        full = write.down_to(count, ROWS)
        write.loop(0, full, ROWS, [], lambda i, _: dots(i, ROWS))
        write.loop(full, count, 1, [], lambda i, _: dots(i, 1))
        return context.get_dummy_value()

    size = types.intp
    arguments = (weights, size, size, size, size, x, size, sums, size)
    return types.none(*arguments), generate


def _plain_product(weights, first, stride, count, width, x, source, block, sums, target):
    """As `_plain_dots`, for `block` trials: value i of trial b is x[i·block + b]."""
    for i in range(count):
        for e in range(width):
            weight = weights[first + i * stride + e]
            for b in range(block):
                sums[(target + i) * block + b] += weight * x[(source + e) * block + b]


@intrinsic
def _vector_product(typing, weights, first, stride, count, width, x, source, block, sums, target):
    """As `_plain_product`: each sum in the order of its sources, whatever the tile."""

    def generate(context, builder, signature, arguments):
        weights, first, stride, count, width, x, source, block, sums, target = arguments
        kinds = signature.args
        write = Writer(context, builder, kinds[0].dtype, TILE_BYTES)
        values = write.start(kinds[5], x, write.times(source, block))
        answers = write.start(kinds[8], sums, write.times(target, block))

        def tile(i, rows, b, begin, end, vectors, lanes):
            """Write the sums of some rows over the sources [begin, end), for some trials from b."""
            starts = [
                write.start(
                    kinds[0], weights, write.plus(first, write.times(write.plus(i, r), stride))
                )
                for r in range(rows)
            ]
            places = [
                write.plus(write.plus(write.times(write.plus(i, r), block), b), v * lanes)
                for r in range(rows)
                for v in range(vectors)
            ]

            def add(e, totals):
                from_ = write.plus(write.times(e, block), b)
                heard = [
                    write.load(values, write.plus(from_, v * lanes), lanes) for v in range(vectors)
                ]
                for r, start in enumerate(starts):
                    weight = write.spread(write.load(start, e, 1), lanes)
                    for v in range(vectors):
                        k = r * vectors + v
                        totals[k] = write.add(totals[k], weight, heard[v])
                return totals

            totals = [write.load(answers, place, lanes) for place in places]
            totals = write.loop(begin, end, 1, totals, add)
            for place, total in zip(places, totals, strict=True):
                write.store(total, answers, place, lanes)
            return []

        full = write.down_to(count, TILE_ROWS)

        def column(b, begin, end, vectors, lanes):
            """Write all rows' sums over some sources, for a tile's trials from b."""
            where = (b, begin, end, vectors, lanes)
            write.loop(0, full, TILE_ROWS, [], lambda i, _: tile(i, TILE_ROWS, *where))
            return write.loop(full, count, 1, [], lambda i, _: tile(i, 1, *where))

        lanes = write.lanes
        shapes = [(TILE_VECTORS, lanes), (1, lanes), (1, max(1, lanes // 4)), (1, 1)]

        def stretch(begin, _):
            ahead = write.plus(begin, STRETCH)
            end = builder.select(builder.icmp_signed("<", ahead, width), ahead, width)
            return write.tiles(block, shapes, lambda b, *shape: column(b, begin, end, *shape))

        write.loop(0, width, STRETCH, [], stretch)
        return context.get_dummy_value()

    size = types.intp
    arguments = (weights, size, size, size, size, x, size, size, sums, size)
    return types.none(*arguments), generate


@inner
def add_dots_in_order(weights, first, stride, count, width, x, source, sums, target):
    """As `_plain_dots`, each weight's product added to `sums` one after the other.

    Four rows side by side: an addition waits for the one before it, so four take as long as one.
    """
    heard = x[source : source + width]
    full = count - count % ROWS
    for i in range(0, full, ROWS):
        at = first + i * stride
        row_a = weights[at : at + width]
        row_b = weights[at + stride : at + stride + width]
        row_c = weights[at + 2 * stride : at + 2 * stride + width]
        row_d = weights[at + 3 * stride : at + 3 * stride + width]
        totals = sums[target + i : target + i + ROWS]
        a, b, c, d = totals[0], totals[1], totals[2], totals[3]
        for e in range(width):
            value = heard[e]
            a += row_a[e] * value
            b += row_b[e] * value
            c += row_c[e] * value
            d += row_d[e] * value
        totals[0], totals[1], totals[2], totals[3] = a, b, c, d
    for i in range(full, count):
        row = weights[first + i * stride : first + i * stride + width]
        total = sums[target + i]
        for e in range(width):
            total += row[e] * heard[e]
        sums[target + i] = total


add_dots = inner(_plain_dots) if PLAIN else _vector_dots
add_product = inner(_plain_product) if PLAIN else _vector_product
