"""Pooling on a card: launches of its kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..kernels import cuda_pooling
from .launches import launch

if TYPE_CHECKING:
    from ..networks.operations.windows import Windows


def pool_largest(windows: Windows, x: Any, y: Any) -> None:
    """Write the largest value of each window to y."""
    launch(
        cuda_pooling.pool_largest, y.size, x.reshape(-1), x.shape, windows.numbers, y.reshape(-1)
    )


def return_to_largest(windows: Windows, x: Any, y: Any, g: Any, found: Any) -> None:
    """Write the gradient of what `pool_largest` heard."""
    launch(
        cuda_pooling.return_to_largest, found.size, x.reshape(-1), y.reshape(-1), g.reshape(-1),
        x.shape, windows.numbers, found.reshape(-1),
    )  # fmt: skip


def pool_mean(windows: Windows, x: Any, y: Any) -> None:
    """Write the mean of each window to y."""
    launch(cuda_pooling.pool_mean, y.size, x.reshape(-1), x.shape, windows.numbers, y.reshape(-1))


def return_to_mean(windows: Windows, g: Any, found: Any) -> None:
    """Write the gradient of what `pool_mean` heard."""
    launch(
        cuda_pooling.return_to_mean, found.size, g.reshape(-1), found.shape, windows.numbers,
        found.reshape(-1),
    )  # fmt: skip
