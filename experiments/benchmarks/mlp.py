"""One epoch of a multilayer perceptron through `fit`, beside PyTorch's and JAX's own loops.

784-512-256-10 cells, 60,000 samples in batches of 128, in order; Adam, float32, the same initial
weights on every side.  What no side can do without is the eight products of each step.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from neurosim.networks import Adam, Dense, Input, Sequential

from .timing import Benchmark, Floor, Side, load

CELLS = (784, 512, 256, 10)
BATCH = 128
RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


@dataclass(frozen=True)
class Task:
    """What every side is given.

    Attributes
    ----------
    x : (samples, 784), float32
    labels : (samples,), int64, from 0 to 9
    weights : a kernel and a bias for each layer, float32
    """

    x: np.ndarray
    labels: np.ndarray
    weights: list[np.ndarray]

    def batches(self) -> list[slice]:
        """Return which samples each step sees."""
        return [slice(at, at + BATCH) for at in range(0, len(self.x), BATCH)]


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer samples where `quick`."""
    samples = 10 * BATCH if quick else 60_000
    random = np.random.default_rng(0)
    x = random.random((samples, CELLS[0]), dtype=np.float32)
    labels = np.argmax((x - 0.5) @ random.standard_normal((CELLS[0], CELLS[-1])), axis=1)
    weights = []
    for heard, cells in pairwise(CELLS):
        kernel = np.sqrt(2 / heard) * random.standard_normal((heard, cells))
        weights += [kernel.astype(np.float32), np.zeros(cells, np.float32)]
    task = Task(x, labels, weights)
    return [
        Benchmark(
            f"MLP {'-'.join(map(str, CELLS))}, an epoch of {samples:,} samples, Adam",
            ours=lambda: our_side(task),
            peers={
                "JAX": lambda: jax_side(task),
                "PyTorch": lambda: torch_side(task, fused=False),
                "PyTorch, fused Adam": lambda: torch_side(task, fused=True),
            },
            floor=lambda: floor(task),
            # Rounding grows over 469 steps: PyTorch's own two ways come to differ by 3e-3, JAX and
            # ours by 7e-3, PyTorch, whose ε stands elsewhere, and ours by 1.2e-2.
            tolerance=3e-2,
            rounds=7,
        )
    ]


def our_side(task: Task) -> Side:
    """Build the network as a user would; answers the mean loss of the epoch."""
    model = Sequential(
        [
            Input((CELLS[0],)),
            Dense(CELLS[1], activation="relu"),
            Dense(CELLS[2], activation="relu"),
            Dense(CELLS[3], activation="softmax"),
        ]
    )
    model.set_weights(task.weights)
    model.compile(
        Adam(RATE, BETA_1, BETA_2, EPSILON), "sparse_categorical_crossentropy", metrics=[]
    )

    def run() -> np.ndarray:
        history = model.fit(
            task.x, task.labels, batch_size=BATCH, epochs=1, shuffle=False, verbose=0
        )
        return np.array(history.history["loss"])

    return Side(run)


def torch_side(task: Task, fused: bool) -> Side:
    """Loop over the batches, as PyTorch's tutorials do."""
    torch = load("torch")
    layers: list[Any] = []
    for kernel, bias in zip(task.weights[::2], task.weights[1::2], strict=True):
        layer = torch.nn.Linear(*kernel.shape)
        layer.load_state_dict({"weight": torch.tensor(kernel.T), "bias": torch.tensor(bias)})
        layers += [layer, torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    options: dict[str, Any] = {"fused": True} if fused else {}
    optimizer = torch.optim.Adam(
        network.parameters(), RATE, betas=(BETA_1, BETA_2), eps=EPSILON, **options
    )
    x, labels = torch.tensor(task.x), torch.tensor(task.labels)

    def run() -> np.ndarray:
        total = 0.0
        for batch in task.batches():
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(x[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels[batch])
        return np.array([total / len(labels)])

    return Side(run)


def jax_side(task: Task) -> Side:
    """Loop over the batches with a compiled step that writes over its own state."""
    jax = load("jax")
    jnp = jax.numpy

    def loss_of(weights: Any, x: Any, labels: Any) -> Any:
        for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
            x = jax.nn.relu(x @ kernel + bias)
        logarithms = jax.nn.log_softmax(x @ weights[-2] + weights[-1])
        return -jnp.take_along_axis(logarithms, labels[:, None], axis=1).mean()

    def step(state: Any, x: Any, labels: Any, t: Any) -> Any:
        weights, means, squares = state
        loss, slopes = jax.value_and_grad(loss_of)(weights, x, labels)
        rate = RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
        means = [m + (1 - BETA_1) * (g - m) for m, g in zip(means, slopes, strict=True)]
        squares = [v + (1 - BETA_2) * (g * g - v) for v, g in zip(squares, slopes, strict=True)]
        weights = [
            w - rate * m / (jnp.sqrt(v) + EPSILON)
            for w, m, v in zip(weights, means, squares, strict=True)
        ]
        return (weights, means, squares), loss

    compiled = jax.jit(step, donate_argnums=0)
    weights = [jnp.array(w) for w in task.weights]
    zeros = [[jnp.zeros_like(w) for w in weights] for _ in range(2)]
    state: Any = (weights, *zeros)
    steps = 0

    def run() -> np.ndarray:
        nonlocal state, steps
        total = 0.0
        for batch in task.batches():
            steps += 1
            x, labels = task.x[batch], task.labels[batch]
            state, loss = compiled(state, x, labels, np.float32(steps))
            total += float(loss) * len(labels)
        return np.array([total / len(task.labels)])

    return Side(run)


def floor(task: Task) -> Floor:
    """Return the time of the products alone, on NumPy's BLAS, into arrays that are there."""
    kernels = task.weights[::2]
    x = task.x[:BATCH]
    answers = [np.empty((len(x), w.shape[1]), np.float32) for w in kernels]
    slopes = [np.empty_like(answer) for answer in answers]
    found = [np.empty_like(w) for w in kernels]
    heard = [x, *answers[:-1]]

    def products() -> None:
        for before, w, answer in zip(heard, kernels, answers, strict=True):
            np.matmul(before, w, out=answer)
        for k in reversed(range(len(kernels))):
            np.matmul(heard[k].T, answers[k], out=found[k])
            if k:
                np.matmul(answers[k], kernels[k].T, out=slopes[k - 1])

    steps = len(task.batches())
    return Floor(steps * _fastest(products), f"the products of {steps} steps, on NumPy's BLAS")


def _fastest(work: Callable[[], None], times: int = 50) -> float:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return min(taken)
