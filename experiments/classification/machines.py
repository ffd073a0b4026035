"""The four classifiers, by age: each hears the same pixels and names a class."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.learning import cognitron_rule

from ..cats_and_dogs.neurons import train
from ..cats_and_dogs.views import View, cognitron_cells, receptors

if TYPE_CHECKING:
    from neurosim.networks import Sequential

Tell = Callable[[np.ndarray], np.ndarray]  # from images to their classes
Learn = Callable[[np.ndarray, np.ndarray, int], Tell]

PASSES = 100  # at most, of the perceptron's rule
UNITS, FILTERS = 64, 8  # cells of a layer; sheets of the first convolution
SMALL = 8  # pixels a side of what the last pooling leaves, or fewer


def perceptron(images: np.ndarray, labels: np.ndarray, seed: int) -> Tell:
    """Let threshold neurons learn by their mistakes (Rosenblatt 1958): no layer lies between.

    There is one neuron a class, or one for two classes.

    Parameters
    ----------
    images
        (images, rows, columns).
    labels
        Their classes from 0, (images,), none of them missing.
    seed
        Nothing here is by chance.
    """
    return _reading(receptors(images.shape[1:]), images, labels)


def cognitron(images: np.ndarray, labels: np.ndarray, seed: int) -> Tell:
    """Let four layers organize themselves by the images, without labels (Fukushima 1975).

    Perceptrons then hear the cells of all layers.  Parameters as of `perceptron`.
    """
    return _reading(cognitron_cells(cognitron_rule(images)), images, labels)


def multilayer_perceptron(images: np.ndarray, labels: np.ndarray, seed: int) -> Tell:
    """Let two layers of 64 cells learn by backpropagation (Rumelhart, Hinton & Williams 1986).

    Parameters as of `perceptron`; the seed is that of the first weights and the images' order.
    """
    from neurosim.networks import Dense, Flatten

    layers = [Flatten(), Dense(UNITS, activation="relu"), Dense(UNITS, activation="relu")]
    return _trained(layers, images, labels, seed, epochs=30, batch=16, rate=0.001)


def convolutional_network(images: np.ndarray, labels: np.ndarray, seed: int) -> Tell:
    """Let layers of cells learn that share one small field each (LeCun et al. 1989).

    Each convolution has twice the sheets of the one before; pooling halves their sides until at
    most 8 × 8 cells are left, and twice at least.  Parameters as of `multilayer_perceptron`.
    """
    from neurosim.networks import Conv2D, Flatten, MaxPooling2D

    layers: list[Any] = []
    side, filters = min(images.shape[1:]), FILTERS
    while len(layers) < 4 or side > SMALL:
        layers += [
            Conv2D(filters, (3, 3), padding="same", activation="relu"),
            MaxPooling2D((2, 2)),
        ]
        side, filters = side // 2, 2 * filters
    layers.append(Flatten())
    return _trained(layers, images, labels, seed, epochs=20, batch=32, rate=0.006)


MACHINES: dict[str, Learn] = {
    "perceptron": perceptron,
    "cognitron": cognitron,
    "multilayer perceptron": multilayer_perceptron,
    "convolutional network": convolutional_network,
}


def _reading(view: View, images: np.ndarray, labels: np.ndarray) -> Tell:
    """Let perceptrons learn by what a view tells of images."""
    trained = train(view, view.responses(images), labels, PASSES)
    return lambda others: trained.classes(view.responses(others))


def _trained(
    layers: list[Any], images: np.ndarray, labels: np.ndarray, seed: int,
    *, epochs: int, batch: int, rate: float,
) -> Tell:  # fmt: skip
    """Train a network of these layers and a softmax cell a class.

    It is given images with the mean and the deviation, over all pixels, of those learned from.
    """
    from neurosim.networks import Adam, Dense, Sequential

    mean, deviation = images.mean(), images.std()

    def seen(some: np.ndarray) -> np.ndarray:
        return ((some - mean) / deviation)[..., None]

    model: Sequential = Sequential(seed=seed)
    for layer in layers:
        model.add(layer)
    model.add(Dense(int(labels.max()) + 1, activation="softmax"))
    model.compile(optimizer=Adam(rate), loss="sparse_categorical_crossentropy")
    model.fit(seen(images), labels, epochs=epochs, batch_size=batch)
    return lambda others: np.asarray(model.predict_classes(seen(others)))
