"""Cross-entropies from net inputs on cards, as `cross_entropy` has them; a thread takes a row."""

from __future__ import annotations

import math

from . import rules
from .cuda_jit import cuda, inner, kernel, quiet, rule

exponential = rule(rules.exponential)
logistic = rule(rules.logistic)
logistic_surprise = rule(rules.logistic_surprise, softplus=rule(rules.softplus))


@inner
def soften(x, y):
    """As `cross_entropy.soften`."""
    classes = x.size
    largest = x[0]
    for j in range(1, classes):
        largest = max(largest, x[j])
    for j in range(classes):
        y[j] = exponential(largest - x[j])
    total = y[0]
    for j in range(1, classes):
        total += y[j]
    for j in range(classes):
        y[j] /= total
    return largest, math.log(total)


@kernel
def softmax_cross_entropy(logits, targets, probabilities, losses):
    """As `cross_entropy.softmax_cross_entropy`."""
    quiet()
    rows, classes = logits.shape
    for i in range(cuda.grid(1), rows, cuda.gridsize(1)):
        largest, logarithm = soften(logits[i], probabilities[i])
        loss = type(logits[0, 0])(0)
        for j in range(classes):
            if targets[i, j] != 0:
                loss += targets[i, j] * (logarithm + (largest - logits[i, j]))
        losses[i] = loss


@kernel
def softmax_cross_entropy_by_label(logits, labels, probabilities, losses):
    """As `cross_entropy.softmax_cross_entropy_by_label`; of a label that is no class, NaN."""
    quiet()
    rows, classes = logits.shape
    for i in range(cuda.grid(1), rows, cuda.gridsize(1)):
        largest, logarithm = soften(logits[i], probabilities[i])
        label = labels[i]
        real = type(logits[0, 0])
        inside = 0 <= label < classes
        losses[i] = logarithm + (largest - logits[i, label]) if inside else real(math.nan)


@kernel
def softmax_slopes(probabilities, targets, shares, slopes):
    """As `cross_entropy.softmax_slopes`."""
    quiet()
    rows, classes = probabilities.shape
    for i in range(cuda.grid(1), rows, cuda.gridsize(1)):
        whole = targets[i, 0]
        for j in range(1, classes):
            whole += targets[i, j]
        for j in range(classes):
            slopes[i, j] = shares[i] * (probabilities[i, j] * whole - targets[i, j])


@kernel
def softmax_slopes_by_label(probabilities, labels, shares, slopes):
    """As `cross_entropy.softmax_slopes_by_label`; a thread takes values in turn."""
    quiet()
    classes = probabilities.shape[1]
    for at in range(cuda.grid(1), probabilities.size, cuda.gridsize(1)):
        i, j = at // classes, at % classes
        slope = shares[i] * probabilities[i, j]
        slopes[i, j] = slope - shares[i] if j == labels[i] else slope


@kernel
def logistic_cross_entropy(logits, targets, probabilities, losses):
    """As `cross_entropy.logistic_cross_entropy`."""
    quiet()
    rows, cells = logits.shape
    for i in range(cuda.grid(1), rows, cuda.gridsize(1)):
        loss = type(logits[0, 0])(0)
        for j in range(cells):
            x = logits[i, j]
            e = exponential(abs(x))
            probabilities[i, j] = logistic(x, e)
            loss += logistic_surprise(x, targets[i, j], e)
        losses[i] = loss / type(loss)(cells)
