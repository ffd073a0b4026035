"""The sawtooth: as many teeth as layers double, where one layer has a piece a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import Dense, Input, Sequential
from neurosim.plotting import COLOURS, FAINT
from neurosim.progress import progress
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FINER = 4  # points of the grid a piece
RANDOM = 20  # networks of one layer whose pieces are counted
SHOWN = 4  # layers of the network that is drawn
ACTIVITIES = 2**22  # of a layer that are held at a time: a wide one's of all points are too many


def tent(x: np.ndarray) -> np.ndarray:
    """Return 2x up to ½, then 2 − 2x."""
    return np.minimum(2 * x, 2 - 2 * x)


def sawtooth(x: np.ndarray, layers: int) -> np.ndarray:
    """Return the tent map so many times over."""
    for _ in range(layers):
        x = tent(x)
    return x


def deep(layers: int) -> Sequential:
    """Return a network of so many layers of two cells that is the sawtooth of 2^layers pieces.

    A layer's cells are [t]₊ and [t − ½]₊, and 2[t]₊ − 4[t − ½]₊ is the tent map of t: each layer
    folds the line once more (Telgarsky 2016).
    """
    hidden = [Dense(2, activation="relu") for _ in range(layers)]
    network = Sequential([Input((1,)), *hidden, Dense(1)], dtype="float64", seed=0)
    thresholds, folds = np.array([0.0, -0.5]), np.array([[2.0], [-4.0]])
    weights = [np.ones((1, 2)), thresholds]
    for _ in range(layers - 1):
        weights += [np.hstack([folds, folds]), thresholds]
    network.set_weights([*weights, folds, np.zeros(1)])
    return network


def shallow(cells: int) -> Sequential:
    """Return a network of one layer of threshold-linear cells, its weights and biases random."""
    return Sequential(
        [
            Input((1,)),
            Dense(cells, activation="relu", kernel_initializer="normal",
                  bias_initializer="normal"),
            Dense(1, kernel_initializer="normal"),
        ],
        dtype="float64", seed=0,
    )  # fmt: skip


def one_layer(pieces: int) -> Sequential:
    """Return the sawtooth of so many pieces by one layer: a cell for each but the first."""
    network = shallow(pieces)
    kinks = np.arange(pieces) / pieces
    slopes = np.where(np.arange(pieces) % 2, -2.0, 2.0) * pieces
    slopes[0] = pieces
    network.set_weights([np.ones((1, pieces)), -kinks, slopes[:, None], np.zeros(1)])
    return network


def grid_of(layers: int) -> np.ndarray:
    """Return points on which all kinks of so many layers lie, and three between any two."""
    return np.arange(FINER * 2**layers + 1) / (FINER * 2**layers)


def answers_of(network: Sequential, grid: np.ndarray) -> np.ndarray:
    """Return what a network answers on a grid, (points,)."""
    widest = max(layer.units for layer in network.layers if isinstance(layer, Dense))
    batch = min(len(grid), max(1, ACTIVITIES // widest))
    return network.predict(grid[:, None], batch_size=batch)[:, 0]


def pieces_of(network: Sequential, grid: np.ndarray) -> int:
    """Return on how many straight pieces the network's answers to an even grid lie.

    Every kink must be on the grid; numbers are dyadic, so that no slope is rounded.
    """
    answers = answers_of(network, grid)
    return 1 + int(np.count_nonzero(np.diff(np.diff(answers))))


def check_pieces(result: Result, ax: Axes, drawn: Axes, most: int, seed: int) -> None:
    """Count the pieces of deep and of shallow networks; draw both."""
    depths = range(1, most + 1)
    counted, exact = [], []
    for layers in depths:
        grid = grid_of(layers)
        network = deep(layers)
        counted.append(pieces_of(network, grid))
        exact.append(float(np.abs(answers_of(network, grid) - sawtooth(grid, layers)).max()))
    weights = [deep(layers).count_params() for layers in depths]
    result.claim(
        f"networks of 1 to {most} layers of two cells: straight pieces",
        counted, [2**layers for layers in depths],
    )  # fmt: skip
    result.claim("they are the tent map, layer upon layer: off by", exact, 0.0)
    result.claim("their weights are 6L + 1", weights, [6 * layers + 1 for layers in depths])
    wide = [one_layer(2**layers) for layers in depths]
    same = []
    for layers, network in zip(progress(depths, "sawteeth"), wide, strict=True):
        grid = grid_of(layers)
        same.append(float(np.abs(answers_of(network, grid) - sawtooth(grid, layers)).max()))
    result.claim("one layer of 2ᴸ cells is the same sawtooth: off by", same, 0.0)
    _claim_shallow(result, seed)
    result.table(
        "pieces", ("layers", "weights", "pieces", "weights of one layer for as many"),
        [
            (layers, own, pieces, network.count_params())
            for layers, own, pieces, network in zip(depths, weights, counted, wide, strict=True)
        ],
    )  # fmt: skip
    ax.plot(weights, counted, "^", color=COLOURS["green"], label="layers of two cells")
    cells = np.geomspace(2, 2 ** (most - 1), 50)
    ax.plot(3 * cells + 1, cells + 1, color=COLOURS["blue"], label="one layer, at most")
    ax.plot(weights, [2.0 ** ((w - 1) / 6) for w in weights], color=COLOURS["green"], linewidth=0.8)
    ax.set(yscale="log", xlabel="weights", ylabel="straight pieces", xlim=(0, 1.5 * max(weights)))
    ax.legend(loc="lower right")
    ax.set_title("Layers double the pieces, cells add one")
    _draw(drawn)


def _claim_shallow(result: Result, seed: int) -> None:
    """Count the pieces of one layer with kinks on a grid, at random places and slopes."""
    random = np.random.default_rng(seed)
    points = 2**10
    grid = np.arange(points + 1) / points
    most, counted, kinks = [], [], []
    for _ in range(RANDOM):
        cells = int(random.integers(2, 33))
        at = random.integers(1, points, cells) / points
        signs = random.choice((-1.0, 1.0), cells)
        slopes = random.choice((-1.0, 1.0), cells) * random.integers(1, 9, cells)
        network = shallow(cells)
        network.set_weights([signs[None], -signs * at, slopes[:, None], np.zeros(1)])
        counted.append(pieces_of(network, grid))
        # Each cell bends the answer at its place by |its slope|, whichever way it looks.
        bends = {place: slopes[at == place].sum() for place in at}
        kinks.append(1 + sum(bend != 0 for bend in bends.values()))
        most.append(cells + 1)
    result.claim(
        f"{RANDOM} random networks of one layer of N cells: pieces beyond N + 1, at most",
        int(np.max(np.array(counted) - most)), at_most=0,
    )  # fmt: skip
    result.claim("their pieces are one more than the places where cells bend them", counted, kinks)


def _draw(ax: Axes) -> None:
    """Draw what each layer of a deep network makes of the line, one above the other."""
    grid = np.arange(2**10 + 1) / 2**10
    for layers in range(1, SHOWN + 1):
        answers = answers_of(deep(layers), grid)
        lift = 1.35 * (SHOWN - layers)
        ax.axhline(lift, color="0.85", linewidth=0.5)
        ax.plot(grid, answers + lift, color=COLOURS["green"], linewidth=1.0)
        ax.annotate(
            f"{layers} layer{'s' * (layers > 1)}\n{2**layers} pieces", (1.03, lift + 0.5),
            va="center", color=FAINT, annotation_clip=False,
        )  # fmt: skip
    ax.set(xlabel="x", xticks=[0, 0.5, 1], yticks=[], xlim=(0, 1))
    ax.spines["left"].set_visible(False)
    ax.set_title("Each layer of two cells folds the line again")
