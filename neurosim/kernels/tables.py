"""The columns of a Program's tables: what an engine reads, by name instead of by number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Rules of a group of neurons.  BINARY compares integers with θ·(σ + D); NOISY_BINARY compares u.
BINARY, NOISY_BINARY, RATE = range(3)

# Kinds of connection.
ONE_TO_ONE, DENSE, ROWS, CONVOLUTION, SEPARABLE = range(5)

# Channels as engines see them: excitation minus subtraction is one signed sum.
DRIVE, POOL, VETOES = range(3)

# What lies beyond a sheet's border.
ZERO, REFLECT, WRAP = range(3)

# A group's columns; each parameter has an offset into `parameters` and a stride, 0 if shared.
(
    RULE, TRANSFER, START, STOP, FIRST, LAST, USES_POOL, USES_VETO, NOISY, IDENTITY,
    BIAS, BIAS_STRIDE, THRESHOLD, THRESHOLD_STRIDE, GAIN, GAIN_STRIDE, SIGMA, SIGMA_STRIDE,
    DECAY, DECAY_STRIDE, NOISE, NOISE_STRIDE, SHAPE,
    GROUP_COLUMNS,
) = range(24)  # fmt: skip

# A connection's columns.  SOURCE is where its sources begin in the state vector, and for ROWS
# where its entries begin among the places.  From ROWS_IN on they are for convolutions; a SEPARABLE
# one's weights are its column, then its row; PADDED and ACROSS are where they stand again as the
# CPU's loops read them, WINDOW how far apart the rows lie that those put between.  From LEARNING
# on, the rule, they are for ROWS and DENSE that learn: LEARNED is where the weights begin among a
# trial's own, RATE a parameter, TEACHER where the teachers' places begin among the pointers (one
# that is no neuron's, p, is written −1 − p), SLOPE the transfer function whose slope the change
# has as a factor (identity's is 1).
(
    KIND, CHANNEL, TARGET, TARGET_STOP, SOURCE, WIDTH, WEIGHTS, WEIGHT_STRIDE, POINTERS, ORDERED,
    ROWS_IN, COLUMNS_IN, CHANNELS_IN, ROWS_OUT, COLUMNS_OUT, CHANNELS_OUT,
    KERNEL_ROWS, KERNEL_COLUMNS, TOP, LEFT, BORDER, STEP_OVER, PADDED, ACROSS, WINDOW,
    LEARNING, LEARNED, RATE, TEACHER, SLOPE, SIGN, SIGNED,
    CONNECTION_COLUMNS,
) = range(33)  # fmt: skip

VECTOR = 64  # bytes of activities that are computed side by side
TOGETHER = 4  # rows of a separable convolution that are computed side by side down its columns
SWATH = 8  # and that are then taken across
STRETCH = 256  # synapses of a row that learn before they are summed
FLUSHED = 64  # steps after which learned weights that became too small are 0

# A delay line's columns: its place, its size, its length in steps, where its ring and the places
# that it repeats begin, and the first of those places where they are neighbours, else −1.
LINE_START, LINE_SIZE, LINE_STEPS, LINE_RING, LINE_SOURCES, LINE_NEIGHBOURS, LINE_COLUMNS = range(7)

# A fault's columns: whether there is one, its step, the first trial of its block, and which of
# the two value arrays holds it.
FAULT, FAULT_STEP, FAULT_TRIAL, FAULT_TURN, FAULT_COLUMNS = range(5)

# What the bit engine's instructions do, and their columns: the operation, up to two registers that
# it writes, up to three that it reads (LOAD: an input's number, and whether it is worth copying).
CONSTANT, LOAD, NOT, AND, OR, XOR, PARITY, MAJORITY, ADD = range(9)
OPERATION, SUM, CARRY, A, B, C, INSTRUCTION_COLUMNS = range(7)
COPIED = B

# A barrier's counters, a cache line apart: how many threads have come, and whether one gave up.
ARRIVED, ABORTED, BARRIER_SIZE = 0, 8, 16


class Tables(NamedTuple):
    """A Program as the engines take it: flat arrays and nothing else.

    `real` below is the Program's dtype, float32 or float64.
    """

    groups: np.ndarray  # int64 (groups, GROUP_COLUMNS)
    parameters: np.ndarray  # real, flat
    connections: np.ndarray  # int64 (connections, CONNECTION_COLUMNS)
    weights: np.ndarray  # real, flat
    narrow: np.ndarray  # uint16, flat: the source places of ROWS connections, if all are below 2^16
    wide: np.ndarray  # uint32, flat: else
    pointers: (
        np.ndarray
    )  # int64, flat: where each row of a ROWS connection begins, from its first entry
    lines: np.ndarray  # int64 (delay lines, LINE_COLUMNS)
    line_sources: np.ndarray  # int64, flat: the places that delay lines repeat


# What learning in passes finds: how many passes it made, whether the last one hardly moved a
# weight, and the pattern and the neuron at which it diverged, or −1.
PASSES_MADE, AT_REST, LOST_PATTERN, LOST_NEURON, FOUND_COLUMNS = range(5)

# Cells a side of the area that a cell of the cognitron hears.
AREA = 5

LSTM_GATES = 4  # input, forget, candidate, output: the order of Keras
