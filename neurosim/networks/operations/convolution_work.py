"""How a convolution and its gradients are laid out for the kernels, and shared among threads.

Each pixel of an answer is a patch's place, each tap an offset from there.  Strided windows hear in
their gradient not every tap at every pixel; pixels that hear the same taps are a phase, and each
phase is a convolution of its own, with as many multiplications as there were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ... import kernels
from ...kernels import rules
from ...kernels.crew import share
from .windows import Windows

PIXELS = 256  # of the images that are worked on together, or more
STRETCH = 128  # pixels whose patches stay in cache while their products are added
PARTS = 8  # whose gradients of the kernel are summed by themselves
FEW = 500_000  # multiplications for which no thread is started


@dataclass(frozen=True)
class Layout:
    """Where patches lie in framed images, and in what order they are answered.

    Attributes
    ----------
    frame : as `kernels.convolve_images` takes it
    framed : whether a frame is needed
    group : how many images are worked on together
    phases, places, offsets, targets : as `kernels.convolve_images` takes them
    """

    frame: tuple[int, ...]
    framed: bool
    group: int
    phases: np.ndarray
    places: np.ndarray
    offsets: np.ndarray
    targets: np.ndarray

    def window(self, dtype: np.dtype, framed: bool) -> np.ndarray:
        """Return scratch for the frames of a group, where they are needed."""
        channels, rows, columns = self.frame[2], self.frame[5], self.frame[6]
        return np.empty(self.group * rows * columns * channels if framed else 0, dtype)


def forward(
    windows: Windows, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, code: int
) -> np.ndarray:
    """Return f(x ⋆ kernel + bias)."""
    layout = _forward_layout(windows, kernel.shape[2], kernel.shape[3])
    y = np.empty((len(x), *windows.count, kernel.shape[3]), x.dtype)
    panels = np.empty(kernel.size, x.dtype)
    kernels.write_kernel_panels(kernel.reshape(-1), (0, 0), (1, 1), kernel.shape, 0, panels, 0)
    _convolve(layout, x, x, rules.IDENTITY, panels, bias, y, code)
    return y


def backward_to_images(
    windows: Windows, kernel: np.ndarray, g: np.ndarray, y: np.ndarray, code: int
) -> np.ndarray:
    """Return the gradient of the images."""
    layout = _backward_layout(windows, kernel.shape[2], kernel.shape[3])
    found = np.empty((len(g), *windows.image, kernel.shape[2]), g.dtype)
    panels = np.empty(kernel.size, g.dtype)
    for phase, origin in zip(np.ndindex(windows.strides), layout.phases[:, 4], strict=True):
        kernels.write_kernel_panels(
            kernel.reshape(-1), phase, windows.strides, kernel.shape, 1, panels, int(origin)
        )
    silent = np.zeros(kernel.shape[2], g.dtype)
    _convolve(layout, g, y, code, panels, silent, found, rules.IDENTITY)
    return found


def backward_to_kernel(
    windows: Windows, x: np.ndarray, shape: tuple[int, ...], g: np.ndarray, y: np.ndarray, code: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of the kernel and of the bias."""
    layout = _forward_layout(windows, *shape[2:])
    taps, channels = len(layout.offsets), shape[3]
    parts = max(1, min(PARTS, -(-len(x) // layout.group)))
    found = np.empty((parts, taps * channels), x.dtype)
    biases = np.empty((parts, channels), x.dtype)
    taken = np.zeros(1, np.int64)
    targets = np.arange(0, taps * channels, channels)

    def work() -> None:
        scratch = np.empty((2, STRETCH * channels), x.dtype)
        kernels.add_kernel_gradients(
            x.reshape(-1), g.reshape(-1), y.reshape(-1), code, layout.frame, layout.offsets,
            layout.places, targets, windows.number, found, biases, len(x), layout.group, STRETCH,
            layout.window(x.dtype, layout.framed), scratch[0], scratch[1], taken,
        )  # fmt: skip

    share(work, parts if g.size * taps > FEW else 1)
    return found.sum(axis=0).reshape(shape), biases.sum(axis=0)


def _convolve(
    layout: Layout, x: np.ndarray, answers: np.ndarray, slope: int, panels: np.ndarray,
    bias: np.ndarray, y: np.ndarray, code: int,
) -> None:  # fmt: skip
    """Write y as `kernels.convolve_images` does, on several threads."""
    taken = np.zeros(1, np.int64)
    begun = bias if code in (rules.IDENTITY, rules.THRESHOLD_LINEAR) else np.zeros_like(bias)
    framed = layout.framed or slope != rules.IDENTITY

    def work() -> None:
        window = layout.window(x.dtype, framed)
        kernels.convolve_images(
            x.reshape(-1), answers.reshape(-1), slope, layout.frame, layout.phases, layout.places,
            layout.offsets, layout.targets, panels, begun, bias, y.reshape(-1),
            y.reshape(-1, len(bias)), code, len(x), layout.group, window, taken,
        )  # fmt: skip

    terms = int(layout.phases[:, 1] @ layout.phases[:, 3])
    share(work, -(-len(x) // layout.group) if len(x) * terms * len(bias) > FEW else 1)


@lru_cache(maxsize=256)
def _forward_layout(windows: Windows, channels: int, kernels: int) -> Layout:
    """Return where the patches of windows lie, each answered by so many kernels."""
    need = [(n - 1) * s + k for n, s, k in _axes(windows.count, windows.strides, windows.size)]
    framed = any(windows.before) or any(n > whole for n, whole in _axes(need, windows.image))
    rows, columns = need if framed else windows.image
    group = max(1, PIXELS // windows.number)
    image, down, across = _grid(group, *windows.count)
    places = (image * rows + down * windows.strides[0]) * columns + across * windows.strides[1]
    p, q, i = _grid(*windows.size, channels)
    offsets = (p * columns + q) * channels + i
    return Layout(
        frame=(*windows.image, channels, *windows.before, rows, columns),
        framed=framed,
        group=group,
        phases=np.array([[0, windows.number, 0, len(offsets), 0]]),
        places=places * channels,
        offsets=offsets,
        targets=np.arange(len(places)) * kernels,
    )


@lru_cache(maxsize=256)
def _backward_layout(windows: Windows, channels: int, kernels: int) -> Layout:
    """Return where in the signals each pixel finds those of the windows that it lay in."""
    most = [-(-k // s) - 1 for k, s in _axes(windows.size, windows.strides)]
    heard = [
        (n - 1 + before) // s + 1
        for n, before, s in _axes(windows.image, windows.before, windows.strides)
    ]
    rows, columns = (more + max(n, reach) for more, n, reach in _axes(most, windows.count, heard))
    group = max(1, PIXELS // (windows.image[0] * windows.image[1]))
    phases, places, offsets, targets = [], [], [], []
    first = begin = 0
    for phase in np.ndindex(windows.strides):
        pixels = [
            np.arange((a - before) % s, n, s)
            for a, before, s, n in _axes(phase, windows.before, windows.strides, windows.image)
        ]
        taps = [len(range(a, k, s)) for a, k, s in _axes(phase, windows.size, windows.strides)]
        image, y, x = (a.ravel() for a in np.meshgrid(range(group), *pixels, indexing="ij"))
        down, across = (
            (at + before) // s for at, before, s in _axes((y, x), windows.before, windows.strides)
        )
        places.append(((image * rows + down) * columns + across) * kernels)
        targets.append(((image * windows.image[0] + y) * windows.image[1] + x) * channels)
        p, q, o = _grid(*taps, kernels)
        offsets.append(((most[0] - p) * columns + most[1] - q) * kernels + o)
        phases.append((first, len(y) // group, begin, len(p), begin * channels))
        first, begin = first + len(y), begin + len(p)
    return Layout(
        frame=(*windows.count, kernels, *most, rows, columns),
        framed=any(most) or (rows, columns) != windows.count,
        group=group,
        phases=np.array(phases),
        places=np.concatenate(places),
        offsets=np.concatenate(offsets),
        targets=np.concatenate(targets),
    )


def _axes(*pairs: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Return what several pairs have for the way down, then for the way across."""
    return zip(*pairs, strict=True)


def _grid(*lengths: int) -> tuple[np.ndarray, ...]:
    """Return the indices of every place of a grid, the last axis first."""
    return tuple(index.ravel() for index in np.indices(lengths))
