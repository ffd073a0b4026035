"""Every kernel of the networks beside the CPU's: the same networks trained on both devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from neurosim.networks import (
    LSTM,
    AveragePooling2D,
    BatchNormalization,
    CenterSurround,
    Conv2D,
    DaleDense,
    Dense,
    DivisiveNormalization,
    Dropout,
    Embedding,
    Flatten,
    Input,
    Layer,
    MaxPooling2D,
    Sequential,
    SimpleRNN,
    ThresholdUnits,
)
from neurosim.networks.graph import Symbol
from neurosim.networks.optimizers import SGD, Adam, Optimizer, RMSprop

from .gpu_checks import Check
from .timing import difference

STEP = 1e-5  # by which the first step's loss may differ, relative
COURSE = 1e-4  # and those of fifty steps
DOUBLE = 1e-9
STEPS, BATCH = 50, 16


def network_checks(quick: bool) -> Iterator[Check]:
    """Yield a comparison for each network: its first step, and how its training goes."""
    steps = 3 if quick else STEPS
    for name, made in NETWORKS.items():
        yield Check(f"{name}, a step", STEP, partial(apart, made, 1))
        if made is thresholds:  # a cell that one sum sends over its threshold parts two trainings
            continue
        yield Check(f"{name}, {steps} steps", COURSE, partial(apart, made, steps))
        if not quick:
            double = partial(apart, made, steps, dtype="float64")
            yield Check(f"{name}, {steps} steps, float64", DOUBLE, double)
    for optimizer in OPTIMIZER_KINDS:
        differ = partial(apart, perceptron, steps, optimizer=optimizer)
        yield Check(f"{optimizer()!r}, {steps} steps", COURSE, differ)


def apart(
    made: Callable[[], tuple[list[Layer], tuple[int, ...]]], steps: int, dtype: str = "float32",
    optimizer: Callable[[], Optimizer] = SGD,
) -> float:  # fmt: skip
    """Return by how much losses differ, and what is answered then, relative to the largest."""
    generator = np.random.default_rng(0)
    layers, shape = made()
    words = isinstance(layers[0], Embedding)
    size = (BATCH * steps, *shape)
    x = generator.integers(1, 20, size) if words else generator.random(size)
    if words:
        x[::3, -2:] = 0  # where there is no word
    labels = generator.integers(0, 3, BATCH * steps)
    found = []
    for device in ("cpu", "cuda"):
        given = Input(shape, dtype="int64" if words else dtype)
        built: list[Layer | Symbol] = [given, *made()[0], Dense(3, "softmax")]
        model: Sequential = Sequential(built, seed=3, dtype=dtype)
        model.compile(optimizer(), "sparse_categorical_crossentropy", ["accuracy"])
        losses = [
            model.fit(x[part], labels[part], batch_size=BATCH, verbose=0, device=device)
            .history["loss"][0]
            for part in np.split(np.arange(len(x)), min(steps, 5))
        ]  # fmt: skip
        found.append(np.append(losses, model.predict(x[:BATCH], device=device)))
    return difference(*found)


def perceptron() -> tuple[list[Layer], tuple[int, ...]]:
    """Return a multilayer perceptron with each activation."""
    return [
        Dense(20, "relu"), BatchNormalization(), Dropout(0.3), Dense(16, "tanh"),
        Dense(12, "sigmoid"), Dense(9, "softplus"),
    ], (24,)  # fmt: skip


def images() -> tuple[list[Layer], tuple[int, ...]]:
    """Return a convolutional network."""
    return [
        Conv2D(6, (3, 3), activation="relu"), MaxPooling2D((2, 2)),
        Conv2D(4, (2, 3), strides=(1, 2), padding="same"), BatchNormalization(),
        AveragePooling2D((2, 2), padding="same"), Flatten(),
    ], (10, 11, 2)  # fmt: skip


def biological() -> tuple[list[Layer], tuple[int, ...]]:
    """Return a network of layers as in the retina and cortex."""
    return [
        CenterSurround(np.array([[-1.0, -1, -1], [-1, 9, -1], [-1, -1, -1]]) / 9),
        DivisiveNormalization(pool=(3, 3)), DivisiveNormalization(exponent=2), Flatten(),
        DaleDense(10, "relu"),
    ], (8, 9, 1)  # fmt: skip


def thresholds() -> tuple[list[Layer], tuple[int, ...]]:
    """Return a network of cells that fire or not."""
    return [Dense(20), ThresholdUnits(), Dense(20), ThresholdUnits("hard_tanh")], (24,)


def sentences() -> tuple[list[Layer], tuple[int, ...]]:
    """Return a network that reads words, some of which are missing."""
    return [
        Embedding(20, 6, mask_zero=True), LSTM(5, return_sequences=True, dropout=0.2),
        SimpleRNN(4, recurrent_dropout=0.2),
    ], (7,)  # fmt: skip


NETWORKS = {
    "a multilayer perceptron": perceptron,
    "a convolutional network": images,
    "a network of biological layers": biological,
    "threshold units": thresholds,
    "a network of words": sentences,
}
# Adam and RMSprop make whole steps of gradients that are nothing but rounding, as those of a bias
# before batch normalization: networks are compared by gradient descent, these by a perceptron.
OPTIMIZER_KINDS: tuple[Callable[[], Optimizer], ...] = (
    Adam,
    partial(SGD, 0.1, momentum=0.9, nesterov=True),
    partial(RMSprop, 0.01),
    partial(RMSprop, 0.01, momentum=0.5),
)
