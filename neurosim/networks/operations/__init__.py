"""The operations on tensors, each its value and its vector–Jacobian product together.

Operands may be tensors, arrays or numbers.  `declaration` says how another is added.
"""

from .activations import logistic, softmax, softplus, tanh, threshold_linear
from .arithmetic import (
    abs,
    add,
    divide,
    exp,
    log,
    maximum,
    multiply,
    negative,
    power,
    sqrt,
    subtract,
)
from .embedding import embedding
from .products import matmul
from .recurrent import lstm, simple_rnn
from .reductions import max, mean, sum, var
from .shapes import concatenate, index, pad, reshape, stack, transpose

__all__ = [
    "abs",
    "add",
    "concatenate",
    "divide",
    "embedding",
    "exp",
    "index",
    "log",
    "logistic",
    "lstm",
    "matmul",
    "max",
    "maximum",
    "mean",
    "multiply",
    "negative",
    "pad",
    "power",
    "reshape",
    "simple_rnn",
    "softmax",
    "softplus",
    "sqrt",
    "stack",
    "subtract",
    "sum",
    "tanh",
    "threshold_linear",
    "transpose",
    "var",
]
