"""A neuron with a squared error: its gradients by hand and by the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from neurosim import Circuit
from neurosim.networks import Tensor, gradients
from neurosim.networks.operations import logistic
from neurosim.result import Result

from .graphs import BACKWARD, FORWARD, Point, arrow, number, operation_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Neuron:
    """A logistic neuron y = f(w·x + b), and what it should answer.

    Attributes
    ----------
    inputs, weights : x and w, (2,)
    bias, target : b and t
    """

    inputs: np.ndarray
    weights: np.ndarray
    bias: float
    target: float

    @classmethod
    def with_drive(cls, drive: float, target: float, seed: int) -> Self:
        """Return one with random inputs and weights whose bias makes w·x + b the drive."""
        inputs, weights = np.random.default_rng(seed).uniform(-2, 2, size=(2, 2))
        return cls(inputs, weights, drive - float(weights @ inputs), target)

    @property
    def rounding(self) -> float:
        """How far rounding can put its answer off, or what is a few times as much."""
        terms = abs(self.bias) + float(np.abs(self.weights * self.inputs).sum())
        return (8 + 2 * terms) * EPSILON  # f is nowhere steeper than ¼

    def answers(self, biases: np.ndarray) -> np.ndarray:
        """Return what it answers with other biases, simulated: a cell for each, (biases,)."""
        circuit = Circuit("neuron")
        x = circuit.inputs("x", shape=2, real=True)
        drive = np.tile(self.weights, (len(biases), 1)) @ x
        circuit.output(
            circuit.rate("y", shape=len(biases), drive=drive, bias=biases, transfer="logistic")
        )
        answers: np.ndarray = circuit(self.inputs)
        return answers


def check_neuron(result: Result, neuron: Neuron) -> Mapping[str, tuple[float, float | None]]:
    """Claim that its gradients are backpropagation's; return each name's value and gradient."""
    x1, x2 = (Tensor(x, dtype="float64") for x in neuron.inputs)
    w1, w2 = (Tensor(w, requires_grad=True, dtype="float64") for w in neuron.weights)
    b = Tensor(neuron.bias, requires_grad=True, dtype="float64")
    p1, p2 = w1 * x1, w2 * x2
    u = p1 + p2 + b
    y = logistic(u)
    e = y - neuron.target
    error = e * e
    named = {
        "w₁": w1, "w₂": w2, "b": b, "w₁x₁": p1, "w₂x₂": p2, "u": u, "y": y, "y − t": e, "E": error,
    }  # fmt: skip
    found = dict(zip(named, gradients(error, list(named.values())), strict=True))

    near = neuron.rounding
    (simulated,) = neuron.answers(np.array([neuron.bias]))
    result.claim("the tensor answers as the simulated neuron", y.item(), simulated, tolerance=near)

    # Backpropagation by hand: δ = 2(y − t)·f′(u) with f′ = y(1 − y), ∂E/∂w = δx, ∂E/∂b = δ.
    answer = 1 / (1 + np.exp(-(neuron.weights @ neuron.inputs + neuron.bias)))
    delta = 2 * (answer - neuron.target) * answer * (1 - answer)
    derived = {
        "w₁": delta * neuron.inputs[0], "w₂": delta * neuron.inputs[1], "b": delta,
        "u": delta, "y": 2 * (answer - neuron.target),
    }  # fmt: skip
    for name, expected in derived.items():
        claim = f"∂E/∂{name} of the neuron is that of backpropagation by hand"
        result.claim(claim, found[name].item(), float(expected), tolerance=4 * near)
    result.table(
        "neuron",
        ("quantity", "value", "dE/d quantity"),
        [(name, tensor.item(), found[name].item()) for name, tensor in named.items()],
    )
    values: dict[str, tuple[float, float | None]] = {
        name: (tensor.item(), found[name].item()) for name, tensor in named.items()
    }
    return values | {
        "x₁": (x1.item(), None), "x₂": (x2.item(), None), "t": (neuron.target, None)
    }  # fmt: skip


# Inches, from the left and from below; a leaf's arrow begins right of its name.
LEAVES = {"w₁": 2.35, "x₁": 1.85, "w₂": 1.25, "x₂": 0.75, "b": 0.15}
NAMES, BEGIN = 0.62, 0.52
TIMES_1, TIMES_2, PLUS = (1.12, 2.1), (1.12, 1.0), (2.2, 1.55)
LOGISTIC, MINUS, SQUARE, END = (2.97, 1.55), (3.74, 1.55), (4.51, 1.55), (5.2, 1.55)
TARGET = (MINUS[0], 2.3)


def draw_neuron(ax: Axes, values: Mapping[str, tuple[float, float | None]]) -> None:
    """Draw the graph: above each edge the value that flows, below it the gradient of E."""
    ax.set_axis_off()
    for place, sign in (
        (TIMES_1, "×"), (TIMES_2, "×"), (PLUS, "+"), (LOGISTIC, "f"), (MINUS, "−"), (SQUARE, "²"),
    ):  # fmt: skip
        operation_at(ax, place, sign)
    for name, target in (("w₁", TIMES_1), ("x₁", TIMES_1), ("w₂", TIMES_2), ("x₂", TIMES_2)):
        _leaf(ax, name, values[name])
        arrow(ax, (BEGIN, LEAVES[name]), target)
    _leaf(ax, "b", values["b"])
    arrow(ax, (BEGIN, LEAVES["b"]), (PLUS[0], LEAVES["b"]), PLUS)
    _edge(ax, "", TIMES_1, PLUS, values["w₁x₁"])
    _edge(ax, "", TIMES_2, PLUS, values["w₂x₂"])
    for name, start, end in (
        ("u", PLUS, LOGISTIC), ("y", LOGISTIC, MINUS), ("y − t", MINUS, SQUARE), ("E", SQUARE, END),
    ):  # fmt: skip
        _edge(ax, name, start, end, values[name])
    arrow(ax, TARGET, MINUS)
    ax.annotate(
        f"t = {number(values['t'][0])}", TARGET, (0, -8), textcoords="offset points",
        ha="center", va="bottom", fontsize=7,
    )  # fmt: skip
    ax.annotate("above: value", (2.75, 0.7), color=FORWARD)
    ax.annotate("below: gradient of E", (2.75, 0.48), color=BACKWARD)
    ax.annotate("f: logistic", (2.75, 0.26), color=FORWARD)
    ax.set(xlim=(-0.1, 5.2), ylim=(-0.1, 2.6), aspect="equal")
    ax.set_title("Backpropagation walks back over the record")


def _leaf(ax: Axes, name: str, flow: tuple[float, float | None]) -> None:
    """Write what the graph begins with, its gradient below it."""
    value, slope = flow
    place = (NAMES, LEAVES[name])
    above = slope is not None
    ax.annotate(
        f"{name} = {number(value)}", place, (0, 0.5 * above), textcoords="offset points",
        ha="right", va="bottom" if above else "center", color=FORWARD, fontsize=7,
    )  # fmt: skip
    if slope is not None:
        ax.annotate(
            number(slope), place, (0, -0.5), textcoords="offset points", ha="right", va="top",
            color=BACKWARD, fontsize=7,
        )  # fmt: skip


def _edge(ax: Axes, name: str, start: Point, end: Point, flow: tuple[float, float | None]) -> None:
    """Draw an edge with its name and numbers; beside a steep one they keep off the line."""
    arrow(ax, start, end)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    fall = float(np.sign(start[1] - end[1]))  # 1 downward, −1 upward, 0 level
    sides = {1.0: ("left", "right"), -1.0: ("right", "left"), 0.0: ("center", "center")}[fall]
    value, slope = flow
    assert slope is not None
    for told, side, way, colour in (
        (f"{name}\n{number(value)}".lstrip(), sides[0], 1, FORWARD),
        (number(slope), sides[1], -1, BACKWARD),
    ):
        ax.annotate(
            told, middle, (way * fall * 2, way * 3), textcoords="offset points", ha=side,
            va="bottom" if way == 1 else "top", color=colour, fontsize=7,
        )  # fmt: skip
