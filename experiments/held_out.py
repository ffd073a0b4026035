"""Samples divided so that each is held out once: what a network is tried on, it never learned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim import InputError
from neurosim.networks.data import StandardScaler

FEWEST, MOST = 3, 10  # parts that samples can be divided into


class Part(NamedTuple):
    """What one network learns, and what it is tried on.

    Attributes
    ----------
    x, y : to learn from, in random order: the last of them may be kept for validation
    x_held_out, y_held_out : to be tried on
    """

    x: np.ndarray
    y: np.ndarray
    x_held_out: np.ndarray
    y_held_out: np.ndarray

    def standardized(self) -> Part:
        """Return it with features of mean 0 and deviation 1, as measured on what is learned."""
        scaler = StandardScaler().fit(self.x)
        return self._replace(
            x=scaler.transform(self.x), x_held_out=scaler.transform(self.x_held_out)
        )


def fold(x: np.ndarray, y: np.ndarray, parts: int, seed: int) -> list[Part]:
    """Return parts each of which holds out other samples, all in turn (Stone 1974).

    Every part holds out targets of all sizes, or classes, as nearly alike as can be.

    Parameters
    ----------
    x, y
        The samples, (samples, …), and their targets, (samples,).
    parts
        How many, from 3 to 10.
    seed
        Of the division, and of the order of what is learned.

    Raises
    ------
    InputError
        A number of parts that cannot be.
    """
    if not FEWEST <= parts <= min(MOST, len(x)):
        raise InputError(
            f"folds must be from {FEWEST} to {MOST}, and no more than there are samples (got "
            f"{parts} of {len(x)} samples)"
        )
    random = np.random.default_rng(seed)
    order = random.permutation(len(x))
    of_sample = np.empty(len(x), dtype=int)
    of_sample[order[np.argsort(y[order], kind="stable")]] = np.arange(len(x)) % parts
    divided = []
    for number in range(parts):
        learned = random.permutation(np.flatnonzero(of_sample != number))
        out = np.flatnonzero(of_sample == number)
        divided.append(Part(x[learned], y[learned], x[out], y[out]))
    return divided


def given_apart(train: tuple[np.ndarray, ...], test: tuple[np.ndarray, ...], seed: int) -> Part:
    """Return the part of a set whose authors held out some samples themselves.

    Parameters
    ----------
    train, test
        The samples, (samples, …), and their targets, (samples,), of those to learn from and of
        those held out.
    seed
        Of the order of what is learned.

    Raises
    ------
    InputError
        None to learn from, or none held out.
    """
    check_some(len(train[0]), len(test[0]))
    order = np.random.default_rng(seed).permutation(len(train[0]))
    return Part(train[0][order], train[1][order], *test)


def check_some(learned: int, held_out: int) -> None:
    """Raise InputError unless there are samples to learn from, and some held out."""
    if not (learned and held_out):
        raise InputError(
            "a set needs samples to learn from and samples to be tried on (got "
            f"{learned} and {held_out})"
        )
