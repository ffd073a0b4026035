"""Connections that learn: a row's weights become what the last step made of them, then are summed.

A step's weights change by what was active before it and after it.  They are changed when the next
step sums them, a stretch of a row at a time, so that each is read and written once a step: while
it is in the first cache.  What the last step of a run changes is done at its end.
"""

from __future__ import annotations

import numpy as np

from . import rules, tables
from .dense import ROWS, add_dots, add_dots_in_order
from .jit import inner, rule
from .rows import add_gathered
from .tables import STRETCH

slope_at_answer = rule(rules.slope_at_answer)
delta_signal = rule(rules.delta_signal, slope_at_answer=slope_at_answer)
learned = rule(rules.learned)
unexplained = rule(rules.unexplained)
within = rule(rules.within)
flush = rule(rules.flush)


@inner(once=True)
def change_of(program, c, i, x, before):
    """Return by how much of pre the synapses of a connection's i-th target change, and its part.

    The part is what the target takes of an input for each unit of weight, before the rest of it is
    learned: 0 but for Oja's rule.  `x` holds the values after the step, with the next step's
    inputs; `before` those before it, with its own inputs, which were its teachers, too.
    """
    row = program.connections[c]
    post = x[row[tables.TARGET] + i]
    real = type(post)  # a whole number beside float32 would make float64 of it
    sign, code = real(row[tables.SIGN]), row[tables.LEARNING]
    signal = post
    if code == rules.DELTA:
        place = program.pointers[row[tables.TEACHER] + i]
        wanted = x[place] if place >= 0 else before[-1 - place]
        signal = real(delta_signal(row[tables.SLOPE], post, wanted))
    change = sign * program.parameters[row[tables.RATE]] * signal
    return change, sign * post if code == rules.OJA else real(0)


@inner
def learn_row(own, pre, change, part, low, high, tiny, flushes):
    """Change weights by what their sources did; slices, or loops would use no vector registers."""
    if change == 0 and not flushes:
        return
    if part == 0:
        for e in range(len(own)):
            own[e] = learned(own[e], pre[e], change)
    else:
        for e in range(len(own)):
            own[e] = learned(own[e], unexplained(pre[e], own[e], part), change)
    if low == 0 or high == 0:
        for e in range(len(own)):
            own[e] = within(own[e], low, high)
    if flushes:
        for e in range(len(own)):
            own[e] = flush(own[e], tiny)


@inner(once=True)
def limits(row, tiny):
    """Return between which values weights stay, as they are stored: with their channel's sign."""
    most = type(tiny)(np.inf)
    zero = type(tiny)(0)
    if row[tables.SIGNED]:
        return -most, most
    return (zero, most) if row[tables.SIGN] > 0 else (-most, zero)


@inner(once=True)
def add_plastic_dense(
    program, weights, c, low, high, base, x, before, learns, sums, adds, in_order, tiny, flushes
):  # fmt: skip
    """As `add_plastic`, where all targets hear the same neighbours."""
    row = program.connections[c]
    width, source = row[tables.WIDTH], row[tables.SOURCE]
    lowest, highest = limits(row, tiny)
    for top in range(low, high, ROWS):
        count = min(ROWS, high - top)
        at = row[tables.LEARNED] + (top - row[tables.TARGET]) * width
        for e in range(0, width, STRETCH):
            size = min(STRETCH, width - e)
            if learns:
                for r in range(count):
                    change, part = change_of(program, c, top + r - row[tables.TARGET], x, before)
                    first = at + r * width + e
                    learn_row(
                        weights[first : first + size], before[source + e : source + e + size],
                        change, part, lowest, highest, tiny, flushes,
                    )  # fmt: skip
            if adds and in_order:
                add_dots_in_order(
                    weights, at + e, width, count, size, x, source + e, sums, top - base
                )
            elif adds:
                add_dots(weights, at + e, width, count, size, x, source + e, sums, top - base)


@inner(once=True)
def hear(program, begin, size, before, heard):
    """Gather what the listed sources did into `heard`."""
    if len(program.narrow) > 0:
        listed = program.narrow[begin : begin + size]
        for e in range(size):
            heard[e] = before[listed[e]]
    else:
        longer = program.wide[begin : begin + size]
        for e in range(size):
            heard[e] = before[longer[e]]


@inner(once=True)
def add_plastic_rows(
    program, weights, c, low, high, base, x, before, learns, sums, adds, in_order, tiny, flushes,
    heard,
):  # fmt: skip
    """As `add_plastic`, where each target hears what its row lists."""
    row = program.connections[c]
    first, source = row[tables.LEARNED], row[tables.SOURCE]
    lowest, highest = limits(row, tiny)
    for target in range(low, high):
        i = target - row[tables.TARGET]
        pointer = row[tables.POINTERS] + i
        if learns:
            change, part = change_of(program, c, i, x, before)
            end = program.pointers[pointer + 1]
            for begin in range(program.pointers[pointer], end, STRETCH):
                size = min(STRETCH, end - begin)
                hear(program, source + begin, size, before, heard)
                learn_row(
                    weights[first + begin : first + begin + size], heard[:size], change, part,
                    lowest, highest, tiny, flushes,
                )  # fmt: skip
        if adds and len(program.narrow) > 0:
            add_gathered(
                weights, first, program.narrow, source, program.pointers, pointer, 1, x, sums,
                target - base, in_order,
            )  # fmt: skip
        elif adds:
            add_gathered(
                weights, first, program.wide, source, program.pointers, pointer, 1, x, sums,
                target - base, in_order,
            )  # fmt: skip


@inner
def add_plastic(
    program, weights, c, low, high, base, x, before, learns, sums, adds, in_order, tiny, flushes,
    heard,
):  # fmt: skip
    """Let connection c's weights to the targets [low, high) learn, and add what they bring.

    Parameters
    ----------
    weights : a trial's own
    base : the target at which `sums` begins
    x, before : the values as this step finds them, and as the last one found them
    learns : whether there was a last step
    adds : whether there is a next one: the sums are wanted
    flushes : whether magnitudes below `tiny` become 0, which need not be in each step
    heard : scratch of at least STRETCH values
    """
    if program.connections[c, tables.KIND] == tables.DENSE:
        add_plastic_dense(
            program, weights, c, low, high, base, x, before, learns, sums, adds, in_order, tiny,
            flushes,
        )  # fmt: skip
    else:
        add_plastic_rows(
            program, weights, c, low, high, base, x, before, learns, sums, adds, in_order, tiny,
            flushes, heard,
        )  # fmt: skip
