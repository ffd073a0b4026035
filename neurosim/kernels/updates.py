"""One step of an optimizer over all parameters that learn, inside another kernel."""

from __future__ import annotations

from . import layer_table as table
from .jit import inner
from .optimizers import (
    step_adam,
    step_plainly,
    step_rmsprop,
    step_rmsprop_with_momentum,
    step_sgd,
)


@inner
def take_step(optimizer, gradients, parameters, step, tiny):
    """Change the parameters by their gradients, at step `step`, from 0."""
    real = parameters.dtype.type
    numbers, momenta, velocities = optimizer.numbers, optimizer.momenta, optimizer.velocities
    weights = parameters[: len(gradients)]
    rate = numbers[table.RATE] / (1.0 + numbers[table.DECAY] * step)
    first, second = numbers[table.FIRST], numbers[table.SECOND]
    epsilon = real(numbers[table.EPSILON])
    if optimizer.kind == table.ADAM:
        step_adam(
            (weights, momenta, velocities), gradients, rate, first, second, step + 1, epsilon, tiny
        )
    elif optimizer.kind == table.SGD and len(momenta) == 0:
        step_plainly((weights,), gradients, real(rate))
    elif optimizer.kind == table.SGD:
        nesterov = int(numbers[table.NESTEROV])
        step_sgd((weights, momenta), gradients, real(rate), real(first), nesterov, tiny)
    elif len(momenta) == 0:
        step_rmsprop((weights, velocities), gradients, real(rate), real(second), epsilon, tiny)
    else:
        step_rmsprop_with_momentum(
            (weights, velocities, momenta), gradients, real(rate), real(second), real(first),
            epsilon, tiny,
        )  # fmt: skip
