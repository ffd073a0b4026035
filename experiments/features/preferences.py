"""What a cell prefers: the patch, of all of one contrast, that excites it most."""

from __future__ import annotations

import numpy as np

from neurosim.networks import Sequential, Tensor
from neurosim.result import Result

from .fields import corner, sides
from .network import LAYERS, SIDE, activities

STEPS, STEP = 60, 0.3  # a step's length, of the patch's
TRIED = 256  # random patches to climb from
CONTRAST = 0.2  # root mean square of a patch
ROUNDING = 1e-3


def climb(model: Sequential, layer: str, random: np.random.Generator) -> np.ndarray:
    """Return a patch for each cell of a layer, found by gradient ascent, (cells, side, side).

    Patches keep their contrast: after each step along the slope they are brought to it again
    (Erhan et al. 2009).  Each cell climbs from that of many random patches which excites it most.
    """
    side = sides()[layer]
    shape = next(lay for lay in model.layers if lay.name == layer).output_shape
    row, column, cells = shape[1] // 2, shape[2] // 2, shape[3]
    top, left = corner(layer, row, column)
    images = np.zeros((cells, SIDE, SIDE, 1), np.float32)
    inside = (slice(None), slice(top, top + side), slice(left, left + side))
    images[inside] = _first(model, layer, random, (row, column), inside)
    diagonal = np.eye(cells, dtype=np.float32)
    for _ in range(STEPS):
        given = Tensor(images, requires_grad=True)
        answers = activities(model, given)[layer][:, row, column]
        (answers * diagonal).sum().backward()
        assert given.grad is not None
        slope = given.grad[inside]
        length = np.linalg.norm(slope, axis=(1, 2), keepdims=True)
        reach = CONTRAST * side
        images[inside] += STEP * reach * slope / np.where(length > 0, length, 1)
        images[inside] *= reach / np.linalg.norm(images[inside], axis=(1, 2), keepdims=True)
    return images[inside][..., 0]


def _first(
    model: Sequential, layer: str, random: np.random.Generator, at: tuple[int, int],
    inside: tuple[slice, ...],
) -> np.ndarray:  # fmt: skip
    """Return for each cell that of many random patches which excites it most."""
    side = sides()[layer]
    tried = np.zeros((TRIED, SIDE, SIDE, 1), np.float32)
    tried[inside] = CONTRAST * random.standard_normal((len(tried), side, side, 1))
    answers = activities(model, Tensor(tried))[layer].numpy()[:, at[0], at[1]]
    return np.asarray(tried[answers.argmax(axis=0)][inside])


def check_first_layer(result: Result, model: Sequential, seed: int) -> dict[str, np.ndarray]:
    """Claim that a cell of the first layer prefers its kernel; return all layers' preferences."""
    random = np.random.default_rng([seed, 3])
    preferred = {layer: climb(model, layer, random) for layer in LAYERS}
    kernels = np.moveaxis(model.get_weights()[0][:, :, 0], -1, 0)
    flat, wanted = (a.reshape(len(kernels), -1) for a in (preferred[LAYERS[0]], kernels))
    cosines = (flat * wanted).sum(axis=1) / (
        np.linalg.norm(flat, axis=1) * np.linalg.norm(wanted, axis=1)
    )
    result.claim(
        "layer 1: the patch to which gradient ascent leads is the cell's own kernel: cosines",
        cosines, at_least=1 - ROUNDING,
    )  # fmt: skip
    return preferred
