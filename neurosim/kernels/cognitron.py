"""The cognitron's layers: sheets of cells that hear areas of the sheet before, and learn.

A sheet lies in a row of numbers with a margin of silent cells around it: as many as an area
reaches beyond the border.  Its rows are `stride` apart, so that each place of an area is one offset
for all cells, and a sum over areas is a few passes over neighbours, which fill vector registers.
Between the rows lie cells without weights, which stay silent.  Each cell's sums run place by place
in the order of the area's rows: cells that hear the same answer the same, bit for bit.

Per presentation and cell a layer multiplies and adds 25 times for e, adds 25 times for v, and
compares 13 times.
"""

from __future__ import annotations

from . import rules
from .jit import inner, kernel, rule
from .tables import AREA as SIDE

REACH = SIDE // 2
SHARE = 1 / SIDE**2  # c: Σc = 1

is_larger = rule(rules.is_larger)
response = rule(rules.cognitron_response, is_larger=is_larger)
excitatory_growth = rule(rules.excitatory_growth)
inhibitory_growth = rule(rules.inhibitory_growth)
silent_growth = rule(rules.silent_growth)


@inner
def load(patterns, p, sheet, stride):
    """Lay a pattern within the margin of a sheet."""
    for i in range(patterns.shape[1]):
        first = (i + REACH) * stride + REACH
        for j in range(patterns.shape[2]):
            sheet[first + j] = patterns[p, i, j]


@inner
def add_areas(weights, before, stride, e, v):
    """e = Σ a·u and v = Σ c·u of every cell, an area's row at a time."""
    count = len(e)
    for i in range(count):
        e[i] = 0.0
        v[i] = 0.0
    for k in range(SIDE):
        w, b = SIDE * k, stride * k
        for i in range(count):
            u0, u1, u2 = before[b + i], before[b + i + 1], before[b + i + 2]
            u3, u4 = before[b + i + 3], before[b + i + 4]
            total = e[i] + weights[w, i] * u0
            total += weights[w + 1, i] * u1
            total += weights[w + 2, i] * u2
            total += weights[w + 3, i] * u3
            e[i] = total + weights[w + 4, i] * u4
            v[i] = v[i] + u0 + u1 + u2 + u3 + u4
    for i in range(count):
        v[i] *= SHARE


@inner
def respond(inhibitory, e, v, after, stride):
    """u of every cell."""
    first = REACH * stride + REACH
    for i in range(len(e)):
        after[first + i] = response(e[i], inhibitory[i] * v[i])


@inner(once=True)
def larger(a, b):
    """Return the larger of two responses."""
    return a if a > b else b


@inner
def find_largest(sheet, stride, largest):
    """Find the largest response in each cell's vicinity: 13 cells, in the shape of a diamond."""
    second, third, fourth, fifth = (
        sheet[stride:], sheet[2 * stride:], sheet[3 * stride:], sheet[4 * stride:],
    )  # fmt: skip
    for i in range(len(largest)):
        # Written out, so that it is one pass over neighbours.
        most = larger(sheet[i + 2], fifth[i + 2])
        most = larger(most, larger(larger(second[i + 1], second[i + 2]), second[i + 3]))
        most = larger(most, larger(larger(fourth[i + 1], fourth[i + 2]), fourth[i + 3]))
        most = larger(most, larger(larger(third[i], third[i + 1]), third[i + 2]))
        largest[i] = larger(most, larger(third[i + 3], third[i + 4]))


@inner
def reinforce(weights, inhibitory, i, before, stride, rate, growth):
    """Let the weights of cell i grow."""
    for k in range(SIDE):
        for j in range(SIDE):
            pre = before[i + k * stride + j]
            weights[SIDE * k + j, i] += excitatory_growth(rate, SHARE, pre)
    inhibitory[i] += growth


@inner
def mean_power(before, i, stride):
    """Σ c·u² over the area of cell i."""
    power = 0.0
    for k in range(SIDE):
        for j in range(SIDE):
            pre = before[i + k * stride + j]
            power += SHARE * pre * pre
    return power


@inner
def learn(weights, inhibitory, before, after, v, largest, size, stride, rates, counts):
    """Reinforce the cells of a layer that none in their vicinity exceeds, and those in silence."""
    rows, columns = size
    q, q_silent = rates
    first = REACH * stride + REACH
    counts[0] = 0
    counts[1] = 0
    for row in range(rows):
        for i in range(row * stride, row * stride + columns):
            if largest[i] == 0:
                if v[i] > 0:
                    growth = silent_growth(q_silent, v[i])
                    reinforce(weights, inhibitory, i, before, stride, q_silent, growth)
                    counts[1] += 1
            elif not is_larger(largest[i], after[first + i]):
                growth = inhibitory_growth(q, mean_power(before, i, stride), v[i])
                reinforce(weights, inhibitory, i, before, stride, q, growth)
                counts[0] += 1


@kernel
def present_to_cognitron(patterns, excitatory, inhibitory, rates, sheets, e, v, largest, counts):
    """Present patterns one after the other; each layer responds, then learns.

    patterns : (presentations, rows, columns)
    excitatory, inhibitory : a (layers, 25, cells) and b (layers, cells), cells with `stride`
    rates : q and q′
    sheets : scratch (layers + 1, places), 0 at the margins
    e, v, largest : scratch, (cells,)
    counts : to (presentations, layers, 2): cells reinforced, and in silence
    """
    size = patterns.shape[1], patterns.shape[2]
    stride = size[1] + 2 * REACH
    for p in range(len(patterns)):
        load(patterns, p, sheets[0], stride)
        for n in range(len(excitatory)):
            add_areas(excitatory[n], sheets[n], stride, e, v)
            respond(inhibitory[n], e, v, sheets[n + 1], stride)
            find_largest(sheets[n + 1], stride, largest)
            learn(
                excitatory[n], inhibitory[n], sheets[n], sheets[n + 1], v, largest, size, stride,
                rates, counts[p, n],
            )  # fmt: skip


@kernel
def respond_as_cognitron(patterns, excitatory, inhibitory, sheets, e, v, responses):
    """Write what every cell answers to each pattern: responses (patterns, layers, rows, columns).

    The rest is as in `present_to_cognitron`.
    """
    stride = patterns.shape[2] + 2 * REACH
    for p in range(len(patterns)):
        load(patterns, p, sheets[0], stride)
        for n in range(len(excitatory)):
            add_areas(excitatory[n], sheets[n], stride, e, v)
            respond(inhibitory[n], e, v, sheets[n + 1], stride)
            for row in range(patterns.shape[1]):
                first = (row + REACH) * stride + REACH
                for column in range(patterns.shape[2]):
                    responses[p, n, row, column] = sheets[n + 1, first + column]
