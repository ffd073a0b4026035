"""The CUDA engine: one kernel that interprets a Program's tables, for whole stretches of steps.

A step is a few *stages* (show inputs, move delay lines, add convolutions down their columns,
compute neurons, record), each worked on by the whole grid, which waits between them; the time loop
is inside the kernel, so that a small circuit does not pay for a launch a step.  Value i of trial b
is `x[i * trials + b]`.

A *unit* is one neuron in one trial.  With many trials a thread takes a unit: neighbouring threads
take neighbouring trials, so what they read lies side by side.  With few trials several threads, its
*lanes*, share a unit: neighbouring lanes take neighbouring synapses, and their sums are added
pairwise in shared memory.  Which it is depends on the circuit and the number of trials alone, so
that but for products that cuBLAS makes (many trials) a run is the same on every card.

Connections whose learning goes on inside the loop would be a stage of their own, behind NEURONS:
it knows the values before (x) and after (y).

Goals on one H100, and where they come from: what a step must move.  One trial of 10,000 dense
neurons: its weights once, at 80% of what a copy reaches.  One trial of 100,000 neurons with 1% of
all synapses: weights and places once, at 60%.  Many trials: cuBLAS, at 80% of its own rate.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from . import random, rules, tables
from .cuda_jit import THREADS, cuda, inner, kernel, product, quiet, rule
from .cuda_sums import SUMS_AT, add_connection, folded

net_input = rule(rules.net_input)
fires = rule(rules.fires)
silent_bar = rule(rules.silent_bar)
relax = rule(rules.relax)
flush = rule(rules.flush)
bounded = rule(rules.bounded)
tanh = rule(rules.tanh)
power = rule(rules.power)
logistic = rule(rules.logistic)
softplus = rule(rules.softplus)
transfer = rule(rules.transfer, tanh=tanh, power=power, logistic=logistic, softplus=softplus)
philox = rule(random.philox)
box_muller = rule(random.box_muller)

# What a stage does, and its columns: that, and the first and last row of what it goes through:
# delay lines, connections or groups.
SHOW, LINES, DOWN, NEURONS, RECORD = range(5)
STAGE, FIRST, LAST, STAGE_COLUMNS = range(4)


class Circuit(NamedTuple):
    """A Program on the card; arrays as `tables.Tables`, but for those that are described."""

    groups: Any
    parameters: Any
    connections: Any  # int64 (connections, cuda_sums.COLUMNS)
    weights: Any
    columns: Any  # uint16 or uint32, flat: the source places of ROWS connections
    pointers: Any
    lines: Any
    line_sources: Any
    lanes: Any  # int64 (groups,): how many threads share a neuron, a power of two up to THREADS
    stages: Any  # int64 (stages, STAGE_COLUMNS): of one step


class Work(NamedTuple):
    """One stretch of steps: what it reads and writes, on the card."""

    values: Any  # real (2 in time, 1 in a call; places * trials): before and after a step
    sums: Any  # real, flat: what PRODUCT and SEPARABLE connections have added up so far
    movie: Any  # real, flat: moment, then value, then trial
    places: Any  # int64: where the movie's values go
    ring: Any  # real (values in delay lines * trials)
    recorded: Any  # int64: the places to record
    record: Any  # real, flat: trial, then sample, then place
    fault: Any  # int64 (1,): the first fault, (step · trials + trial) · places + place; or the most
    clock: Any  # int64 (1,): stages that a launch counts its own from
    trials: int
    moments: int  # of the movie
    shared: int  # whether all trials see the same
    first_trial: int
    first_step: int
    every: int
    phase: int
    clashes: int  # whether a recorded place may be shown anew before it has been recorded
    seed: tuple[np.uint64, np.uint64]
    tiny: Any  # real
    most: Any  # real: an activity beyond it is a fault


# ------------------------------------------------------------------ sums of inputs


@inner
def add_down(row, weights, x, sums, trials):
    """Add the taps down of a separable convolution, for every row of results at every column."""
    columns, border = row[tables.COLUMNS_IN], row[tables.BORDER]
    zero = weights.dtype.type(0)
    for unit in range(cuda.grid(1), row[tables.ROWS_OUT] * columns * trials, cuda.gridsize(1)):
        at, b = unit // trials, unit % trials
        top, column = at // columns - row[tables.TOP], at % columns
        total = zero
        for p in range(row[tables.KERNEL_ROWS]):
            y = folded(top + p, row[tables.ROWS_IN], border)
            if y >= 0:
                source = (row[tables.SOURCE] + y * columns + column) * trials + b
                total += product(weights[row[tables.WEIGHTS] + p], x[source])
        sums[row[SUMS_AT] * trials + unit] = total


# ------------------------------------------------------------------ one neuron


@inner
def parameter(circuit, group, column, i):
    """Neuron i's own value of a parameter, or the one that its group shares."""
    return circuit.parameters[group[column] + i * group[column + 1]]


@inner
def normal(work, neuron, b, step):
    """ξ of a neuron, addressed by the seed, the step, the neuron and the trial."""
    words = philox(
        np.uint64(step) & random.MASK, np.uint64(neuron), np.uint64(work.first_trial + b),
        random.NOISE, work.seed[0], work.seed[1],
    )  # fmt: skip
    return box_muller(words[0], words[1], words[2], words[3])


@inner
def activity(circuit, work, group, i, b, step, drive, pool, vetoes, before):
    """The activity of neuron i of a group after a step, as `cpu.apply_rule` makes it."""
    real = work.values.dtype.type
    threshold = parameter(circuit, group, tables.THRESHOLD, i)
    kind = group[tables.RULE]
    if kind == tables.BINARY:
        if group[tables.USES_POOL]:
            pool = real(silent_bar(pool, threshold))
        return real(1) if fires(drive, pool, vetoes > 0) else real(0)
    if group[tables.USES_VETO] or group[tables.USES_POOL]:
        drive = net_input(drive, pool, vetoes > 0)
    if group[tables.NOISY]:
        scale = parameter(circuit, group, tables.NOISE, i)
        drive = real(drive + scale * normal(work, group[tables.IDENTITY] + i, b, step))
    if kind == tables.NOISY_BINARY:
        return real(1) if fires(drive, threshold, vetoes > 0) else real(0)
    shape = group[tables.SHAPE]
    target = real(
        transfer(
            group[tables.TRANSFER], parameter(circuit, group, tables.GAIN, i) * (drive - threshold),
            circuit.parameters[shape], circuit.parameters[shape + 1], circuit.parameters[shape + 2],
        )
    )  # fmt: skip
    return flush(relax(before, target, parameter(circuit, group, tables.DECAY, i)), work.tiny)


@inner
def sums(circuit, work, group, x, place, b, lane, lanes, drive, pool):
    """Add one lane's share of what a neuron hears in one trial; return drive, pool and vetoes."""
    vetoes = work.values.dtype.type(0)
    for r in range(group[tables.FIRST], group[tables.LAST]):
        row = circuit.connections[r]
        if row[tables.TARGET] <= place < row[tables.TARGET_STOP]:
            channel = row[tables.CHANNEL]
            total = vetoes
            if channel == tables.DRIVE:
                total = drive
            elif channel == tables.POOL:
                total = pool
            total = add_connection(
                circuit, row, x, work.sums, place, work.trials, b, lane, lanes, total
            )
            if channel == tables.DRIVE:
                drive = total
            elif channel == tables.POOL:
                pool = total
            else:
                vetoes = total
    return drive, pool, vetoes


@inner
def put(work, y, value, place, b, k):
    """Write an activity; note the first that is too large."""
    trials = work.trials
    y[place * trials + b] = value
    if not bounded(value, work.most):
        size = work.values.shape[1] // trials
        cuda.atomic.min(work.fault, 0, (k * trials + b) * size + place)


@inner
def compute_few(circuit, work, first, last, x, y, k):
    """Compute the groups [first, last) from the values x into the values y, a unit by its lanes.

    Blocks take tiles of units in turn, counted through all groups, so that small groups too are
    spread over the grid.
    """
    partial = cuda.shared.array((3, THREADS), work.values.dtype)
    trials = work.trials
    zero = work.values.dtype.type(0)
    thread = cuda.threadIdx.x
    tile = cuda.blockIdx.x
    begin = 0
    for g in range(first, last):
        group = circuit.groups[g]
        lanes = circuit.lanes[g]
        abreast = THREADS // lanes
        units = (group[tables.STOP] - group[tables.START]) * trials
        tiles = (units + abreast - 1) // abreast
        lane = thread % lanes
        while tile < begin + tiles:
            unit = (tile - begin) * abreast + thread // lanes
            i, b = unit // trials, unit % trials
            place = group[tables.START] + i
            drive = pool = vetoes = zero
            if unit < units:
                if lane == 0:
                    drive = parameter(circuit, group, tables.BIAS, i)
                    pool = parameter(circuit, group, tables.SIGMA, i)
                drive, pool, vetoes = sums(
                    circuit, work, group, x, place, b, lane, lanes, drive, pool
                )
            if lanes > 1:  # the same for a whole block, which waits together
                partial[0, thread], partial[1, thread], partial[2, thread] = drive, pool, vetoes
                reach = lanes // 2
                while reach > 0:
                    cuda.syncthreads()
                    if lane < reach:
                        for channel in range(3):
                            partial[channel, thread] += partial[channel, thread + reach]
                    reach //= 2
                drive, pool, vetoes = partial[0, thread], partial[1, thread], partial[2, thread]
                cuda.syncthreads()  # before the next tile's sums are written there
            if unit < units and lane == 0:
                before = x[place * trials + b]
                value = activity(
                    circuit, work, group, i, b, work.first_step + k, drive, pool, vetoes, before
                )
                put(work, y, value, place, b, k)
            tile += cuda.gridDim.x
        begin += tiles


@inner
def compute_many(circuit, work, first, last, x, y, k):
    """As `compute_few`, a unit by a thread; units are counted on, for dividing takes long."""
    trials = work.trials
    hop = cuda.gridsize(1)
    hop_neurons, hop_trials = hop // trials, hop % trials
    unit = cuda.grid(1)
    for g in range(first, last):
        group = circuit.groups[g]
        units = (group[tables.STOP] - group[tables.START]) * trials
        i, b = unit // trials, unit % trials
        while unit < units:
            place = group[tables.START] + i
            bias = parameter(circuit, group, tables.BIAS, i)
            sigma = parameter(circuit, group, tables.SIGMA, i)
            drive, pool, vetoes = sums(circuit, work, group, x, place, b, 0, 1, bias, sigma)
            before = x[place * trials + b]
            value = activity(
                circuit, work, group, i, b, work.first_step + k, drive, pool, vetoes, before
            )
            put(work, y, value, place, b, k)
            unit += hop
            i += hop_neurons
            b += hop_trials
            if b >= trials:
                b -= trials
                i += 1
        unit -= units  # those of the next group begin where these end


# ------------------------------------------------------------------ moving values


@inner
def show(work, k, x, y):
    """Write the inputs of step k to their places."""
    n, trials = len(work.places), work.trials
    for at in range(cuda.grid(1), n * trials, cuda.gridsize(1)):
        i, b = at // trials, at % trials
        value = work.movie[k * n + i] if work.shared else work.movie[k * n * trials + at]
        place = work.places[i] * trials + b
        x[place] = value
        y[place] = value


@inner
def pass_lines(circuit, work, first, last, step, x, y):
    """Move delay lines on by a step, none of which repeats another of them."""
    trials = work.trials
    for d in range(first, last):
        line = circuit.lines[d]
        size = line[tables.LINE_SIZE]
        slot = line[tables.LINE_RING] + step % line[tables.LINE_STEPS] * size
        for at in range(cuda.grid(1), size * trials, cuda.gridsize(1)):
            i, b = at // trials, at % trials
            source = circuit.line_sources[line[tables.LINE_SOURCES] + i]
            place = (line[tables.LINE_START] + i) * trials + b
            old = work.ring[slot * trials + at]
            work.ring[slot * trials + at] = x[source * trials + b]
            x[place] = old
            y[place] = old


@inner
def keep(work, k, y):
    """Record the values after step k, where it is one to record."""
    n = len(work.recorded)
    if n == 0 or (work.phase + k + 1) % work.every != 0:
        return
    sample = (work.phase + k + 1) // work.every - 1
    samples = len(work.record) // (n * work.trials)
    for at in range(cuda.grid(1), n * work.trials, cuda.gridsize(1)):
        b, i = at // n, at % n
        value = y[work.recorded[i] * work.trials + b]
        work.record[(b * samples + sample) * n + i] = value


# ------------------------------------------------------------------ whole stretches


def interpreter(compute):
    """Return the kernel's text, with its way to compute neurons."""

    def run(circuit, work, first, last):
        """Do the stages [first, last) of a stretch, counted through all its steps, from the clock.

        What a launch has written the next one sees, so matrix products may be made between two.
        """
        quiet()
        grid = cuda.cg.this_grid()
        count = len(circuit.stages)
        buffers = len(work.values)
        written = False  # something that the grid has not waited for
        for number in range(work.clock[0] + first, work.clock[0] + last):
            k = number // count
            stage = circuit.stages[number % count]
            kind = stage[STAGE]
            if kind == SHOW and k > 0 and work.moments == 1:
                continue
            x, y = work.values[k % buffers], work.values[(k + 1) % buffers]
            if written or (work.clashes and kind <= LINES):
                grid.sync()
            written = kind != RECORD
            if kind == SHOW:
                show(work, k, x, y)
            elif kind == LINES:
                pass_lines(circuit, work, stage[FIRST], stage[LAST], work.first_step + k, x, y)
            elif kind == DOWN:
                for r in range(stage[FIRST], stage[LAST]):
                    if circuit.connections[r, tables.KIND] == tables.SEPARABLE:
                        add_down(circuit.connections[r], circuit.weights, x, work.sums, work.trials)
            elif kind == NEURONS:
                compute(circuit, work, stage[FIRST], stage[LAST], x, y, k)
            else:
                keep(work, k, y)

    return run


# What bounds few trials is how many loads of their long sums are under way: a thread with 128
# registers has sixteen.  Of many trials it is what a thread keeps in memory for want of registers:
# on an H100 this stage of 4,096 trials of 1,000 neurons took 0.14 ms with 128, and 0.23 ms with
# 255, when fewer threads are under way.
run_few = kernel(interpreter(compute_few), blocks=2)
run_many = kernel(interpreter(compute_many), blocks=2)


@kernel
def tick(clock, stages):
    """Let the launches that follow count their stages from so many later on."""
    if cuda.grid(1) == 0:
        clock[0] += stages
