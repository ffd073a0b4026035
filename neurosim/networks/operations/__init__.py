"""The operations on tensors, each its value and its vector–Jacobian product together.

Operands may be tensors, arrays or numbers.  `declaration` says how another is added.
"""

from .activations import logistic, on_and_off, softmax, softplus, tanh, threshold_linear
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
from .borders import extend
from .convolution import conv2d
from .dale import dale_dense
from .dense import dense
from .divisive import divisive_normalization
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
from .step import step

__all__ = [
    "abs",
    "add",
    "average_pool2d",
    "batch_normalization",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "concatenate",
    "conv2d",
    "dale_dense",
    "dense",
    "divide",
    "divisive_normalization",
    "dropout",
    "dropout_mask",
    "embedding",
    "exp",
    "extend",
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
    "on_and_off",
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
    "step",
    "subtract",
    "sum",
    "tanh",
    "threshold_linear",
    "transpose",
    "var",
]
