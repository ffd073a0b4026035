"""What a fold learns of images turned by known angles, and what it makes of others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.networks import Adam, Conv2D, Dense, Flatten, MaxPooling2D, Sequential

from .folds import Fold
from .showing import Turned

FILTERS, CELLS = 8, 64
BATCH, RATE = 32, 0.003


class Predicted(NamedTuple):
    """What came of one fold: degrees of the first copy of each original held out, (originals,).

    Attributes
    ----------
    true : by which it was turned
    network, plane : as the network, and least squares on the pixels, have it
    mean : the mean of the angles learned from, for all
    """

    true: np.ndarray
    network: np.ndarray
    plane: np.ndarray
    mean: np.ndarray


def learn(turned: Turned, fold: Fold, widest: float, epochs: int, seed: int) -> Predicted:
    """Let a network and a least-squares plane learn a fold, and predict what it holds out.

    Parameters
    ----------
    widest
        Degrees to either side that an image may be turned by.
    epochs
        How often the network sees what it learns from.
    seed
        Of the network's first weights and the order in which it learns.
    """
    images, degrees = turned.samples(fold.learned)
    out, true = turned.images[fold.held_out, 0], turned.degrees[fold.held_out, 0]
    return Predicted(
        true,
        _network(images, degrees / widest, out, epochs, seed) * widest,
        _plane(images, degrees, out),
        np.full(len(true), degrees.mean()),
    )


def _network(
    images: np.ndarray, targets: np.ndarray, out: np.ndarray, epochs: int, seed: int
) -> np.ndarray:
    """Let a convolutional network learn targets, and return what it makes of other images.

    Two convolutions of 8 and 16 sheets, each pooled, then 64 cells and a linear one.

    Parameters
    ----------
    images, targets
        To learn from, (samples, rows, columns) and (samples,), the targets about 1.
    out
        Other images, (others, rows, columns).

    Returns
    -------
    (others,)
    """
    mean, deviation = images.mean(), images.std()
    model = Sequential(seed=seed)
    for filters in (FILTERS, 2 * FILTERS):
        model.add(Conv2D(filters, (3, 3), padding="same", activation="relu"))
        model.add(MaxPooling2D((2, 2)))
    model.add(Flatten())
    model.add(Dense(CELLS, activation="relu"))
    model.add(Dense(1))
    model.compile(optimizer=Adam(RATE), loss="mse")
    model.fit(((images - mean) / deviation)[..., None], targets, epochs=epochs, batch_size=BATCH)
    return np.asarray(model.predict(((out - mean) / deviation)[..., None])[:, 0], dtype=float)


def _plane(images: np.ndarray, targets: np.ndarray, out: np.ndarray) -> np.ndarray:
    """Return what least squares on the pixels makes of other images, (others,).

    Pixels that never vary, or together, would make `neurosim.learning.least_squares` refuse; here
    the shortest of the coefficients that fit equally well do.
    """
    pixels, others = (np.column_stack([x.reshape(len(x), -1), np.ones(len(x))])
                      for x in (images, out))  # fmt: skip
    coefficients, *_ = np.linalg.lstsq(pixels, targets)
    return np.asarray(others @ coefficients)
