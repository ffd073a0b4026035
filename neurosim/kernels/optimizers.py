"""Optimizers: what they keep of a parameter, and the parameter, each read and written once.

All arrays are flat, of one length and dtype; so are the numbers of that dtype.
"""

from __future__ import annotations

from . import rules
from .jit import kernel, rule

flush = rule(rules.flush)
descended = rule(rules.descended, flush=flush)
rmsprop = rule(rules.rmsprop)
adam = rule(rules.adam, flush=flush)


@kernel
def step_sgd(weights, momenta, gradient, rate, momentum, nesterov, tiny):
    """Step by `rules.descended`, with momentum; `nesterov` is 0 or 1."""
    for i in range(len(weights)):
        weights[i], momenta[i] = descended(
            weights[i], momenta[i], gradient[i], rate, momentum, nesterov, tiny
        )


@kernel
def step_plainly(weights, gradient, rate):
    """Step down the gradient: w ← w − αg."""
    for i in range(len(weights)):
        weights[i] -= rate * gradient[i]


@kernel
def step_rmsprop(weights, velocities, gradient, rate, rho, epsilon, tiny):
    """Step by `rules.rmsprop`: w ← w − change."""
    for i in range(len(weights)):
        change, velocity = rmsprop(velocities[i], gradient[i], rate, rho, epsilon)
        weights[i] -= change
        velocities[i] = flush(velocity, tiny)


@kernel
def step_rmsprop_with_momentum(
    weights, velocities, momenta, gradient, rate, rho, momentum, epsilon, tiny
):
    """Step by `rules.rmsprop` and momentum: m ← μm + change, w ← w − m."""
    for i in range(len(weights)):
        change, velocity = rmsprop(velocities[i], gradient[i], rate, rho, epsilon)
        velocities[i] = flush(velocity, tiny)
        moment = momentum * momenta[i] + change
        weights[i] -= moment
        momenta[i] = flush(moment, tiny)


@kernel
def step_adam(weights, momenta, velocities, gradient, rate, rise_1, rise_2, epsilon, tiny):
    """Step by `rules.adam`."""
    for i in range(len(weights)):
        weights[i], momenta[i], velocities[i] = adam(
            weights[i], momenta[i], velocities[i], gradient[i], rate, rise_1, rise_2, epsilon, tiny
        )
