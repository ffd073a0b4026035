"""Which layers can become neurons, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ..networks import layers
from .activation import activation, threshold_units
from .cells import Construction, Flow
from .center_surround import center_surround
from .convolution import conv2d
from .dale import dale_dense
from .dense import dense
from .divisive import divisive_normalization
from .merging import add, concatenate
from .normalization import batch_normalization
from .pooling import average_pooling, global_average_pooling, max_pooling
from .shaping import dropout, reshaped

# Of a layer, what flows into it and the shape that goes out of it: what flows out.
Converter: TypeAlias = Callable[[Any, list[Flow], tuple[int, ...], Construction], Flow]

CONVERTERS: dict[type[layers.Layer], Converter] = {
    layers.Activation: activation,
    layers.Add: add,
    layers.AveragePooling2D: average_pooling,
    layers.BatchNormalization: batch_normalization,
    layers.CenterSurround: center_surround,
    layers.Concatenate: concatenate,
    layers.Conv2D: conv2d,
    layers.DaleDense: dale_dense,
    layers.Dense: dense,
    layers.DivisiveNormalization: divisive_normalization,
    layers.Dropout: dropout,
    layers.Flatten: reshaped,
    layers.GlobalAveragePooling2D: global_average_pooling,
    layers.MaxPooling2D: max_pooling,
    layers.Reshape: reshaped,
    layers.ThresholdUnits: threshold_units,
}
