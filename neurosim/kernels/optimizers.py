"""Optimizers: what they keep of a parameter, and the parameter, each read and written once.

A parameter comes with what is kept of it, as one tuple.  All arrays are flat, of one length and
dtype; so are the numbers, but for the rate, float64.
"""

from __future__ import annotations

from . import rules
from .jit import kernel, rule

flush = rule(rules.flush)
descended = rule(rules.descended, flush=flush)
rmsprop = rule(rules.rmsprop)
adam = rule(rules.adam, flush=flush)
adam_rate = rule(rules.adam_rate)


@kernel
def step_sgd(held, gradient, rate, momentum, nesterov, tiny):
    """Step (weights, momenta) by `rules.descended`; `nesterov` is 0 or 1."""
    weights, momenta = held
    rate = weights.dtype.type(rate)
    for i in range(len(weights)):
        weights[i], momenta[i] = descended(
            weights[i], momenta[i], gradient[i], rate, momentum, nesterov, tiny
        )


@kernel
def step_plainly(held, gradient, rate):
    """Step (weights,) down the gradient: w ← w − αg."""
    (weights,) = held
    rate = weights.dtype.type(rate)
    for i in range(len(weights)):
        weights[i] -= rate * gradient[i]


@kernel
def step_rmsprop(held, gradient, rate, rho, epsilon, tiny):
    """Step (weights, velocities) by `rules.rmsprop`: w ← w − change."""
    weights, velocities = held
    rate = weights.dtype.type(rate)
    for i in range(len(weights)):
        change, velocity = rmsprop(velocities[i], gradient[i], rate, rho, epsilon)
        weights[i] -= change
        velocities[i] = flush(velocity, tiny)


@kernel
def step_rmsprop_with_momentum(held, gradient, rate, rho, momentum, epsilon, tiny):
    """Step (weights, velocities, momenta): m ← μm + change, w ← w − m."""
    weights, velocities, momenta = held
    rate = weights.dtype.type(rate)
    for i in range(len(weights)):
        change, velocity = rmsprop(velocities[i], gradient[i], rate, rho, epsilon)
        velocities[i] = flush(velocity, tiny)
        moment = momentum * momenta[i] + change
        weights[i] -= moment
        momenta[i] = flush(moment, tiny)


@kernel
def step_adam(held, gradient, rate, beta_1, beta_2, t, epsilon, tiny):
    """Step (weights, momenta, velocities) at step t by `rules.adam`; β are float64 too."""
    weights, momenta, velocities = held
    real = weights.dtype.type
    at = real(t)
    corrected = real(adam_rate(rate, real(beta_1) ** at, real(beta_2) ** at))
    rise_1, rise_2 = real(1 - beta_1), real(1 - beta_2)
    for i in range(len(weights)):
        weights[i], momenta[i], velocities[i] = adam(
            weights[i], momenta[i], velocities[i], gradient[i], corrected, rise_1, rise_2,
            epsilon, tiny,
        )  # fmt: skip
