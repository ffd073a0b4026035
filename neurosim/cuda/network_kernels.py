"""The networks' kernels on a card: by the names and with the arguments of `neurosim.kernels`.

Arrays are the card's, and C-contiguous.  A call returns before its kernel has run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from ..kernels import (
    cuda_activations,
    cuda_borders,
    cuda_cross_entropy,
    cuda_dropout,
    cuda_normalization,
    cuda_optimizers,
    cuda_threshold_units,
)
from ..kernels.dropout import WORDS
from .availability import arrays
from .embedding import add_rows as add_rows
from .launches import launch
from .parts import room_for_parts


def activate(code: int, y: Any, bias: Any) -> None:
    """As `kernels.activate`."""
    launch(cuda_activations.activate, y.size, code, y, bias)


def activation_slopes(code: int, y: Any, g: Any, slopes: Any, bias_slopes: Any) -> None:
    """As `kernels.activation_slopes`."""
    parts = room_for_parts(y)
    launch(cuda_activations.activation_slopes, parts.size, code, y, g, slopes, parts)
    parts.sum(axis=0, out=bias_slopes)


def fire(x: Any, y: Any) -> None:
    """As `kernels.fire`."""
    launch(cuda_threshold_units.fire, x.size, x, y)


def surrogate_slopes(code: int, steepness: np.floating, x: Any, g: Any, slopes: Any) -> None:
    """As `kernels.surrogate_slopes`."""
    launch(cuda_threshold_units.surrogate_slopes, x.size, code, steepness, x, g, slopes)


def find_moments(x: Any, means: Any, errors: Any, variances: Any) -> None:
    """As `kernels.find_moments`."""
    rows, parts, squares = len(x), room_for_parts(x), room_for_parts(x)
    launch(cuda_normalization.sum_from_first, parts.size, x, parts)
    np.add(x[0], parts.sum(axis=0) / rows, out=means)
    launch(cuda_normalization.sum_from_mean, parts.size, x, means, parts, squares)
    np.divide(parts.sum(axis=0), rows, out=errors)
    np.maximum(squares.sum(axis=0) / rows - errors * errors, 0, out=variances)


def scale_channels(x: Any, means: Any, gains: Any, offsets: Any, y: Any) -> None:
    """As `kernels.scale_channels`."""
    launch(cuda_normalization.scale_channels, x.size, x, means, gains, offsets, y)


def sum_slopes(x: Any, means: Any, g: Any, sums: Any, products: Any) -> None:
    """As `kernels.sum_slopes`."""
    parts, of_products = room_for_parts(x), room_for_parts(x)
    launch(cuda_normalization.sum_slopes, parts.size, x, means, g, parts, of_products)
    parts.sum(axis=0, out=sums)
    of_products.sum(axis=0, out=products)


def combine_slopes(
    x: Any, means: Any, g: Any, gains: Any, pulls: Any, shifts: Any, slopes: Any
) -> None:
    """As `kernels.combine_slopes`."""
    launch(cuda_normalization.combine_slopes, x.size, x, means, g, gains, pulls, shifts, slopes)


def extend_images(
    x: Any, shape: tuple[int, ...], frame: tuple[int, ...], border: int, y: Any
) -> None:
    """As `kernels.extend_images`."""
    launch(cuda_borders.extend_images, y.size, x, shape, frame, border, y)


def return_to_images(
    g: Any, shape: tuple[int, ...], frame: tuple[int, ...], border: int, found: Any
) -> None:
    """As `kernels.return_to_images`."""
    launch(cuda_borders.return_to_images, found.size, g, shape, frame, border, found)


def drop_out(
    key_0: np.uint64, key_1: np.uint64, layer: np.uint64, step: Any, bar: np.uint64,
    scale: np.floating, multipliers: Any,
) -> None:  # fmt: skip
    """As `kernels.drop_out`, of a step that is counted on the card, (1,) uint64."""
    wanted = -(-multipliers.size // WORDS)
    launch(cuda_dropout.drop_out, wanted, key_0, key_1, layer, step, bar, scale, multipliers)


def softmax_cross_entropy(logits: Any, targets: Any, probabilities: Any, losses: Any) -> None:
    """As `kernels.softmax_cross_entropy`."""
    launch(
        cuda_cross_entropy.softmax_cross_entropy, len(logits), logits, targets, probabilities,
        losses,
    )  # fmt: skip


def softmax_cross_entropy_by_label(
    logits: Any, labels: Any, probabilities: Any, losses: Any
) -> None:
    """As `kernels.softmax_cross_entropy_by_label`."""
    launch(
        cuda_cross_entropy.softmax_cross_entropy_by_label, len(logits), logits, labels,
        probabilities, losses,
    )  # fmt: skip


def softmax_slopes(probabilities: Any, targets: Any, shares: Any, slopes: Any) -> None:
    """As `kernels.softmax_slopes`."""
    launch(cuda_cross_entropy.softmax_slopes, len(slopes), probabilities, targets, shares, slopes)


def softmax_slopes_by_label(probabilities: Any, labels: Any, shares: Any, slopes: Any) -> None:
    """As `kernels.softmax_slopes_by_label`."""
    launch(
        cuda_cross_entropy.softmax_slopes_by_label, slopes.size, probabilities, labels, shares,
        slopes,
    )  # fmt: skip


def logistic_cross_entropy(logits: Any, targets: Any, probabilities: Any, losses: Any) -> None:
    """As `kernels.logistic_cross_entropy`."""
    launch(
        cuda_cross_entropy.logistic_cross_entropy, len(logits), logits, targets, probabilities,
        losses,
    )  # fmt: skip


class Watch:
    """The loss of the batches of an epoch so far, and which was the first to stop at.

    That is one whose loss is not finite, or of whose numbers one would be refused.  Optimizers
    take no step from there on.
    """

    def __init__(self) -> None:
        xp = arrays()
        self.batches, self.lost = xp.zeros(1, np.int64), xp.zeros(1, np.int64)
        self.total = xp.zeros(1, np.float64)

    def note(self, loss: Any, count: int, refused: Any) -> None:
        """Add the mean loss of a batch of so many samples.

        `refused` (1,) tells whether one of its numbers would be.
        """
        launch(
            cuda_optimizers.note_loss, 1, loss.reshape(1), refused, count, self.batches, self.lost,
            self.total,
        )  # fmt: skip

    def begin(self) -> None:
        """Forget what was noted."""
        for array in (self.batches, self.lost, self.total):
            array.fill(0)


def new_watch() -> Watch:
    """Return what watches over the losses of an epoch."""
    return Watch()


_heeded: list[Watch] = []  # by what is trained now; and within it, as by a callback


@contextmanager
def heeding(watch: Watch) -> Iterator[None]:
    """Let optimizers take no step within once a watch has a batch to stop at."""
    _heeded.append(watch)
    try:
        yield
    finally:
        _heeded.pop()


def forget() -> None:
    """Forget what is held on a card that failed."""
    _nothing.cache_clear()


def watch() -> Watch:
    """Return what optimizers heed."""
    return _heeded[-1] if _heeded else _nothing()


@cache
def _nothing() -> Watch:
    """Return what is heeded where nothing is watched."""
    return Watch()


def new_clock() -> Any:
    """Return a clock, which must be set."""
    return arrays().zeros(cuda_optimizers.CLOCK, np.float64)


def set_clock(clock: Any, rate: float, decay: float, steps: int) -> None:
    """Set a clock to an optimizer's rate, decay and steps so far."""
    launch(cuda_optimizers.set_clock, 1, clock, float(rate), float(decay), float(steps))


def advance(clock: Any, draws: Any) -> None:
    """Count a step of an optimizer's clock, and of all that draws random numbers, uint64."""
    launch(cuda_optimizers.advance, max(1, draws.size), clock, draws)


def correct(clock: Any, beta_1: float, beta_2: float) -> None:
    """Find Adam's rate at a clock's step."""
    launch(cuda_optimizers.correct, 1, clock, float(beta_1), float(beta_2))


def step_sgd(held: Any, gradient: Any, clock: Any, *numbers: Any) -> None:
    """As `kernels.step_sgd`, at a clock's rate."""
    launch(cuda_optimizers.step_sgd, gradient.size, *held, gradient, clock, *numbers, watch().lost)


def step_plainly(held: Any, gradient: Any, clock: Any) -> None:
    """As `kernels.step_plainly`, at a clock's rate."""
    launch(cuda_optimizers.step_plainly, gradient.size, *held, gradient, clock, watch().lost)


def step_rmsprop(held: Any, gradient: Any, clock: Any, *numbers: Any) -> None:
    """As `kernels.step_rmsprop`, at a clock's rate."""
    launch(
        cuda_optimizers.step_rmsprop, gradient.size, *held, gradient, clock, *numbers, watch().lost
    )


def step_rmsprop_with_momentum(held: Any, gradient: Any, clock: Any, *numbers: Any) -> None:
    """As `kernels.step_rmsprop_with_momentum`, at a clock's rate."""
    launch(
        cuda_optimizers.step_rmsprop_with_momentum, gradient.size, *held, gradient, clock,
        *numbers, watch().lost,
    )  # fmt: skip


def step_adam(
    held: Any, gradient: Any, clock: Any, beta_1: float, beta_2: float, t: int,
    epsilon: np.floating, tiny: np.floating,
) -> None:  # fmt: skip
    """As `kernels.step_adam`, at a clock's rate and step in place of t, which `correct` found."""
    real = gradient.dtype.type
    which = cuda_optimizers.SINGLE if real is np.float32 else cuda_optimizers.DOUBLE
    launch(
        cuda_optimizers.step_adam, gradient.size, *held, gradient, clock, which, real(1 - beta_1),
        real(1 - beta_2), epsilon, tiny, watch().lost,
    )  # fmt: skip
