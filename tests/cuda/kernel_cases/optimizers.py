"""Cases of optimizers, of the clock that counts their steps, and of what watches over losses."""

from itertools import product

import numpy as np

from neurosim.kernels import cuda_optimizers, rules

from .arguments import COUNTS, case, near, same

RATE, DECAY, BETAS = 0.1, 0.03, (0.9, 0.999)


def clock_after(a, steps, draws):
    """A card's clock, which was set a step before and went on, with all that draws numbers."""
    found = a.on.kernels.new_clock()
    a.on.kernels.set_clock(found, RATE, DECAY, steps - 1)
    a.on.kernels.advance(found, draws)
    a.on.kernels.correct(found, *BETAS)
    return found


def rate_of(a, steps):
    """A rate, or on a card the clock that tells it."""
    if a.on.is_card:
        return clock_after(a, steps, a.on.take(np.zeros(0, np.uint64)))
    return np.float64(rules.rate_at(RATE, DECAY, steps))


@case(given=product((1, 8), COUNTS))
def clock(a, steps, count):
    draws = a.on.take(np.arange(count, dtype=np.uint64))
    if a.on.is_card:
        found = clock_after(a, steps, draws)
        single = found[cuda_optimizers.SINGLE].astype("float32")
        return [same(draws), same(found[:4]), near(found[cuda_optimizers.DOUBLE]), near(single)]
    rate = rate_of(a, steps)
    exact = [np.float64(beta) ** (steps + 1) for beta in BETAS]
    rounded = [np.float32(beta) ** np.float32(steps + 1) for beta in BETAS]
    double, single = rules.adam_rate(rate, *exact), np.float32(rules.adam_rate(rate, *rounded))
    counted = draws + np.uint64(1), np.array([RATE, DECAY, steps, rate])
    return [*map(same, counted), near(np.array(double)), near(np.array(single))]


def learned(a, count, kept):
    """Weights with what is kept of them, and a gradient; something would become denormal."""
    held = [a.rng.normal(size=count), *(a.rng.uniform(size=count) for _ in range(kept))]
    gradient = a.rng.normal(size=count)
    gradient[0] = 0
    for values in held[1:]:
        values[0] = a.tiny / 2
    return tuple(map(a.take, held)), a.take(gradient)


@case(given=product((0, 1), COUNTS))
def step_sgd(a, nesterov, count):
    held, gradient = learned(a, count, 1)
    a.on.kernels.step_sgd(held, gradient, rate_of(a, 3), a.real(0.9), nesterov, a.tiny)
    return list(map(near, held))


@case(given=product(COUNTS))
def step_plainly(a, count):
    held, gradient = learned(a, count, 0)
    a.on.kernels.step_plainly(held, gradient, rate_of(a, 3))
    return list(map(near, held))


@case(given=product(COUNTS))
def step_rmsprop(a, count):
    held, gradient = learned(a, count, 1)
    numbers = map(a.real, (0.9, 1e-7, a.tiny))
    a.on.kernels.step_rmsprop(held, gradient, rate_of(a, 3), *numbers)
    return list(map(near, held))


@case(given=product(COUNTS))
def step_rmsprop_with_momentum(a, count):
    held, gradient = learned(a, count, 2)
    numbers = map(a.real, (0.9, 0.5, 1e-7, a.tiny))
    a.on.kernels.step_rmsprop_with_momentum(held, gradient, rate_of(a, 3), *numbers)
    return list(map(near, held))


@case(given=product(COUNTS))
def step_adam(a, count):
    held, gradient = learned(a, count, 2)
    a.on.kernels.step_adam(
        held, gradient, rate_of(a, 3), *map(np.float64, BETAS), 4, a.real(1e-7), a.tiny
    )
    return list(map(near, held))


@case(given=[((0.5, 2.0), (False, False)), ((0.5, np.inf, 3.0), (False,) * 3),
             ((0.5, 2.0, 3.0), (False, True, True))])  # fmt: skip
def watch(a, losses, refused):
    stop = np.flatnonzero(~np.isfinite(losses) | np.array(refused))
    if not a.on.is_card:  # as `networks.training` does
        lost = stop[0] + 1 if stop.size else 0
        total = losses[stop[0]] if stop.size else 5 * sum(losses)
        return [same(np.full(1, n)) for n in (len(losses), lost)] + [same(np.full(1, total))]
    watching = a.on.kernels.new_watch()
    for loss, refuse in zip(losses, refused, strict=True):
        watching.note(a.take(loss), 5, a.on.take(np.full(1, refuse)))
    return [same(watching.batches), same(watching.lost), same(watching.total)]
