"""The CUDA engine's sums: what the connections of each kind bring to one neuron in one trial.

`total` is what has been added up so far, and products are added to it one after the other: with one
lane that is the CPU engine's order for binary neurons whose sums are not exact.
"""

from __future__ import annotations

import numpy as np

from . import rules, tables
from .cuda_jit import inner, product, rule

folded = rule(rules.folded)

# A connection's column beside those of `tables`: where its sums begin, in places, in `sums`; and a
# kind beside those of `tables`: a matrix product that stands there already.
SUMS_AT = tables.CONNECTION_COLUMNS
COLUMNS = SUMS_AT + 1
PRODUCT = -1
KINDS = (tables.ONE_TO_ONE, tables.DENSE, tables.ROWS, tables.CONVOLUTION, tables.SEPARABLE)

TWO, THREE, FOUR = np.uint64(2), np.uint64(3), np.uint64(4)


# ------------------------------------------------------------------ sheets


@inner
def add_convolution(row, weights, x, offset, trials, b, total):
    """Add what one target hears of a sheet: tap by tap, in the CPU engine's order."""
    channels, channels_in = row[tables.CHANNELS_OUT], row[tables.CHANNELS_IN]
    columns, columns_in = row[tables.COLUMNS_OUT], row[tables.COLUMNS_IN]
    across, border = row[tables.KERNEL_COLUMNS], row[tables.BORDER]
    out, at = offset % channels, offset // channels
    top = at // columns * row[tables.STEP_OVER] - row[tables.TOP]
    left = at % columns * row[tables.STEP_OVER] - row[tables.LEFT]
    for p in range(row[tables.KERNEL_ROWS]):
        y = folded(top + p, row[tables.ROWS_IN], border)
        if y < 0:
            continue
        for q in range(across):
            z = folded(left + q, columns_in, border)
            if z < 0:
                continue
            source = row[tables.SOURCE] + (y * columns_in + z) * channels_in
            tap = row[tables.WEIGHTS] + (p * across + q) * channels_in * channels + out
            for i in range(channels_in):
                total += product(weights[tap + i * channels], x[(source + i) * trials + b])
    return total


@inner
def add_across(row, weights, sums, offset, trials, b, total):
    """Add the taps across of a separable convolution; those down stand in `sums`."""
    columns, columns_in = row[tables.COLUMNS_OUT], row[tables.COLUMNS_IN]
    left = offset % columns - row[tables.LEFT]
    line = row[SUMS_AT] + offset // columns * columns_in
    tap = row[tables.WEIGHTS] + row[tables.KERNEL_ROWS]
    for q in range(row[tables.KERNEL_COLUMNS]):
        z = folded(left + q, columns_in, row[tables.BORDER])
        if z >= 0:
            total += product(weights[tap + q], sums[(line + z) * trials + b])
    return total


# ------------------------------------------------------------------ rows of weights


@inner
def four(values, at, hop):
    """Four values from `at` on, so far apart."""
    return values[at], values[at + hop], values[at + TWO * hop], values[at + THREE * hop]


@inner
def heard(x, column, trials, b):
    """The value at a place in one trial."""
    return x[np.uint64(column) * trials + b]


@inner
def four_heard(x, c0, c1, c2, c3, trials, b):
    """The values at four places in one trial."""
    return (
        heard(x, c0, trials, b), heard(x, c1, trials, b), heard(x, c2, trials, b),
        heard(x, c3, trials, b),
    )  # fmt: skip


@inner
def add_four(total, w0, x0, w1, x1, w2, x2, w3, x3):
    """Add four products, one after the other."""
    return total + product(w0, x0) + product(w1, x1) + product(w2, x2) + product(w3, x3)


@inner
def add_rest(w0, x0, w1, x1, w2, x2, e, step, end, total):
    """Add the up to three products that are left, from the e-th on."""
    if e < end:
        total += product(w0, x0)
    if e + step < end:
        total += product(w1, x1)
    if e + 2 * step < end:
        total += product(w2, x2)
    return total


@inner
def add_dense(weights, first, x, source, trials, begin, end, step, total):
    """Add weights[first + e] · x[source + e · trials] for every `step`-th e of [begin, end).

    Eight at a time, then four, in the same order: their loads are under way together.  Indices are
    unsigned, which Numba does not look at for the sign.
    """
    e = begin
    w_hop, x_hop = np.uint64(step), np.uint64(step * trials)
    while e + 7 * step < end:
        at, place = np.uint64(first + e), np.uint64(source + e * trials)
        w0, w1, w2, w3 = four(weights, at, w_hop)
        w4, w5, w6, w7 = four(weights, at + FOUR * w_hop, w_hop)
        x0, x1, x2, x3 = four(x, place, x_hop)
        x4, x5, x6, x7 = four(x, place + FOUR * x_hop, x_hop)
        total = add_four(total, w0, x0, w1, x1, w2, x2, w3, x3)
        total = add_four(total, w4, x4, w5, x5, w6, x6, w7, x7)
        e += 8 * step
    if e + 3 * step < end:
        w0, w1, w2, w3 = four(weights, np.uint64(first + e), w_hop)
        x0, x1, x2, x3 = four(x, np.uint64(source + e * trials), x_hop)
        total = add_four(total, w0, x0, w1, x1, w2, x2, w3, x3)
        e += 4 * step
    w0 = w1 = w2 = x0 = x1 = x2 = weights.dtype.type(0)
    if e < end:
        w0, x0 = weights[np.uint64(first + e)], x[np.uint64(source + e * trials)]
    if e + step < end:
        at, place = np.uint64(first + e + step), np.uint64(source + (e + step) * trials)
        w1, x1 = weights[at], x[place]
    if e + 2 * step < end:
        at, place = np.uint64(first + e + 2 * step), np.uint64(source + (e + 2 * step) * trials)
        w2, x2 = weights[at], x[place]
    return add_rest(w0, x0, w1, x1, w2, x2, e, step, end, total)


@inner
def add_row(weights, first, columns, source, x, trials, b, begin, end, step, total):
    """Add weights[first + e] · x[columns[source + e] · trials + b], likewise."""
    e = begin
    wide, own, hop = np.uint64(trials), np.uint64(b), np.uint64(step)
    while e + 7 * step < end:
        at, entry = np.uint64(first + e), np.uint64(source + e)
        c0, c1, c2, c3 = four(columns, entry, hop)
        c4, c5, c6, c7 = four(columns, entry + FOUR * hop, hop)
        w0, w1, w2, w3 = four(weights, at, hop)
        w4, w5, w6, w7 = four(weights, at + FOUR * hop, hop)
        x0, x1, x2, x3 = four_heard(x, c0, c1, c2, c3, wide, own)
        x4, x5, x6, x7 = four_heard(x, c4, c5, c6, c7, wide, own)
        total = add_four(total, w0, x0, w1, x1, w2, x2, w3, x3)
        total = add_four(total, w4, x4, w5, x5, w6, x6, w7, x7)
        e += 8 * step
    if e + 3 * step < end:
        c0, c1, c2, c3 = four(columns, np.uint64(source + e), hop)
        w0, w1, w2, w3 = four(weights, np.uint64(first + e), hop)
        x0, x1, x2, x3 = four_heard(x, c0, c1, c2, c3, wide, own)
        total = add_four(total, w0, x0, w1, x1, w2, x2, w3, x3)
        e += 4 * step
    w0 = w1 = w2 = x0 = x1 = x2 = weights.dtype.type(0)
    if e < end:
        w0 = weights[np.uint64(first + e)]
        x0 = heard(x, columns[np.uint64(source + e)], wide, own)
    if e + step < end:
        w1 = weights[np.uint64(first + e + step)]
        x1 = heard(x, columns[np.uint64(source + e + step)], wide, own)
    if e + 2 * step < end:
        w2 = weights[np.uint64(first + e + 2 * step)]
        x2 = heard(x, columns[np.uint64(source + e + 2 * step)], wide, own)
    return add_rest(w0, x0, w1, x1, w2, x2, e, step, end, total)


# ------------------------------------------------------------------ any connection


@inner
def add_connection(circuit, row, x, sums, place, trials, b, lane, lanes, total):
    """Add one lane's share of what one connection brings to a place."""
    weights = circuit.weights
    kind = row[tables.KIND]
    offset = place - row[tables.TARGET]
    first = row[tables.WEIGHTS] + offset * row[tables.WEIGHT_STRIDE]
    source = row[tables.SOURCE]
    if kind == tables.DENSE:
        total = add_dense(
            weights, first, x, source * trials + b, trials, lane, row[tables.WIDTH], lanes, total
        )
    elif kind == tables.ROWS:
        pointer = row[tables.POINTERS] + offset
        begin, end = circuit.pointers[pointer] + lane, circuit.pointers[pointer + 1]
        total = add_row(
            weights, row[tables.WEIGHTS], circuit.columns, source, x, trials, b, begin, end, lanes,
            total,
        )  # fmt: skip
    elif lane > 0:
        return total
    elif kind == PRODUCT:
        total += sums[(row[SUMS_AT] + offset) * trials + b]
    elif kind == tables.ONE_TO_ONE:
        total += product(weights[first], x[(source + offset) * trials + b])
    elif kind == tables.CONVOLUTION:
        total = add_convolution(row, weights, x, offset, trials, b, total)
    else:
        total = add_across(row, weights, sums, offset, trials, b, total)
    return total
