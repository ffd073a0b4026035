"""Optimizers on cards, as `optimizers` has them; a thread takes weights in turn.

A step is not taken after a loss that is no finite number, or numbers that would be refused:
`lost` tells it, since Python may be several steps ahead before it hears of it.
"""

from __future__ import annotations

import math

from . import rules
from .cuda_jit import cuda, kernel, quiet, rule

flush = rule(rules.flush)
descended = rule(rules.descended, flush=flush)
rmsprop = rule(rules.rmsprop)
adam = rule(rules.adam, flush=flush)
adam_rate = rule(rules.adam_rate)


@kernel
def note_loss(loss, number, count, refused, lost, total):
    """Add a batch's loss to the total; of the first to stop at, keep its number.

    Parameters
    ----------
    loss
        (1,), the mean of `count` samples.
    number
        Of the batch, from 1.
    refused
        (1,), whether one of its numbers would be.
    lost
        (1,), 0, or the number of the first batch that has such, or whose loss is not finite.
    total
        (1,), float64.
    """
    quiet()
    if cuda.grid(1) == 0 and lost[0] == 0:
        if math.isfinite(loss[0]) and not refused[0]:
            total[0] += loss[0] * count
        else:
            lost[0] = number
            total[0] = loss[0]


@kernel
def step_sgd(weights, momenta, gradient, rate, momentum, nesterov, tiny, lost):
    """As `optimizers.step_sgd`."""
    quiet()
    if lost[0] == 0:
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            weights[i], momenta[i] = descended(
                weights[i], momenta[i], gradient[i], rate, momentum, nesterov, tiny
            )


@kernel
def step_plainly(weights, gradient, rate, lost):
    """As `optimizers.step_plainly`."""
    quiet()
    if lost[0] == 0:
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            weights[i] -= rate * gradient[i]


@kernel
def step_rmsprop(weights, velocities, gradient, rate, rho, epsilon, tiny, lost):
    """As `optimizers.step_rmsprop`."""
    quiet()
    if lost[0] == 0:
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            change, velocity = rmsprop(velocities[i], gradient[i], rate, rho, epsilon)
            weights[i] -= change
            velocities[i] = flush(velocity, tiny)


@kernel
def step_rmsprop_with_momentum(
    weights, velocities, momenta, gradient, rate, rho, momentum, epsilon, tiny, lost
):
    """As `optimizers.step_rmsprop_with_momentum`."""
    quiet()
    if lost[0] == 0:
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            change, velocity = rmsprop(velocities[i], gradient[i], rate, rho, epsilon)
            velocities[i] = flush(velocity, tiny)
            moment = momentum * momenta[i] + change
            weights[i] -= moment
            momenta[i] = flush(moment, tiny)


@kernel
def step_adam(
    weights, momenta, velocities, gradient, corrected, rise_1, rise_2, epsilon, tiny, lost
):
    """As `optimizers.step_adam`, with what that finds once a step: all are of the weights' type."""
    quiet()
    if lost[0] == 0:
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            weights[i], momenta[i], velocities[i] = adam(
                weights[i], momenta[i], velocities[i], gradient[i], corrected, rise_1, rise_2,
                epsilon, tiny,
            )  # fmt: skip
