"""A layer's last pass and its first one back: bias, activation, and the slope of both.

Each activation has a loop of its own: in one that asks which it is, no vector register is used.
"""

from __future__ import annotations

from . import rules
from .jit import kernel, rule

tanh = rule(rules.tanh)
exponential = rule(rules.exponential)
logistic = rule(rules.logistic)
threshold_linear = rule(rules.threshold_linear)
softplus = rule(rules.softplus)
slope_at_answer = rule(rules.slope_at_answer)


@kernel
def activate(code, y, bias):
    """Make answers of products, in place: y ← f(y + bias).

    Parameters
    ----------
    code
        Of the transfer function, one of those whose slope follows from the answer.
    y
        (rows, cells).
    bias
        (cells,).
    """
    rows, cells = y.shape
    for i in range(rows):
        if code == rules.IDENTITY:
            for j in range(cells):
                y[i, j] += bias[j]
        elif code == rules.THRESHOLD_LINEAR:
            for j in range(cells):
                y[i, j] = threshold_linear(y[i, j] + bias[j])
        elif code == rules.LOGISTIC:
            for j in range(cells):
                x = y[i, j] + bias[j]
                y[i, j] = logistic(x, exponential(abs(x)))
        elif code == rules.TANH:
            for j in range(cells):
                y[i, j] = tanh(y[i, j] + bias[j])
        else:
            for j in range(cells):
                x = y[i, j] + bias[j]
                y[i, j] = softplus(x, exponential(abs(x)))


@kernel
def activation_slopes(code, y, g, slopes, bias_slopes):
    """Go back through an activation: slopes ← g·f′, and its sum over rows.

    Parameters
    ----------
    y
        (rows, cells), the answers.
    g
        (rows, cells), their cotangent.
    slopes
        (rows, cells), what is found.
    bias_slopes
        (cells,), 0 at first.
    """
    rows, cells = y.shape
    for i in range(rows):
        if code == rules.IDENTITY:
            for j in range(cells):
                slopes[i, j] = g[i, j]
        elif code == rules.THRESHOLD_LINEAR:
            for j in range(cells):
                slopes[i, j] = g[i, j] * slope_at_answer(rules.THRESHOLD_LINEAR, y[i, j])
        elif code == rules.LOGISTIC:
            for j in range(cells):
                slopes[i, j] = g[i, j] * slope_at_answer(rules.LOGISTIC, y[i, j])
        elif code == rules.TANH:
            for j in range(cells):
                slopes[i, j] = g[i, j] * slope_at_answer(rules.TANH, y[i, j])
        else:
            for j in range(cells):
                slopes[i, j] = g[i, j] * slope_at_answer(rules.SOFTPLUS, y[i, j])
        for j in range(cells):
            bias_slopes[j] += slopes[i, j]
