"""Recurrent layers laid out for a card: products of matrices, and a kernel for each step.

What is heard of the inputs is one product over all steps, and so is each gradient.  Between them a
step is a product of the hidden states and one kernel.  All that a step writes to is there before
the first, so that the steps can be captured as a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ..backend import TINY
from ..kernels import cuda_recurrent, tables
from .availability import arrays
from .launches import launch_by_step
from .products import matmul


def over_time(
    gates: int, codes: tuple[int, int], x: Any, weights: Sequence[Any], present: Any,
    factors: tuple[Any, Any], sequences: bool,
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:  # fmt: skip
    """Return a layer's answers and how cotangents go back through it.

    Parameters as `over_time` of `networks.operations.recurrent_work`, arrays of the card.
    """
    xp = arrays()
    kernel, recurrent, bias = weights
    batch, steps, inputs = x.shape
    units, real, tiny = len(recurrent), x.dtype, TINY[x.dtype]
    given = xp.ascontiguousarray(x.swapaxes(0, 1))
    of_inputs, of_states = factors
    parts = 1 if of_states is None else len(of_states)
    width = gates * units // parts

    net = xp.empty((steps * batch, gates * units), real)
    for heard, columns in _heard(given, of_inputs, gates * units):
        matmul(heard, kernel[:, columns], out=net[:, columns])
    net = xp.ascontiguousarray(net.reshape(steps, batch, parts, width).swapaxes(1, 2))
    there = xp.empty((0, 0), np.bool_) if present is None else xp.ascontiguousarray(present)
    dropped = (
        xp.empty((0, batch, units), real) if of_states is None else xp.ascontiguousarray(of_states)
    )
    hidden = xp.empty((steps + 1, batch, units), real)
    hidden[0] = 0
    cells = xp.zeros_like(hidden) if gates == tables.LSTM_GATES else None
    drive = xp.zeros((parts, batch, width), real)
    through_dropout = xp.empty_like(dropped)
    by_part = xp.ascontiguousarray(recurrent.reshape(units, parts, width).swapaxes(0, 1))

    before = tiny, xp.ascontiguousarray(bias), there, dropped, drive, net
    if cells is not None:
        step = launch_by_step(
            cuda_recurrent.step_lstm, batch * units, *codes, *before, cells, hidden,
            through_dropout,
        )  # fmt: skip
    else:
        step = launch_by_step(
            cuda_recurrent.step_simple, batch * units, codes[0], *before, hidden, through_dropout
        )
    for t in range(steps):
        if t:  # at first all hidden states are 0
            _multiply(through_dropout if dropped.size else hidden[t : t + 1], by_part, drive)
        step(t)

    def vjp(g: Any) -> tuple[Any, ...]:
        back = xp.zeros((parts, batch, units), real)
        carried = xp.empty((0, 0), real) if present is None else xp.zeros((batch, units), real)
        cotangent = xp.ascontiguousarray(g).reshape(batch, steps if sequences else 1, units)
        after = tiny, cotangent, there, dropped, back, net
        if cells is not None:
            of_cells = xp.zeros((batch, units), real)
            step_back = launch_by_step(
                cuda_recurrent.step_lstm_back, batch * units, *codes, *after, cells, of_cells,
                carried,
            )  # fmt: skip
        else:
            step_back = launch_by_step(
                cuda_recurrent.step_simple_back, batch * units, codes[0], *after, carried
            )
        returning = xp.ascontiguousarray(by_part.swapaxes(1, 2))
        for t in reversed(range(steps)):
            step_back(t)
            if t:
                _multiply(net[t], returning, back)
        slopes = xp.ascontiguousarray(net.swapaxes(1, 2)).reshape(steps * batch, gates * units)
        return (
            lambda: _to_inputs(slopes, kernel, of_inputs, (steps, batch, inputs)),
            lambda: _to_weights(given, of_inputs, slopes),
            lambda: _to_weights(hidden[:steps], of_states, slopes),
            lambda: slopes.sum(axis=0),
        )

    return hidden[1:].swapaxes(0, 1) if sequences else hidden[steps], vjp


def _heard(values: Any, factors: Any, width: int) -> Iterator[tuple[Any, slice]]:
    """Yield (steps·batch, n) of (steps, batch, n) as gates hear it, and the columns of these."""
    steps, batch, n = values.shape
    parts = [None] if factors is None else list(factors)
    for k, factor in enumerate(parts):
        heard = values if factor is None else values * factor
        columns = slice(k * width // len(parts), (k + 1) * width // len(parts))
        yield heard.reshape(steps * batch, n), columns


def _multiply(left: Any, right: Any, products: Any) -> None:
    """Write products of matrices one by one: no product of stacks can be captured in a graph."""
    for one, other, product in zip(left, right, products, strict=True):
        matmul(one, other, out=product)


def _to_weights(values: Any, factors: Any, slopes: Any) -> Any:
    """Return the gradient of the weights by which values (steps, batch, n) were heard."""
    found = arrays().empty((values.shape[2], slopes.shape[1]), slopes.dtype)
    for heard, columns in _heard(values, factors, slopes.shape[1]):
        matmul(heard.T, slopes[:, columns], out=found[:, columns])
    return found


def _to_inputs(slopes: Any, kernel: Any, factors: Any, shape: tuple[int, int, int]) -> Any:
    """Return the cotangent of the inputs, (batch, steps, inputs)."""
    if factors is None:
        return matmul(slopes, kernel.T).reshape(shape).swapaxes(0, 1)
    width = slopes.shape[1] // len(factors)
    total = arrays().zeros(shape, slopes.dtype)
    for k, factor in enumerate(factors):
        columns = slice(k * width, (k + 1) * width)
        total += matmul(slopes[:, columns], kernel[:, columns].T).reshape(shape) * factor
    return total.swapaxes(0, 1)
