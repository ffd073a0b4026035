"""Networks that learn, in Keras's words: tensors with gradients, layers, and models."""

from . import operations, optimizers
from .callbacks import (
    Callback,
    EarlyStopping,
    History,
    LearningRateSchedule,
    LearningRateScheduler,
    ModelCheckpoint,
)
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
    "operation",
    "operations",
    "optimizers",
    "rearrangement",
    "set_random_seed",
]
