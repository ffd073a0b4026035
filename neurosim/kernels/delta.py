"""The delta rule (Widrow & Hoff 1960): pass by pass, each pattern changes the weights."""

from __future__ import annotations

from . import rules, tables
from .dense import add_dots
from .jit import kernel, rule
from .passes import begin_pass, end_pass

bounded = rule(rules.bounded)
tanh = rule(rules.tanh)
power = rule(rules.power)
logistic = rule(rules.logistic)
softplus = rule(rules.softplus)
transfer = rule(rules.transfer, tanh=tanh, power=power, logistic=logistic, softplus=softplus)
slope_at_answer = rule(rules.slope_at_answer)
delta_signal = rule(rules.delta_signal, slope_at_answer=slope_at_answer)
learned = rule(rules.learned)


@kernel
def learn_delta(
    code, patterns, targets, orders, samples, inputs, neurons, rate, batch, most, tolerance,
    floors, path, errors, sums, found,
):  # fmt: skip
    """Learn as many passes as `errors` has places for, or until the weights rest.

    Parameters
    ----------
    code
        Of the transfer function.
    patterns, targets
        Flat, of (samples, inputs) and (samples, neurons).
    orders
        Flat, of (any, samples): the order of each pass; where there are fewer, they come again.
    batch
        0: each pattern is learned as it is shown.
    most
        |u| beyond it is divergence.
    tolerance, floors
        By how much a weight at rest may move, relative to its size or its floor, (neurons, inputs).
    path
        Flat, of (passes + 1, neurons, inputs); the first are the weights at the start.
    errors
        (passes,): of each, the mean of (t − y)², met before the pattern was learned.
    sums
        (neurons,), scratch.
    found
        As `tables` names its columns.
    """
    size = neurons * inputs
    step = rate / samples if batch else rate
    for p in range(len(errors)):
        begin_pass(path, p, size)
        new = (p + 1) * size
        heard = p * size if batch else new
        order = p * samples % len(orders)
        squares = 0.0
        for s in range(samples):
            n = orders[order + s]
            x = patterns[n * inputs : (n + 1) * inputs]
            for j in range(neurons):
                sums[j] = 0.0
            add_dots(path, heard, inputs, neurons, inputs, patterns, n * inputs, sums, 0)
            for j in range(neurons):
                if not bounded(sums[j], most):
                    found[tables.LOST_PATTERN] = n
                    found[tables.LOST_NEURON] = j
                    return
                y = transfer(code, sums[j], 0.0, 0.0, 0.0)
                wanted = targets[n * neurons + j]
                squares += (wanted - y) * (wanted - y)
                signal = delta_signal(code, y, wanted)
                w = path[new + j * inputs : new + (j + 1) * inputs]
                for e in range(inputs):
                    w[e] = learned(w[e], x[e], step * signal)
        errors[p] = squares / (samples * neurons)
        if end_pass(path, p, size, tolerance, floors, found):
            return
