"""Convolutions with the outer product of a column and a row kernel, for a block of one trial.

First down the columns, then across the rows, a few rows of results at a time, so that what lies
between stays in cache.  A plain loop over taps loads and stores each sum once a tap; here a tile's
sums stay in registers through all taps.

*Down*: each row that is read serves four rows of results.  *Across*: the values that a vector of
results hears begin at every place, and reading across cache lines takes twice as long.  A longer
kernel is therefore taken as a banded matrix: a value is spread over a vector and multiplied with
the weights that it has for each of a vector's results, 0 where it has none.  That is a
vector's lanes less 1 taps more, each at twice the rate.
"""

from __future__ import annotations

from numba import types
from numba.extending import intrinsic

from . import tables
from .convolutions import folded
from .jit import inner
from .vectors import PLAIN, WIDE, Writer

TOGETHER = tables.TOGETHER
VECTORS = 4 if WIDE else 1  # of columns in a tile whose sums fill the registers
BANDED_ROWS = 8 if WIDE else 4
LONG = 16  # taps across from which the banded way is the faster one


def _plain_down(weights, first, lines, begin, end, x, columns, window, at, stride):
    """Write `TOGETHER` rows: row k is Σ weights[first + r − k] · (the row at lines[r]), r ≥ begin.

    `weights` holds `TOGETHER` − 1 zeros before and behind the taps, which begin at `first`.
    """
    for k in range(TOGETHER):
        for j in range(columns):
            total = weights.dtype.type(0)
            for r in range(begin, end):
                total += weights[first + r - k] * x[lines[r] + j]
            window[at + k * stride + j] = total


@intrinsic
def _vector_down(typing, weights, first, lines, begin, end, x, columns, window, at, stride):
    """As `_plain_down`."""

    def generate(context, builder, signature, arguments):
        weights, first, lines, begin, end, x, columns, window, at, stride = arguments
        kinds = signature.args
        write = Writer(context, builder, kinds[0].dtype)
        taps = write.start(kinds[0], weights, first)
        begins = write.start(kinds[2], lines, 0)
        values = write.start(kinds[5], x, 0)
        answers = write.start(kinds[7], window, at)

        def tile(j, vectors, lanes):
            def add(r, totals):
                here = write.plus(builder.load(builder.gep(begins, [r])), j)
                heard = [
                    write.load(values, write.plus(here, v * lanes), lanes) for v in range(vectors)
                ]
                for k in range(TOGETHER):
                    weight = write.spread(write.load(taps, write.plus(r, -k), 1), lanes)
                    for v in range(vectors):
                        place = k * vectors + v
                        totals[place] = write.add(totals[place], weight, heard[v])
                return totals

            zeros = [write.zeros(lanes)] * (TOGETHER * vectors)
            totals = iter(write.loop(begin, end, 1, zeros, add))
            for k in range(TOGETHER):
                row = write.plus(write.times(stride, k), j)
                for v in range(vectors):
                    write.store(next(totals), answers, write.plus(row, v * lanes), lanes)

        write.tiles(columns, [(VECTORS, write.lanes), (1, write.lanes), (1, 1)], tile)
        return context.get_dummy_value()

    size = types.intp
    arguments = (weights, size, lines, size, size, x, size, window, size, size)
    return types.none(*arguments), generate


def _plain_across(weights, last, taps, window, at, stride, rows, columns, sums, target):
    """Add to row k of `sums`: value j is Σ weights[last − q] · window[at + k·stride + j + q].

    The taps lie backwards, the first of them at `last`, with as many zeros at either end as a
    vector has lanes, less 1.
    """
    for k in range(rows):
        for j in range(columns):
            total = sums[target + k * columns + j]
            for q in range(taps):
                total += weights[last - q] * window[at + k * stride + j + q]
            sums[target + k * columns + j] = total


@intrinsic
def _vector_across(typing, weights, last, taps, window, at, stride, rows, columns, sums, target):
    """As `_plain_across`."""

    def generate(context, builder, signature, arguments):
        weights, last, taps, window, at, stride, rows, columns, sums, target = arguments
        kinds = signature.args
        write = Writer(context, builder, kinds[0].dtype)
        backwards = write.start(kinds[0], weights, last)
        values = write.start(kinds[3], window, at)
        answers = write.start(kinds[8], sums, target)

        def direct(k, j, vectors, lanes):
            """Write a tile of row k, tap by tap."""
            places = [
                write.plus(write.plus(write.times(columns, k), j), v * lanes)
                for v in range(vectors)
            ]
            start = write.plus(write.times(stride, k), j)

            def add(q, totals):
                weight = write.load(backwards, builder.neg(q), 1)
                weight = write.spread(weight, lanes)
                here = write.plus(start, q)
                return [
                    write.add(total, weight, write.load(values, write.plus(here, v * lanes), lanes))
                    for v, total in enumerate(totals)
                ]

            totals = write.loop(
                0, taps, 1, [write.load(answers, place, lanes) for place in places], add
            )
            for total, place in zip(totals, places, strict=True):
                write.store(total, answers, place, lanes)
            return []

        def banded(k, j, height):
            """Write a vector of results from column j on, in some rows from row k on."""
            lanes = write.lanes
            below = [write.plus(k, r) for r in range(height)]
            places = [write.plus(write.times(columns, row), j) for row in below]
            starts = [write.plus(write.times(stride, row), j) for row in below]

            def add(s, totals):
                band = write.load(backwards, builder.neg(s), lanes)
                return [
                    write.add(
                        total, write.spread(write.load(values, write.plus(start, s), 1), lanes),
                        band,
                    )
                    for total, start in zip(totals, starts, strict=True)
                ]  # fmt: skip

            totals = [write.load(answers, place, lanes) for place in places]
            totals = write.loop(0, write.plus(taps, lanes - 1), 1, totals, add)
            for total, place in zip(totals, places, strict=True):
                write.store(total, answers, place, lanes)
            return []

        def by_vectors(k, height):
            """Write some rows the banded way, all but the last columns that fill no vector."""
            whole = write.down_to(columns, write.lanes)
            return write.loop(0, whole, write.lanes, [], lambda j, _: banded(k, j, height))

        def by_taps(first, shapes):
            """Write every row tap by tap, from a column on."""
            return write.loop(
                0, rows, 1, [],
                lambda k, _: write.tiles(columns, shapes, lambda *at: direct(k, *at), first),
            )  # fmt: skip

        long = builder.icmp_signed(">=", taps, write.size(LONG))
        with builder.if_else(long) as (then, otherwise):
            with then:
                full = write.down_to(rows, BANDED_ROWS)
                write.loop(0, full, BANDED_ROWS, [], lambda k, _: by_vectors(k, BANDED_ROWS))
                write.loop(full, rows, 1, [], lambda k, _: by_vectors(k, 1))
                by_taps(write.down_to(columns, write.lanes), [(1, 1)])
            with otherwise:
                by_taps(0, [(VECTORS, write.lanes), (1, write.lanes), (1, 1)])
        return context.get_dummy_value()

    size = types.intp
    arguments = (weights, size, size, window, size, size, size, size, sums, size)
    return types.none(*arguments), generate


add_down = inner(_plain_down) if PLAIN else _vector_down
add_across = inner(_plain_across) if PLAIN else _vector_across


@inner
def look_up(row, out, lines):
    """Write where each row begins that `TOGETHER` rows of results from `out` on hear.

    Returns which of them lie on the sheet, from the first to behind the last.
    """
    begin = end = 0
    for r in range(row[tables.KERNEL_ROWS] + TOGETHER - 1):
        y = folded(out - row[tables.TOP] + r, row[tables.ROWS_IN], row[tables.BORDER])
        if y < 0:
            begin = r + 1 if end == 0 else begin
            continue
        lines[r] = row[tables.SOURCE] + y * row[tables.COLUMNS_IN]
        end = r + 1
    return min(begin, end), end


@inner
def look_beyond(row, first, stop, beyond):
    """Write which column each place of a window's row from `first` to `stop` shows; −1: none."""
    for j in range(stop - first):
        at = first + j - row[tables.LEFT]
        beyond[j] = folded(at, row[tables.COLUMNS_IN], row[tables.BORDER])


@inner
def show_beyond(window, start, sheet, beyond, n):
    """Write n places of a window's row from `start` on, whose columns begin at `sheet`."""
    for j in range(n):
        window[start + j] = window[sheet + beyond[j]] if beyond[j] >= 0 else 0


@inner
def add_separable(row, weights, x, low, high, sums, base, window, lines):
    """Add a separable convolution (stride 1) to the targets [low, high), which are whole rows.

    The window holds `SWATH` rows of sums down the columns, with what the border rule sees beyond
    them; `lines` has a place for each row that `TOGETHER` rows of results hear, and for each
    column beyond the borders.
    """
    columns, columns_in, left = row[tables.COLUMNS_OUT], row[tables.COLUMNS_IN], row[tables.LEFT]
    across = row[tables.KERNEL_COLUMNS]
    stride = row[tables.WINDOW]
    down_taps = row[tables.PADDED] + TOGETHER - 1
    across_taps = row[tables.ACROSS] + across - 1
    right = left + columns_in
    more = max(0, columns + across - 1 - right)
    beyond = lines[row[tables.KERNEL_ROWS] + TOGETHER - 1 :]
    look_beyond(row, 0, left, beyond)
    look_beyond(row, right, right + more, beyond[left:])
    begin, end = (low - row[tables.TARGET]) // columns, (high - row[tables.TARGET]) // columns
    for out in range(begin, end, tables.SWATH):
        count = min(tables.SWATH, end - out)
        for k in range(0, count, TOGETHER):
            first, last = look_up(row, out + k, lines)
            add_down(
                weights, down_taps, lines, first, last, x, columns_in, window, k * stride + left,
                stride,
            )  # fmt: skip
        for k in range(count):
            sheet = k * stride + left
            show_beyond(window, k * stride, sheet, beyond, left)
            show_beyond(window, k * stride + right, sheet, beyond[left:], more)
        add_across(
            weights, across_taps, across, window, 0, stride, count, columns, sums,
            out * columns + row[tables.TARGET] - base,
        )  # fmt: skip
