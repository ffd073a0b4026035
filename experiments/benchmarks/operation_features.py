"""Which operations of networks run where: a part of the page that `features` makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim import NeurosimError
from neurosim.networks import Tensor, operations
from neurosim.networks.engines import on_device

from .table import aligned

DEVICES = {"cpu": "CPU", "cuda": "CUDA"}
STREAM: dict[str, Any] = {"seed": 1, "layer": 2, "step": 3}


def examples() -> dict[str, Callable[[], Any]]:
    """Return for each operation what computes with it where operations run then, by its name."""
    one = {
        name: _of(name, (2, 3))
        for name in (
            "abs", "exp", "log", "logistic", "max", "mean", "negative", "on_and_off", "softmax",
            "softplus", "sqrt", "step", "sum", "tanh", "threshold_linear", "transpose", "var",
        )
    }  # fmt: skip
    two = {
        name: _of(name, (2, 3), (2, 3))
        for name in ("add", "divide", "maximum", "multiply", "power", "subtract")
    }
    targets = np.full((2, 3), 0.5)
    losses = {
        name: _of(name, (2, 3), target=targets)
        for name in (
            "binary_cross_entropy", "categorical_cross_entropy", "mean_absolute_error",
            "mean_squared_error",
        )
    }  # fmt: skip
    several = {
        name: lambda name=name: getattr(operations, name)([_tensor((2, 3)), _tensor((2, 3))])
        for name in ("concatenate", "stack")
    }
    return {
        **one,
        **two,
        **losses,
        **several,
        "average_pool2d": _of("average_pool2d", (1, 4, 4, 2)),
        "batch_normalization": _of("batch_normalization", (4, 3), (3,), (3,)),
        "conv2d": _of("conv2d", (1, 4, 4, 2), (3, 3, 2, 2)),
        "dale_dense": _of("dale_dense", (2, 3), (3, 2), (3, 1), (1, 2), (2,)),
        "dense": _of("dense", (2, 3), (3, 2), (2,), activation="tanh"),
        "divisive_normalization": _of("divisive_normalization", (2, 3), (3,)),
        "dropout": _of("dropout", (2, 3), rate=0.5, **STREAM),
        "dropout_mask": lambda: operations.dropout_mask((2, 3), 0.5, **STREAM),
        "embedding": lambda: operations.embedding(np.array([0, 2, 0]), _tensor((3, 2))),
        "extend": _of("extend", (1, 4, 4, 2), rows=(1, 1), columns=(1, 1), border="wrap"),
        "index": lambda: operations.index(_tensor((2, 3)), np.array([0, 1, 0])),
        "logistic_cross_entropy": _of("logistic_cross_entropy", (2, 3), targets=targets),
        "lstm": _of("lstm", (2, 3, 2), (2, 8), (2, 8), (8,)),
        "matmul": _of("matmul", (2, 3), (3, 2)),
        "max_pool2d": _of("max_pool2d", (1, 4, 4, 2)),
        "normalize": _of("normalize", (4, 3), (3,), (3,), (3,), (3,)),
        "pad": _of("pad", (2, 3), widths=[(1, 0), (0, 1)]),
        "reshape": _of("reshape", (2, 3), shape=(3, 2)),
        "simple_rnn": _of("simple_rnn", (2, 3, 2), (2, 2), (2, 2), (2,)),
        "softmax_cross_entropy": _of("softmax_cross_entropy", (2, 3), targets=[0, 2]),
        "sparse_categorical_cross_entropy": _of(
            "sparse_categorical_cross_entropy", (2, 3), target=[0, 2]
        ),
    }


def _tensor(shape: tuple[int, ...]) -> Tensor:
    return Tensor(np.linspace(0.25, 0.75, int(np.prod(shape))).reshape(shape), requires_grad=True)


def _of(name: str, *shapes: tuple[int, ...], **options: Any) -> Callable[[], Any]:
    return lambda: getattr(operations, name)(*map(_tensor, shapes), **options)


def table() -> str:
    """Return which operations run where, forth and back, and below why others do not."""
    lines = [("operation", *DEVICES.values())]
    told = []
    for name, compute in sorted(examples().items()):
        cells = []
        for device in DEVICES:
            why = _why_not(compute, device)
            cells.append("no" if why else "yes")
            if why:
                told.append(f"- {name}: {why}")
        lines.append((f"`{name}`", *cells))
    return "\n".join([aligned(lines), *(["", *told] if told else [])])


def _why_not(compute: Callable[[], Any], device: str) -> str:
    """Return what is told where an operation or its gradients are refused; nothing elsewhere."""
    try:
        with on_device(device):
            found = compute()
            answer = found[0] if isinstance(found, tuple) else found
            if isinstance(answer, Tensor):
                answer.backward(np.ones(answer.shape))
    except NeurosimError as error:
        return str(error)
    return ""
