"""The CPU engine: one interpreter of a Program's tables, so that no circuit is ever compiled.

Neurons are worked through in *chunks*: all of a chunk's connections are summed into small buffers
(drive, pool, vetoes), then its rule is applied, while everything is still in cache.
Several trials lie side by side in a *block*: value i of trial b is `x[i * block + b]`, so that
small circuits use vector registers across trials; a block of one is a plain state vector.

Threads take either blocks of trials or chunks of neurons.  Each neuron's sum is made by one
thread in one order, so any number of threads gives identical results.
"""

from __future__ import annotations

from types import FunctionType

import numpy as np

from . import random, rules, tables
from .barrier import wait
from .convolutions import add_convolution
from .dense import add_dots, add_dots_in_order, add_product
from .jit import inner, kernel, rule
from .moving import add_scaled, fill, gather, pass_lines, scatter
from .plastic import add_plastic
from .rows import add_gathered
from .separable import add_separable

LEARNS = False  # in `run`; `run_learning` is the same text with True

net_input = rule(rules.net_input)
fires = rule(rules.fires)
silent_bar = rule(rules.silent_bar)
relax = rule(rules.relax)
bounded = rule(rules.bounded)
flush = rule(rules.flush)
threshold_linear = rule(rules.threshold_linear)
tanh = rule(rules.tanh)
power = rule(rules.power)
logistic = rule(rules.logistic)
softplus = rule(rules.softplus)
transfer = rule(rules.transfer, tanh=tanh, power=power, logistic=logistic, softplus=softplus)
philox = rule(random.philox)
box_muller = rule(random.box_muller)


# ------------------------------------------------------------------ sums of inputs


@inner(once=True)
def add_connection(program, c, low, high, base, x, block, alone, sums, window, lines):
    """Add one connection's inputs to the targets [low, high); `sums` begins at target `base`.

    `alone` says that no block of the run has more trials than one: their sums have an order of
    their own, which the last trial of wider blocks has not, though its block is as narrow.
    """
    connections, weights = program.connections, program.weights
    kind = connections[c, tables.KIND]
    if kind == tables.SEPARABLE:
        add_separable(connections[c], weights, x, low, high, sums, base, window, lines)
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
    width = connections[c, tables.WIDTH]
    ordered = connections[c, tables.ORDERED] != 0
    in_order = ordered or not alone
    if kind == tables.DENSE and (block == 1 or not ordered):
        first += offset * stride
        if not in_order:
            add_dots(weights, first, stride, count, width, x, source, sums, low - base)
        elif ordered:
            add_dots_in_order(weights, first, stride, count, width, x, source, sums, low - base)
        else:
            add_product(weights, first, stride, count, width, x, source, block, sums, low - base)
        return
    pointer = connections[c, tables.POINTERS] + offset
    narrow = len(program.narrow) > 0
    if kind == tables.ROWS and block == 1:
        pointers = program.pointers
        if narrow:
            add_gathered(
                weights, first, program.narrow, source, pointers, pointer, count, x, sums,
                low - base, in_order,
            )  # fmt: skip
        else:
            add_gathered(
                weights, first, program.wide, source, pointers, pointer, count, x, sums,
                low - base, in_order,
            )  # fmt: skip
        return
    for i in range(count):
        target = (low - base + i) * block
        if kind == tables.ROWS:
            for e in range(program.pointers[pointer + i], program.pointers[pointer + i + 1]):
                at = source + e
                place = np.int64(program.narrow[at]) if narrow else np.int64(program.wide[at])
                add_scaled(weights[first + e], x, place * block, sums, target, block)
        else:
            at = first + (offset + i) * stride
            here = source + offset + i if kind == tables.ONE_TO_ONE else source
            for e in range(width):
                add_scaled(weights[at + e], x, (here + e) * block, sums, target, block)


# ------------------------------------------------------------------ rules over a chunk


@inner
def add_noise(u, scale, n, block, neuron, trial, step, seed):
    """u ← u + s·ξ; ξ is addressed by the seed, the step, the neuron and the trial."""
    for j in range(n):
        words = philox(
            np.uint64(step) & random.MASK, np.uint64(neuron + j // block),
            np.uint64(trial + j % block), random.NOISE, seed[0], seed[1],
        )  # fmt: skip
        u[j] += scale[j] * box_muller(words[0], words[1], words[2], words[3])


@inner(once=True)
def apply_transfer(code, a, b, c, u, n):
    """u ← f(u); the commonest functions have loops of their own, which use vector registers."""
    if code == rules.THRESHOLD_LINEAR:
        for j in range(n):
            u[j] = threshold_linear(u[j])
    elif code == rules.TANH:
        for j in range(n):
            u[j] = tanh(u[j])
    elif code == rules.POWER and a == 2:
        for j in range(n):
            u[j] = power(u[j], type(a)(2))
    elif code == rules.POWER and a == 0.5:
        for j in range(n):
            u[j] = power(u[j], type(a)(0.5))
    elif code != rules.IDENTITY:
        for j in range(n):
            u[j] = transfer(code, u[j], a, b, c)


@inner
def apply_rule(
    groups, parameters, g, i, n, trial, block, step, seed, tiny, most, sums, before, after
):  # fmt: skip
    """Compute the activities of n values from neuron i of a group on; False if one is too large.

    The sums hold bias + E − S, σ + D (for binary neurons θσ + θD) and the vetoes.  While
    no activity is above `most`, none of them overflows.
    """
    drive, pool, vetoes, own = sums[0], sums[1], sums[2], sums[3]
    kind = groups[g, tables.RULE]
    pooled = groups[g, tables.USES_POOL] != 0
    vetoing = groups[g, tables.USES_VETO] != 0
    threshold, threshold_stride = groups[g, tables.THRESHOLD], groups[g, tables.THRESHOLD_STRIDE]
    if not vetoing and kind != tables.RATE:
        for j in range(n):
            vetoes[j] = 0
    if kind == tables.BINARY:
        if pooled:
            fill(own, n, block, parameters, threshold, threshold_stride, i)
            for j in range(n):
                pool[j] = silent_bar(pool[j], own[j])
        for j in range(n):
            after[j] = 1 if fires(drive[j], pool[j], vetoes[j] > 0) else 0
        return True
    if vetoing:
        for j in range(n):
            drive[j] = net_input(drive[j], pool[j], vetoes[j] > 0)
    elif pooled:
        for j in range(n):
            drive[j] = net_input(drive[j], pool[j], False)
    if groups[g, tables.NOISY]:
        stride = groups[g, tables.NOISE_STRIDE]
        fill(own, n, block, parameters, groups[g, tables.NOISE], stride, i)
        add_noise(drive, own, n, block, groups[g, tables.IDENTITY] + i, trial, step, seed)
    if threshold_stride or parameters[threshold] != 0 or kind == tables.NOISY_BINARY:
        fill(own, n, block, parameters, threshold, threshold_stride, i)
        if kind == tables.NOISY_BINARY:
            for j in range(n):
                after[j] = 1 if fires(drive[j], own[j], vetoes[j] > 0) else 0
            return True
        for j in range(n):
            drive[j] -= own[j]
    gain, stride = groups[g, tables.GAIN], groups[g, tables.GAIN_STRIDE]
    if stride or parameters[gain] != 1:
        fill(own, n, block, parameters, gain, stride, i)
        for j in range(n):
            drive[j] *= own[j]
    shape = groups[g, tables.SHAPE]
    apply_transfer(
        groups[g, tables.TRANSFER], parameters[shape], parameters[shape + 1],
        parameters[shape + 2], drive, n,
    )  # fmt: skip
    decay, stride = groups[g, tables.DECAY], groups[g, tables.DECAY_STRIDE]
    if stride or parameters[decay] != 0:
        fill(own, n, block, parameters, decay, stride, i)
        for j in range(n):
            drive[j] = relax(before[j], drive[j], own[j])
    for j in range(n):
        after[j] = flush(drive[j], tiny)
    sound = True
    for j in range(n):  # a loop of its own: both use vector registers
        sound &= bounded(after[j], most)
    return sound


def _advance(
    program, learned, learns, chunks, c, before, x, y, trial, block, alone, step, seed, tiny, most,
    sums, window, lines,
):  # fmt: skip
    """Compute chunk c's neurons from the values x into the values y; False as `apply_rule`.

    `learned` holds the trial's own weights, of the connections that learn, which `learns` says
    they do, from the last step: it began with the values `before`.
    """
    g, low, high = chunks[c, 0], chunks[c, 1], chunks[c, 2]
    groups, parameters = program.groups, program.parameters
    n = (high - low) * block
    i = low - groups[g, tables.START]
    bias, sigma = groups[g, tables.BIAS], groups[g, tables.SIGMA]
    fill(sums[0], n, block, parameters, bias, groups[g, tables.BIAS_STRIDE], i)
    if groups[g, tables.RULE] == tables.BINARY or groups[g, tables.USES_POOL]:
        fill(sums[1], n, block, parameters, sigma, groups[g, tables.SIGMA_STRIDE], i)
    if groups[g, tables.USES_VETO]:
        vetoes = sums[2]
        for j in range(n):
            vetoes[j] = 0
    for r in range(groups[g, tables.FIRST], groups[g, tables.LAST]):
        start = max(low, program.connections[r, tables.TARGET])
        stop = min(high, program.connections[r, tables.TARGET_STOP])
        if start < stop:
            channel = program.connections[r, tables.CHANNEL]
            if LEARNS and program.connections[r, tables.LEARNING] != rules.FIXED:
                in_order = program.connections[r, tables.ORDERED] != 0 or not alone
                add_plastic(
                    program, learned, r, start, stop, low, x, before, learns, sums[channel], True,
                    in_order, tiny, step % tables.FLUSHED == 0, window,
                )  # fmt: skip
                continue
            add_connection(
                program, r, start, stop, low, x, block, alone, sums[channel], window, lines
            )
    place = low * block
    return apply_rule(
        groups, parameters, g, i, n, trial, block, step, seed, tiny, most, sums,
        x[place : place + n], y[place : place + n],
    )  # fmt: skip


@inner(once=True)
def learn_last(program, learned, chunks, c, before, x, sums, window, tiny):
    """Let chunk c's weights learn from the last step, which made the values x of those before."""
    g, low, high = chunks[c, 0], chunks[c, 1], chunks[c, 2]
    for r in range(program.groups[g, tables.FIRST], program.groups[g, tables.LAST]):
        start = max(low, program.connections[r, tables.TARGET])
        stop = min(high, program.connections[r, tables.TARGET_STOP])
        if start < stop and program.connections[r, tables.LEARNING] != rules.FIXED:
            add_plastic(
                program, learned, r, start, stop, low, x, before, True, sums, False, False, tiny,
                True, window,
            )  # fmt: skip


# ------------------------------------------------------------------ whole runs


def _run(
    program, chunks, shares, part, barrier, first, last, static, block, movie, places, state,
    begun, ring, recorded, record, every, phase, final, first_step,
    steps, seed, tiny, most, values, sums, window, lines, weights, fault,
):  # fmt: skip
    """Run the trials [first, last), a block at a time, through all steps.

    A static call is one step whose layers of chunks, one after the other, read and write the same
    values; in time there is one layer.  `shares` (layers, parts + 1) says at which chunk each
    part's share of a layer begins: all parts run this same function at once, and part 0 moves the
    values.  The run stops at the first block in which a value is above `most`, or NaN, and
    `values` is left as it was then.

    `movie` (trials or 1, moments or 1, values) is shown, `record` (trials, samples, values) and
    `final` (trials or 0, places) are written.  `state` (trials or 1, 1, values) is what the places
    in `begun` start from; a static call computes all others.
    `places`, `begun` and `recorded` are stretches.  Every `every`-th step is recorded, counted
    from `phase` steps before the first.  `weights` (trials, those that learn) change from step to
    step, where there are any; blocks are then of one trial, and `values` holds three arrays: as a
    step finds them, as it leaves them, and as the last one found them.
    """
    parts = shares.shape[1] - 1
    size = values.shape[1] // block
    rounds = 0
    for trial in range(first, last, block):
        width = min(block, last - trial)
        x = values[0]
        y = values[1 - static]
        before = values[2] if LEARNS else y
        learned = weights[trial] if LEARNS else weights[0]
        if part == 0:
            scatter(state, trial, 0, begun, width, x)
            if not static:
                scatter(state, trial, 0, begun, width, y)
            if LEARNS:
                scatter(state, trial, 0, begun, width, before)
                scatter(movie, trial, 0, places, width, before)
        for k in range(steps):
            if part == 0:
                if k == 0 or movie.shape[1] > 1:
                    scatter(movie, trial, k, places, width, x)
                    if not static:
                        scatter(movie, trial, k, places, width, y)
                if len(program.lines) > 0:
                    pass_lines(
                        program.lines, program.line_sources, ring, trial, first_step + k, width,
                        x, y,
                    )  # fmt: skip
            if parts > 1:
                rounds += 1
                if not wait(barrier, rounds, parts):
                    return
            for layer in range(len(shares)):
                for c in range(shares[layer, part], shares[layer, part + 1]):
                    if not advance(
                        program, learned, k > 0, chunks, c, before, x, y, trial, width,
                        block == 1, first_step + k, seed, tiny, most, sums, window, lines,
                    ):  # fmt: skip
                        fault[tables.FAULT] = 1
                if parts > 1:
                    rounds += 1
                    if not wait(barrier, rounds, parts):
                        return
            if fault[tables.FAULT]:
                fault[tables.FAULT_STEP] = first_step + k
                fault[tables.FAULT_TRIAL] = trial
                fault[tables.FAULT_TURN] = 0 if static else (k + 1) % len(values)
                return
            if part == 0 and (phase + k + 1) % every == 0:
                gather(y, recorded, width, record, trial, (phase + k + 1) // every - 1)
            if LEARNS:
                before, x, y = x, y, before
            else:
                x, y = y, x
        if LEARNS and steps > 0:
            for c in range(shares[0, part], shares[0, part + 1]):
                learn_last(program, learned, chunks, c, before, x, sums[0], window, tiny)
            if parts > 1:  # before the next trial's values are written there
                rounds += 1
                if not wait(barrier, rounds, parts):
                    return
        if part == 0 and len(final):
            for i in range(size):
                for b in range(width):
                    final[trial + b, i] = x[i * width + b]


# Two kernels of one text, so that nobody waits for learning to be compiled who does not learn.
advance = inner(once=True)(_advance)
run = kernel(_run)
LEARNING = {**globals(), "LEARNS": True}
LEARNING["advance"] = inner(once=True)(FunctionType(_advance.__code__, LEARNING, "advance"))
run_learning = kernel(FunctionType(_run.__code__, LEARNING, "run_learning"))
