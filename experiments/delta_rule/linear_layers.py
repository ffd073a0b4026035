"""Two linear layers are one linear map, and stop where the best such map is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim import Circuit
from neurosim.learning import Descent, delta_rule, gradient_descent, largest_rate
from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

from .patterns import white

if TYPE_CHECKING:
    from matplotlib.axes import Axes

XOR = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])  # and the bias's input
XOR_TARGETS = np.array([[0.0], [1], [1], [0]])
HIDDEN = (1, 2, 8)  # neurons in the middle, for XOR
SAMPLES, INPUTS = 64, 4
STRENGTHS = np.array([3.0, 2.0, 1.0])  # the singular values of what the layers should learn
STEP, XOR_STEP = 0.05, 0.2  # stable where the layers end, and where they start
STEPS = 20_000  # more than any start here needs
RESTS = 1e-9  # the slope at which a descent ends
DRAWN, XOR_DRAWN = 250, 80  # steps
LOOKS = (("blue", "-"), ("vermillion", "--"), ("green", "-."))


@dataclass(frozen=True, eq=False)
class Layers:
    """Two linear layers: y = B·A·x, A (hidden, inputs), B (outputs, hidden).

    Attributes
    ----------
    x, t : (samples, inputs) and (samples, outputs)
    hidden : neurons in the middle
    """

    x: np.ndarray
    t: np.ndarray
    hidden: int

    def apart(self, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return A and B, which lie one after the other in w."""
        size = self.hidden * self.x.shape[1]
        return w[:size].reshape(self.hidden, -1), w[size:].reshape(-1, self.hidden)

    def value(self, w: np.ndarray) -> float:
        """Return half the squared error, mean over patterns, sum over outputs."""
        first, second = self.apart(w)
        return float(np.sum((self.t - self.x @ first.T @ second.T) ** 2)) / (2 * len(self.x))

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return its slopes: in each layer δ·(what it hears)ᵀ, where δ of the first is Bᵀδ."""
        first, second = self.apart(w)
        middle = self.x @ first.T
        delta = (self.t - middle @ second.T) / len(self.x)
        slopes = ((delta @ second).T @ self.x, delta.T @ middle)
        return -np.concatenate([slope.ravel() for slope in slopes])

    def descend(self, random: np.random.Generator, size: float, step: float) -> Descent:
        """Train both layers at once from random weights of a size."""
        count = self.hidden * (self.x.shape[1] + self.t.shape[1])
        start = size * random.standard_normal(count)
        return gradient_descent(
            self.value, start, self.gradient, step=step, steps=STEPS, tolerance=RESTS
        )

    def circuit(self, w: np.ndarray) -> Circuit:
        """Return the two layers as neurons."""
        first, second = (_layer(weights) for weights in self.apart(w))
        circuit = Circuit("two linear layers")
        x = circuit.inputs("x", shape=self.x.shape[1:], real=True)
        circuit.output(second(first(x)))
        return circuit


def _layer(weights: np.ndarray) -> Circuit:
    layer = Circuit("layer")
    x = layer.inputs("x", shape=weights.shape[1:], real=True)
    layer.output(layer.rate("y", drive=weights @ x, transfer="identity"))
    return layer


def stop_at_xor(result: Result, ax: Axes, seed: int) -> None:
    """XOR by one linear neuron and by two linear layers: ¼ is where all stop."""
    alone = delta_rule(
        XOR[:, :2], XOR_TARGETS[:, 0], rate=largest_rate(XOR[:, :2]) / 2, passes=2000, batch=True,
        tolerance=1e-14,
    )  # fmt: skip
    result.claim(
        "XOR, one linear neuron: it learns to say ½ to everything", alone.path[-1], [0, 0, 0.5],
        tolerance=1e-10,
    )  # fmt: skip
    result.claim("which is a mean squared error of ¼", alone.errors[-1], 0.25, tolerance=1e-12)
    random = np.random.default_rng(seed)
    nets = [Layers(XOR, XOR_TARGETS, hidden) for hidden in HIDDEN]
    paths = [net.descend(random, 0.5, XOR_STEP) for net in nets]
    result.claim(
        "a step of two layers is the delta rule in each, where Bᵀδ is what the first one misses by:"
        " largest difference of weights",
        max(_rule_error(net, path.path) for net, path in zip(nets, paths, strict=True)),
        at_most=1e-13,
    )
    errors = [2 * path.values for path in paths]
    result.claim(
        f"XOR, two linear layers with {', '.join(map(str, HIDDEN))} neurons between: they stop "
        "at the same ¼",
        [error[-1] for error in errors], 0.25, tolerance=1e-9,
    )  # fmt: skip
    result.claim(
        "and no step of any leads below it", min(error.min() for error in errors),
        at_least=0.25 - 1e-15,
    )  # fmt: skip
    wide = nets[-1].circuit(paths[-1].point)
    result.claim(
        "the two layers as neurons answer ½ to everything, as the one does",
        np.asarray(wide(XOR)).ravel(), 0.5, tolerance=1e-6,
    )  # fmt: skip
    for hidden, error, (colour, dashes) in zip(HIDDEN, errors, LOOKS, strict=True):
        ax.plot(error[: XOR_DRAWN + 1], dashes, color=COLOURS[colour], label=str(hidden))
    ax.axhline(0.25, color=FAINT, linestyle=":", linewidth=0.9)
    ax.annotate("the best plane, ¼", (0, 0.25), (2, -3), textcoords="offset points", va="top",
                color=FAINT)  # fmt: skip
    ax.set(xlabel="step", ylabel="mean squared error", ylim=(0, 0.7), xlim=(0, XOR_DRAWN))
    ax.legend(title="hidden neurons", loc="upper right")
    ax.set_title("XOR: two linear layers stop where one does")


def _rule_error(layers: Layers, path: np.ndarray) -> float:
    """Return how far a descent's first step is from the delta rule's batch in each layer."""
    first, second = layers.apart(path[0])
    middle = layers.x @ first.T
    missed = (layers.t - middle @ second.T) @ second
    off = []
    for x, t, start, moved in (
        (layers.x, middle + missed, first, layers.apart(path[1])[0]),
        (middle, layers.t, second, layers.apart(path[1])[1]),
    ):
        made = delta_rule(x, t, rate=XOR_STEP, passes=1, bias=False, start=start, batch=True)
        off.append(float(np.abs(made.weights - moved).max()))
    return max(off)


def narrow_the_middle(result: Result, ax: Axes, noise: float, seed: int) -> None:
    """Three outputs through a middle of one to three neurons: the best map of that rank.

    From a small start the parts of the map are learned one by one, the strongest first (Saxe,
    McClelland & Ganguli 2014).
    """
    random = np.random.default_rng(seed)
    ranks = np.arange(1, len(STRENGTHS) + 1)
    source = white(random, SAMPLES, INPUTS + len(STRENGTHS))
    x, unanswerable = source[:, :INPUTS], noise * source[:, INPUTS:]
    left, right = (np.linalg.qr(random.standard_normal((n, 3)))[0] for n in (3, INPUTS))
    wanted = left * STRENGTHS @ right.T
    t = x @ wanted.T + unanswerable
    rest = len(STRENGTHS) * noise**2
    expected = [float(np.sum(STRENGTHS[rank:] ** 2)) + rest for rank in ranks]
    nets = [Layers(x, t, int(rank)) for rank in ranks]
    paths = [net.descend(random, 0.01, STEP) for net in nets]
    errors = [2 * path.values for path in paths]
    result.claim(
        "a middle of 1, 2, 3 neurons: the squared error ends at what the strongest 1, 2, 3 parts "
        "leave, Σσᵢ² of the others and the noise",
        [error[-1] for error in errors], expected, tolerance=1e-8,
    )  # fmt: skip
    one = delta_rule(x, t, rate=largest_rate(x, bias=False) / 2, bias=False, batch=True)
    first, second = nets[-1].apart(paths[-1].point)
    result.claim(
        "with 3 they are the one layer that the delta rule learns: largest difference of weights",
        np.abs(second @ first - one.weights).max(), at_most=1e-7,
    )  # fmt: skip
    result.table(
        "narrow-middle",
        ("hidden neurons", "squared error", "closed form", "steps"),
        [
            (int(rank), error[-1], goal, len(error) - 1)
            for rank, error, goal in zip(ranks, errors, expected, strict=True)
        ],
    )
    for rank, error, goal, (colour, dashes) in zip(ranks, errors, expected, LOOKS, strict=True):
        ax.plot(error[: DRAWN + 1] - rest, dashes, color=COLOURS[colour], label=str(rank))
        ax.axhline(goal - rest, color=FAINT, linestyle=":", linewidth=0.9)
    ax.set(xlabel="step", ylabel="error above the noise's", ylim=(0, None), xlim=(0, DRAWN))
    ax.legend(title="hidden neurons", loc="upper right")
    ax.set_title("A narrow middle stops at its rank's best map")
