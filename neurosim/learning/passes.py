"""Learning pass by pass: all patterns again and again, with the weights kept after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..exactness import too_large
from ..kernels.tables import AT_REST, FOUND_COLUMNS, LOST_NEURON, LOST_PATTERN, PASSES_MADE
from ..timing import real
from .evaluations import numbers

# Products of a call of the kernel, a few milliseconds: between calls Ctrl-C is heard.
STRETCH = 2**22

Learn = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], None]


@dataclass(frozen=True, eq=False)
class Passes:
    """What passes left.

    Attributes
    ----------
    path : the weights at the start and after each pass, (passes + 1, neurons, inputs)
    errors : what the kernel says of each pass, (passes,); 0 where it says nothing
    converged : whether the last pass hardly moved a weight
    diverged : at which pass, from 1, at which pattern and at which neuron; None: nowhere
    """

    path: np.ndarray
    errors: np.ndarray
    converged: bool
    diverged: tuple[int, int, int] | None


def learn_in_passes(
    learn: Learn, start: np.ndarray, samples: int, passes: int, shuffle: bool, seed: int
) -> Passes:
    """Call a kernel for a stretch of passes at a time, until it has converged or diverged.

    Parameters
    ----------
    learn
        Given the order of each pass, the path of the stretch whose first weights are set, a place
        for what it says of each pass, and one for what it finds, as `kernels.tables` names its
        columns; all flat.
    start
        (neurons, inputs).
    samples, passes
        How many.
    shuffle, seed
        Whether each pass has an order of its own, and what draws it.
    """
    random = np.random.default_rng(seed) if shuffle else None
    longest = max(1, STRETCH // (samples * start.size))
    paths, errors = [start[None]], []
    found = np.zeros(FOUND_COLUMNS, dtype=np.int64)
    found[LOST_PATTERN] = -1
    done = 0
    while done < passes and not found[AT_REST] and found[LOST_PATTERN] < 0:
        count = min(longest, passes - done)
        orders = orders_of(random, samples, count)
        path = np.empty((count + 1, start.size))
        path[0] = paths[-1][-1].ravel()
        error = np.zeros(count)
        found[PASSES_MADE] = 0
        with np.errstate(over="ignore", invalid="ignore"):  # what is lost is told below
            learn(orders, path.ravel(), error, found)
        made = int(found[PASSES_MADE])
        paths.append(path[1 : made + 1].reshape(made, *start.shape))
        errors.append(error[:made])
        done += made
    diverged = None
    if found[LOST_PATTERN] >= 0:
        diverged = (done + 1, int(found[LOST_PATTERN]), int(found[LOST_NEURON]))
    elif not np.isfinite(paths[-1][-1]).all():  # after the last pattern, which no other follows
        neuron = np.flatnonzero(~np.isfinite(paths[-1][-1]).all(axis=1))[0]
        diverged = (done, int(orders[-1]), int(neuron))
    return Passes(
        path=np.concatenate(paths),
        errors=np.concatenate(errors),
        converged=bool(found[AT_REST]),
        diverged=diverged,
    )


def orders_of(random: np.random.Generator | None, samples: int, passes: int) -> np.ndarray:
    """Return an order of the samples for each pass, one after the other; None: one for all."""
    in_order = np.arange(samples)
    if random is None:
        return in_order
    return random.permuted(np.tile(in_order, (passes, 1)), axis=1).ravel()


def start_from(start: Any, shape: tuple[int, ...], rule: str, bias: bool = False) -> np.ndarray:
    """Return weights to start from, and a bias as the last of them, or raise InputError.

    They are floats of their own.
    """
    weights = numbers(start, f"{rule}: start")
    if weights.shape != shape:
        what = "the weights and, last, the bias" if bias else "the weights"
        raise InputError(
            f"{rule}: start must be of shape {shape}, {what} (got shape {weights.shape})"
        )
    if not np.isfinite(weights).all():
        raise InputError(f"{rule}: start must be finite (got {weights[~np.isfinite(weights)][0]})")
    if wrong := too_large(weights):
        raise InputError(f"{rule}: start {wrong}")
    return weights


def at_rest(tolerance: Any, rule: str) -> float:
    """Return a tolerance, 0 or above, or raise InputError."""
    try:
        number = real(tolerance)
    except (TypeError, ValueError):
        raise InputError(f"{rule}: tolerance must be a number (got {tolerance!r})") from None
    if not 0 <= number < np.inf:
        raise InputError(f"{rule}: tolerance must be finite, 0 or above (got {number:g})")
    return number
