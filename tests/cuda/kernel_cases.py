"""A case for every kernel of the networks: it runs by the CPU's kernel and by the card's alike.

A case is given `Arguments`, which makes the same ones on either device, and returns what was found
there, with how near the card's must be to the CPU's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from neurosim.backend import TINY
from neurosim.kernels import cuda_optimizers, random, rules, tables
from neurosim.kernels.cuda_jit import THREADS
from neurosim.kernels.dropout import WORDS
from neurosim.networks.operations.windows import windows_on

FEW = 4  # units in the last place, by which mathematical functions may differ
ORDER = 32  # and sums of terms about 1, by the order in which these are added

# A grid of the simulator's is one block: fewer values than it has threads, as many, and more.
COUNTS = (1, THREADS, THREADS + 1, 3 * THREADS + 1)
# One value, one row, one column, as many as threads, and more rows than are summed at once.
SHAPES = ((1, 1), (1, 9), (7, 1), (2, THREADS // 2), (11, 3))
CODES = (rules.IDENTITY, rules.THRESHOLD_LINEAR, rules.LOGISTIC, rules.TANH, rules.SOFTPLUS)


class Arguments:
    """Makes a case's arguments on a device, of float32 or float64."""

    def __init__(self, on: Any, rng: np.random.Generator, dtype: str) -> None:
        self.on = on
        self.rng = rng
        self.real = np.dtype(dtype).type
        self.tiny = TINY[np.dtype(dtype)]

    def take(self, values: Any) -> Any:
        """Return real numbers as they are."""
        return self.on.take(np.array(values, self.real))

    def whole(self, values: Any) -> Any:
        """Return whole numbers as they are."""
        return self.on.take(np.array(values, np.int64))

    def normal(self, *shape: int) -> Any:
        return self.take(self.rng.normal(size=shape))

    def uniform(self, *shape: int) -> Any:
        return self.take(self.rng.uniform(size=shape))

    def zeros(self, *shape: int) -> Any:
        return self.take(np.zeros(shape))

    def blank(self, *shape: int) -> Any:
        """Return room in which all must be written."""
        return self.take(np.full(shape, np.nan))


class Found(NamedTuple):
    """What was found on a device.

    Attributes
    ----------
    values : an array of the device
    ulps : by how many units in the last place of each value the devices may differ
    size : or of so large a value, where that is more
    """

    values: Any
    ulps: int
    size: float = 0.0


def same(values: Any) -> Found:
    return Found(values, 0)


def near(values: Any) -> Found:
    return Found(values, FEW)


def summed(values: Any, size: float = 1.0) -> Found:
    return Found(values, ORDER, size)


@dataclass(frozen=True)
class Case:
    """What calls one or more functions.

    Attributes
    ----------
    holds : the functions' names, as `kernels` has them, or with that of their module
    call : from Arguments, and what of `given` it is called with
    given : one tuple for each time
    """

    holds: tuple[str, ...]
    call: Callable[..., list[Found]]
    given: tuple[tuple[Any, ...], ...]


CASES: dict[str, Case] = {}


def case(*holds: str, given: Iterable[tuple[Any, ...]] = ((),)) -> Callable[..., Any]:
    """Keep a function as a case, by its name, of what it holds: where left out, of its name."""

    def keep(call: Callable[..., list[Found]]) -> Callable[..., list[Found]]:
        assert call.__name__ not in CASES
        CASES[call.__name__] = Case(holds or (call.__name__,), call, tuple(given))
        return call

    return keep


# Layers.


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
    table = a.zeros(4, width)
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


# Losses.


def logits_of(a, shape):
    """Net inputs, some so large that their exponentials are beyond all numbers."""
    values = 3 * a.rng.normal(size=shape)
    values[-1, :1] = 900
    return a.take(values)


def shares_of_rows(a, shape):
    """Targets that are none, one, and several classes' of a row."""
    return a.take(a.rng.integers(0, 3, shape) / 2)


@case(given=product(SHAPES))
def softmax_cross_entropy(a, shape):
    probabilities, losses = a.blank(*shape), a.blank(shape[0])
    logits, targets = logits_of(a, shape), shares_of_rows(a, shape)
    a.on.kernels.softmax_cross_entropy(logits, targets, probabilities, losses)
    return [near(probabilities), near(losses)]


@case(given=product(SHAPES))
def softmax_cross_entropy_by_label(a, shape):
    probabilities, losses = a.blank(*shape), a.blank(shape[0])
    logits, labels = logits_of(a, shape), a.whole(a.rng.integers(0, shape[1], shape[0]))
    a.on.kernels.softmax_cross_entropy_by_label(logits, labels, probabilities, losses)
    return [near(probabilities), near(losses)]


@case(given=product(SHAPES))
def softmax_slopes(a, shape):
    probabilities, targets, slopes = a.uniform(*shape), shares_of_rows(a, shape), a.blank(*shape)
    a.on.kernels.softmax_slopes(probabilities, targets, a.uniform(shape[0]), slopes)
    return [near(slopes)]


@case(given=product(SHAPES))
def softmax_slopes_by_label(a, shape):
    probabilities, slopes = a.uniform(*shape), a.blank(*shape)
    labels = a.whole(a.rng.integers(0, shape[1], shape[0]))
    a.on.kernels.softmax_slopes_by_label(probabilities, labels, a.uniform(shape[0]), slopes)
    return [near(slopes)]


@case(given=product(SHAPES))
def logistic_cross_entropy(a, shape):
    probabilities, losses = a.blank(*shape), a.blank(shape[0])
    logits, targets = logits_of(a, shape), a.uniform(*shape)
    a.on.kernels.logistic_cross_entropy(logits, targets, probabilities, losses)
    return [near(probabilities), summed(losses)]


# Optimizers, at the step after so many.

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


# Images.  The first have fewer values than a grid has threads, which share several.

IMAGES = ((5, 1, 1, 1), (3, 1, 2, 1), (1, 4, 1, 2), (2, 3, 4, 2))
FRAMES = (((0, 0), (0, 0)), ((1, 2), (0, 1)), ((5, 0), (2, 6)))  # before and after, down and across
BORDERS = (tables.ZERO, tables.REFLECT, tables.WRAP)


def framed(shape, widths):
    """A frame as kernels take it, and how many values images have in it."""
    (top, bottom), (left, right) = widths
    frame = top, left, shape[1] + top + bottom, shape[2] + left + right
    return frame, shape[0] * frame[2] * frame[3] * shape[3]


@case(given=product(IMAGES, FRAMES, BORDERS))
def extend_images(a, shape, widths, border):
    frame, size = framed(shape, widths)
    y = a.blank(size)
    a.on.kernels.extend_images(a.normal(*shape).reshape(-1), shape, frame, border, y)
    return [same(y)]


@case(given=product(IMAGES, FRAMES, BORDERS))
def return_to_images(a, shape, widths, border):
    frame, size = framed(shape, widths)
    found = a.blank(int(np.prod(shape)))
    a.on.kernels.return_to_images(a.normal(size), shape, frame, border, found)
    return [summed(found)]


# Size, strides and padding of windows; some lie beyond the border, some over each other.
WINDOWS = (
    ((1, 1), (1, 1), "valid"), ((2, 1), (1, 1), "same"), ((2, 2), (2, 2), "same"),
    ((3, 2), (1, 2), "same"), ((1, 2), (3, 1), "same"),
)  # fmt: skip


@case("pooling.pool_largest", "pooling.return_to_largest", given=product(IMAGES, WINDOWS))
def largest(a, shape, how):
    windows = windows_on("largest", shape[1:3], *how)
    values = a.rng.integers(0, 3, shape).astype(float)  # several are the largest
    values[0, -1, -1, -1] = np.nan
    x, y = a.take(values), a.blank(shape[0], *windows.count, shape[3])
    a.on.pooling.pool_largest(windows, x, y)
    found = a.blank(*shape)
    a.on.pooling.return_to_largest(windows, x, y, a.normal(*y.shape), found)
    return [same(y), same(found)]


@case("pooling.pool_mean", "pooling.return_to_mean", given=product(IMAGES, WINDOWS))
def mean(a, shape, how):
    windows = windows_on("mean", shape[1:3], *how)
    y, found = a.blank(shape[0], *windows.count, shape[3]), a.blank(*shape)
    a.on.pooling.pool_mean(windows, a.normal(*shape), y)
    a.on.pooling.return_to_mean(windows, a.normal(*y.shape), found)
    return [near(y), near(found)]


@case(
    "convolution.forward", "convolution.backward",
    given=[
        (*images, CODES[(k + k // 5) % 5], k % 2 == 0)  # each activation with several windows
        for k, images in enumerate(product(IMAGES, WINDOWS))
    ],
)  # fmt: skip
def convolution(a, shape, how, code, biased):
    windows = windows_on("convolution", shape[1:3], *how)
    x, kernel = a.normal(*shape), a.normal(*windows.size, shape[3], 2)
    y = a.on.convolution.forward(windows, x, kernel, a.normal(2) if biased else None, code)
    gradients = a.on.convolution.backward(windows, x, kernel, a.normal(*y.shape), y, code)
    return [summed(y), *(summed(gradient()) for gradient in gradients)]


@case(
    "divisive.forward",
    given=[
        ((1, 1), 1.0, None), ((1, 3), 2.0, None), ((6, 2), 1.5, None),
        ((3, 5 * THREADS), 1.0, None),  # a whole block shares a place
        ((5, 1, 1, 1), 2.0, (1, 1)), ((2, 3, 4, 2), 1.0, (3, 2)), ((1, 2, 1, 5), 3.0, (5, 3)),
    ],
)  # fmt: skip
def divisive(a, shape, exponent, neighbourhood):
    x, sigma = a.normal(*shape), a.take(0.5 + a.rng.uniform(size=shape[-1]))
    y, vjp = a.on.divisive.forward(x, sigma, exponent, 0.3, neighbourhood)
    by_x, by_sigma = vjp(a.normal(*shape))
    return [summed(y), summed(by_x()), summed(by_sigma())]


# Layers over time.


def factors_of(a, kinds, gates, shape):
    """Factors of dropout as one for all gates, or one for each; or none."""
    count = {None: 0, "tied": 1, "untied": gates}[kinds]
    return a.take(2.0 * a.rng.integers(0, 2, (count, *shape))) if count else None


@case(
    "recurrent.over_time",
    given=[
        (1, (1, 1, 1, 1), rules.TANH, False, None, True),
        (1, (3, 4, 2, 3), rules.THRESHOLD_LINEAR, True, "tied", True),
        (1, (5, 2, 1, 2), rules.LOGISTIC, False, None, False),
        (tables.LSTM_GATES, (1, 1, 1, 1), rules.TANH, False, None, False),
        (tables.LSTM_GATES, (3, 4, 2, 3), rules.TANH, True, "untied", True),
        (tables.LSTM_GATES, (2, 3, 1, 2), rules.SOFTPLUS, True, "tied", False),
    ],
)  # fmt: skip
def over_time(a, gates, lengths, code, masked, dropped, sequences):
    batch, steps, inputs, units = lengths
    x = a.normal(batch, steps, inputs)
    weights = [a.normal(n, gates * units) for n in (inputs, units)]
    bias = a.normal(gates * units)
    present = a.on.take(a.rng.uniform(size=(batch, steps)) < 0.7) if masked else None
    factors = tuple(factors_of(a, dropped, gates, (batch, n)) for n in (inputs, units))
    y, vjp = a.on.recurrent.over_time(
        gates, (code, rules.LOGISTIC), x, (*weights, bias), present, factors, sequences
    )
    found = vjp(a.normal(*y.shape))
    gradients = [gradient() if callable(gradient) else gradient for gradient in found]
    return [summed(y), *map(summed, gradients)]
