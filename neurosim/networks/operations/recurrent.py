"""Recurrent layers, each over all steps of time as one operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from ...backend import TINY
from ...errors import InputError, unknown
from ...kernels import hear_back, tables, unroll, unroll_back
from ...kernels.threads import most_threads, run_together
from ...neurons import SLOPED, TRANSFERS
from ..record import Vjp, is_recording
from ..tensor import Tensor
from .declaration import operation

SUMMED_STEPS = 8  # steps whose products with what was heard are summed at once
WORTH_THREADS = 1_000_000  # products of a run from which threads are worth starting
CODES = {name.replace("-", "_"): TRANSFERS[name].code for name in SLOPED}
ELSEWHERE = {"sigmoid": "'logistic'", "relu": "'threshold_linear'", "linear": "'identity'"}


@operation
def lstm(
    x: np.ndarray, kernel: np.ndarray, recurrent_kernel: np.ndarray, bias: np.ndarray, /, *,
    mask: Any = None, dropout: Any = None, recurrent_dropout: Any = None,
    activation: str = "tanh", recurrent_activation: str = "logistic", sequences: bool = True,
) -> tuple[np.ndarray, Vjp]:  # fmt: skip
    """A layer of long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000).

    At each step, from the states h and c before it, which begin at 0, and with x and h as dropout
    leaves them: i, f, o = σ(x·W + h·R + b) each with its own weights, g = tanh(x·W + h·R + b),
    then c ← f·c + i·g and h ← o·tanh(c).

    Parameters
    ----------
    x
        (batch, time, inputs).
    kernel, recurrent_kernel, bias
        (inputs, 4·units), (units, 4·units) and (4·units,); the gates in the order i, f, g, o.
    mask
        (batch, time), bool: where False, the states stay, and what was answered is answered again.
    dropout, recurrent_dropout
        Factors of x and of h, the same at every step: (batch, inputs) and (batch, units), or (4,
        batch, …) where each gate has its own (Gal & Ghahramani 2016 call these tied and untied).
    activation, recurrent_activation
        Of g and c, and of i, f and o: the name of a transfer function.
    sequences
        Whether to return every h, (batch, time, units), or the last, (batch, units).

    Raises
    ------
    InputError
        Shapes that do not fit, a mask of another kind, or an unknown name.
    """
    codes = (
        _code("lstm", "activation", activation),
        _code("lstm", "recurrent_activation", recurrent_activation),
    )
    weights = kernel, recurrent_kernel, bias
    return _over_time(
        "lstm", tables.LSTM_GATES, codes, x, weights, mask, (dropout, recurrent_dropout), sequences
    )


@operation
def simple_rnn(
    x: np.ndarray, kernel: np.ndarray, recurrent_kernel: np.ndarray, bias: np.ndarray, /, *,
    mask: Any = None, dropout: Any = None, recurrent_dropout: Any = None,
    activation: str = "tanh", sequences: bool = True,
) -> tuple[np.ndarray, Vjp]:  # fmt: skip
    """A layer whose answers are fed back to it (Elman 1990): h ← tanh(x·W + h·R + b).

    Parameters
    ----------
    kernel, recurrent_kernel, bias
        (inputs, units), (units, units) and (units,).
    dropout, recurrent_dropout
        (batch, inputs) and (batch, units).
    x, mask, activation, sequences
        As `lstm`.

    Raises
    ------
    InputError
        As `lstm`.
    """
    codes = (_code("simple_rnn", "activation", activation),) * 2
    weights = kernel, recurrent_kernel, bias
    return _over_time(
        "simple_rnn", 1, codes, x, weights, mask, (dropout, recurrent_dropout), sequences
    )


@dataclass(frozen=True)
class _Size:
    """How the work is laid out; `kernels.recurrent` says what the numbers are."""

    batch: int
    steps: int
    inputs: int
    units: int
    gates: int
    block: int
    masks: int

    @property
    def chunks(self) -> int:
        return -(-self.batch // self.block)

    @property
    def width(self) -> int:
        return self.inputs + self.units

    @property
    def rows(self) -> int:
        return self.gates * self.units

    @property
    def numbers(self) -> tuple[int, ...]:
        return (
            self.batch, self.chunks, self.steps, self.inputs, self.units, self.gates, self.block,
            self.masks,
        )  # fmt: skip

    def parts(self) -> list[tuple[int, int]]:
        """Return the chunks of each thread: the first, and that after the last."""
        work = self.batch * self.steps * self.width * self.rows
        threads = min(most_threads(), self.chunks) if work >= WORTH_THREADS else 1
        return list(pairwise(self.chunks * k // threads for k in range(threads + 1)))


def _over_time(
    name: str, gates: int, codes: tuple[int, int], x: np.ndarray, weights: Sequence[np.ndarray],
    mask: Any, dropouts: tuple[Any, Any], sequences: bool,
) -> tuple[np.ndarray, Vjp]:  # fmt: skip
    """Return a layer's answers and how cotangents go back through it."""
    _check_shapes(name, gates, x.shape, *(w.shape for w in weights))
    kernel, recurrent, bias = weights
    batch, steps, inputs = x.shape
    units = len(recurrent)
    real, tiny = x.dtype, TINY[x.dtype]
    block = tables.VECTOR // real.itemsize
    factors = _factors(name, gates, dropouts, (batch, inputs, units), block, real)
    size = _Size(batch, steps, inputs, units, gates, block, len(factors))
    present = _present(name, mask, (batch, steps))
    sheet = units * block

    is_lstm = gates == tables.LSTM_GATES

    def room(chunks: int, steps: int) -> tuple[np.ndarray, ...]:
        """Return arrays for what is heard, the answers of gates, the cells, what they release."""
        n = chunks * steps * block
        of_cells = chunks * (steps + 1) * sheet
        return tuple(
            np.empty(count, real)
            for count in (
                n * size.width, n * size.rows, is_lstm * of_cells, is_lstm * n * units
            )
        )  # fmt: skip

    kept = room(size.chunks, steps) if is_recording() else None
    y = np.empty((batch, steps, units) if sequences else (batch, units), real)
    given, masks = np.ascontiguousarray(x).reshape(-1), factors.reshape(-1)
    together = np.empty((gates * units, size.width), real)
    together[:, :inputs], together[:, inputs:] = kernel.T, recurrent.T
    flat, flat_bias, flat_y = together.reshape(-1), np.ascontiguousarray(bias), y.reshape(-1)

    def run(part: tuple[int, int]) -> None:
        scratch = tuple(np.empty(n, real) for n in (sheet, sheet, size.width * block))
        heard, answers, cells, squashed = kept or room(1, 1)
        unroll(
            size.numbers, part, codes, tiny, given, present, masks, flat, flat_bias,
            heard, answers, cells, squashed, int(kept is not None), scratch, flat_y,
            int(sequences),
        )  # fmt: skip

    _share(run, size.parts())

    def vjp(g: np.ndarray) -> tuple[Any, ...]:
        assert kept is not None
        heard, answers, cells, squashed = kept
        parts = size.parts()
        panels = -(-size.width // block)
        totals = np.zeros((len(parts), panels, size.rows, block), real)
        bias_totals = np.zeros((len(parts), size.rows, block), real)
        cotangent = np.ascontiguousarray(g).reshape(-1)
        back = np.ascontiguousarray(recurrent).reshape(-1)

        def run_back(number: int) -> None:
            scratch = tuple(np.empty(sheet * n, real) for n in (1, 1, 1, 1, 1, gates + is_lstm))
            stretches = tuple(
                np.empty(rows * SUMMED_STEPS * block, real) for rows in (size.rows, block)
            )
            unroll_back(
                size.numbers, parts[number], codes, tiny, cotangent, int(sequences), present,
                masks, back, heard, answers, cells, squashed, scratch, stretches,
                totals[number].reshape(-1), bias_totals[number].reshape(-1),
            )  # fmt: skip

        _share(run_back, range(len(parts)))
        summed = totals.sum(axis=0).transpose(0, 2, 1).reshape(panels * block, size.rows)
        return (
            lambda: _inputs_cotangent(size, kernel, masks, answers),
            summed[:inputs],
            summed[inputs : size.width],
            bias_totals.sum(axis=(0, 2)),
        )

    return y, vjp


def _inputs_cotangent(
    size: _Size, kernel: np.ndarray, masks: np.ndarray, of_net_inputs: np.ndarray
) -> np.ndarray:
    """Return the cotangent of x, from those of the net inputs."""
    real = kernel.dtype
    dx = np.empty((size.batch, size.steps, size.inputs), real)
    weights, flat = np.ascontiguousarray(kernel).reshape(-1), dx.reshape(-1)

    def run(part: tuple[int, int]) -> None:
        scratch = tuple(np.empty(size.inputs * size.block, real) for _ in range(2))
        hear_back(size.numbers, part, masks, weights, of_net_inputs, scratch, flat)

    _share(run, size.parts())
    return dx


def _share(run: Callable[[Any], None], parts: Sequence[Any]) -> None:
    """Do every part, each on a thread of its own."""
    run_together([partial(run, part) for part in parts], np.zeros(tables.BARRIER_SIZE, np.int64))


def _code(name: str, option: str, asked: Any) -> int:
    """Return the code of a transfer function, or raise InputError."""
    if not isinstance(asked, str) or asked not in CODES:
        raise InputError(f"{name}: {option}: {unknown('function', str(asked), CODES, ELSEWHERE)}")
    return CODES[asked]


def _check_shapes(
    name: str, gates: int, x: tuple[int, ...], kernel: tuple[int, ...],
    recurrent: tuple[int, ...], bias: tuple[int, ...],
) -> None:  # fmt: skip
    """Raise InputError unless the operands' shapes fit each other."""
    times = f"{gates}·" * (gates > 1)
    if len(x) != 3:
        raise InputError(f"{name}: x must be (batch, time, inputs) (got shape {x})")
    if len(recurrent) != 2 or not recurrent[0] or recurrent[1] != gates * recurrent[0]:
        raise InputError(
            f"{name}: recurrent_kernel must be (units, {times}units), of one or more units (got "
            f"shape {recurrent})"
        )
    if kernel != (x[2], recurrent[1]):
        raise InputError(
            f"{name}: kernel must be (inputs, {times}units), that is {(x[2], recurrent[1])} with x "
            f"of shape {x} and recurrent_kernel of shape {recurrent} (got shape {kernel})"
        )
    if bias != recurrent[1:]:
        raise InputError(
            f"{name}: bias must be ({times}units,), that is {recurrent[1:]} with recurrent_kernel "
            f"of shape {recurrent} (got shape {bias})"
        )


def _present(name: str, mask: Any, shape: tuple[int, int]) -> np.ndarray:
    """Return a mask with time first and flat, empty where there is none, or raise InputError."""
    if mask is None:
        return np.empty(0, bool)
    array = mask.numpy() if isinstance(mask, Tensor) else np.asarray(mask)
    if array.dtype != bool or array.shape != shape:
        raise InputError(
            f"{name}: mask must be bool of shape (batch, time), here {shape} (got {array.dtype} of "
            f"shape {array.shape})"
        )
    return np.ascontiguousarray(array.T).reshape(-1)


def _factors(
    name: str, gates: int, dropouts: tuple[Any, Any], lengths: tuple[int, int, int], block: int,
    real: np.dtype,
) -> np.ndarray:  # fmt: skip
    """Return the factors of dropout as (masks, chunks, inputs + units, block); no masks: none."""
    batch, inputs, units = lengths
    chunks, begin, found = -(-batch // block), 0, []
    for what, given, n in zip(
        ("dropout", "recurrent_dropout"), dropouts, (inputs, units), strict=True
    ):
        if given is not None:
            array = given.numpy() if isinstance(given, Tensor) else np.asarray(given)
            shapes = [(batch, n), (gates, batch, n)][: 2 if gates > 1 else 1]
            if array.shape not in shapes or array.dtype.kind != "f":
                rule = " or ".join(map(str, shapes))
                raise InputError(
                    f"{name}: {what} must be factors of shape {rule} (got {array.dtype} of shape "
                    f"{array.shape})"
                )
            found.append((begin, n, array if array.ndim > 2 else array[None]))
        begin += n
    count = max((len(array) for _, _, array in found), default=0)
    factors = np.ones((count, chunks * block, inputs + units), real)
    for begin, n, array in found:
        factors[:, :batch, begin : begin + n] = array
    side_by_side = factors.reshape(count, chunks, block, inputs + units).swapaxes(2, 3)
    return np.ascontiguousarray(side_by_side)
