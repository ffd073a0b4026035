"""A layer's last pass and its first one back on cards, as `activations` has them on the CPU."""

from __future__ import annotations

from . import rules
from .cuda_jit import cuda, inner, kernel, quiet, rule

tanh = rule(rules.tanh)
exponential = rule(rules.exponential)
logistic = rule(rules.logistic)
threshold_linear = rule(rules.threshold_linear)
softplus = rule(rules.softplus)
slope_at_answer = rule(rules.slope_at_answer)


@inner
def answer(code, x):
    """f(x), where f is one of those whose slope follows from the answer."""
    y = x
    if code == rules.THRESHOLD_LINEAR:
        y = threshold_linear(x)
    elif code == rules.LOGISTIC:
        y = logistic(x, exponential(abs(x)))
    elif code == rules.TANH:
        y = tanh(x)
    elif code == rules.SOFTPLUS:
        y = softplus(x, exponential(abs(x)))
    return y


@kernel
def activate(code, y, bias):
    """As `activations.activate`; a thread takes values in turn."""
    quiet()
    cells = y.shape[1]
    for at in range(cuda.grid(1), y.size, cuda.gridsize(1)):
        i, j = at // cells, at % cells
        y[i, j] = answer(code, y[i, j] + bias[j])


@kernel
def activation_slopes(code, y, g, slopes, parts):
    """Write slopes ← g·f′, and their sums over parts of the rows.

    Parameters
    ----------
    y, g, slopes
        As `activations.activation_slopes`.
    parts
        (parts, cells); a thread takes one cell's part.
    """
    quiet()
    rows, cells = y.shape
    count = parts.shape[0]
    for at in range(cuda.grid(1), parts.size, cuda.gridsize(1)):
        part, j = at // cells, at % cells
        total = type(parts[0, 0])(0)
        for i in range(part, rows, count):
            slope = g[i, j] * slope_at_answer(code, y[i, j])
            slopes[i, j] = slope
            total += slope
        parts[part, j] = total
