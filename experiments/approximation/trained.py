"""By training: as many logistic cells, fitted by Adam, from several first weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.networks import Adam, Dense, Input, Sequential
from neurosim.networks.initializers import RandomNormal, RandomUniform
from neurosim.progress import progress
from neurosim.result import Result

from ..medians import Median
from .series import quadrature
from .steps import POINTS
from .targets import Target

NETWORKS = 6  # of each size: their range holds the median of all by 97%
SAMPLES = (np.arange(64) + 0.5) / 64
RATE = 0.02
SLOPE = 10.0  # standard deviation of the first w: steps that are narrow beside [0, 1]


@dataclass(frozen=True, eq=False)
class Trained:
    """What training found.

    Attributes
    ----------
    sizes : N
    largest, mean_square : errors, (sizes, networks)
    guess : the mean square error of the best constant, f's variance
    """

    sizes: tuple[int, ...]
    largest: np.ndarray
    mean_square: np.ndarray
    guess: float


def train(target: Target, seed: int, quick: bool) -> Trained:
    """Train networks of several sizes from several first weights."""
    sizes = (2, 8, 32) if quick else (2, 4, 8, 16, 32)
    epochs = 1000 if quick else 3000
    x, weights = quadrature(target)
    rounds = [(cells, sample) for cells in sizes for sample in range(NETWORKS)]
    largest, mean_square = [], []
    for cells, sample in progress(rounds, "training"):
        own = int(np.random.SeedSequence((seed, cells, sample)).generate_state(1)[0])
        network = Sequential(
            [
                Input((1,)),
                Dense(
                    cells, "sigmoid", kernel_initializer=RandomNormal(stddev=SLOPE),
                    bias_initializer=RandomUniform(-SLOPE / 2, SLOPE / 2),
                ),
                Dense(1),
            ],
            seed=own,
        )  # fmt: skip
        network.compile(Adam(RATE), "mse")
        samples = SAMPLES[:, None]
        network.fit(samples, target(samples), batch_size=len(samples), epochs=epochs, verbose=0)
        off = network.predict(POINTS[:, None])[:, 0] - target(POINTS)
        largest.append(float(np.abs(off).max()))
        off = np.interp(x, POINTS, off)
        mean_square.append(float(weights @ off**2))
    mean = float(weights @ target(x))
    return Trained(
        sizes,
        np.reshape(largest, (len(sizes), NETWORKS)),
        np.reshape(mean_square, (len(sizes), NETWORKS)),
        float(weights @ (target(x) - mean) ** 2),
    )


def check_training(result: Result, trained: Trained) -> None:
    """Claim that the largest networks found more than a constant; tell all errors in a table."""
    last = Median.of(trained.mean_square[-1] / trained.guess)
    result.claim(
        f"trained, {trained.sizes[-1]} cells: mean square error, of that of the best constant, "
        f"{last}; the median of {NETWORKS} networks",
        last.value, at_most=0.05,
    )  # fmt: skip
    result.table(
        "trained",
        ("cells", "network", "largest error", "mean square error"),
        [
            (cells, sample, trained.largest[row, sample], trained.mean_square[row, sample])
            for row, cells in enumerate(trained.sizes)
            for sample in range(trained.largest.shape[1])
        ],
    )
