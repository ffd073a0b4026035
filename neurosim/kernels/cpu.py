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
from numba import prange

from . import random, rules, tables
from .convolutions import add_convolution, add_separable
from .jit import inner, kernel, rule

net_input = rule(rules.net_input)
fires = rule(rules.fires)
silent_bar = rule(rules.silent_bar)
relax = rule(rules.relax)
flush = rule(rules.flush)
threshold_linear = rule(rules.threshold_linear)
transfer = rule(rules.transfer)
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


@inner(reorder=True)
def gathered_dot(weights, columns, x):
    """Σ w·x over listed places, in any order."""
    total = weights.dtype.type(0)
    for e in range(len(weights)):
        total += weights[e] * x[columns[e]]
    return total


@inner
def add_scaled(weight, x, source, sums, target, n):
    """sums += w·x over n values from two starts; slices keep the loop free of index checks."""
    values = x[source : source + n]
    total = sums[target : target + n]
    for j in range(n):
        total[j] += weight * values[j]


@inner
def add_connection(program, c, low, high, base, x, block, sums, strip):
    """Add one connection's inputs to the targets [low, high); `sums` begins at target `base`."""
    connections, weights = program.connections, program.weights
    kind = connections[c, tables.KIND]
    offset = low - connections[c, tables.TARGET]
    source = connections[c, tables.SOURCE]
    first = connections[c, tables.WEIGHTS]
    stride = connections[c, tables.WEIGHT_STRIDE]
    by_dot = block == 1 and not connections[c, tables.ORDERED]
    if kind == tables.ONE_TO_ONE and stride == 0:
        n = (high - low) * block
        add_scaled(weights[first], x, (source + offset) * block, sums, (low - base) * block, n)
    elif kind == tables.SEPARABLE:
        add_separable(connections[c], weights, x, low, high, sums, base, strip)
    elif kind == tables.CONVOLUTION:
        add_convolution(connections[c], weights, x, low, high, sums, base, strip)
    else:
        pointer = connections[c, tables.POINTERS] + offset
        width = connections[c, tables.WIDTH]
        for i in range(high - low):
            target = (low - base + i) * block
            at = first + (offset + i) * stride
            if kind == tables.ONE_TO_ONE:
                place = (source + offset + i) * block
                add_scaled(weights[at], x, place, sums, target, block)
            elif kind == tables.DENSE:
                if by_dot:
                    sums[target] += dot(weights[at : at + width], x[source : source + width])
                else:
                    for j in range(width):
                        add_scaled(weights[at + j], x, (source + j) * block, sums, target, block)
            else:
                begin = program.pointers[pointer + i]
                end = program.pointers[pointer + i + 1]
                columns = program.columns[source + begin : source + end]
                row = weights[first + begin : first + end]
                if by_dot:
                    sums[target] += gathered_dot(row, columns, x)
                else:
                    for e in range(end - begin):
                        add_scaled(row[e], x, columns[e] * np.int64(block), sums, target, block)


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
    if code == rules.THRESHOLD_LINEAR:  # apart, so that it uses vector registers
        for j in range(n):
            drive[j] = threshold_linear(drive[j])
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


@inner
def note_faults(values, low, high, trial, block, step, fault):
    """Keep the first value that is not finite, in the order step, trial, place."""
    for b in range(block):
        for i in range(low, high):
            y = values[i * block + b]
            if y - y == 0:
                continue
            known = fault[tables.FAULT] != 0
            if known and step > fault[tables.FAULT_STEP]:
                continue
            if known and step == fault[tables.FAULT_STEP]:
                if trial + b > fault[tables.FAULT_TRIAL]:
                    continue
                if trial + b == fault[tables.FAULT_TRIAL] and i > fault[tables.FAULT_PLACE]:
                    continue
            fault[tables.FAULT] = 1
            fault[tables.FAULT_STEP] = step
            fault[tables.FAULT_TRIAL] = trial + b
            fault[tables.FAULT_PLACE] = i


@inner
def advance(program, chunks, c, x, y, trial, block, step, seed, tiny, sums, strip, fault):
    """Compute chunk c's neurons from the values x into the values y; False if one is not finite."""
    g, low, high = chunks[c, 0], chunks[c, 1], chunks[c, 2]
    groups = program.groups
    n = (high - low) * block
    for channel in range(3):
        if groups[g, tables.CHANNELS] & (1 << channel):
            total = sums[channel, :n]
            for j in range(n):
                total[j] = 0
    for r in range(groups[g, tables.FIRST], groups[g, tables.LAST]):
        start = max(low, program.connections[r, tables.TARGET])
        stop = min(high, program.connections[r, tables.TARGET_STOP])
        if start < stop:
            channel = program.connections[r, tables.CHANNEL]
            add_connection(program, r, start, stop, low, x, block, sums[channel], strip)
    # One stretch where neuron and value advance together or all neurons are alike, else one each.
    length = n if block == 1 or groups[g, tables.ALIKE] else block
    stride = 1 if block == 1 else 0
    finite = True
    for first in range(0, n, length):
        end = first + length
        place = low * block
        finite &= apply_rule(
            program, g, low - groups[g, tables.START] + first // block, stride, trial, block,
            step, seed, tiny, sums[0, first:end], sums[1, first:end], sums[2, first:end],
            x[place + first : place + end], y[place + first : place + end],
        )  # fmt: skip
    if not finite:
        note_faults(y, low, high, trial, block, step, fault)
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
    program, chunks, first, last, static, block, movie, places, state, all_places, ring, recorded,
    record, every, final, first_step, steps, seed, tiny, values, sums, strip, fault,
):  # fmt: skip
    """Run the trials [first, last), a block at a time, through all steps on this thread.

    A static call is one step whose chunks, in layer order, read and write the same values.
    """
    for trial in range(first, last, block):
        width = min(block, last - trial)
        x = values[0, : state.shape[2] * width]
        y = values[1 - static, : state.shape[2] * width]
        scatter(state, 0, all_places, trial, width, x, y)
        for k in range(steps):
            if k == 0 or movie.shape[1] > 1:
                scatter(movie, k, places, trial, width, x, y)
            pass_lines(program, ring, trial, first_step + k, width, x, y)
            finite = True
            for c in range(len(chunks)):
                finite &= advance(
                    program, chunks, c, x, y, trial, width, first_step + k, seed, tiny, sums,
                    strip, fault,
                )  # fmt: skip
            if (k + 1) % every == 0:
                gather(y, recorded, trial, width, record, (k + 1) // every - 1)
            x, y = y, x
            if not finite:
                break
        if len(final):
            gather(x, all_places, trial, width, final, 0)


@kernel(parallel=True)
def run_trials(
    program, chunks, trials, static, block, movie, places, state, all_places, ring, recorded,
    record, every, final, first_step, steps, seed, tiny, values, sums, strips, faults,
):  # fmt: skip
    """Run the blocks of trials on as many threads as `faults` has rows."""
    blocks = (trials + block - 1) // block
    threads = len(faults)
    for part in prange(threads):
        run(
            program, chunks, blocks * part // threads * block,
            min(trials, blocks * (part + 1) // threads * block), static, block, movie, places,
            state, all_places, ring, recorded, record, every, final, first_step, steps, seed,
            tiny, values[part], sums[part], strips[part], faults[part],
        )  # fmt: skip


@inner
def advance_share(
    program, chunks, low, high, x, y, trial, block, step, seed, tiny, sums, strip, fault
):
    """Compute the chunks [low, high); False if a value is not finite."""
    finite = True
    for c in range(low, high):
        finite &= advance(
            program, chunks, c, x, y, trial, block, step, seed, tiny, sums, strip, fault
        )
    return finite


@kernel(parallel=True)
def run_chunks(
    program, chunks, shares, trials, static, block, movie, places, state, all_places, ring,
    recorded, record, every, final, first_step, steps, seed, tiny, values, sums, strips, faults,
):  # fmt: skip
    """Run block after block, each step's chunks shared among the threads.

    `shares` (layers, threads + 1) says at which chunk each thread's share of a layer begins; in
    time there is one layer.
    """
    threads = len(faults)
    finite = np.ones(threads, dtype=np.bool_)
    for trial in range(0, trials, block):
        width = min(block, trials - trial)
        size = state.shape[2] * width
        finite[:] = True
        scatter(state, 0, all_places, trial, width, values[0, :size], values[1 - static, :size])
        done = 0
        for k in range(steps):
            turn = 0 if static else k % 2
            x = values[turn, :size]
            y = values[turn if static else 1 - turn, :size]
            if k == 0 or movie.shape[1] > 1:
                scatter(movie, k, places, trial, width, x, y)
            pass_lines(program, ring, trial, first_step + k, width, x, y)
            for layer in range(len(shares)):
                for part in prange(threads):
                    finite[part] &= advance_share(
                        program, chunks, shares[layer, part], shares[layer, part + 1], x, y,
                        trial, width, first_step + k, seed, tiny, sums[part], strips[part],
                        faults[part],
                    )  # fmt: skip
            if (k + 1) % every == 0:
                gather(y, recorded, trial, width, record, (k + 1) // every - 1)
            done = k + 1
            if not finite.all():
                break
        if len(final):
            gather(values[0 if static else done % 2, :size], all_places, trial, width, final, 0)
