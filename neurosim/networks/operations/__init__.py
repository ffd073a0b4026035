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
from .convolution import conv2d
from .dense import dense
from .dropout import dropout, dropout_mask
from .embedding import embedding
from .losses import (
    binary_cross_entropy,
    categorical_cross_entropy,
    logistic_cross_entropy,
    mean_absolute_error,
    mean_squared_error,
    softmax_cross_entropy,
    sparse_categorical_cross_entropy,
)
from .normalization import batch_normalization, normalize
from .pooling import average_pool2d, max_pool2d
from .products import matmul
from .recurrent import lstm, simple_rnn
from .reductions import max, mean, sum, var
from .shapes import concatenate, index, pad, reshape, stack, transpose

__all__ = [
    "abs",
    "add",
    "average_pool2d",
    "batch_normalization",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "concatenate",
    "conv2d",
    "dense",
    "divide",
    "dropout",
    "dropout_mask",
    "embedding",
    "exp",
    "index",
    "log",
    "logistic",
    "logistic_cross_entropy",
    "lstm",
    "matmul",
    "max",
    "max_pool2d",
    "maximum",
    "mean",
    "mean_absolute_error",
    "mean_squared_error",
    "multiply",
    "negative",
    "normalize",
    "pad",
    "power",
    "reshape",
    "simple_rnn",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "sparse_categorical_cross_entropy",
    "sqrt",
    "stack",
    "subtract",
    "sum",
    "tanh",
    "threshold_linear",
    "transpose",
    "var",
]
