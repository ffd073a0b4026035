"""Recurrent layers, each over all steps of time as one operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InputError, unknown
from ...kernels import tables
from ...neurons import SLOPED, TRANSFERS
from ..engines import Engine, engine, is_array
from ..record import Vjp
from ..tensor import Tensor
from .declaration import operation

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


def _over_time(
    name: str, gates: int, codes: tuple[int, int], x: np.ndarray, weights: Sequence[np.ndarray],
    mask: Any, dropouts: tuple[Any, Any], sequences: bool,
) -> tuple[np.ndarray, Vjp]:  # fmt: skip
    """Return a layer's answers and how cotangents go back through it."""
    _check_shapes(name, gates, x.shape, *(w.shape for w in weights))
    batch, steps, inputs = x.shape
    on = engine()
    present = _present(name, mask, (batch, steps), on)
    factors = (
        _factors(name, gates, "dropout", dropouts[0], (batch, inputs), x.dtype, on),
        _factors(
            name, gates, "recurrent_dropout", dropouts[1], (batch, len(weights[1])), x.dtype, on
        ),
    )
    return on.recurrent.over_time(gates, codes, x, weights, present, factors, sequences)


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


def _present(name: str, mask: Any, shape: tuple[int, int], on: Engine) -> np.ndarray | None:
    """Return a mask as it is, None where there is none, or raise InputError."""
    if mask is None:
        return None
    array = _array(mask)
    if array.dtype != bool or array.shape != shape:
        raise InputError(
            f"{name}: mask must be bool of shape (batch, time), here {shape} (got {array.dtype} of "
            f"shape {array.shape})"
        )
    return on.take(array)


def _factors(
    name: str, gates: int, what: str, given: Any, shape: tuple[int, int], real: np.dtype,
    on: Engine,
) -> np.ndarray | None:  # fmt: skip
    """Return factors of dropout as (1 or gates, batch, …), None where there are none."""
    if given is None:
        return None
    array = _array(given)
    shapes = [shape, (gates, *shape)][: 2 if gates > 1 else 1]
    if array.shape not in shapes or array.dtype.kind != "f":
        rule = " or ".join(map(str, shapes))
        raise InputError(
            f"{name}: {what} must be factors of shape {rule} (got {array.dtype} of shape "
            f"{array.shape})"
        )
    placed = on.take(array).astype(real, copy=False)
    return placed if placed.ndim > 2 else placed[None]


def _array(given: Any) -> np.ndarray:
    """Return an array of either device's."""
    if isinstance(given, Tensor):
        return given.array
    return given if is_array(given) else np.asarray(given)
