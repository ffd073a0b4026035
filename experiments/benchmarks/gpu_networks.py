"""Networks trained on the card, beside PyTorch's eager mode, its compiled graphs, and CuPy by hand.

A step's time is that of an epoch over its steps, the best of some epochs: losses are read once an
epoch.  What no side can do without is the products, and Adam's pass over weights and moments.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from neurosim.networks import Callback, Dense, Input, Model, Sequential

from .sheet_cnn import images
from .sheet_lstm import words
from .timing import load
from .training import Task, compiled
from .training_peers import torch_network

CELLS = (784, 512, 256, 10)
EPOCHS = 12
PASSES = 7  # of Adam over a weight: it, its gradient and its two moments read, three written
HEAD = (
    "a step of training", "ours", "PyTorch", "PyTorch, compiled, in a CUDA graph", "CuPy by hand",
    "of the faster PyTorch", "target", "the floor",
)  # fmt: skip
Row = tuple[str, ...]


class Epochs(Callback):
    """How long each epoch took, in seconds."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._last = math.nan

    def on_train_begin(self, logs: Any = None) -> None:
        """Look at the clock."""
        self._last = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note an epoch: its losses were read, so that the card has done all of it."""
        now = time.perf_counter()
        self.seconds.append(now - self._last)
        self._last = now


def rows(quick: bool, copied: float) -> Iterator[Callable[[], Row]]:
    """Yield what measures each network.

    Parameters
    ----------
    copied
        Bytes a second that a copy on this card reads and writes.
    """
    generator = np.random.default_rng(0)
    for batch, target in ((128, 1.0), (8192, 1.05)):
        task = perceptron(generator, batch, 4 * batch if quick else max(60_000, 8 * batch))
        title = f"MLP {'-'.join(map(str, CELLS))}, batch {batch}"
        yield partial(row, title, "mlp", task, target, copied)
    cnn = images(generator, 64 if quick else 6_400)
    yield partial(row, "the sheet's CNN, 32×32×3, batch 32", "cnn", cnn, 1.5, copied)
    lstm = words(generator, 64 if quick else 3_200)
    yield partial(row, "embedding and LSTM(128), T = 80, batch 32", "lstm", lstm, 1.5, copied)


def perceptron(generator: np.random.Generator, batch: int, count: int) -> Task:
    """Return the multilayer perceptron and random samples."""

    def build() -> Model:
        layers = [Dense(cells, "relu") for cells in CELLS[1:-1]]
        network = Sequential([Input((CELLS[0],)), *layers, Dense(CELLS[-1], "softmax")], seed=0)
        return compiled(network, "sparse_categorical_crossentropy")

    x = generator.standard_normal((count, CELLS[0]), dtype=np.float32)
    products = sum(a * b for a, b in pairwise(CELLS))
    return Task(build, x, generator.integers(0, CELLS[-1], count), batch, products)


def row(title: str, kind: str, task: Task, target: float, copied: float) -> Row:
    """Measure one network on all sides."""
    ours = our_step(task)
    eager = torch_step(kind, task, graphed=False)
    graphed = torch_step(kind, task, graphed=True)
    by_hand = cupy_step(task) if kind == "mlp" else math.nan
    faster = min((t for t in (eager, graphed) if not math.isnan(t)), default=math.nan)
    share = ours / faster
    least = floor(task, copied)
    return (
        title, told(ours), told(eager), told(graphed), told(by_hand),
        f"{share:.2f}" if not math.isnan(share) else "",
        f"≤ {target:g}: {verdict(share, target)}", told(least),
    )  # fmt: skip


def verdict(share: float, target: float) -> str:
    """Return whether a target was reached; without PyTorch there is nothing to compare with."""
    if math.isnan(share):
        return "no PyTorch"
    return "reached" if share <= target else "missed"


def our_step(task: Task) -> float:
    """Return the seconds of a step of ours, through `fit`."""
    times = Epochs()
    task.build().fit(
        task.x, task.y, batch_size=task.batch, epochs=EPOCHS, verbose=0, callbacks=times,
        device="cuda",
    )  # fmt: skip
    return min(times.seconds[2:]) / -(-len(task.x) // task.batch)


def torch_step(kind: str, task: Task, graphed: bool) -> float:
    """Return the seconds of a step of PyTorch's; NaN where it is not there, or has no CUDA."""
    try:
        torch = load("torch")
    except ImportError:
        return math.nan
    if not torch.cuda.is_available():
        return math.nan
    network, loss = torch_network(kind)
    network = network.cuda()
    if kind == "cnn":
        network = network.to(memory_format=torch.channels_last)
    x, y = torch.from_numpy(task.x).cuda(), torch.from_numpy(task.y).cuda()
    if task.x.ndim == 4:
        x = x.permute(0, 3, 1, 2)  # which lies with its channels last
    y = y.float() if kind == "lstm" else y
    optimizer = torch.optim.Adam(network.parameters(), eps=1e-7, fused=True, capturable=graphed)
    forward = torch.compile(network) if graphed else network
    held = [x[: task.batch].clone(), y[: task.batch].clone()]
    total = torch.zeros((), device="cuda")

    def step() -> None:
        optimizer.zero_grad(set_to_none=not graphed)
        found = loss(forward(held[0]), held[1])
        found.backward()
        optimizer.step()
        total.add_(found.detach())

    launch: Callable[[], None] = step
    if graphed:
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        launch = graph.replay

    def epoch() -> None:
        order = torch.randperm(len(x), device="cuda")
        for start in range(0, len(x) - task.batch + 1, task.batch):
            part = order[start : start + task.batch]
            held[0].copy_(x[part])
            held[1].copy_(y[part])
            launch()
        total.item()

    return fastest(epoch) / (len(x) // task.batch)


def cupy_step(task: Task) -> float:
    """Return the seconds of a step of the perceptron in CuPy's functions, one after the other."""
    cupy = load("cupy")
    x, y = cupy.asarray(task.x), cupy.asarray(task.y)
    generator = np.random.default_rng(0)
    weights = []
    for heard, cells in pairwise(CELLS):
        scale = math.sqrt(2 / heard)
        weights.append(cupy.asarray(scale * generator.standard_normal((heard, cells)), "float32"))
        weights.append(cupy.zeros(cells, "float32"))
    moments = [[cupy.zeros_like(w) for w in weights] for _ in range(2)]
    adam = cupy.ElementwiseKernel(
        "float32 g, float32 rate", "float32 w, float32 m, float32 v",
        "m += 0.1f * (g - m); v += 0.001f * (g * g - v); w -= rate * m / (sqrtf(v) + 1e-7f)",
        "adam",
    )  # fmt: skip
    rows = cupy.arange(task.batch)
    steps = 0

    def epoch() -> None:
        nonlocal steps
        order = cupy.random.permutation(len(x))
        total = cupy.zeros(())
        for start in range(0, len(x) - task.batch + 1, task.batch):
            part = order[start : start + task.batch]
            heard = [x[part]]
            for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
                heard.append(cupy.maximum(heard[-1] @ kernel + bias, 0))
            z = heard[-1] @ weights[-2] + weights[-1]
            z -= z.max(axis=1, keepdims=True)
            p = cupy.exp(z)
            p /= p.sum(axis=1, keepdims=True)
            total -= cupy.log(p[rows, y[part]]).mean()
            p[rows, y[part]] -= 1
            g = p / task.batch
            slopes = []
            for k in reversed(range(len(heard))):
                slopes += [g.sum(axis=0), heard[k].T @ g]
                if k:
                    g = (g @ weights[2 * k].T) * (heard[k] > 0)
            steps += 1
            rate = 1e-3 * math.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
            for w, g_w, m, v in zip(weights, slopes[::-1], *moments, strict=True):
                adam(g_w, np.float32(rate), w, m, v)
        float(total)

    return fastest(epoch) / (len(x) // task.batch)


def fastest(epoch: Callable[[], None]) -> float:
    """Return the seconds of the fastest of some epochs; the first two compile."""
    taken = []
    for _ in range(EPOCHS):
        begin = time.perf_counter()
        epoch()
        taken.append(time.perf_counter() - begin)
    return min(taken[2:])


def floor(task: Task, copied: float) -> float:
    """Return the least seconds of a step: its multiplications, and Adam's passes over weights."""
    from .gpu import product_rate

    numbers = task.build().count_params()
    multiplied = 3 * task.products * task.batch
    return multiplied / product_rate(4096, 4096, 4096) + PASSES * 4 * numbers / copied


def told(seconds: float) -> str:
    """Return the time of a step as text."""
    return "" if math.isnan(seconds) else f"{seconds * 1e6:,.0f} µs"
