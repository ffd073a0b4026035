"""The smallest network that needs a hidden layer, trained through `fit`, beside PyTorch eager.

A step of it is a few dozen multiplications: what is measured is what a step costs beside them.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim.networks import SGD, Dense, Input, Sequential

from .timing import Benchmark, Side, load

RATE = 0.5
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float32)
Y = np.array([[0], [1], [1], [0]], dtype=np.float32)
# From here both sides learn it; of what is drawn, one in a few stays with half of the cases.
WEIGHTS = (
    np.array([[0.9, -0.7], [-0.8, 0.6]], dtype=np.float32), np.zeros(2, dtype=np.float32),
    np.array([[0.5], [0.4]], dtype=np.float32), np.zeros(1, dtype=np.float32),
)  # fmt: skip


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer epochs where `quick`."""
    epochs = 200 if quick else 10_000
    return [
        Benchmark(
            f"XOR by 2-2-1, {epochs:,} epochs of full-batch SGD",
            ours=partial(our_side, epochs),
            peers={"PyTorch eager": partial(torch_side, epochs)},
            tolerance=1e-3,
            rounds=5,
            warms=False,
            builds=False,
        )
    ]


def our_side(epochs: int) -> Side:
    """Train through `fit`, history and all."""
    model = Sequential([Input((2,)), Dense(2, "tanh"), Dense(1, "sigmoid")], seed=0)

    def run() -> np.ndarray:
        model.compile(SGD(RATE), "binary_crossentropy")
        model.set_weights(WEIGHTS)
        history = model.fit(X, Y, epochs=epochs, batch_size=len(X), verbose=0, shuffle=False)
        return np.array(history.history["loss"])

    return Side(run)


def torch_side(epochs: int) -> Side:
    """Train in the usual loop, on one thread; the losses stay tensors until the end."""
    torch = load("torch")
    torch.set_num_threads(1)
    x, y = torch.from_numpy(X), torch.from_numpy(Y)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Tanh(), torch.nn.Linear(2, 1))
    judge = torch.nn.BCEWithLogitsLoss()

    def run() -> np.ndarray:
        with torch.no_grad():
            for own, given in zip(model.parameters(), WEIGHTS, strict=True):
                own.copy_(torch.from_numpy(given.T.copy()))
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        losses = []
        for _ in range(epochs):
            optimizer.zero_grad()
            loss = judge(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).numpy()

    return Side(run)
