"""How a convolution and its gradients are laid out for the kernels, and shared among threads.

Each pixel of an answer is a patch's place, each tap an offset from there.  Strided windows hear in
their gradient not every tap at every pixel; pixels that hear the same taps are a phase, and each
phase is a convolution of its own, with as many multiplications as there were.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
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


@dataclass(frozen=True, eq=False)
class Layout:
    """Where patches lie in framed images, and in what order they are answered.

    Attributes
    ----------
    group : how many images are worked on together
    window : how many values their frames have
    framed : whether images must be copied into them
    products : multiplications an image takes
    tables : as the kernels take it
    taps : as `kernels.write_kernel_panels` takes each phase's, for a convolution
    """

    group: int
    window: int
    framed: bool
    products: int
    tables: kernels.Prepared
    taps: tuple[kernels.Prepared, ...] = ()

    def pieces(self, images: int, most: int | None = None) -> int:
        """Return into how many pieces the work on so many images is cut for threads."""
        if images * self.products <= FEW:
            return 1
        groups = -(-images // self.group)
        return groups if most is None else min(most, groups)


def forward(
    windows: Windows, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None, code: int
) -> np.ndarray:
    """Return f(x ⋆ kernel + bias), all C-contiguous; bias may be None."""
    layout = _forward_layout(windows, kernel.shape[2], kernel.shape[3])
    y = np.empty((len(x), *windows.count, kernel.shape[3]), x.dtype)
    added = np.zeros(kernel.shape[3], x.dtype) if bias is None else bias
    _convolve(layout, x, x, rules.IDENTITY, kernel, added, y, code)
    return y


def backward(
    windows: Windows, x: np.ndarray, kernel: np.ndarray, g: np.ndarray, y: np.ndarray, code: int
) -> tuple[Callable[[], np.ndarray], ...]:
    """Return what finds the gradients of the images, of the kernel and of the bias."""
    both = cache(lambda: _backward_to_kernel(windows, x, kernel.shape, g, y, code))
    return (
        lambda: _backward_to_images(windows, kernel, g, y, code),
        lambda: both()[0],
        lambda: both()[1],
    )


def _backward_to_images(
    windows: Windows, kernel: np.ndarray, g: np.ndarray, y: np.ndarray, code: int
) -> np.ndarray:
    """Return the gradient of the images."""
    layout = _backward_layout(windows, kernel.shape[2], kernel.shape[3])
    found = np.empty((len(g), *windows.image, kernel.shape[2]), g.dtype)
    silent = np.zeros(kernel.shape[2], g.dtype)
    _convolve(layout, g, y, code, kernel, silent, found, rules.IDENTITY)
    return found


def _backward_to_kernel(
    windows: Windows, x: np.ndarray, shape: tuple[int, ...], g: np.ndarray, y: np.ndarray, code: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of the kernel and of the bias."""
    layout = _kernel_layout(windows, *shape[2:])
    channels = shape[3]
    parts = max(1, layout.pieces(len(x), PARTS))
    found = np.empty((parts, math.prod(shape)), x.dtype)
    biases = np.empty((parts, channels), x.dtype)
    taken = np.zeros(1, np.int64)
    images, cotangents, answers = x.reshape(-1), g.reshape(-1), y.reshape(-1)

    def work() -> None:
        window = np.empty(layout.window if layout.framed else 0, x.dtype)
        signals, panels = np.empty((2, STRETCH * channels), x.dtype)
        kernels.add_kernel_gradients(
            images, cotangents, answers, code, layout.tables, windows.number, found, biases, len(x),
            layout.group, STRETCH, window, signals, panels, taken,
        )  # fmt: skip

    share(work, parts)
    return found.sum(axis=0).reshape(shape), biases.sum(axis=0)


def _convolve(
    layout: Layout, x: np.ndarray, answers: np.ndarray, slope: int, kernel: np.ndarray,
    bias: np.ndarray, y: np.ndarray, code: int,
) -> None:  # fmt: skip
    """Write y as `kernels.convolve_images` does, on several threads."""
    panels = np.empty(kernel.size, kernel.dtype)
    for taps in layout.taps:
        kernels.write_kernel_panels(kernel.reshape(-1), taps, panels)
    begun = bias if code in (rules.IDENTITY, rules.THRESHOLD_LINEAR) else np.zeros_like(bias)
    framed = layout.framed or slope != rules.IDENTITY
    taken = np.zeros(1, np.int64)
    heard, heard_answers = x.reshape(-1), answers.reshape(-1)
    flat, rows = y.reshape(-1), y.reshape(-1, len(bias))

    def work() -> None:
        window = np.empty(layout.window if framed else 0, x.dtype)
        kernels.convolve_images(
            heard, heard_answers, slope, layout.tables, panels, begun, bias, flat, rows, code,
            len(x), layout.group, window, taken,
        )  # fmt: skip

    share(work, layout.pieces(len(x)))


@lru_cache(maxsize=256)
def _forward_layout(windows: Windows, channels: int, neurons: int) -> Layout:
    """Return where the patches of windows lie, each answered by so many kernels."""
    frame, framed, group, places, offsets = _patches(windows, channels)
    phases = np.array([[0, windows.number, 0, len(offsets), 0]])
    targets = np.arange(len(places)) * neurons
    shape = (*windows.size, channels, neurons)
    return Layout(
        group=group,
        window=group * frame[2] * frame[5] * frame[6],
        framed=framed,
        products=windows.number * math.prod(shape),
        tables=kernels.Prepared((frame, phases, places, offsets, targets)),
        taps=(kernels.Prepared(((0, 0), (1, 1), shape, 0, 0)),),
    )


@lru_cache(maxsize=256)
def _kernel_layout(windows: Windows, channels: int, neurons: int) -> Layout:
    """Return where the patches of windows lie for the gradient of a kernel."""
    frame, framed, group, places, offsets = _patches(windows, channels)
    targets = np.arange(len(offsets)) * neurons
    return Layout(
        group=group,
        window=group * frame[2] * frame[5] * frame[6],
        framed=framed,
        products=windows.number * len(offsets) * neurons,
        tables=kernels.Prepared((frame, offsets, places, targets)),
    )


def _patches(
    windows: Windows, channels: int
) -> tuple[tuple[int, ...], bool, int, np.ndarray, np.ndarray]:
    """Return the frame of images, whether it is needed, a group, and the places and offsets."""
    need = [(n - 1) * s + k for n, s, k in _axes(windows.count, windows.strides, windows.size)]
    framed = any(windows.before) or any(n > whole for n, whole in _axes(need, windows.image))
    rows, columns = need if framed else windows.image
    group = max(1, PIXELS // windows.number)
    image, down, across = _grid(group, *windows.count)
    places = (image * rows + down * windows.strides[0]) * columns + across * windows.strides[1]
    p, q, i = _grid(*windows.size, channels)
    offsets = (p * columns + q) * channels + i
    frame = (*windows.image, channels, *windows.before, rows, columns)
    return frame, framed, group, places * channels, offsets


@lru_cache(maxsize=256)
def _backward_layout(windows: Windows, channels: int, neurons: int) -> Layout:
    """Return where in the signals each pixel finds those of the windows that it lay in."""
    most = [-(-k // s) - 1 for k, s in _axes(windows.size, windows.strides)]
    heard = [
        (n - 1 + before) // s + 1
        for n, before, s in _axes(windows.image, windows.before, windows.strides)
    ]
    rows, columns = (more + max(n, reach) for more, n, reach in _axes(most, windows.count, heard))
    group = max(1, PIXELS // (windows.image[0] * windows.image[1]))
    shape = (*windows.size, channels, neurons)
    phases, places, offsets, targets, packed = [], [], [], [], []
    first = begin = products = 0
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
        places.append(((image * rows + down) * columns + across) * neurons)
        targets.append(((image * windows.image[0] + y) * windows.image[1] + x) * channels)
        p, q, o = _grid(*taps, neurons)
        offsets.append(((most[0] - p) * columns + most[1] - q) * neurons + o)
        phases.append((first, len(y) // group, begin, len(p), begin * channels))
        packed.append(kernels.Prepared((phase, windows.strides, shape, 1, begin * channels)))
        products += len(y) // group * len(p) * channels
        first, begin = first + len(y), begin + len(p)
    frame = (*windows.count, neurons, *most, rows, columns)
    tables = (np.concatenate(table) for table in (places, offsets, targets))
    return Layout(
        group=group,
        window=group * neurons * rows * columns,
        framed=any(most) or (rows, columns) != windows.count,
        products=products,
        tables=kernels.Prepared((frame, np.array(phases), *tables)),
        taps=tuple(packed),
    )


def _axes(*pairs: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Return what several pairs have for the way down, then for the way across."""
    return zip(*pairs, strict=True)


def _grid(*lengths: int) -> tuple[np.ndarray, ...]:
    """Return the indices of every place of a grid, the last axis first."""
    return tuple(index.ravel() for index in np.indices(lengths))
