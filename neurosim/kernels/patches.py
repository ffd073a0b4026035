"""Products of patches of an image with a kernel's taps, read where they lie.

A patch is a pixel's neighbourhood; its values lie at the pixel's place plus each tap's offset.  So
with tables of places and of offsets a convolution is a matrix product whose one factor is never
written out (Dukhan 2019, the indirect convolution algorithm).  Which table runs along the sums
and which over them is all that tells a convolution from the gradient of its kernel.

As in a BLAS, the sums of several rows and of several vectors of columns stay in registers, and the
other factor lies in panels: the columns of a tile side by side, row after row.
"""

from __future__ import annotations

from numba import types
from numba.extending import intrinsic

from .jit import inner
from .vectors import PLAIN, WIDE, Writer

# Rows and vectors of columns whose sums fill the registers: 32 of them with AVX-512, else 16.
TILE_ROWS, TILE_VECTORS = (12 if WIDE else 6), 2
TILE_BYTES = 64 if WIDE else 32  # of one of its vectors


@inner
def panel_width(left, itemsize):
    """Return how many columns the next panel has, where so many are left."""
    lanes = TILE_BYTES // itemsize
    if left >= TILE_VECTORS * lanes:
        return TILE_VECTORS * lanes
    if left >= lanes:
        return lanes
    return lanes // 2 if left >= lanes // 2 else 1


def _shapes(write):
    """Return the tiles that panels have, as `panel_width` has them."""
    return [(TILE_VECTORS, write.lanes), (1, write.lanes), (1, write.lanes // 2), (1, 1)]


def _plain_panels(values, at, n, width, panels, sums):
    """Write n rows of values from `at` on into panels, and add each column's sum to `sums`."""
    o = 0
    while o < width:
        wide = panel_width(width - o, values.itemsize)
        for c in range(o, o + wide):
            for k in range(n):
                panels[o * n + k * wide + c - o] = values[at + k * width + c]
                sums[c] += values[at + k * width + c]
        o += wide


@intrinsic
def _vector_panels(typing, values, at, n, width, panels, sums):
    """As `_plain_panels`."""

    def generate(context, builder, signature, arguments):
        values, at, n, width, panels, sums = arguments
        kinds = signature.args
        write = Writer(context, builder, kinds[0].dtype, TILE_BYTES)
        rows = write.start(kinds[0], values, at)
        written = write.start(kinds[4], panels, 0)
        added = write.start(kinds[5], sums, 0)

        def panel(o, vectors, lanes):
            begin = write.times(o, n)

            def copied(k, totals):
                source = write.plus(write.times(k, width), o)
                target = write.plus(begin, write.times(k, vectors * lanes))
                for v in range(vectors):
                    value = write.load(rows, write.plus(source, v * lanes), lanes)
                    write.store(value, written, write.plus(target, v * lanes), lanes)
                    totals[v] = builder.fadd(totals[v], value)
                return totals

            places = [write.plus(o, v * lanes) for v in range(vectors)]
            totals = [write.load(added, place, lanes) for place in places]
            for place, total in zip(places, write.loop(0, n, 1, totals, copied), strict=True):
                write.store(total, added, place, lanes)

        write.tiles(width, _shapes(write), panel)
        return context.get_dummy_value()

    size = types.intp
    return types.none(values, size, size, size, panels, sums), generate


def _plain_patches(
    x, at, rows, first, count, offsets, begin, taps, panels, origin, width, begun, kept, least, y,
    base, targets,
):  # fmt: skip
    """Write row r, column o of a product: Σ x[at + rows[r] + offsets[e]] · (row e of the panels).

    Parameters
    ----------
    rows, targets
        From `first` on for `count` rows: where each begins in x, and in y.
    offsets
        From `begin` on for `taps` terms: where each lies from there.
    panels
        From `origin` on: `panel_width` columns of each term, then the next columns.
    width
        How many columns there are.
    begun, kept
        What each sum begins with: begun[o] where `kept` is 0; 1: begun lies as y does.
    least
        What is written for a sum below it: 0 of threshold-linear cells, else −∞.
    base
        Where y begins.
    """
    o = 0
    while o < width:
        wide = panel_width(width - o, y.itemsize)
        for r in range(first, first + count):
            for c in range(o, o + wide):
                place = base + targets[r] + c
                total = begun[place if kept else c]
                for e in range(taps):
                    total += (
                        x[at + rows[r] + offsets[begin + e]]
                        * panels[origin + o * taps + e * wide + c - o]
                    )
                y[place] = least if total <= least else total
        o += wide


@intrinsic
def _vector_patches(
    typing, x, at, rows, first, count, offsets, begin, taps, panels, origin, width, begun, kept,
    least, y, base, targets,
):  # fmt: skip
    """As `_plain_patches`; rows beyond the last are the last again, written once more."""

    def generate(context, builder, signature, arguments):
        (
            x, at, rows, first, count, offsets, begin, taps, panels, origin, width, begun, kept,
            least, y, base, targets,
        ) = arguments  # fmt: skip
        kinds = signature.args
        write = Writer(context, builder, kinds[0].dtype, TILE_BYTES)
        values = write.start(kinds[0], x, at)
        row_places = write.start(kinds[2], rows, first)
        tap_places = write.start(kinds[5], offsets, begin)
        factors = write.start(kinds[8], panels, origin)
        beginnings = write.start(kinds[11], begun, write.times(base, kept))
        answers = write.start(kinds[14], y, base)
        target_places = write.start(kinds[16], targets, first)
        last = builder.sub(count, write.size(1))

        def tile(r, o, vectors, lanes):
            panel = builder.gep(factors, [write.times(o, taps)])
            numbers = [write.plus(r, j) for j in range(TILE_ROWS)]
            numbers = [builder.select(builder.icmp_signed("<", k, last), k, last) for k in numbers]
            starts = [
                builder.gep(values, [builder.load(builder.gep(row_places, [k]))]) for k in numbers
            ]
            places = [builder.load(builder.gep(target_places, [k])) for k in numbers]

            def add(e, totals):
                offset = builder.load(builder.gep(tap_places, [e]))
                here = write.times(e, vectors * lanes)
                heard = [
                    write.load(panel, write.plus(here, v * lanes), lanes) for v in range(vectors)
                ]
                for j, start in enumerate(starts):
                    value = write.spread(write.load(start, offset, 1), lanes)
                    for v in range(vectors):
                        place = j * vectors + v
                        totals[place] = write.add(totals[place], value, heard[v])
                return totals

            totals = [
                write.load(
                    beginnings,
                    write.plus(write.times(place, kept), write.plus(o, v * lanes)),
                    lanes,
                )
                for place in places
                for v in range(vectors)
            ]
            made = iter(write.loop(0, taps, 1, totals, add))
            bar = write.spread(least, lanes)
            for place in places:
                for v in range(vectors):
                    total = next(made)
                    low = builder.fcmp_ordered("<=", total, bar)
                    write.store(
                        builder.select(low, bar, total), answers,
                        write.plus(place, write.plus(o, v * lanes)), lanes,
                    )  # fmt: skip
            return []

        write.tiles(
            width, _shapes(write),
            lambda o, *shape: write.loop(0, count, TILE_ROWS, [], lambda r, _: tile(r, o, *shape)),
        )  # fmt: skip
        return context.get_dummy_value()

    size = types.intp
    arguments = (
        x, size, rows, size, size, offsets, size, size, panels, size, size, begun, size, x.dtype,
        y, size, targets,
    )  # fmt: skip
    return types.none(*arguments), generate


write_panels = inner(_plain_panels) if PLAIN else _vector_panels
write_patch_products = inner(_plain_patches) if PLAIN else _vector_patches
