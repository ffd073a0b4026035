"""Hebb's rule, and Oja's, which forgets: pass by pass, each pattern changes the weights."""

from __future__ import annotations

from . import rules, tables
from .dense import add_dots
from .jit import kernel, rule
from .passes import begin_pass, end_pass

bounded = rule(rules.bounded)
learned = rule(rules.learned)
unexplained = rule(rules.unexplained)


@kernel
def learn_hebbian(
    forgets, passes, patterns, orders, samples, inputs, neurons, rate, batch, most, tolerance,
    floors, path, sums, remaining, found,
):  # fmt: skip
    """Learn so many passes, or until the weights rest.

    Parameters
    ----------
    forgets
        0: Hebb's rule.  1: each neuron learns what it and those before it leave of a pattern;
        for one neuron that is Oja's rule, for several Sanger's.
    patterns
        Flat, of (samples, inputs).
    orders
        Flat, of (any, samples): the order of each pass; where there are fewer, they come again.
    batch
        0: each pattern is learned as it is shown.
    most
        |y| beyond it is divergence.
    tolerance, floors
        By how much a weight at rest may move, relative to its size or its floor, (neurons, inputs).
    path
        Flat, of (passes + 1, neurons, inputs); the first are the weights at the start.
    sums, remaining
        (neurons,) and (inputs,), scratch.
    found
        As `tables` names its columns.
    """
    size = neurons * inputs
    step = rate / samples if batch else rate
    for p in range(passes):
        begin_pass(path, p, size)
        new = (p + 1) * size
        heard = p * size if batch else new
        order = p * samples % len(orders)
        for s in range(samples):
            n = orders[order + s]
            for e in range(inputs):
                remaining[e] = patterns[n * inputs + e]
            for j in range(neurons):
                sums[j] = 0.0
            add_dots(path, heard, inputs, neurons, inputs, patterns, n * inputs, sums, 0)
            for j in range(neurons):
                y = sums[j]
                if not bounded(y, most):
                    found[tables.LOST_PATTERN] = n
                    found[tables.LOST_NEURON] = j
                    return
                before = path[heard + j * inputs : heard + (j + 1) * inputs]
                w = path[new + j * inputs : new + (j + 1) * inputs]
                for e in range(inputs):
                    if forgets:
                        remaining[e] = unexplained(remaining[e], before[e], y)
                    w[e] = learned(w[e], remaining[e], step * y)
        if end_pass(path, p, size, tolerance, floors, found):
            return
