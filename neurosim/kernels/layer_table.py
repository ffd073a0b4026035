"""The columns of a small network's table of layers, and what its kernel is given beside it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Kinds of layer.  A softmax that ends the network with a cross-entropy is no layer but part of that
# loss, and so is a logistic one.
DENSE, ACTIVATION, SOFTMAX, DROPOUT = range(4)

# A layer's columns.  SOURCE and PLACE are where its inputs and outputs begin among the activities
# of one sample; WEIGHTS and BIAS where its parameters begin, −1 where it has none; NUMBER addresses
# its random numbers.
(
    KIND, INPUTS, OUTPUTS, SOURCE, PLACE, TRANSFER, WEIGHTS, BIAS, NUMBER, LAYER_COLUMNS,
) = range(10)  # fmt: skip

# Losses.  The two that are fused take the net input of the last layer.
(
    SQUARED, ABSOLUTE, BINARY, CATEGORICAL, SPARSE,
    LOGISTIC_BINARY, SOFTMAX_CATEGORICAL, SOFTMAX_SPARSE,
) = range(8)  # fmt: skip

# Metrics, each a sum over samples.
BINARY_ACCURACY, CATEGORICAL_ACCURACY, SPARSE_ACCURACY, ABSOLUTE_ERROR, SQUARED_ERROR = range(5)

# Optimizers, and the columns of their numbers.  FIRST is the momentum, or Adam's β₁; SECOND is
# RMSprop's ρ, or Adam's β₂; the rate is that of the first step over 1 + DECAY·steps.
SGD, RMSPROP, ADAM = range(3)
RATE, DECAY, FIRST, SECOND, EPSILON, NESTEROV, NUMBERS = range(7)

# How far training came: the epoch, the batch within it, the batches since the very first, and the
# optimizer's steps; LOST is 1 where it stopped, as the batch's loss was not finite.
EPOCH, BATCH, STEP, ITERATION, LOST, POSITIONS = range(6)

RUN = 16  # samples that are sorted by insertion, before runs of them are merged


class Network(NamedTuple):
    """A network as the kernel takes it; `real` below is float32 or float64.

    Its parameters that learn come first, as many as `learns` says.
    """

    layers: np.ndarray  # int64 (layers, LAYER_COLUMNS)
    rates: np.ndarray  # float64 (layers,): of dropout
    learns: int
    loss: int
    metrics: np.ndarray  # int64 (metrics,)


class Optimizer(NamedTuple):
    """An optimizer and what it keeps of each parameter that learns."""

    kind: int
    numbers: np.ndarray  # float64 (NUMBERS,)
    momenta: np.ndarray  # real, flat; () where it keeps none
    velocities: np.ndarray  # real, flat, likewise: mean squares


class Samples(NamedTuple):
    """What is learned, sample after sample."""

    inputs: np.ndarray  # real, flat
    targets: np.ndarray  # real, flat; () where there are labels
    labels: np.ndarray  # int64 (samples,); () where there are targets
    weights: np.ndarray  # real (samples,); () where all are 1


class Space(NamedTuple):
    """Room to work in, which keeps the order of an epoch that goes on in the next call."""

    activities: np.ndarray  # real: of a batch, layer after layer, each (samples, units)
    deltas: np.ndarray  # real, likewise
    masks: np.ndarray  # real, likewise; () where nothing is dropped
    gradients: np.ndarray  # real: of the parameters that learn
    turned: np.ndarray  # real: a matrix with its axes in reverse, the largest there is
    order: np.ndarray  # int64 (2, samples)
    keys: np.ndarray  # uint64 (2, samples); (2, 0) where samples stay in order
