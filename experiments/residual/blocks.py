"""A network of 34 layers with shortcuts past each two, or without."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from neurosim.networks import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
    Model,
)
from neurosim.networks.data import load_digits
from neurosim.result import Result

BLOCKS = 16  # of two convolutions; with the first, and the output, 34 layers have weights
CHANNELS = 8
SIDE, STRIDE, CLASSES = 8, 2, 10  # pixels of a digit; the first convolution halves them
BRIGHTEST = 16.0


class Kind(NamedTuple):
    """Which network: with shortcuts or without, and whether each convolution is normalized."""

    residual: bool
    normalized: bool

    @property
    def name(self) -> str:
        """What it is called in claims and figures."""
        return ("residual" if self.residual else "plain") + (
            ", normalized" if self.normalized else ""
        )


KINDS = [Kind(residual, normalized) for normalized in (True, False) for residual in (True, False)]
LOOKS = {
    KINDS[0]: ("blue", "-"), KINDS[1]: ("vermillion", "-"),
    KINDS[2]: ("sky", "--"), KINDS[3]: ("orange", "--"),
}  # fmt: skip


def network(kind: Kind, seed: int) -> Model:
    """Return the network, not trained.

    Kernels begin as He et al. (2015) have them.  Without normalization a residual block's second
    one begins at 0, so that what passes by does not grow from block to block (Zhang, Dauphin & Ma
    2019).
    """
    x = Input((SIDE, SIDE, 1))
    h = Activation("relu", name="block_0")(_convolution(x, kind, STRIDE))
    second = "zeros" if kind.residual and not kind.normalized else "he_normal"
    for block in range(1, BLOCKS + 1):
        g = Activation("relu")(_convolution(h, kind))
        g = _convolution(g, kind, begins=second)
        if kind.residual:
            g = Add()([h, g])
        h = Activation("relu", name=f"block_{block}")(g)
    h = GlobalAveragePooling2D()(h)
    return Model(x, Dense(CLASSES, activation="softmax")(h), seed=seed)


def _convolution(x: Any, kind: Kind, stride: int = 1, begins: str = "he_normal") -> Any:
    bias = not kind.normalized
    x = Conv2D(CHANNELS, 3, stride, "same", use_bias=bias, kernel_initializer=begins)(x)
    return BatchNormalization()(x) if kind.normalized else x


def digits(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return so many of the handwritten digits, (count, 8, 8, 1) from 0 to 1, and their labels."""
    images, labels = load_digits()
    chosen = random.permutation(len(images))[:count]
    return images[chosen].reshape(-1, SIDE, SIDE, 1) / BRIGHTEST, labels[chosen]


def check_twins(result: Result) -> None:
    """Claim that the twins have 34 layers with weights, and the same weights."""
    for normalized in (True, False):
        twins = [network(Kind(residual, normalized), 0) for residual in (True, False)]
        # 9 weights of each channel to each, and a bias, or γ, β and what moves along
        each = 4 if normalized else 1
        convolutions = 9 * CHANNELS + 2 * BLOCKS * 9 * CHANNELS**2
        expected = convolutions + (2 * BLOCKS + 1) * each * CHANNELS + (CHANNELS + 1) * CLASSES
        kind = "with normalization" if normalized else "without"
        result.claim(
            f"weights of the residual and of the plain network, {kind}",
            [twin.count_params() for twin in twins], [expected] * 2,
        )  # fmt: skip
        layers = [sum(isinstance(layer, Conv2D | Dense) for layer in twin.layers) for twin in twins]
        result.claim("layers with weights of both", layers, [34, 34])
