"""How an operation is declared: a function of arrays that returns its value and its VJP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import Any, TypeAlias

import numpy as np

from ...errors import InputError
from ..engines import Engine, engine
from ..record import Cotangent, Step, Vjp, is_recording
from ..tensor import REAL, Tensor, real_numbers

Definition: TypeAlias = Callable[..., tuple[np.ndarray, Vjp]]


def operation(function: Definition) -> Callable[..., Tensor]:
    """Make an operation on tensors of a function of arrays.

    The function's operands are its parameters before ``/``, or its ``*parameters``; the others are
    options, passed on as they are.  It returns its value and the vector–Jacobian product: a
    function of the value's cotangent g that returns a tuple with the cotangent of each operand, an
    array of the operand's shape, or a function without arguments that makes it, called only where
    that operand needs a gradient.  Neither may write to an array that it was given.

    The function is given real numbers alone, of one dtype: that of the tensors, float32 where they
    hold integers.

    Examples
    --------
    >>> from neurosim.networks import Tensor
    >>> @operation
    ... def scaled_square(x, /, scale=1.0):
    ...     return scale * x * x, lambda g: (2 * scale * g * x,)
    >>> x = Tensor(3.0, requires_grad=True)
    >>> scaled_square(x, scale=10.0).backward()
    >>> float(x.grad)
    60.0
    """
    return _declared(function, keep_integers=False)


def rearrangement(function: Definition) -> Callable[..., Tensor]:
    """Make an operation that only moves values of a function of arrays.

    As `operation`, but integers alone stay integers.
    """
    return _declared(function, keep_integers=True)


def elementwise(function: Definition) -> Callable[..., Tensor]:
    """Make an operation whose operands broadcast of a function of arrays that works elementwise.

    As `operation`; the cotangents are summed back to their operands' shapes.
    """

    @wraps(function)
    def broadcast(*arrays: np.ndarray) -> tuple[np.ndarray, Vjp]:
        shapes = [x.shape for x in arrays]
        alike = all(shape == shapes[0] for shape in shapes)
        if not alike:
            check_broadcast(function.__name__, shapes)
        value, vjp = function(*arrays)
        if alike:
            return value, vjp

        def summed(g: np.ndarray) -> tuple[Cotangent, ...]:
            return tuple(_summed(c, shape) for c, shape in zip(vjp(g), shapes, strict=True))

        return value, summed

    return operation(broadcast)


def _declared(function: Definition, keep_integers: bool) -> Callable[..., Tensor]:
    parameters = signature(function).parameters.values()
    name = function.__name__.lstrip("_")
    count = (
        None
        if any(p.kind == Parameter.VAR_POSITIONAL for p in parameters)
        else sum(p.kind == Parameter.POSITIONAL_ONLY for p in parameters)
    )

    @wraps(function)
    def recorded(*args: Any, **options: Any) -> Tensor:
        operands = args[:count]
        with np.errstate(all="ignore"):
            arrays = _arrays(name, operands, keep_integers, engine())
            value, vjp = function(*arrays, *args[len(operands) :], **options)
        value = np.asarray(value) if isinstance(value, np.generic) else value
        sources = tuple([x.node if isinstance(x, Tensor) else None for x in operands])
        depths = [source.depth for source in sources if source is not None]
        if not depths or not is_recording():
            return Tensor.of(value, None)
        step = Step(name, value.shape, value.dtype, sources, vjp, 1 + max(depths))
        return Tensor.of(value, step)

    return recorded


def check_broadcast(name: str, shapes: Sequence[tuple[int, ...]]) -> None:
    """Raise InputError unless the shapes broadcast."""
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        told = " and ".join(map(str, shapes))
        raise InputError(
            f"{name}: shapes {told} do not broadcast; from the last axis on, lengths must be the "
            "same or 1"
        ) from None


def summed_to(cotangent: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a cotangent summed over the axes along which an operand of `shape` was repeated."""
    if cotangent.shape == shape:
        return cotangent
    new = cotangent.ndim - len(shape)
    repeated = tuple(
        new + k for k, n in enumerate(shape) if n == 1 and cotangent.shape[new + k] != 1
    )
    return cotangent.sum(axis=(*range(new), *repeated), keepdims=True).reshape(shape)


def _summed(cotangent: Cotangent, shape: tuple[int, ...]) -> Callable[[], np.ndarray]:
    return lambda: summed_to(cotangent() if callable(cotangent) else cotangent, shape)


def _arrays(
    name: str, operands: Sequence[Any], keep_integers: bool, on: Engine
) -> list[np.ndarray]:
    """Return the operands as arrays of one real dtype; integers where they may, and all are."""
    if all(isinstance(x, Tensor) for x in operands):  # as nearly always: nothing need be converted
        arrays = [x.array for x in operands]
        kinds = {(x.dtype, type(x)) for x in arrays}
        if len(kinds) == 1:
            dtype, kind = kinds.pop()
            if kind is on.kind and dtype.kind == "f":
                return arrays
    arrays = [_array(name, x, on) for x in operands]
    if keep_integers and all(x.dtype.kind != "f" for x in arrays):
        return arrays
    tensors = {x.dtype for x in operands if isinstance(x, Tensor) and x.dtype.kind == "f"}
    dtype = np.result_type(*tensors) if tensors else REAL
    return [x.astype(dtype, copy=False) for x in arrays]


def _array(name: str, operand: Any, on: Engine) -> np.ndarray:
    """Return an operand as an array of the device where operations run now."""
    if not isinstance(operand, Tensor):
        return on.take(real_numbers(operand, name))
    if not isinstance(operand.array, on.kind):
        elsewhere = operand.device
        raise InputError(
            f"{name}: a tensor of shape {operand.shape} is on device '{elsewhere}', and this runs "
            f"on '{on.device}': compute within on_device('{elsewhere}'), or make the tensor within "
            f"on_device('{on.device}')"
        )
    return operand.array
