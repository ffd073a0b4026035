"""An embedding and an LSTM over it, there and back, beside PyTorch's; no optimizer's step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.networks import Tensor, operations

from .floors import multiply_add_rate
from .timing import Benchmark, Floor, Side, load

WIDTH = UNITS = 128
GATES = 4


@dataclass(frozen=True)
class Batch:
    """Sentences of words, the weights to hear them by, and the cotangent of the last states."""

    words: np.ndarray
    table: np.ndarray
    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray
    cotangent: np.ndarray


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of few words where `quick`."""
    words, sentences, steps = (500, 4, 6) if quick else (20_000, 32, 80)
    random = np.random.default_rng(0)

    def small(*shape: int) -> np.ndarray:
        return random.normal(scale=0.05, size=shape).astype(np.float32)

    batch = Batch(
        random.integers(words, size=(sentences, steps)), small(words, WIDTH),
        small(WIDTH, GATES * UNITS), small(UNITS, GATES * UNITS), small(GATES * UNITS),
        small(sentences, UNITS),
    )  # fmt: skip
    return [
        Benchmark(
            f"Embedding and LSTM({UNITS}), {sentences} × {steps} of {words:,} words, gradients",
            ours=lambda: our_side(batch),
            peers={"PyTorch": lambda: torch_side(batch)},
            floor=lambda: floor(sentences * steps),
            builds=False,
        )
    ]


def floor(words: int) -> Floor:
    """Return the time of the multiplications: forward once, back by inputs and by weights."""
    products = 3 * words * (WIDTH + UNITS) * GATES * UNITS
    return Floor(products / multiply_add_rate(), f"{products / 1e6:,.0f} million multiply–adds")


def our_side(batch: Batch) -> Side:
    """Find the gradients; answer the one of the recurrent weights."""
    table, *weights = (
        Tensor(array, requires_grad=True)
        for array in (batch.table, batch.kernel, batch.recurrent_kernel, batch.bias)
    )

    def run() -> np.ndarray | None:
        for tensor in (table, *weights):
            tensor.grad = None
        heard = operations.embedding(batch.words, table)
        operations.lstm(heard, *weights, sequences=False).backward(batch.cotangent)
        return weights[1].grad

    return Side(run)


def torch_side(batch: Batch) -> Side:
    """Find the same in PyTorch, whose weights are transposed."""
    torch = load("torch")
    embedding = torch.nn.Embedding(*batch.table.shape, _weight=torch.tensor(batch.table))
    lstm = torch.nn.LSTM(WIDTH, UNITS, batch_first=True)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.from_numpy(batch.kernel.T))
        lstm.weight_hh_l0.copy_(torch.from_numpy(batch.recurrent_kernel.T))
        lstm.bias_ih_l0.copy_(torch.from_numpy(batch.bias))
        lstm.bias_hh_l0.zero_()
    words, cotangent = torch.from_numpy(batch.words), torch.from_numpy(batch.cotangent)

    def run() -> np.ndarray:
        for parameter in (*embedding.parameters(), *lstm.parameters()):
            parameter.grad = None
        lstm(embedding(words))[0][:, -1].backward(cotangent)
        found: np.ndarray = lstm.weight_hh_l0.grad.numpy().T
        return found

    return Side(run)
