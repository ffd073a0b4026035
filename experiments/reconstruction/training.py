"""Training by squared error alone, or against an adversary as well (Goodfellow et al. 2014)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from neurosim.networks import Adam, Sequential, Tensor, gradients
from neurosim.networks.operations import logistic_cross_entropy, mean_squared_error
from neurosim.progress import progress

from .adversaries import critic, generator
from .cells import Population
from .digits import SIDE, Digits

BATCH = 32
RATE, CRITIC_RATE = 1e-3, 5e-4
MOMENTUM = 0.5  # with Adam's own 0.9 the two run round each other (Radford et al. 2016)
TRUE = 0.9  # not 1, or the critic grows too sure (one-sided smoothing, Salimans et al. 2016)


class Losses(NamedTuple):
    """The losses of a batch, or their means over an epoch.

    Attributes
    ----------
    pixels : mean squared error of the images made
    deceit : cross-entropy in nats of the critic's taking them for true; 0 without a critic
    critic : the critic's own, on true images and made ones; 0 without
    """

    pixels: float
    deceit: float = 0.0
    critic: float = 0.0


class Trained(NamedTuple):
    """A decoder and how its training went, epoch by epoch."""

    decoder: Sequential
    course: list[Losses]

    def __call__(self, responses: np.ndarray) -> np.ndarray:
        """Return what (trials, cells) are taken for, (trials, rows, columns)."""
        return np.asarray(self.decoder.predict(responses)[..., 0], dtype=float)


class Contest:
    """A decoder in training, step by step.

    Parameters
    ----------
    cells
        That it hears.
    adversary
        λ, how much the adversary counts beside the pixels; at 0 there is none.
    seed
        Of both networks' first weights: with and without an adversary the decoder begins alike.
    """

    def __init__(self, cells: int, adversary: float, seed: int) -> None:
        self.adversary = adversary
        first, second = np.random.default_rng([seed, 2]).integers(2**63, size=2).tolist()
        self.decoder, self.critic = generator(cells, first), critic(second)
        self._decoding = Adam(RATE, beta_1=MOMENTUM)
        self._judging = Adam(CRITIC_RATE, beta_1=MOMENTUM)
        self._decoding.build(self.decoder.trainable_weights)
        self._judging.build(self.critic.trainable_weights)

    def step(self, responses: np.ndarray, images: np.ndarray, share: float) -> Losses:
        """Let first the critic learn from a batch, then the decoder; return the losses before.

        Parameters
        ----------
        responses, images
            (batch, cells) and (batch, 16, 16, 1).
        share
            Of the decoder's first rate.
        """
        made = self.decoder(Tensor(responses), training=True)
        loss = pixels = mean_squared_error(_flat(made), images.reshape(len(images), -1))
        deceit = judged = 0.0
        if self.adversary:
            judged = self._judge(images, made.numpy())
            # Gradients are asked for by the decoder's weights alone: the critic stands still.
            taken, _ = logistic_cross_entropy(
                self.critic(made, training=True), np.ones((len(images), 1))
            )
            loss, deceit = pixels + self.adversary * taken, taken.item()
        self._decoding.learning_rate = RATE * share
        _descend(self.decoder, self._decoding, loss)
        return Losses(pixels.item(), deceit, judged)

    def _judge(self, images: np.ndarray, made: np.ndarray) -> float:
        """Let the critic learn to tell images from made ones; return its loss before."""
        truth = np.repeat([[TRUE], [0.0]], len(images), axis=0)
        odds = self.critic(Tensor(np.concatenate([images, made])), training=True)
        loss, _ = logistic_cross_entropy(odds, truth)
        _descend(self.critic, self._judging, loss)
        return float(loss.item())


def train(
    population: Population, digits: Digits, adversary: float, epochs: int, seed: int
) -> Trained:
    """Return a decoder of a population's spikes, trained against an adversary or without.

    Each epoch shows every image once more, so that the spikes are others each time.

    Parameters
    ----------
    adversary
        λ; at 0 the squared error alone counts.
    epochs
        How often each image is shown.
    seed
        Of weights, order and spikes: trained with and without an adversary, it hears the same.
    """
    random = np.random.default_rng([seed, 3])
    contest = Contest(population.expected.shape[1], adversary, seed)
    images = digits.images[digits.learned, :, :, None].astype(np.float32)
    course = []
    name = f"{population.name}, {'GAN' if adversary else 'network'}"
    for epoch in progress(epochs, name):
        responses = population.steadied(population.counts(digits.learned, random))
        responses = responses.astype(np.float32)
        share = (1 + math.cos(math.pi * epoch / epochs)) / 2  # Loshchilov & Hutter 2017
        steps = [
            contest.step(responses[batch], images[batch], share)
            for batch in _batches(len(images), random)
        ]
        course.append(Losses(*np.mean(steps, axis=0).tolist()))
    return Trained(contest.decoder, course)


def _batches(count: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield whole batches of places in random order."""
    order = random.permutation(count)
    for first in range(0, count - BATCH + 1, BATCH):
        yield order[first : first + BATCH]


def _flat(images: Tensor) -> Tensor:
    """Return (batch, pixels)."""
    return images.reshape(images.shape[0], SIDE * SIDE)


def _descend(network: Sequential, optimizer: Adam, loss: Tensor) -> None:
    """Take a step down a loss in the weights of one network alone."""
    optimizer.apply(gradients(loss, [weight.tensor for weight in network.trainable_weights]))
