"""How well one cell alone tells cats from dogs, layer by layer."""

from __future__ import annotations

import numpy as np

from neurosim.networks import Sequential
from neurosim.result import Result

from ..ranks import smaller_by_chance
from .network import LAYERS, RISK, Animals, network, responses


def selectivity(means: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return |2A − 1| of each cell, A the part of pairs of a cat and a dog that it tells apart.

    A is the area under the receiver's curve (Green & Swets 1966): of two animals, how often the
    dog excites the cell more.

    Parameters
    ----------
    means
        (images, cells): a cell's activity, the mean over its places.
    labels
        (images,) 0 and 1.
    """
    cats, dogs = means[labels == 0], means[labels == 1]
    return np.abs(np.sign(dogs[:, None] - cats[None]).mean(axis=(0, 1)))


def by_layer(model: Sequential, animals: Animals) -> list[float]:
    """Return the mean over each layer's cells that are not always silent, of animals held out."""
    labels = animals.labels[animals.held_out, 0]
    found = []
    for own in responses(model, animals.images[animals.held_out]).values():
        means = own.mean(axis=(1, 2))
        found.append(float(selectivity(means[:, means.any(axis=0)], labels).mean()))
    return found


def compare_layers(
    result: Result, networks: list[Sequential], animals: Animals, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Claim that it grows with depth and with learning; return both, (networks, layers)."""
    seeds = np.random.default_rng([seed, 4]).integers(2**63, size=len(networks))
    trained = np.array([by_layer(model, animals) for model in networks])
    naive = np.array([by_layer(network(own), animals) for own in seeds.tolist()])
    for fewer, more, words in (
        (trained[:, 0], trained[:, -1],
         f"a cell of layer 3 alone tells {trained[:, -1].mean():.2f}, one of layer 1 "
         f"{trained[:, 0].mean():.2f}"),
        (naive[:, -1], trained[:, -1],
         f"one of layer 3 before it learned {naive[:, -1].mean():.2f}"),
    ):  # fmt: skip
        result.claim(
            f"{words} (0 guesses, 1 knows; means of {len(networks)} networks): probability of such "
            "ranks by chance (Mann & Whitney 1947)",
            smaller_by_chance(fewer, more), at_most=RISK,
        )  # fmt: skip
    result.table(
        "selectivity", ("network", "learned", *LAYERS),
        [
            (n, learned, *row)
            for learned, rows in ((True, trained), (False, naive))
            for n, row in enumerate(rows, start=1)
        ],
    )  # fmt: skip
    return trained, naive
