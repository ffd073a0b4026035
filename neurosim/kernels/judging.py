"""What a batch's answers are worth: the loss, its slope, and the metrics."""

from __future__ import annotations

import math

from . import layer_table as table
from . import rules
from .cross_entropy import soften
from .jit import inner, rule

exponential = rule(rules.exponential)
logistic = rule(rules.logistic)
logistic_surprise = rule(rules.logistic_surprise, softplus=rule(rules.softplus))
within = rule(rules.within)


@inner
def place_of_largest(x, at, units):
    """Return where the first of the largest of `units` values lies, from `at`."""
    place = 0
    for j in range(1, units):
        if x[at + j] > x[at + place]:
            place = j
    return place


@inner
def metric_of(metric, samples, i, answers, at, units):
    """Return a metric of one sample, number i, whose answers begin at `at`."""
    wanted = i * units
    if metric == table.SPARSE_ACCURACY or metric == table.CATEGORICAL_ACCURACY:
        if metric == table.SPARSE_ACCURACY:
            place = samples.labels[i]
        else:
            place = place_of_largest(samples.targets, wanted, units)
        return 1.0 if place_of_largest(answers, at, units) == place else 0.0
    half = answers.dtype.type(0.5)
    total = 0.0
    for j in range(units):
        y, t = answers[at + j], samples.targets[wanted + j]
        if metric == table.BINARY_ACCURACY:
            total += 1.0 if (1.0 if y > half else 0.0) == t else 0.0
        elif metric == table.ABSOLUTE_ERROR:
            total += abs(y - t)
        else:
            total += (y - t) * (y - t)
    return total / units


@inner
def elementwise_loss(loss, samples, i, answers, deltas, at, units, weight):
    """Return the mean loss of one sample's answers, and write its slope times `weight`.

    The fused loss takes net inputs for answers, and finds their logistic among the deltas.
    """
    real = answers.dtype.type
    one, zero, two, low = real(1), real(0), real(2), real(rules.CLIPPED)
    wanted = i * units
    total = 0.0
    for j in range(units):
        y, t = answers[at + j], samples.targets[wanted + j]
        if loss == table.LOGISTIC_BINARY:
            total += logistic_surprise(y, t, exponential(abs(y)))
            slope = deltas[at + j] - t
        elif loss == table.BINARY:
            p = within(y, low, one - low)
            total -= t * math.log(p) + (one - t) * math.log(one - p)
            slope = (p - t) / (p * (one - p)) if p == y else zero
        elif loss == table.SQUARED:
            total += (y - t) * (y - t)
            slope = two * (y - t)
        else:
            total += abs(y - t)
            slope = one if y > t else (-one if y < t else zero)
        deltas[at + j] = slope * weight
    return total / units


@inner
def wanted_of(samples, i, j, units):
    """Return how probable class j of sample i should be."""
    if len(samples.labels) > 0:
        real = samples.inputs.dtype.type
        return real(1) if samples.labels[i] == j else real(0)
    return samples.targets[i * units + j]


@inner
def categorical_loss(samples, i, answers, deltas, at, units, weight, fused, norm):
    """Return the cross-entropy of one sample's answers, and write its slope times `weight`.

    The fused loss takes net inputs for answers, `norm` for the largest and ln Σe^(x − largest), and
    finds their softmax among the deltas.  The other takes positive answers, which are divided by
    their sum, and clipped.
    """
    real = answers.dtype.type
    one, low = real(1), real(rules.CLIPPED)
    loss = 0.0
    total = real(0)
    if fused:
        for j in range(units):
            t = wanted_of(samples, i, j, units)
            if t != 0:  # of what is not there, −∞ too is no loss
                loss += t * (norm[1] + (norm[0] - answers[at + j]))
            total += t
        for j in range(units):
            t = wanted_of(samples, i, j, units)
            deltas[at + j] = (deltas[at + j] * total - t) * weight
        return loss
    for j in range(units):
        total += answers[at + j]
    back = real(0)
    for j in range(units):
        share = answers[at + j] / total
        p = within(share, low, one - low)
        t = wanted_of(samples, i, j, units)
        loss -= t * math.log(p)
        slope = -t / p if p == share else real(0)
        back += slope * share
        deltas[at + j] = slope
    for j in range(units):
        deltas[at + j] = (deltas[at + j] - back) / total * weight
    return loss


@inner
def judge(network, samples, chosen, n, answers, deltas, units, sums):
    """Add the losses and metrics of a batch to `sums`, and write the slopes of its mean loss.

    `chosen` are the batch's n samples.  Return the sum of its losses.
    """
    loss = network.loss
    real = answers.dtype.type
    zero, one = real(0), real(1)
    if loss == table.LOGISTIC_BINARY:
        for j in range(n * units):
            deltas[j] = logistic(answers[j], exponential(abs(answers[j])))
    elif loss != table.SOFTMAX_CATEGORICAL and loss != table.SOFTMAX_SPARSE:
        for j in range(n * units):
            deltas[j] = answers[j]
    fused = loss == table.SOFTMAX_CATEGORICAL or loss == table.SOFTMAX_SPARSE
    whole = 0.0
    for b in range(n):
        i = chosen[b]
        at = b * units
        norm = zero, zero
        if fused:
            norm = soften(answers[at : at + units], deltas[at : at + units])
        for k in range(len(network.metrics)):
            sums[1 + k] += metric_of(network.metrics[k], samples, i, deltas, at, units)
        own = samples.weights[i] if len(samples.weights) > 0 else one
        share = own / real(n)
        if fused or loss == table.CATEGORICAL or loss == table.SPARSE:
            found = categorical_loss(samples, i, answers, deltas, at, units, share, fused, norm)
        else:
            share /= real(units)
            found = elementwise_loss(loss, samples, i, answers, deltas, at, units, share)
        whole += own * found
    sums[0] += whole
    return whole
