"""Whole epochs of a small network in one call: forward, loss, backward and update of each batch.

A table says what the network is, so none is ever compiled.
"""

from __future__ import annotations

import math

from . import layer_table as table
from .jit import inner, kernel
from .judging import judge
from .layer_passes import backward, forward
from .orders import draw_order
from .updates import take_step


@inner
def gather(samples, chosen, n, size, activities):
    """Write the inputs of the batch's samples one after the other."""
    for b in range(n):
        first = chosen[b] * size
        for e in range(size):
            activities[b * size + e] = samples.inputs[first + e]


@kernel
def train(
    network, optimizer, parameters, samples, count, batch, shuffle, epochs, most, seed, tiny, at,
    sums, space,
):  # fmt: skip
    """Train for at most `most` batches, and until `epochs` are over.

    It stops before the weights change by a batch whose loss is not finite.

    Parameters
    ----------
    network, optimizer, samples, space
        As `layer_table` describes them.
    parameters
        Real, flat.
    count, batch
        How many samples there are, and how many of them a batch has; the last may have fewer.
    shuffle
        Whether each epoch has an order of its own, that of `random.order`; else 0.
    seed
        uint64 (2,): the two words of `random.seed_words`.
    tiny
        Below this a velocity or moment becomes 0.
    at
        int64 (POSITIONS,): how far training came before, and now.
    sums
        float64, flat, of (epochs, 1 + metrics): the loss and the metrics, summed over an epoch's
        samples, are added to; the first row is that of the epoch where this call begins.
    """
    order = space.order[0]
    first = network.layers[0]
    last = network.layers[len(network.layers) - 1]
    lowest = 0
    while lowest < len(network.layers) and (
        network.layers[lowest, table.WEIGHTS] < 0
        or network.layers[lowest, table.WEIGHTS] >= network.learns
    ):
        lowest += 1
    begun = at[table.EPOCH]
    columns = 1 + len(network.metrics)
    for _ in range(most):
        if at[table.EPOCH] >= epochs:
            return
        if at[table.BATCH] == 0:
            if shuffle:
                draw_order(at[table.EPOCH], seed, space.order, space.keys)
            else:
                for i in range(count):
                    order[i] = i
        low = at[table.BATCH] * batch
        n = min(batch, count - low)
        chosen = order[low : low + n]
        gather(samples, chosen, n, first[table.INPUTS], space.activities)
        forward(network, parameters, n, at[table.STEP], seed, space)
        place = last[table.PLACE] * n
        end = place + n * last[table.OUTPUTS]
        row = (at[table.EPOCH] - begun) * columns
        loss = judge(
            network, samples, chosen, n, space.activities[place:end], space.deltas[place:end],
            last[table.OUTPUTS], sums[row : row + columns],
        )  # fmt: skip
        if not math.isfinite(loss):
            at[table.LOST] = 1
            return
        backward(network, parameters, n, lowest, space)
        take_step(optimizer, space.gradients, parameters, at[table.ITERATION], tiny)
        at[table.ITERATION] += 1
        at[table.STEP] += 1
        at[table.BATCH] += 1
        if low + n == count:
            at[table.BATCH] = 0
            at[table.EPOCH] += 1
