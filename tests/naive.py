"""Slow, obvious oracles: everything again in plain Python, sharing no line with what it checks.

A circuit is a list of values.  Each is a dict of one of four kinds:

    {"role": "input"}
    {"role": "constant", "value": 0.5}
    {"role": "delay", "of": 3, "seconds": 0.002}
    {"role": "binary" or "rate", "synapses": [(channel, source, weight), …], "threshold": …, …}

`of` and `source` are places in that list.  Channels are excite, subtract, divide and drive; an
infinite weight on divide is a veto.  Parameters that are left out have the documented defaults.
Nothing here imports neurosim.
"""

import functools
import math
from fractions import Fraction

TINY = 1e-300  # what is smaller is stored as 0
UNSURE = 1e-9  # a decision on rounded numbers that is closer than this could go either way


class UnsureError(Exception):
    """A threshold was met so closely that rounding decides: no fair question to an engine."""


# ------------------------------------------------------------------ one neuron


def transfer(name, parameters, x):
    """f(x), as in the textbook."""
    if name == "identity":
        return x
    if name == "step":
        if 0 < abs(x) < UNSURE:
            raise UnsureError
        return 1.0 if x >= 0 else 0.0
    if name == "threshold-linear":
        return max(x, 0.0)
    if name == "logistic":
        return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
    if name == "tanh":
        return math.tanh(x)
    if name == "softplus":
        return math.log1p(math.exp(x)) if x < 30 else x + math.log1p(math.exp(-x))
    if name == "power":
        return max(x, 0.0) ** parameters[0]
    if name == "naka-rushton":
        maximum, semi_saturation, exponent = parameters
        raised = max(x, 0.0) ** exponent
        return maximum * raised / (semi_saturation**exponent + raised)
    if name == "exponential":
        return math.e**x
    raise KeyError(name)


@functools.cache
def decimal(number):
    """The number that a reader of its shortest decimal means: 0.1 is one tenth."""
    return Fraction(repr(float(number)))


def sums(neuron, values, number):
    """E − S with the bias, σ + D, and whether a veto is active; `number` reads a parameter."""
    drive = number(neuron.get("bias", 0.0))
    pool = number(neuron.get("semi_saturation", 1.0))
    vetoed = False
    for channel, source, weight in neuron["synapses"]:
        value = values[source]
        if not value:
            continue
        if channel == "divide" and math.isinf(weight):
            vetoed = vetoed or value > 0
        elif channel == "divide":
            pool += number(weight) * number(value)
        elif channel == "subtract":
            drive -= number(weight) * number(value)
        else:  # excite, or drive, whose weights are signed
            drive += number(weight) * number(value)
    return drive, pool, vetoed


def net_input(neuron, values):
    """u = (bias + E − S)/(σ + D), 0/0 = 0, and 0 under a veto."""
    drive, pool, vetoed = sums(neuron, values, float)
    if vetoed:
        return 0.0
    if pool == 0:
        assert drive == 0, "σ = 0 lets nothing drive that does not also divide"
        return 0.0
    return drive / pool


def fires(neuron, values, noise=0.0):
    """Whether a binary neuron answers 1: decided on fractions, so that 0.1 + 0.7 ≥ 0.8."""
    theta = neuron.get("threshold", 1.0)
    drive, pool, vetoed = sums(neuron, values, decimal)
    if vetoed:
        return 0
    if noise:
        u = net_input(neuron, values) + noise
        if abs(u - theta) < UNSURE:
            raise UnsureError
        return int(u >= theta)
    if pool == 0:
        return int(theta <= 0)
    margin = drive - decimal(theta) * pool
    rounded = any(values[source] not in (0, 1) for _, source, _ in neuron["synapses"])
    if rounded and 0 < abs(margin) < UNSURE:
        raise UnsureError
    return int(margin >= 0)


def target(neuron, values, noise=0.0):
    """y∞ = f(gain·(u − θ)) of a rate neuron."""
    name, parameters = neuron.get("transfer", ("threshold-linear", ()))
    u = net_input(neuron, values) + noise
    x = neuron.get("gain", 1.0) * (u - neuron.get("threshold", 0.0))
    return transfer(name, parameters, x)


def noise_of(neuron, dt, seed, step, place, trial):
    """What is added to u in a step: s·ξ·√coth(dt/2τ), or s·ξ where τ = 0."""
    strength = neuron.get("noise", 0.0)
    if not strength:
        return 0.0
    tau = neuron.get("tau", 0.0)
    if tau:
        strength *= math.sqrt(1 / math.tanh(dt / (2 * tau)))
    return strength * normal(seed, step, place, trial)


# ------------------------------------------------------------------ static calls


def evaluate(cells, inputs):
    """The noise-free steady values; `inputs` maps places to values.  Delays are ignored."""
    values = {}

    def value(place):
        if place not in values:
            cell = cells[place]
            if cell["role"] == "input":
                values[place] = inputs[place]
            elif cell["role"] == "constant":
                values[place] = cell["value"]
            elif cell["role"] == "delay":
                values[place] = value(cell["of"])
            else:
                heard = {source: value(source) for _, source, _ in cell["synapses"]}
                answer = fires(cell, heard) if cell["role"] == "binary" else target(cell, heard)
                values[place] = flushed(answer)
        return values[place]

    return [value(place) for place in range(len(cells))]


def flushed(value):
    """The value as it is stored: 0 where its magnitude is below 1e-300."""
    return 0.0 if abs(value) < TINY else value


# ------------------------------------------------------------------ in time


def simulate(cells, shown, dt, seed=0, trial=0, initial=None):
    """Every value at every step: a list of lists, one a step.

    Parameters
    ----------
    shown : for each step a dict, input place → what it shows during that step
    initial : place → value before the first step; 0 for the rest

    A row holds what neurons are *after* the step, and what inputs, constants and delays were
    during it.  Everything is computed from the step before only.
    """
    initial = initial or {}
    before = [initial.get(place, 0.0) for place in range(len(cells))]
    for place, cell in enumerate(cells):
        if cell["role"] == "constant":
            before[place] = cell["value"]
        elif cell["role"] == "delay":
            before[place] = before[cell["of"]]
    past = []  # what every value showed during each step
    rows = []
    neurons = before
    for step, frame in enumerate(shown):
        now = list(neurons)
        past.append(now)
        for place, cell in enumerate(cells):  # what a delay repeats stands before it
            if cell["role"] == "input":
                now[place] = frame[place]
            elif cell["role"] == "delay":
                earlier = step - round(cell["seconds"] / dt)
                now[place] = past[earlier][cell["of"]] if earlier >= 0 else before[cell["of"]]
        after = list(now)
        for place, cell in enumerate(cells):
            if cell["role"] == "binary":
                after[place] = fires(cell, now, noise_of(cell, dt, seed, step, place, trial))
            elif cell["role"] == "rate":
                goal = target(cell, now, noise_of(cell, dt, seed, step, place, trial))
                tau = cell.get("tau", 0.0)
                left = math.exp(-dt / tau) if tau else 0.0
                after[place] = flushed(goal * (1 - left) + now[place] * left)
        rows.append(after)
        neurons = after
    return rows


# ------------------------------------------------------------------ random numbers


def philox(counter, key):
    """Philox 4×32-10 (Salmon et al. 2011), four words from a counter of four and a key of two."""
    word = 2**32
    c = list(counter)
    k = list(key)
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], word)
        high1, low1 = divmod(0xCD9E8D57 * c[2], word)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) % word, (k[1] + 0xBB67AE85) % word]
    return c


def box_muller(words):
    """A standard normal number from four words, as two uniform ones of 53 bits."""
    u = ((words[0] >> 5) * 2**26 + (words[1] >> 6) + 1) / 2**53
    v = ((words[2] >> 5) * 2**26 + (words[3] >> 6)) / 2**53
    return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)


def normal(seed, step, place, trial, purpose=0):
    """ξ at an address: key = the seed's two words, counter = (step, neuron, trial, purpose)."""
    return box_muller(philox([step % 2**32, place, trial, purpose], [seed % 2**32, seed // 2**32]))


# ------------------------------------------------------------------ convolution


def folded(position, n, border):
    """The place in [0, n) that stands for a position, or None where there is nothing."""
    while not 0 <= position < n:
        if border == "wrap":
            position += n if position < 0 else -n
        elif border == "reflect":  # d c b a | a b c d | d c b a
            position = -1 - position if position < 0 else 2 * n - 1 - position
        else:
            return None
    return position


def extent(n, k, border, stride):
    """How many outputs there are along an axis, and where the first one's window begins."""
    if border == "valid":
        return (n - k) // stride + 1, 0
    out = math.ceil(n / stride)
    return out, -(max((out - 1) * stride + k - n, 0) // 2)


def taps(rows, columns, kernel, border, stride):
    """Every single connection of a convolution: (row out, column out, row in, column in, weight).

    `kernel` is a list of lists, as drawn.
    """
    out_rows, top = extent(rows, len(kernel), border, stride)
    out_columns, left = extent(columns, len(kernel[0]), border, stride)
    found = []
    for y in range(out_rows):
        for x in range(out_columns):
            for p in range(len(kernel)):
                for q in range(len(kernel[0])):
                    source_y = folded(y * stride + top + p, rows, border)
                    source_x = folded(x * stride + left + q, columns, border)
                    if source_y is not None and source_x is not None:
                        found.append((y, x, source_y, source_x, kernel[p][q]))
    return found


def convolve(image, kernel, border, stride=1):
    """The cross-correlation of a list of lists with another, by four loops."""
    rows, columns = len(image), len(image[0])
    out_rows, _ = extent(rows, len(kernel), border, stride)
    out_columns, _ = extent(columns, len(kernel[0]), border, stride)
    answer = [[0.0] * out_columns for _ in range(out_rows)]
    for y, x, source_y, source_x, weight in taps(rows, columns, kernel, border, stride):
        answer[y][x] += weight * image[source_y][source_x]
    return answer
