"""Cases of what layers do beside their products: activations, normalization, dropout, tables."""

from itertools import product

import numpy as np

from neurosim.kernels import random, rules
from neurosim.kernels.cuda_jit import THREADS
from neurosim.kernels.dropout import WORDS

from .arguments import CODES, COUNTS, SHAPES, case, near, same, summed


@case(given=product(CODES, SHAPES))
def activate(a, code, shape):
    y, bias = a.take(3 * a.rng.normal(size=shape)), a.normal(shape[1])
    y[-1:] *= 300  # e^x is beyond all numbers
    a.on.kernels.activate(code, y, bias)
    return [near(y)]


@case(given=product(CODES, SHAPES))
def activation_slopes(a, code, shape):
    y, g, slopes, sums = a.uniform(*shape), a.normal(*shape), a.blank(*shape), a.zeros(shape[1])
    a.on.kernels.activation_slopes(code, y, g, slopes, sums)
    return [near(slopes), summed(sums)]


def drives(a, count):
    values = a.rng.normal(size=count)
    values[: min(count, 5)] = (-0.0, np.nan, np.inf, -np.inf, 1e30)[: min(count, 5)]
    return a.take(values)


@case(given=product(COUNTS))
def fire(a, count):
    y = a.blank(count)
    a.on.kernels.fire(drives(a, count), y)
    return [same(y)]


@case(given=product((rules.FAST_SIGMOID, rules.HARD_TANH, rules.STRAIGHT_THROUGH), COUNTS))
def surrogate_slopes(a, code, count):
    x, g, slopes = drives(a, count), a.normal(count), a.blank(count)
    a.on.kernels.surrogate_slopes(code, a.real(1.7), x, g, slopes)
    return [same(slopes)]


FAR = 1000.0  # the mean of values that lie about 1 from it


@case(given=product(SHAPES))
def find_moments(a, shape):
    x = a.take(FAR + a.rng.normal(size=shape))
    means, errors, variances = (a.zeros(shape[1]) for _ in range(3))
    a.on.kernels.find_moments(x, means, errors, variances)
    # Each device's mean is rounded, by much more than the mean and its error together are.
    together = (means.astype("float64") - FAR) + errors.astype("float64")
    return [near(means), summed(together.astype(a.real)), summed(variances)]


@case(given=product(SHAPES))
def scale_channels(a, shape):
    of_channels = [a.normal(shape[1]) for _ in range(3)]
    x, y = a.normal(*shape), a.blank(*shape)
    a.on.kernels.scale_channels(x, *of_channels, y)
    return [near(y)]


@case(given=product(SHAPES))
def sum_slopes(a, shape):
    x, means, g = a.normal(*shape), a.normal(shape[1]), a.normal(*shape)
    sums, products = a.zeros(shape[1]), a.zeros(shape[1])
    a.on.kernels.sum_slopes(x, means, g, sums, products)
    return [summed(sums), summed(products)]


@case(given=product(SHAPES))
def combine_slopes(a, shape):
    x, means, g, slopes = a.normal(*shape), a.normal(shape[1]), a.normal(*shape), a.blank(*shape)
    a.on.kernels.combine_slopes(x, means, g, *(a.normal(shape[1]) for _ in range(3)), slopes)
    return [near(slopes)]


@case(given=product((1, 2, 9), (1, 3)))
def add_rows(a, lookups, width):
    table = a.zeros(3, width)
    rows, indices = a.normal(lookups, width), a.whole(a.rng.integers(0, 3, lookups))
    a.on.kernels.add_rows(indices, rows, table)
    return [summed(table)]


@case(given=product((0.0, 0.3, 0.99), (*COUNTS, WORDS * THREADS + 2)))
def drop_out(a, rate, count):
    multipliers, step = a.blank(count), np.uint64(7)
    counted = a.on.take(np.full(1, step)) if a.on.is_card else step
    a.on.kernels.drop_out(
        *random.seed_words(12345678901), np.uint64(3), counted, np.uint64(rate * 2**32),
        a.real(1 / (1 - rate)), multipliers,
    )  # fmt: skip
    return [same(multipliers)]
