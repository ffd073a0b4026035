"""Batch normalization: each channel brought to the mean and deviation that learning finds best."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import initializers, operations
from ..graph import Shape
from ..tensor import Tensor
from .layer import Layer, last_length
from .settings import fraction, positive

FEW = 1e-7  # added to how many steps count, as in Keras, so that none does not divide by 0


class BatchNormalization(Layer):
    """γ·(x − mean)/√(variance + ε) + β, channel by channel (Ioffe & Szegedy 2015).

    In training mean and variance are the batch's, of the steps that count where some do not;
    otherwise those that moved along with them.

    Parameters
    ----------
    momentum
        What the moving ones keep of themselves at each batch.
    epsilon
        ε, added to the variance.
    center, scale
        Whether there are β and γ.
    **settings
        As every `Layer` takes them.
    """

    def __init__(
        self,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.momentum = fraction(momentum, f"{self}: momentum")
        self.epsilon = positive(epsilon, f"{self}: epsilon")
        self.center = bool(center)
        self.scale = bool(scale)
        self.initializers = {
            "gamma": initializers.get(gamma_initializer, f"{self}: gamma"),
            "beta": initializers.get(beta_initializer, f"{self}: beta"),
            "moving_mean": initializers.get(moving_mean_initializer, f"{self}: mean"),
            "moving_variance": initializers.get(moving_variance_initializer, f"{self}: variance"),
        }

    def build(self, input_shape: Shape) -> None:
        """Make γ, β, and the moving mean and variance."""
        shape = (last_length(input_shape, self, "how many channels there are"),)
        made = {
            name: self.add_weight(shape, initializer, name, learned=not name.startswith("moving"))
            for name, initializer in self.initializers.items()
            if (name != "gamma" or self.scale) and (name != "beta" or self.center)
        }
        self.gamma, self.beta = made.get("gamma"), made.get("beta")
        self.moving_mean, self.moving_variance = made["moving_mean"], made["moving_variance"]

    keeps_mask = True
    takes_several = False

    def call(self, x: Tensor, training: bool, mask: np.ndarray | None) -> Tensor:
        """Return x normalized; in training the moving mean and variance follow."""
        mean, variance = self.moving_mean.here, self.moving_variance.here
        gamma = self.gamma.tensor if self.gamma is not None else np.ones_like(mean)
        beta = self.beta.tensor if self.beta is not None else np.zeros_like(mean)
        if not training or not self.trainable:  # one that is frozen stays as it is, as in Keras
            return operations.normalize(x, mean, variance, gamma, beta, epsilon=self.epsilon)
        if mask is not None:
            y, mean, variance = self._by_steps(x, gamma, beta, mask)
        else:
            y, mean, variance = operations.batch_normalization(x, gamma, beta, epsilon=self.epsilon)
        for moving, found in ((self.moving_mean, mean), (self.moving_variance, variance)):
            values = moving.here
            values += (1 - self.momentum) * (found - values)
        return y

    def _by_steps(
        self, x: Tensor, gamma: Any, beta: Any, mask: np.ndarray
    ) -> tuple[Tensor, np.ndarray, np.ndarray]:
        """Return x normalized by the steps that count, and their mean and variance."""
        counts = np.broadcast_to(mask[..., None], (*x.shape[:-1], 1)).astype(x.dtype)
        share = counts / (counts.sum() + FEW)
        axes = range(x.ndim - 1)
        mean = (x * share).sum(axes)
        apart = x - mean
        variance = (apart * apart * share).sum(axes)
        y = apart / operations.sqrt(variance + self.epsilon) * gamma + beta
        return y, mean.array, variance.array

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            **{
                f"{name}_initializer": initializers.serialized(initializer)
                for name, initializer in self.initializers.items()
            },
        }
