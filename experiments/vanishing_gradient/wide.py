"""Wide random networks: δ's mean square by depth, beside what is predicted of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks.initializers import VarianceScaling
from neurosim.plotting import COLOURS
from neurosim.progress import progress
from neurosim.result import Result

from .mean_field import Prediction, predict
from .signals import follow, plain, residual

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SURE = 5.0  # standard errors that a mean may be off by


@dataclass(frozen=True)
class Kind:
    """A kind of network.

    Attributes
    ----------
    activation : f
    scale : N·Var(w): 1 as Glorot & Bengio begin, 2 as He et al.
    carried : whether layers add to what they hear; then the scale is of all of them together
    colour, look : how it is drawn
    """

    activation: str
    scale: float
    carried: bool
    colour: str
    look: str

    def gain(self, depth: int) -> float:
        """Return N·Var(w) of a layer."""
        return self.scale / depth if self.carried else self.scale


KINDS = {
    "sigmoid, Glorot": Kind("sigmoid", 1.0, False, "blue", "o"),
    "tanh, Glorot": Kind("tanh", 1.0, False, "green", "s"),
    "relu, Glorot": Kind("relu", 1.0, False, "orange", "v"),
    "relu, He": Kind("relu", 2.0, False, "vermillion", "^"),
    "residual relu": Kind("relu", 2.0, True, "purple", "D"),
}


@dataclass(frozen=True, eq=False)
class Faded:
    """What is left of δ in several networks of a kind.

    Attributes
    ----------
    left : δ's mean square by layer, in the last layer's, (networks, depth)
    predicted : the same in infinitely many cells
    """

    left: np.ndarray
    predicted: Prediction


def measure_wide(
    result: Result, depth: int, width: int, networks: int, seed: int
) -> dict[str, Faded]:
    """Claim how much of δ is left at the first layer of each kind of network."""
    found = {}
    for number, (name, kind) in enumerate(progress(KINDS.items(), "wide networks")):
        gain = kind.gain(depth)
        predicted = predict(kind.activation, gain, depth, kind.carried)
        begin = VarianceScaling(gain, "fan_in", "untruncated_normal")
        make = residual if kind.carried else plain
        left = []
        for sample in range(networks):
            own = np.random.SeedSequence((seed, number, sample))
            rng = np.random.default_rng(own)
            x, cotangent = rng.standard_normal((2, 1, width))
            x *= np.sqrt(width / np.sum(x**2))
            network = make(kind.activation, depth, width, begin, int(own.generate_state(1)[0]))
            squares = np.array([np.mean(d**2) for d in follow(network, x, cotangent)])
            left.append(squares / squares[-1])
        found[name] = Faded(np.array(left), predicted)
        spread = predicted.spread / width
        logs = np.log(found[name].left[:, 0])
        result.claim(
            f"{name}: what is left of δ's mean square after {depth} layers, its logarithm's mean "
            f"over {networks} networks, is the mean-field theory's within {SURE:g} standard errors "
            "and the variance that so many cells leave",
            float(logs.mean()), float(np.log(predicted.factors).sum()),
            tolerance=SURE * float(np.sqrt(spread / networks)) + spread,
        )  # fmt: skip
    result.table(
        "wide",
        ("layer", *(f"{name}, {told}" for name in found for told in ("mean log", "theory"))),
        [
            (
                layer + 1,
                *(
                    value
                    for faded in found.values()
                    for value in (
                        np.log(faded.left[:, layer]).mean(),
                        np.log(faded.predicted.factors[layer:]).sum(),
                    )
                ),
            )
            for layer in range(depth)
        ],
    )
    return found


def draw_wide(ax: Axes, found: dict[str, Faded], width: int) -> None:
    """Draw δ's root mean square by layer: each kind's geometric mean over the theory's line."""
    for name, faded in found.items():
        kind = KINDS[name]
        colour = COLOURS[kind.colour]
        between = np.arange(faded.left.shape[1])[::-1]
        logs = np.log(faded.left) / 2
        theory = np.append(np.cumsum(np.log(faded.predicted.factors)[::-1])[::-1], 0.0) / 2
        ax.plot(between, np.exp(theory), "-", color=colour, linewidth=0.9)
        low, high = np.exp(np.quantile(logs, (0, 1), axis=0))
        ax.fill_between(between, low, high, color=colour, alpha=0.2, linewidth=0)
        every = slice(None, None, max(1, len(between) // 10))
        ax.plot(
            between[every], np.exp(logs.mean(axis=0))[every], kind.look, color=colour, label=name
        )
    ax.set(yscale="log", xlabel="layers before the last", ylabel="δ, relative to the last layer's")
    ax.legend(loc="lower left", handlelength=1.0)
    ax.set_title(f"Networks of {width} cells a layer; lines: theory")
