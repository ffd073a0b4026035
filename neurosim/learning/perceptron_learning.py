"""What a perceptron learned, and the mistakes it learned from."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from .answers import in_rows
from .samples import check_finite
from .separation import folded, margin

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RULE = "perceptron_rule"


@dataclass(frozen=True, eq=False)
class PerceptronLearning:
    """What a perceptron learned, and the mistakes it learned from.

    For labels (samples, neurons) each of these is an array over the neurons, as told in brackets.

    Attributes
    ----------
    weights : w, (inputs,) [(neurons, inputs)]
    bias : b, a number [(neurons,)]; the neuron answers 1 where w·x + b > 0
    mistakes_by_pass : how many patterns of each pass were met with a wrong answer, (passes,)
        [(passes, neurons)]
    converged : whether the last pass was without mistakes, all neurons' together
    updates : the sample of each change of the weights, (changes,) [(changes, 2): sample, neuron];
        the first 100,000 are kept
    rate : η
    only_mistakes : whether only mistakes change the weights; False is the lecture's literal rule
    start : the weights and, last, the bias at the start, (inputs + 1,) [(neurons, inputs + 1)]
    patterns : (samples, inputs)
    labels : −1 and +1, (samples,) [(samples, neurons)]
    lower : −1, or the 0 that was given in its place
    """

    weights: np.ndarray
    bias: Any
    mistakes_by_pass: np.ndarray
    converged: bool
    updates: np.ndarray
    rate: float
    only_mistakes: bool
    start: np.ndarray
    patterns: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    lower: int = field(default=-1, repr=False)

    @property
    def mistakes(self) -> Any:
        """How many in all passes: a number [(neurons,)]."""
        total = self.mistakes_by_pass.sum(axis=0)
        return int(total) if self.labels.ndim == 1 else total

    @property
    def history(self) -> np.ndarray:
        """The weights and, last, the bias: at the start and after each change that is kept.

        (changes + 1, inputs + 1) [(changes + 1, neurons, inputs + 1), which many neurons of many
        inputs make large].
        """
        history = np.empty((len(self.updates) + 1, *self.start.shape))
        history[0] = self.start
        changed = self._changed()
        if self.labels.ndim == 1:
            history[1:] = changed
            return history
        for j, start in enumerate(self.start):
            mine = self.updates[:, 1] == j
            latest = np.concatenate([[start], changed[mine]])
            history[1:, j] = latest[np.cumsum(mine)]
        return history

    def _changed(self) -> np.ndarray:
        """Return what each change made of its neuron's weights, (changes, inputs + 1)."""
        if self.labels.ndim == 1:
            samples, neurons = self.updates, np.zeros_like(self.updates)
        else:
            samples, neurons = self.updates.T
        labels = self.labels.reshape(len(self.labels), -1)[samples, neurons]
        unit = unit_of(self.rate, self.start)
        steps = self.rate / unit * labels[:, None] * folded(self.patterns)[samples]
        for j, start in enumerate(np.atleast_2d(self.start)):
            mine = neurons == j
            steps[mine] = np.cumsum(np.concatenate([[start], steps[mine]]), axis=0)[1:]
        return unit * steps

    @property
    def radius(self) -> float:
        """R, the length of the longest pattern, the bias's input of 1 folded in."""
        return float(np.linalg.norm(folded(self.patterns), axis=1).max())

    @cached_property
    def margin(self) -> Any:
        """γ, the largest margin of the folded patterns, a number [(neurons,)]: 0 if not separable.

        A margin below 10⁻¹⁰·R is 0, too: there rounding decides.
        """
        found = [margin(self.patterns, y) for y in self.labels.reshape(len(self.labels), -1).T]
        return found[0] if self.labels.ndim == 1 else np.array(found)

    @property
    def bound(self) -> Any:
        """Novikoff's bound (1962) of the mistakes, a number [(neurons,)]: (R/γ)².

        From a start w₀ other than 0 it is (R/γ)² + 2|w₀|/(ηγ), by the same proof; ∞ where γ is 0.
        It holds where only mistakes change the weights.
        """
        gamma = np.asarray(self.margin)
        with np.errstate(divide="ignore"):
            bound = np.square(self.radius / gamma)
        bound = np.where(gamma > 0, bound + to_undo(self), np.inf)
        return float(bound) if bound.ndim == 0 else bound

    def __call__(self, patterns: Any) -> Any:
        """Return what the neuron answers to patterns: 1 where w·x + b > 0, else 0.

        Parameters
        ----------
        patterns
            (…, inputs)

        Returns
        -------
        (…) of one neuron, (…, neurons) of several; of one neuron and one pattern a number.

        Raises
        ------
        InputError
            Another number of inputs; values that are not finite.
        """
        rows, shape = in_rows(patterns, self.patterns.shape[1], "perceptron")
        check_finite(rows, "perceptron")
        found = (rows @ self.weights.T + self.bias > 0).astype(int)
        found = found.reshape(shape + self.weights.shape[:-1])
        return found if found.ndim else int(found)

    def __str__(self) -> str:
        name = "perceptron rule"
        if not self.only_mistakes:
            name += ", the lecture's literal one (every pattern changes the weights)"
        ended = "converged" if self.converged else "has not converged"
        passes, total = len(self.mistakes_by_pass), int(self.mistakes_by_pass.sum())
        return (
            f"{name}: {ended} after {passes} pass{'es' * (passes != 1)}, "
            f"{total} mistake{'s' * (total != 1)}"
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw two classes of patterns of two inputs with the line between, else mistakes by pass.

        The line is where w·x + b = 0; without axes given, the figure is new.
        """
        from ..plotting import COLOURS, new_figure

        alone = ax is None
        if ax is None:
            _, ax = new_figure()
            ax.set_title(str(self).capitalize())
        if self.weights.shape != (2,):
            by_pass = self.mistakes_by_pass
            ax.plot(np.arange(1, len(by_pass) + 1), by_pass, "o-")
            if alone:
                ax.set(xlabel="pass", ylabel="mistakes")
            return ax
        for label, name, mark in ((1, "vermillion", "o"), (-1, "blue", "s")):
            of_class = self.patterns[self.labels == label]
            ax.plot(*of_class.T, mark, color=COLOURS[name], label=self._as_given(label))
        if self.weights.any():
            low, high = self.patterns.min(axis=0), self.patterns.max(axis=0)
            reach = float(np.linalg.norm(high - low)) or 1.0
            ax.set(xlim=(low[0] - reach / 8, high[0] + reach / 8))
            ax.set(ylim=(low[1] - reach / 8, high[1] + reach / 8))
            ax.axline(*boundary(self.weights, self.bias), color="black")
        if alone:
            ax.set(xlabel="$x_1$", ylabel="$x_2$")
            ax.legend(title="label", loc="upper left", bbox_to_anchor=(1, 1))
        return ax

    def _as_given(self, label: int) -> str:
        if self.lower < 0:
            return f"{label:+d}".replace("-", "−")
        return f"{max(label, 0)}"

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write a row a change of the weights: its number, its sample, and the neuron's weights.

        Of several neurons the one that changed is told, too.

        Raises
        ------
        FileError
            It cannot be written there.
        """
        names = [*(f"w{k + 1}" for k in range(self.patterns.shape[1])), "bias"]
        changed = enumerate(zip(self.updates.tolist(), self._changed(), strict=True), 1)
        if self.labels.ndim == 1:
            first = [(0, "", *self.start.tolist())]
            rows = [(n, sample, *weights.tolist()) for n, (sample, weights) in changed]
            return write_csv(path, ("change", "sample", *names), first + rows)
        starts = [(0, "", j, *weights.tolist()) for j, weights in enumerate(self.start)]
        changes = [(n, *where, *weights.tolist()) for n, (where, weights) in changed]
        return write_csv(path, ("change", "sample", "neuron", *names), starts + changes)


def unit_of(rate: float, start: np.ndarray) -> float:
    """Return what the weights are counted in while they are learned: η from w = 0, else 1.

    From 0 the rate only scales them, and not even rounding may decide otherwise: 0.1 + 0.2 − 0.3
    is above 0 in floating point, but one unit and two less three is 0.
    """
    return 1.0 if start.any() else rate


def to_undo(result: PerceptronLearning) -> Any:
    """Return how many mistakes more a start may cost than w = 0: 2|w₀|/(ηγ), and 0 of no γ."""
    gamma = np.asarray(result.margin)
    lengths = np.linalg.norm(result.start, axis=-1)
    with np.errstate(over="ignore"):
        return np.where(gamma > 0, 2 * lengths / np.where(gamma > 0, gamma, 1) / result.rate, 0)


def boundary(weights: np.ndarray, bias: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return two points of the line w·x + b = 0, where the two weights are not both 0."""
    length = math.hypot(*weights)  # of which no square over- or underflows
    a, b = (weights / length).tolist()
    x, y = -bias / length * a, -bias / length * b
    return (x, y), (x - b, y + a)
