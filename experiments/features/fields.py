"""Which pixels a cell of each layer sees."""

from __future__ import annotations

import numpy as np

from neurosim.networks import Sequential, Tensor
from neurosim.result import Result

from .network import CELLS, GREY, LAYERS, POOL, SIDE, activities, responses

IMAGES = 32  # of noise


def sides() -> dict[str, int]:
    """Return the side of each layer's receptive fields: 1 + Σ (k − 1)·Π strides before."""
    found, side, step = {}, 1, 1
    for name, (_, kernel) in CELLS.items():
        side += (kernel - 1) * step
        found[name] = side
        side += (POOL - 1) * step
        step *= POOL
    return found


def corner(layer: str, row: int, column: int) -> tuple[int, int]:
    """Return the uppermost row and the leftmost column that such a cell sees."""
    step = POOL ** LAYERS.index(layer)
    return row * step, column * step


def check_fields(result: Result, model: Sequential, seed: int) -> dict[str, int]:
    """Claim how many pixels the middle cells see; return the sides by layer."""
    random = np.random.default_rng([seed, 2])
    noise = random.uniform(-GREY, GREY, (IMAGES, SIDE, SIDE, 1)).astype(np.float32)
    other = random.uniform(-GREY, GREY, noise.shape).astype(np.float32)
    expected = sides()
    measured, outside = {}, {}
    before = responses(model, noise)
    for layer in LAYERS:
        _, rows, columns, _ = before[layer].shape
        row, column = rows // 2, columns // 2
        images = Tensor(noise, requires_grad=True)
        activities(model, images)[layer][:, row, column].sum().backward()
        assert images.grad is not None
        seen = np.argwhere(images.grad[..., 0].any(axis=0))
        measured[layer] = np.ptp(seen, axis=0) + 1
        top, left = corner(layer, row, column)
        inside = slice(top, top + expected[layer]), slice(left, left + expected[layer])
        lesioned = other.copy()
        lesioned[:, *inside] = noise[:, *inside]
        after = responses(model, lesioned)[layer]
        outside[layer] = np.abs(after - before[layer])[:, row, column].max()
    for layer in LAYERS:
        result.claim(
            f"{layer}: pixels a side that a middle cell's slope is not 0 at, 1 + Σ(k − 1)·Πstrides",
            measured[layer], [expected[layer]] * 2,
        )  # fmt: skip
    result.claim(
        "all pixels beyond changed: how much the cells' answers change, layer by layer",
        [outside[layer] for layer in LAYERS], 0.0,
    )  # fmt: skip
    return expected


def best_patches(
    model: Sequential, images: np.ndarray, layer: str, cell: int, count: int
) -> list[np.ndarray]:
    """Return the patches of so many images, one of each, that excite a cell most."""
    own = responses(model, images)[layer][..., cell]
    best = own.reshape(len(own), -1).max(axis=1).argsort()[::-1][:count]
    side = sides()[layer]
    patches = []
    for place in best:
        row, column = np.unravel_index(own[place].argmax(), own[place].shape)
        top, left = corner(layer, int(row), int(column))
        patches.append(images[place, top : top + side, left : left + side, 0])
    return patches
