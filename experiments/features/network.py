"""The network of three layers of convolution, and the animals that it learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from circuits.stimuli.animals import cats_and_dogs
from neurosim.networks import (
    Adam,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    Sequential,
    Tensor,
    no_gradients,
)
from neurosim.progress import progress
from neurosim.result import Result

from ..accuracy import Accuracy
from ..proportions import CONFIDENCE

SIDE = 32  # pixels
GREY = 0.5  # of an image's brightness, which becomes 0
LAYERS = ("layer 1", "layer 2", "layer 3")
# Name, cells and side of the kernels; between two layers the larger of every 2 × 2 passes.
CELLS = dict(zip(LAYERS, ((8, 5), (16, 3), (16, 3)), strict=True))
POOL = 2
COUNT, FEWER = 300, 150  # animals of each kind, a third of which is held out
EPOCHS, MORE_EPOCHS = 8, 12
BATCH, RATE = 16, 3e-3
RISK = 1e-2


@dataclass(frozen=True, eq=False)
class Animals:
    """Images (images, 32, 32, 1) about 0, labels (images, 1), those held out, and how to learn.

    Attributes
    ----------
    learned, held_out : places of those that are learned from and that are not
    epochs : how often they are gone over
    """

    images: np.ndarray
    labels: np.ndarray
    learned: np.ndarray
    held_out: np.ndarray
    epochs: int

    @classmethod
    def drawn(cls, seed: int, quick: bool) -> Animals:
        """Return drawn cats and dogs."""
        count = FEWER if quick else COUNT
        drawn = cats_and_dogs(count, size=SIDE, seed=seed)
        order = np.random.default_rng([seed, 0]).permutation(len(drawn.images))
        third = len(order) // 3
        images = (drawn.images - GREY)[..., None].astype(np.float32)
        epochs = MORE_EPOCHS if quick else EPOCHS
        return cls(images, drawn.labels[:, None], order[third:], order[:third], epochs)


def network(seed: int) -> Sequential:
    """Return the network, not trained."""
    layers: list[Layer] = []
    for name, (cells, side) in CELLS.items():
        layers.append(
            Conv2D(cells, side, activation="relu", kernel_initializer="he_normal", name=name)
        )
        if name != LAYERS[-1]:
            layers.append(MaxPooling2D(POOL))
    closing = [GlobalAveragePooling2D(), Dense(1, activation="sigmoid")]
    return Sequential([Input((SIDE, SIDE, 1)), *layers, *closing], seed=seed)


def train_all(result: Result, animals: Animals, starts: int, seed: int) -> list[Sequential]:
    """Train so many networks; claim that each tells the animals held out."""
    seeds = np.random.default_rng([seed, 1]).integers(2**63, size=starts)
    x, y = animals.images, animals.labels
    networks = []
    for own in progress(seeds.tolist(), "networks"):
        model = network(own)
        model.compile(Adam(RATE), "binary_crossentropy", ["accuracy"])
        held_out = x[animals.held_out], y[animals.held_out]
        model.fit(
            x[animals.learned], y[animals.learned], BATCH, animals.epochs, verbose=0,
            validation_data=held_out,
        )  # fmt: skip
        networks.append(model)
    scores = [
        Accuracy.of(model.predict_classes(x[animals.held_out])[:, 0], y[animals.held_out, 0])
        for model in networks
    ]
    low, high = scores[0].interval
    result.claim(
        f"the networks tell the animals held out, the first {scores[0].part:.1%} of "
        f"{scores[0].cases} ({CONFIDENCE:.0%} interval {low:.1%} to {high:.1%}): probability of "
        "such answers by chance",
        [score.by_chance for score in scores], at_most=RISK,
    )  # fmt: skip
    result.table(
        "held-out", ("network", "right", "of", "interval from", "interval to"),
        [(n, s.right, s.cases, *s.interval) for n, s in enumerate(scores, start=1)],
    )  # fmt: skip
    return networks


def activities(model: Sequential, images: Tensor) -> dict[str, Tensor]:
    """Return what the layers of convolution do, (images, rows, columns, cells) each, by name."""
    seen: dict[str, Tensor] = {}
    model.run([images], watch=lambda layer, out: seen.update({layer.name: out}))
    return {name: seen[name] for name in LAYERS}


def responses(model: Sequential, images: np.ndarray) -> dict[str, np.ndarray]:
    """Return the same as arrays."""
    with no_gradients():
        return {name: out.numpy() for name, out in activities(model, Tensor(images)).items()}
