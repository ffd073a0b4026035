"""Cross-entropies from net inputs: probabilities, losses and slopes, in passes over the rows.

Nothing overflows on the way: of the net inputs of a row the largest is taken away first.
"""

from __future__ import annotations

import math

from . import rules
from .jit import inner, kernel, rule

exponential = rule(rules.exponential)
logistic = rule(rules.logistic)
logistic_surprise = rule(rules.logistic_surprise, softplus=rule(rules.softplus))


@inner
def soften(x, y):
    """Write eˣ/Σeˣ, the softmax of a row; return the largest x, and ln Σe^(x − largest)."""
    classes = len(x)
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
    """Find the probabilities and −Σ t·ln p of each row.

    Parameters
    ----------
    logits, targets, probabilities
        (rows, classes).
    losses
        (rows,).
    """
    rows, classes = logits.shape
    for i in range(rows):
        largest, logarithm = soften(logits[i], probabilities[i])
        loss = type(logarithm)(0)
        for j in range(classes):
            if targets[i, j] != 0:  # of what is not there, −∞ too is no loss
                loss += targets[i, j] * (logarithm + (largest - logits[i, j]))
        losses[i] = loss


@kernel
def softmax_cross_entropy_by_label(logits, labels, probabilities, losses):
    """As `softmax_cross_entropy`, where one class is right: labels are (rows,)."""
    for i in range(len(logits)):
        largest, logarithm = soften(logits[i], probabilities[i])
        losses[i] = logarithm + (largest - logits[i, labels[i]])


@kernel
def softmax_slopes(probabilities, targets, shares, slopes):
    """Write share·(p·Σt − t), the slopes of a loss that counts each row by its share, (rows,)."""
    rows, classes = probabilities.shape
    for i in range(rows):
        whole = targets[i, 0]
        for j in range(1, classes):
            whole += targets[i, j]
        for j in range(classes):
            slopes[i, j] = shares[i] * (probabilities[i, j] * whole - targets[i, j])


@kernel
def softmax_slopes_by_label(probabilities, labels, shares, slopes):
    """As `softmax_slopes`, where one class is right: labels are (rows,)."""
    rows, classes = probabilities.shape
    for i in range(rows):
        for j in range(classes):
            slopes[i, j] = shares[i] * probabilities[i, j]
        slopes[i, labels[i]] -= shares[i]


@kernel
def logistic_cross_entropy(logits, targets, probabilities, losses):
    """Find y = logistic(x) and −t·ln y − (1 − t)·ln(1 − y), the mean of each row.

    Parameters
    ----------
    logits, targets, probabilities
        (rows, cells).
    losses
        (rows,).
    """
    rows, cells = logits.shape
    for i in range(rows):
        loss = type(logits[i, 0])(0)
        for j in range(cells):
            x = logits[i, j]
            e = exponential(abs(x))
            probabilities[i, j] = logistic(x, e)
            loss += logistic_surprise(x, targets[i, j], e)
        losses[i] = loss / type(loss)(cells)
