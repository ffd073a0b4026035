"""The CPU engine: one interpreter of a Program's tables, so that no circuit is ever compiled.

Neurons are worked through in *chunks*: all of a chunk's connections are summed into three small
buffers (drive, pool, vetoes), then its rule is applied, while everything is still in cache.
Several trials lie side by side in a *block*: value i of trial b is `x[i * block + b]`, so that
small circuits use vector registers across trials; a block of one is a plain state vector.

Threads take either blocks of trials or chunks of neurons.  Each neuron's sum is made by one
thread in one order, so any number of threads gives identical results.
"""

from __future__ import annotations

import numpy as np

from . import random, rules, tables
from .convolutions import add_convolution, add_scaled, add_separable
from .jit import inner, kernel, rule
from .threads import wait

net_input = rule(rules.net_input)
fires = rule(rules.fires)
silent_bar = rule(rules.silent_bar)
relax = rule(rules.relax)
flush = rule(rules.flush)
threshold_linear = rule(rules.threshold_linear)
tanh = rule(rules.tanh)
transfer = rule(rules.transfer, tanh=tanh)
philox = rule(random.philox)
box_muller = rule(random.box_muller)


# ------------------------------------------------------------------ sums of inputs


@inner(reorder=True)
def dot(weights, x):
    """Σ w·x over two stretches, in any order."""
    total = weights.dtype.type(0)
    for j in range(len(weights)):
        total += weights[j] * x[j]
    return total


@inner(fuse=True)
def gathered_dot(weights, columns, x):
    """Σ w·x over listed places, in four sums.

    Unsigned places need no check for negative ones, and a fixed order keeps the compiler from
    gathering into vector registers, which is slower here than four plain loads.
    """
    a = b = c = d = weights.dtype.type(0)
    one = np.uintp(1)
    e = np.uintp(0)
    whole = np.uintp(len(weights) // 4 * 4)
    while e < whole:
        a += weights[e] * x[columns[e]]
        b += weights[e + one] * x[columns[e + one]]
        c += weights[e + np.uintp(2)] * x[columns[e + np.uintp(2)]]
        d += weights[e + np.uintp(3)] * x[columns[e + np.uintp(3)]]
        e += np.uintp(4)
    while e < np.uintp(len(weights)):
        a += weights[e] * x[columns[e]]
        e += one
    return (a + b) + (c + d)


@inner(once=True)
def add_connection(program, c, low, high, base, x, block, sums, window):
    """Add one connection's inputs to the targets [low, high); `sums` begins at target `base`."""
    connections, weights = program.connections, program.weights
    kind = connections[c, tables.KIND]
    if kind == tables.SEPARABLE:
        add_separable(connections[c], weights, x, low, high, sums, base, window)
        return
    if kind == tables.CONVOLUTION:
        add_convolution(connections[c], weights, x, low, high, sums, base)
        return
    source = connections[c, tables.SOURCE]
    first = connections[c, tables.WEIGHTS]
    stride = connections[c, tables.WEIGHT_STRIDE]
    offset = low - connections[c, tables.TARGET]
    count = high - low
    if kind == tables.ONE_TO_ONE and stride == 0:  # one weight for all: one stretch of values
        add_scaled(
            weights[first], x, (source + offset) * block, sums, (low - base) * block, count * block
        )
        return
    by_dot = block == 1 and not connections[c, tables.ORDERED]
    pointer = connections[c, tables.POINTERS] + offset
    width = connections[c, tables.WIDTH]
    for i in range(count):
        target = (low - base + i) * block
        if kind == tables.ROWS:
            begin, end = program.pointers[pointer + i], program.pointers[pointer + i + 1]
            row = weights[first + begin : first + end]
            narrow = len(program.narrow) > 0
            if by_dot and narrow:
                columns = program.narrow[source + begin : source + end]
                sums[target] += gathered_dot(row, columns, x)
            elif by_dot:
                columns = program.wide[source + begin : source + end]
                sums[target] += gathered_dot(row, columns, x)
            else:
                for e in range(len(row)):
                    at = source + begin + e
                    place = np.int64(program.narrow[at]) if narrow else np.int64(program.wide[at])
                    add_scaled(row[e], x, place * block, sums, target, block)
        else:
            at = first + (offset + i) * stride
            here = source + offset + i if kind == tables.ONE_TO_ONE else source
            if by_dot:
                sums[target] += dot(weights[at : at + width], x[here : here + width])
            else:
                for e in range(width):
                    add_scaled(weights[at + e], x, (here + e) * block, sums, target, block)


# ------------------------------------------------------------------ rules over a stretch


@inner
def apply_rule(
    program, g, i, stride, trial, block, step, seed, tiny, drive, pool, vetoes, before, after
):
    """Compute the activities of one stretch of a group's values; False if one is not finite.

    Value j belongs to neuron i + stride·j of the group: neurons side by side (stride 1), or the
    trials of one neuron, or of several that are alike (stride 0).
    """
    groups, parameters = program.groups, program.parameters
    n = len(drive)
    kind = groups[g, tables.RULE]
    pooled = groups[g, tables.USES_POOL] != 0
    vetoing = groups[g, tables.USES_VETO] != 0
    bias = groups[g, tables.BIAS] + i * groups[g, tables.BIAS_STRIDE]
    bias_step = stride * groups[g, tables.BIAS_STRIDE]
    sigma = groups[g, tables.SIGMA] + i * groups[g, tables.SIGMA_STRIDE]
    sigma_step = stride * groups[g, tables.SIGMA_STRIDE]
    threshold = groups[g, tables.THRESHOLD] + i * groups[g, tables.THRESHOLD_STRIDE]
    threshold_step = stride * groups[g, tables.THRESHOLD_STRIDE]
    for j in range(n):
        drive[j] += parameters[bias + j * bias_step]
    if kind == tables.BINARY:  # `sigma` is θσ, the pool θD
        for j in range(n):
            bar = parameters[sigma + j * sigma_step]
            if pooled:
                bar = silent_bar(bar + pool[j], parameters[threshold + j * threshold_step])
            after[j] = fires(drive[j], bar, vetoing and vetoes[j] > 0)
        return True
    if pooled or vetoing:
        for j in range(n):
            divisor = parameters[sigma + j * sigma_step]
            if pooled:
                divisor += pool[j]
            drive[j] = net_input(drive[j], divisor, vetoing and vetoes[j] > 0)
    if groups[g, tables.NOISY]:
        noise = groups[g, tables.NOISE] + i * groups[g, tables.NOISE_STRIDE]
        for j in range(n):
            ahead = j if stride else j // block
            words = philox(
                np.uint64(step) & random.MASK, np.uint64(groups[g, tables.IDENTITY] + i + ahead),
                np.uint64(trial + (0 if stride else j % block)), random.NOISE, seed[0], seed[1],
            )  # fmt: skip
            scale = parameters[noise + ahead * groups[g, tables.NOISE_STRIDE]]
            drive[j] += scale * box_muller(words[0], words[1], words[2], words[3])
    if kind == tables.NOISY_BINARY:
        for j in range(n):
            bar = parameters[threshold + j * threshold_step]
            after[j] = fires(drive[j], bar, vetoing and vetoes[j] > 0)
        return True
    gain = groups[g, tables.GAIN] + i * groups[g, tables.GAIN_STRIDE]
    gain_step = stride * groups[g, tables.GAIN_STRIDE]
    for j in range(n):
        theta = parameters[threshold + j * threshold_step]
        drive[j] = parameters[gain + j * gain_step] * (drive[j] - theta)
    code = groups[g, tables.TRANSFER]
    if code == rules.THRESHOLD_LINEAR:  # these two apart, so that they use vector registers
        for j in range(n):
            drive[j] = threshold_linear(drive[j])
    elif code == rules.TANH:
        for j in range(n):
            drive[j] = tanh(drive[j])
    elif code != rules.IDENTITY:
        shape = groups[g, tables.SHAPE]
        a, b, c = parameters[shape], parameters[shape + 1], parameters[shape + 2]
        for j in range(n):
            drive[j] = transfer(code, drive[j], a, b, c)
    decay = groups[g, tables.DECAY] + i * groups[g, tables.DECAY_STRIDE]
    decay_step = stride * groups[g, tables.DECAY_STRIDE]
    faults = 0
    for j in range(n):
        y = flush(relax(before[j], drive[j], parameters[decay + j * decay_step]), tiny)
        after[j] = y
        faults += not (y - y == 0)
    return faults == 0


@inner(once=True)
def advance(program, chunks, c, x, y, trial, block, step, seed, tiny, sums, window):
    """Compute chunk c's neurons from the values x into the values y; False if one is not finite."""
    g, low, high = chunks[c, 0], chunks[c, 1], chunks[c, 2]
    groups = program.groups
    n = (high - low) * block
    drive, pool, vetoes = sums[0], sums[1], sums[2]
    for channel in range(3):
        if groups[g, tables.CHANNELS] & (1 << channel):
            total = sums[channel]
            for j in range(n):
                total[j] = 0
    for r in range(groups[g, tables.FIRST], groups[g, tables.LAST]):
        start = max(low, program.connections[r, tables.TARGET])
        stop = min(high, program.connections[r, tables.TARGET_STOP])
        if start < stop:
            channel = program.connections[r, tables.CHANNEL]
            add_connection(program, r, start, stop, low, x, block, sums[channel], window)
    # One stretch where neuron and value advance together or all neurons are alike, else one each.
    length = n if block == 1 or groups[g, tables.ALIKE] else block
    stride = 1 if block == 1 else 0
    finite = True
    for first in range(0, n, length):
        end = first + length
        place = low * block
        finite &= apply_rule(
            program, g, low - groups[g, tables.START] + first // block, stride, trial, block,
            step, seed, tiny, drive[first:end], pool[first:end], vetoes[first:end],
            x[place + first : place + end], y[place + first : place + end],
        )  # fmt: skip
    return finite


# ------------------------------------------------------------------ moving values


@inner
def scatter(frames, k, places, trial, block, x, y):
    """Write the values of moment k for a block of trials to their places in both arrays."""
    for b in range(block):
        frame = frames[min(trial + b, len(frames) - 1), k]
        for i in range(len(places)):
            at = places[i] * block + b
            x[at] = frame[i]
            y[at] = frame[i]


@inner
def gather(x, places, trial, block, frames, k):
    """Read the values at some places into moment k of a block of trials."""
    for b in range(block):
        frame = frames[trial + b, k]
        for i in range(len(places)):
            frame[i] = x[places[i] * block + b]


@inner
def pass_lines(program, ring, trial, step, block, x, y):
    """Move every delay line on by a step: its oldest values come out, the present ones go in."""
    lines = program.lines
    for d in range(len(lines)):
        size = lines[d, tables.LINE_SIZE]
        slot = lines[d, tables.LINE_RING] + (step % lines[d, tables.LINE_STEPS]) * size
        for i in range(size):
            place = (lines[d, tables.LINE_START] + i) * block
            source = program.line_sources[lines[d, tables.LINE_SOURCES] + i] * block
            for b in range(block):
                old = ring[trial + b, slot + i]
                ring[trial + b, slot + i] = x[source + b]
                x[place + b] = old
                y[place + b] = old


# ------------------------------------------------------------------ whole runs


@kernel
def run(
    program, chunks, shares, part, barrier, first, last, static, block, movie, places, state,
    all_places, ring, recorded, record, every, final, first_step, steps, seed, tiny, values, sums,
    window, fault,
):  # fmt: skip
    """Run the trials [first, last), a block at a time, through all steps.

    A static call is one step whose layers of chunks, one after the other, read and write the same
    values; in time there is one layer.  `shares` (layers, parts + 1) says at which chunk each
    part's share of a layer begins: all parts run this same function at once, and part 0 moves the
    values.  The run stops at the first block in which a value is not finite, and `values` is left
    as it was then.
    """
    parts = shares.shape[1] - 1
    rounds = 0
    for trial in range(first, last, block):
        width = min(block, last - trial)
        x = values[0]
        y = values[1 - static]
        if part == 0:
            scatter(state, 0, all_places, trial, width, x, y)
        for k in range(steps):
            if part == 0:
                if k == 0 or movie.shape[1] > 1:
                    scatter(movie, k, places, trial, width, x, y)
                pass_lines(program, ring, trial, first_step + k, width, x, y)
            if parts > 1:
                rounds += 1
                if not wait(barrier, rounds, parts):
                    return
            for layer in range(len(shares)):
                for c in range(shares[layer, part], shares[layer, part + 1]):
                    if not advance(
                        program, chunks, c, x, y, trial, width, first_step + k, seed, tiny, sums,
                        window,
                    ):  # fmt: skip
                        fault[tables.FAULT] = 1
                if parts > 1:
                    rounds += 1
                    if not wait(barrier, rounds, parts):
                        return
            if fault[tables.FAULT]:
                fault[tables.FAULT_STEP] = first_step + k
                fault[tables.FAULT_TRIAL] = trial
                fault[tables.FAULT_TURN] = 0 if static else (k + 1) % 2
                return
            if part == 0 and (k + 1) % every == 0:
                gather(y, recorded, trial, width, record, (k + 1) // every - 1)
            x, y = y, x
        if part == 0 and len(final):
            gather(x, all_places, trial, width, final, 0)
