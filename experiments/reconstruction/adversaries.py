"""The two networks: one makes images of responses, the other tells them from true ones."""

from __future__ import annotations

from neurosim.networks import Conv2D, Dense, Dropout, Flatten, Input, Reshape, Sequential

from .digits import SIDE

SHEETS = 4  # rough images that the first layer makes of the responses
CELLS = 16  # sheets of cells of each convolution
DROPPED = 0.3


def generator(cells: int, seed: int) -> Sequential:
    """Return the decoder, not trained: (cells,) responses in, an image (16, 16, 1) out."""
    return Sequential(
        [
            Input((cells,)),
            Dense(SHEETS * SIDE * SIDE, activation="relu"),
            Reshape((SIDE, SIDE, SHEETS)),
            Conv2D(CELLS, 3, padding="same", activation="relu"),
            Conv2D(CELLS, 3, padding="same", activation="relu"),
            Conv2D(1, 3, padding="same", activation="sigmoid"),
        ],
        seed=seed,
    )


def critic(seed: int) -> Sequential:
    """Return its adversary: an image in, how true it looks out, as log odds (1,).

    Convolutions with strides in place of pooling, after Radford, Metz & Chintala (2016).
    """
    return Sequential(
        [
            Input((SIDE, SIDE, 1)),
            Conv2D(CELLS, 3, strides=2, padding="same", activation="relu"),
            Conv2D(2 * CELLS, 3, strides=2, padding="same", activation="relu"),
            Flatten(),
            Dropout(DROPPED),
            Dense(1),
        ],
        seed=seed,
    )
