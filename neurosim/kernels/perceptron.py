"""The perceptron's rule (Rosenblatt 1958): pass by pass, each pattern met changes the weights."""

from __future__ import annotations

from . import rules
from .dense import add_dots
from .jit import kernel, rule

learned = rule(rules.learned)
is_mistaken = rule(rules.is_mistaken)


@kernel
def learn_perceptron(
    always, patterns, labels, orders, samples, inputs, neurons, rate, weights, mistakes, updates,
    sums, counts,
):  # fmt: skip
    """Learn as many passes as `mistakes` has places for, or until one is without mistakes.

    Parameters
    ----------
    always
        0: a neuron learns where it is mistaken.  1: it learns from every pattern, and makes all
        passes.
    patterns, labels
        Flat, of (samples, inputs) and (samples, neurons); labels are −1 and +1.
    orders
        Flat, of (any, samples): the order of each pass; where there are fewer, they come again.
    weights
        Flat, of (neurons, inputs).
    mistakes
        Flat, of (passes, neurons), 0 at the start.
    updates
        Flat, of (any, 2): of the first changes of weights the sample and the neuron.
    sums
        (neurons,), scratch.
    counts
        The passes made, which are added to, and the changes of weights so far.
    """
    for p in range(len(mistakes) // neurons):
        order = p * samples % len(orders)
        mistaken = 0
        for s in range(samples):
            n = orders[order + s]
            x = patterns[n * inputs : (n + 1) * inputs]
            for j in range(neurons):
                sums[j] = 0.0
            add_dots(weights, 0, inputs, neurons, inputs, patterns, n * inputs, sums, 0)
            for j in range(neurons):
                label = labels[n * neurons + j]
                wrong = is_mistaken(sums[j], label)
                mistakes[p * neurons + j] += wrong
                mistaken += wrong
                if not (wrong or always):
                    continue
                w = weights[j * inputs : (j + 1) * inputs]
                for e in range(inputs):
                    w[e] = learned(rules.HEBB, w[e], x[e], label, 0.0, rate)
                if 2 * counts[1] < len(updates):
                    updates[2 * counts[1]] = n
                    updates[2 * counts[1] + 1] = j
                counts[1] += 1
        counts[0] += 1
        if mistaken == 0 and not always:
            return
