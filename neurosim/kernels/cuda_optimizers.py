"""Optimizers on cards, as `optimizers` has them; a thread takes weights in turn.

What changes from step to step is counted on the card: the same launches can then be made again and
again.  A step is not taken after a loss that is no finite number, or numbers that would be refused:
`lost` tells it, since Python may be several steps ahead before it hears of it.
"""

from __future__ import annotations

import math

import numpy as np

from . import rules
from .cuda_jit import cuda, kernel, quiet, rule

flush = rule(rules.flush)
descended = rule(rules.descended, flush=flush)
rmsprop = rule(rules.rmsprop)
adam = rule(rules.adam, flush=flush)
adam_rate = rule(rules.adam_rate)
rate_at = rule(rules.rate_at)

# Of a clock, float64: the optimizer's rate and decay, its steps so far, what they come to now, and
# Adam's rate then, of weights in float32 and in float64.
RATE, DECAY, STEPS, NOW, SINGLE, DOUBLE = range(6)
CLOCK = 6


@kernel
def set_clock(clock, rate, decay, steps):
    """Set a clock."""
    if cuda.grid(1) == 0:
        clock[RATE], clock[DECAY], clock[STEPS] = rate, decay, steps
        clock[NOW] = rate_at(rate, decay, steps)


@kernel
def advance(clock, draws):
    """Count a step of the optimizer, and of what draws random numbers, uint64."""
    at = cuda.grid(1)
    if at == 0:
        clock[STEPS] += 1
        clock[NOW] = rate_at(clock[RATE], clock[DECAY], clock[STEPS])
    for k in range(at, draws.size, cuda.gridsize(1)):
        draws[k] += np.uint64(1)


@kernel
def correct(clock, beta_1, beta_2):
    """Write Adam's rates at a clock's step; β are float64.

    Powers are taken in float64 and rounded then: a card's own in float32 may be one unit in the
    last place off, of which 1 − 0.999ᵗ makes 10⁻⁴.
    """
    if cuda.grid(1) == 0:
        t = clock[STEPS] + 1
        clock[DOUBLE] = adam_rate(clock[NOW], beta_1**t, beta_2**t)
        power_1 = np.float32(np.float64(np.float32(beta_1)) ** t)
        power_2 = np.float32(np.float64(np.float32(beta_2)) ** t)
        clock[SINGLE] = np.float32(adam_rate(clock[NOW], power_1, power_2))


@kernel
def note_loss(loss, refused, count, batches, lost, total):
    """Count a batch, and add its loss to the total; of the first to stop at, keep which.

    Parameters
    ----------
    loss
        (1,), the mean of `count` samples.
    refused
        (1,), whether one of its numbers would be.
    batches
        (1,), so far.
    lost
        (1,), 0, or the number of the first batch that has such, or whose loss is not finite.
    total
        (1,), float64.
    """
    quiet()
    if cuda.grid(1) == 0:
        batches[0] += 1
        if lost[0] == 0:
            if math.isfinite(loss[0]) and not refused[0]:
                total[0] += loss[0] * count
            else:
                lost[0] = batches[0]
                total[0] = loss[0]


@kernel
def step_sgd(weights, momenta, gradient, clock, momentum, nesterov, tiny, lost):
    """As `optimizers.step_sgd`."""
    quiet()
    if lost[0] == 0:
        rate = type(gradient[0])(clock[NOW])
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            weights[i], momenta[i] = descended(
                weights[i], momenta[i], gradient[i], rate, momentum, nesterov, tiny
            )


@kernel
def step_plainly(weights, gradient, clock, lost):
    """As `optimizers.step_plainly`."""
    quiet()
    if lost[0] == 0:
        rate = type(gradient[0])(clock[NOW])
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            weights[i] -= rate * gradient[i]


@kernel
def step_rmsprop(weights, velocities, gradient, clock, rho, epsilon, tiny, lost):
    """As `optimizers.step_rmsprop`."""
    quiet()
    if lost[0] == 0:
        rate = type(gradient[0])(clock[NOW])
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            change, velocity = rmsprop(velocities[i], gradient[i], rate, rho, epsilon)
            weights[i] -= change
            velocities[i] = flush(velocity, tiny)


@kernel
def step_rmsprop_with_momentum(
    weights, velocities, momenta, gradient, clock, rho, momentum, epsilon, tiny, lost
):
    """As `optimizers.step_rmsprop_with_momentum`."""
    quiet()
    if lost[0] == 0:
        rate = type(gradient[0])(clock[NOW])
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            change, velocity = rmsprop(velocities[i], gradient[i], rate, rho, epsilon)
            velocities[i] = flush(velocity, tiny)
            moment = momentum * momenta[i] + change
            weights[i] -= moment
            momenta[i] = flush(moment, tiny)


@kernel
def step_adam(
    weights, momenta, velocities, gradient, clock, which, rise_1, rise_2, epsilon, tiny, lost
):
    """As `optimizers.step_adam`, at the rate that `correct` found, SINGLE or DOUBLE."""
    quiet()
    if lost[0] == 0:
        rate = type(gradient[0])(clock[which])
        for i in range(cuda.grid(1), weights.size, cuda.gridsize(1)):
            weights[i], momenta[i], velocities[i] = adam(
                weights[i], momenta[i], velocities[i], gradient[i], rate, rise_1, rise_2,
                epsilon, tiny,
            )  # fmt: skip
