"""How pooling is shared among threads: images, of which each takes the next."""

from __future__ import annotations

import numpy as np

from ... import kernels
from ...kernels.crew import share
from .windows import Windows

FEW = 50_000  # values for which no other thread is called


def pool_largest(windows: Windows, x: np.ndarray, y: np.ndarray) -> None:
    """Write the largest value of each window to y."""
    taken = np.zeros(1, np.int64)
    share(
        lambda: kernels.pool_largest(
            x.reshape(-1), x.shape, windows.numbers, y.reshape(-1), taken
        ),
        _pieces(x),
    )  # fmt: skip


def return_to_largest(
    windows: Windows, x: np.ndarray, y: np.ndarray, g: np.ndarray, found: np.ndarray
) -> None:
    """Write the gradient of what `pool_largest` heard."""
    taken = np.zeros(1, np.int64)

    def work() -> None:
        kernels.return_to_largest(
            x.reshape(-1), y.reshape(-1), g.reshape(-1), x.shape, windows.numbers,
            found.reshape(-1), np.empty(x.shape[3], x.dtype), taken,
        )  # fmt: skip

    share(work, _pieces(x))


def pool_mean(windows: Windows, x: np.ndarray, y: np.ndarray) -> None:
    """Write the mean of each window to y."""
    taken = np.zeros(1, np.int64)
    share(
        lambda: kernels.pool_mean(x.reshape(-1), x.shape, windows.numbers, y.reshape(-1), taken),
        _pieces(x),
    )


def return_to_mean(windows: Windows, g: np.ndarray, found: np.ndarray) -> None:
    """Write the gradient of what `pool_mean` heard."""
    taken = np.zeros(1, np.int64)
    share(
        lambda: kernels.return_to_mean(
            g.reshape(-1), found.shape, windows.numbers, found.reshape(-1), taken
        ),
        _pieces(found),
    )


def _pieces(x: np.ndarray) -> int:
    """Return into how many pieces the work on images is cut for threads."""
    return len(x) if x.size > FEW else 1
