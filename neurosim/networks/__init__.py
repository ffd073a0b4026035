"""Networks that learn, in Keras's words: tensors with gradients, layers, and models."""

from typing import TYPE_CHECKING, Any

from . import operations, optimizers
from .callbacks import (
    Callback,
    EarlyStopping,
    History,
    LearningRateSchedule,
    LearningRateScheduler,
    ModelCheckpoint,
)
from .engines import on_device
from .graph import Input
from .layers import (
    LSTM,
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    CenterSurround,
    Concatenate,
    Conv2D,
    DaleDense,
    Dense,
    DivisiveNormalization,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Reshape,
    SimpleRNN,
    ThresholdUnits,
)
from .model import Model
from .operations.declaration import elementwise, operation, rearrangement
from .optimizers import SGD, Adam, RMSprop
from .record import no_gradients
from .saving import load_model
from .sequential import Sequential
from .streams import set_random_seed
from .tensor import Tensor, gradients

__all__ = [
    "LSTM",
    "SGD",
    "Activation",
    "Adam",
    "Add",
    "AveragePooling2D",
    "BatchNormalization",
    "Callback",
    "CenterSurround",
    "Concatenate",
    "Conv2D",
    "DaleDense",
    "Dense",
    "DivisiveNormalization",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling2D",
    "History",
    "Input",
    "Layer",
    "LearningRateSchedule",
    "LearningRateScheduler",
    "MaxPooling2D",
    "Model",
    "ModelCheckpoint",
    "RMSprop",
    "Reshape",
    "Sequential",
    "SimpleRNN",
    "Tensor",
    "ThresholdUnits",
    "elementwise",
    "gradients",
    "load_model",
    "no_gradients",
    "on_device",
    "operation",
    "operations",
    "optimizers",
    "rearrangement",
    "set_random_seed",
]

# What other versions of Keras call layers, and how they are written here.
OLDER = {
    "AvgPool2D": "AveragePooling2D()",
    "Convolution2D": "Conv2D(filters, (rows, columns))",
    "GlobalAvgPool2D": "GlobalAveragePooling2D()",
    "MaxPool2D": "MaxPooling2D()",
}

if not TYPE_CHECKING:  # or to a checker of types there would be every name

    def __getattr__(name: str) -> Any:
        """Say what an older name is called here.

        No second name: Convolution2D(32, 3, 3) once had a kernel of 3 by 3, as Conv2D's arguments
        it has a stride of 3.
        """
        if name not in OLDER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        raise ImportError(f"no layer is called {name!r} here; it is {OLDER[name]}")
