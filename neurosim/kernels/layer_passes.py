"""A batch through a table of layers, forward and back.

Activities are layer after layer, each (samples, units): layer r's begin at PLACE times the number
of samples.  Backward, the deltas stand at the same places, and are overwritten on the way.
"""

from __future__ import annotations

import math

import numpy as np

from . import layer_table as table
from . import rules
from .cross_entropy import soften
from .dense import add_dots, add_product
from .dropout import drop_out
from .jit import inner, rule

tanh = rule(rules.tanh)
exponential = rule(rules.exponential)
logistic = rule(rules.logistic)
softplus = rule(rules.softplus)
threshold_linear = rule(rules.threshold_linear)
slope_at_answer = rule(rules.slope_at_answer)


@inner
def add_matrices(a, x, count, width, block, sums):
    """Add a·x to `sums`: (count, width) by (width, block)."""
    if block == 1:
        add_dots(a, 0, width, count, width, x, 0, sums, 0)
    else:
        add_product(a, 0, width, count, width, x, 0, block, sums, 0)


@inner
def turn(x, rows, columns, turned):
    """Write a matrix (rows, columns) with its axes in reverse."""
    for i in range(rows):
        for j in range(columns):
            turned[j * rows + i] = x[i * columns + j]


@inner
def respond(code, x, y, n):
    """y = f(x); each of them has a loop of its own, so that it uses vector registers."""
    if code == rules.THRESHOLD_LINEAR:
        for i in range(n):
            y[i] = threshold_linear(x[i])
    elif code == rules.LOGISTIC:
        for i in range(n):
            y[i] = logistic(x[i], exponential(abs(x[i])))
    elif code == rules.TANH:
        for i in range(n):
            y[i] = tanh(x[i])
    elif code == rules.SOFTPLUS:
        for i in range(n):
            y[i] = softplus(x[i], exponential(abs(x[i])))
    else:
        for i in range(n):
            y[i] = x[i]


@inner
def weigh(code, y, delta, back, n):
    """back = delta·f′, of the answers y; loops as in `respond`."""
    if code == rules.THRESHOLD_LINEAR:
        for i in range(n):
            back[i] = delta[i] * slope_at_answer(rules.THRESHOLD_LINEAR, y[i])
    elif code == rules.LOGISTIC:
        for i in range(n):
            back[i] = delta[i] * slope_at_answer(rules.LOGISTIC, y[i])
    elif code == rules.TANH:
        for i in range(n):
            back[i] = delta[i] * slope_at_answer(rules.TANH, y[i])
    else:
        for i in range(n):
            back[i] = delta[i] * slope_at_answer(code, y[i])


@inner
def forward(network, parameters, n, step, seed, space):
    """Compute the activities of n samples, whose inputs stand before those of the first layer."""
    for r in range(len(network.layers)):
        layer = network.layers[r]
        kind, inputs, outputs = layer[table.KIND], layer[table.INPUTS], layer[table.OUTPUTS]
        source, place = layer[table.SOURCE] * n, layer[table.PLACE] * n
        x = space.activities[source : source + n * inputs]
        y = space.activities[place : place + n * outputs]
        if kind == table.DENSE:
            bias = layer[table.BIAS]
            for b in range(n):
                for j in range(outputs):
                    y[b * outputs + j] = parameters[bias + j] if bias >= 0 else x.dtype.type(0)
            first = layer[table.WEIGHTS]
            weights = parameters[first : first + inputs * outputs]
            add_matrices(x, weights, n, inputs, outputs, y)
            if layer[table.TRANSFER] != rules.IDENTITY:
                respond(layer[table.TRANSFER], y, y, n * outputs)
        elif kind == table.ACTIVATION:
            respond(layer[table.TRANSFER], x, y, n * outputs)
        elif kind == table.SOFTMAX:
            for b in range(n):
                row = slice(b * outputs, (b + 1) * outputs)
                soften(x[row], y[row])
        else:
            mask = space.masks[place : place + n * outputs]
            rate = network.rates[r]
            drop_out(
                seed[0], seed[1], np.uint64(layer[table.NUMBER]), np.uint64(step),
                np.uint64(math.ceil(rate * 4294967296.0)), x.dtype.type(1.0 / (1.0 - rate)), mask,
            )  # fmt: skip
            for i in range(n * outputs):
                y[i] = x[i] * mask[i]


@inner
def backward(network, parameters, n, lowest, space):
    """Compute the gradients of the parameters from the deltas of the last layer.

    Nothing below layer `lowest` learns.
    """
    zero = space.deltas.dtype.type(0)
    for r in range(len(network.layers) - 1, lowest - 1, -1):
        layer = network.layers[r]
        kind, inputs, outputs = layer[table.KIND], layer[table.INPUTS], layer[table.OUTPUTS]
        source, place = layer[table.SOURCE] * n, layer[table.PLACE] * n
        x = space.activities[source : source + n * inputs]
        y = space.activities[place : place + n * outputs]
        delta = space.deltas[place : place + n * outputs]
        back = space.deltas[source : source + n * inputs]
        code = layer[table.TRANSFER]
        if kind == table.DENSE:
            if code != rules.IDENTITY:
                weigh(code, y, delta, delta, n * outputs)
            find_gradients(network, layer, n, x, delta, space)
            if r > lowest:
                first = layer[table.WEIGHTS]
                weights = parameters[first : first + inputs * outputs]
                turned = space.turned[: inputs * outputs]
                turn(weights, inputs, outputs, turned)
                for i in range(n * inputs):
                    back[i] = zero
                add_matrices(delta, turned, n, outputs, inputs, back)
        elif kind == table.ACTIVATION:
            weigh(code, y, delta, back, n * outputs)
        elif kind == table.SOFTMAX:
            for b in range(n):
                total = zero
                for j in range(b * outputs, (b + 1) * outputs):
                    total += delta[j] * y[j]
                for j in range(b * outputs, (b + 1) * outputs):
                    back[j] = y[j] * (delta[j] - total)
        else:
            mask = space.masks[place : place + n * outputs]
            for i in range(n * outputs):
                back[i] = delta[i] * mask[i]


@inner
def find_gradients(network, layer, n, x, delta, space):
    """Write the gradients of a dense layer's weights and biases, where they learn."""
    inputs, outputs = layer[table.INPUTS], layer[table.OUTPUTS]
    zero = delta.dtype.type(0)
    first, bias = layer[table.WEIGHTS], layer[table.BIAS]
    if first >= network.learns:
        return
    slopes = space.gradients[first : first + inputs * outputs]
    for e in range(inputs * outputs):
        slopes[e] = zero
    turned = space.turned[: n * inputs]
    turn(x, n, inputs, turned)
    add_matrices(turned, delta, inputs, n, outputs, slopes)
    if bias >= 0:
        slopes = space.gradients[bias : bias + outputs]
        for j in range(outputs):
            slopes[j] = zero
        for b in range(n):
            for j in range(outputs):
                slopes[j] += delta[b * outputs + j]
