"""What three decoders make of the spikes of cells, of images held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .cells import Population
from .digits import Digits
from .linear import linear_decoder
from .measures import Measures
from .training import Losses, train

LINEAR, NETWORK, GAN = DECODERS = ("linear", "network", "GAN")
# Each image's, for the linear decoder: its 128 weights a pixel are then as good as with more.
SHOWN = 20


@dataclass(frozen=True, eq=False)
class Reconstructions:
    """What became of one population's spikes.

    Attributes
    ----------
    name : of the population
    counts : the spikes at the images held out, (images, cells)
    made : by decoder, (images, 16, 16)
    measured : by decoder
    usual : what the mean of all images learned from measures
    mistaken : what each decoder's answer to the spikes at another image measures
    courses : the losses of both networks, epoch by epoch
    """

    name: str
    counts: np.ndarray
    made: dict[str, np.ndarray]
    measured: dict[str, Measures]
    usual: Measures
    mistaken: dict[str, Measures]
    courses: dict[str, list[Losses]]


def reconstruct(
    name: str, digits: Digits, spikes: float, adversary: float, epochs: int, seed: int
) -> Reconstructions:
    """Return what the decoders make of one population's spikes, after they learned.

    Parameters
    ----------
    name
        Of the population, "LGN" or "V1".
    spikes
        Of a cell at an image, in the mean.
    adversary, epochs, seed
        As `train` takes them.
    """
    population = Population.shown(name, digits, spikes)
    random = np.random.default_rng([seed, 1])

    def responses(which: np.ndarray) -> np.ndarray:
        return population.steadied(population.counts(which, random))

    linear = linear_decoder(
        responses(np.tile(digits.learned, SHOWN)),
        np.tile(digits.images[digits.learned], (SHOWN, 1, 1)),
        (responses(digits.choosing), digits.images[digits.choosing]),
    )
    networks = {
        NETWORK: train(population, digits, 0.0, epochs, seed),
        GAN: train(population, digits, adversary, epochs, seed),
    }
    counts = population.counts(digits.held_out, random)
    heard = population.steadied(counts)
    shown = digits.images[digits.held_out]
    made = {LINEAR: linear(heard), **{key: own(heard) for key, own in networks.items()}}
    mean = digits.images[digits.learned].mean(axis=0)
    return Reconstructions(
        name,
        counts,
        made,
        {key: Measures.of(own, shown) for key, own in made.items()},
        Measures.of(np.broadcast_to(mean, shown.shape), shown),
        {key: Measures.of(np.roll(own, 1, axis=0), shown) for key, own in made.items()},
        {key: own.course for key, own in networks.items()},
    )
