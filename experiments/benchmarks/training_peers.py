"""The networks that are trained, in PyTorch and Keras."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from .timing import Side, load


class Trained(Protocol):
    """What a network is trained on."""

    @property
    def build(self) -> Callable[[], Any]:
        """Makes our network."""

    @property
    def x(self) -> np.ndarray:
        """The samples."""

    @property
    def y(self) -> np.ndarray:
        """The labels."""

    @property
    def batch(self) -> int:
        """How many samples a step."""


def torch_side(kind: str, task: Trained, fused: bool, channels_last: bool = False) -> Side:
    """Return an epoch of PyTorch's eager mode; images lie as it likes them."""
    torch = load("torch")
    net, loss = torch_network(kind)
    x, y = torch.from_numpy(task.x), torch.from_numpy(task.y)
    if task.x.ndim == 4:
        x = x.permute(0, 3, 1, 2).contiguous()
    if channels_last:
        x, net = x.to(memory_format=torch.channels_last), net.to(memory_format=torch.channels_last)
    y = y.float() if kind == "lstm" else y
    optimizer = torch.optim.Adam(net.parameters(), eps=1e-7, fused=fused)

    def run() -> None:
        order = torch.randperm(len(x))
        total = torch.zeros(())
        for start in range(0, len(x), task.batch):
            part = order[start : start + task.batch]
            optimizer.zero_grad()
            found = loss(net(x[part]), y[part])
            found.backward()
            optimizer.step()
            total += found.detach() * len(part)

    run()
    return Side(run)


def torch_network(kind: str) -> tuple[Any, Any]:
    """Return a network of PyTorch's, and its loss."""
    torch = load("torch")
    torch.manual_seed(0)
    made = {"mlp": _mlp, "cnn": _cnn, "lstm": _lstm, "residual": _residual}[kind](torch.nn)
    loss = torch.nn.BCEWithLogitsLoss() if kind == "lstm" else torch.nn.CrossEntropyLoss()
    return made, loss


def keras_side(task: Trained) -> Side:
    """Return an epoch of Keras on JAX, of the same configuration."""
    os.environ["KERAS_BACKEND"] = "jax"
    keras = load("keras")
    model = keras.Sequential.from_config(task.build().get_config())
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

    def run() -> None:
        model.fit(task.x, task.y, batch_size=task.batch, epochs=1, verbose=0)

    run()
    return Side(run)


def _mlp(nn: Any) -> Any:
    return nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10)
    )


def _cnn(nn: Any) -> Any:
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(),
        nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(),
        nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(2304, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10),
    )  # fmt: skip


def _lstm(nn: Any) -> Any:
    class Reader(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(20_000, 128)
            self.lstm = nn.LSTM(128, 128, batch_first=True)
            self.dense = nn.Linear(128, 1)

        def forward(self, x: Any) -> Any:
            return self.dense(self.lstm(self.embedding(x))[0][:, -1])[:, 0]

    return Reader()


def _residual(nn: Any) -> Any:
    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, into: int, out: int, stride: int) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(),
                nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out),
            )  # fmt: skip
            self.around = (
                nn.Sequential(nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out))
                if stride != 1 or into != out
                else nn.Identity()
            )

        def forward(self, x: Any) -> Any:
            return nn.functional.relu(self.body(x) + self.around(x))

    layers = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    into = 16
    for out, blocks, stride in ((16, 5, 1), (32, 6, 2), (64, 5, 2)):
        for number in range(blocks):
            layers.append(Block(into, out, stride if number == 0 else 1))
            into = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
