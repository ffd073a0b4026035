"""Hebb's rule and Oja's: neurons that nobody teaches, and the direction that they find."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import ConvergenceError, InputError, spelled
from ..kernels import learn_hebbian
from ..timing import positive, truth, whole
from .answers import Answering
from .passes import Passes, at_rest, learn_in_passes, start_from
from .samples import patterns_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..circuit import Circuit

FARTHEST = 1e100  # an answer beyond it has left for infinity
NEVER = -1.0  # the tolerance of a rule whose weights never rest


@dataclass(frozen=True, eq=False)
class HebbianLearning(Answering):
    """What Hebb's rule or Oja's learned, and how.

    Attributes
    ----------
    weights : (inputs,), of several neurons (neurons, inputs)
    path : the weights at the start and after each pass, (passes + 1, *weights)
    converged : whether no weight moved by more than the tolerance in the last pass; by Hebb's rule
        they never rest
    """

    weights: np.ndarray
    path: np.ndarray
    converged: bool

    @property
    def norms(self) -> np.ndarray:
        """The lengths |w| along the path, (passes + 1,) or (passes + 1, neurons)."""
        return np.asarray(np.linalg.norm(self.path, axis=-1))

    def __str__(self) -> str:
        ended = "converged" if self.converged else "has not converged"
        count = len(self.path) - 1
        lengths = ", ".join(f"{norm:.6g}" for norm in np.atleast_1d(self.norms[-1]))
        return f"{ended} after {count} pass{'es' * (count != 1)}, at |w| = {lengths}"

    def circuit(self, name: str = "hebbian") -> Circuit:
        """Return the neurons, linear ones, as a circuit: input `x` of (inputs,), output `y`."""
        from ..circuit import Circuit

        circuit = Circuit(name)
        x = circuit.inputs("x", shape=self.weights.shape[-1:], real=True)
        circuit.output(circuit.rate("y", drive=self.weights @ x, transfer="identity"))
        return circuit

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the weights' path where there are two inputs, else their lengths by pass."""
        alone = ax is None
        if ax is None:
            from ..plotting import new_figure

            _, ax = new_figure()
            ax.set_title(f"The weights' path {self}")
        if self.weights.shape[-1] != 2:
            ax.plot(self.norms)
            if alone:
                ax.set(xlabel="pass", ylabel="length $|w|$")
            return ax
        for path in np.moveaxis(self.path.reshape(len(self.path), -1, 2), 1, 0):
            (line,) = ax.plot(*path.T, "o-", linewidth=0.8, label="path")
            ax.plot(*path[-1], "D", color=line.get_color(), markersize=4, label="end")
        if alone:
            ax.set(xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write a row a pass: its number and the weights after it.

        Raises
        ------
        FileError
            It cannot be written there.
        """
        names = [f"w{k + 1}" for k in range(self.weights.shape[-1])]
        if self.weights.ndim == 2:
            names = [f"{name} of {j}" for j in range(len(self.weights)) for name in names]
        rows = [(n, *weights.ravel().tolist()) for n, weights in enumerate(self.path)]
        return write_csv(path, ("pass", *names), rows)


@spelled
def hebb_rule(
    patterns: Any,
    *,
    rate: float,
    passes: int = 1,
    start: Any = None,
    batch: bool = False,
    shuffle: bool = False,
    seed: int = 0,
) -> HebbianLearning:
    """Learn by Δw = η·y·x with y = w·x (Hebb 1949): what answers a pattern answers it more.

    In a batch a pass multiplies the weights by I + ηC, where C is the mean of x·xᵀ: they grow
    without bound, fastest along C's first eigenvector.  For patterns of mean 0 that is the first
    principal component.

    Parameters
    ----------
    patterns
        x: (samples, inputs).
    rate
        η, above 0.
    passes
        Through all patterns.
    start
        (inputs,), not all 0: a neuron that never answers never learns.  Left out: of length 1 and
        random direction.
    batch
        Whether a pass changes the weights once, at its end, by the mean of their Δw.
    shuffle
        Whether each pass has an order of its own; else it is that of the samples.
    seed
        Of the start and of these orders.

    Raises
    ------
    InputError
        Patterns, a start or numbers that cannot be used.
    ConvergenceError
        An answer is beyond 10¹⁰⁰: it says in which pass, and at which sample.
    """
    x = patterns_of(patterns, "hebb_rule")
    seed = whole(seed, "hebb_rule: seed", 0)
    made = _learn(
        "hebb_rule", x, _start(start, x.shape[1:], seed, "hebb_rule"), forgets=False, rate=rate,
        passes=passes, batch=batch, shuffle=shuffle, seed=seed, tolerance=NEVER,
    )  # fmt: skip
    if made.diverged:
        number, sample, _ = made.diverged
        raise ConvergenceError(
            f"hebb_rule diverged in pass {number}, at sample {sample}: the answer is beyond "
            f"{FARTHEST:g}, for nothing bounds these weights; take fewer passes, or oja_rule",
            number,
        )
    return _result(made, several=False)


@spelled
def oja_rule(
    patterns: Any,
    *,
    rate: float,
    passes: int = 100,
    neurons: int | None = None,
    start: Any = None,
    batch: bool = False,
    shuffle: bool = False,
    seed: int = 0,
    tolerance: float = 1e-10,
) -> HebbianLearning:
    """Learn by Δw = η·y·(x − y·w) with y = w·x (Oja 1982): Hebb's rule that forgets.

    The weights become the first eigenvector of C, the mean of x·xᵀ, at length 1; for patterns of
    mean 0 that is the first principal component.  Several neurons learn by Sanger's rule (1989),
    Δwⱼ = η·yⱼ·(x − Σ_{k≤j} yₖ·wₖ): each learns from what those before it leave, and they become
    the first eigenvectors in order; of each the negative is as good.

    In a batch they come to rest there.  Pattern by pattern they end in the neighbourhood, the
    nearer the smaller η.

    Parameters
    ----------
    patterns
        x: (samples, inputs).
    rate
        η, above 0.  Below 2/max|x|² a neuron's |w|² stays below 1 + η·max|x|²/2, if it started
        there; those that hear what others leave may need less.
    passes
        Through all patterns, at most so many.
    neurons
        How many, from 1 to the inputs; left out, one whose weights are (inputs,).
    start
        (inputs,), or (neurons, inputs): none all 0.  Left out: of length 1 and random directions.
    batch
        Whether a pass changes the weights once, at its end, by the mean of their Δw.
    shuffle
        Whether each pass has an order of its own; else it is that of the samples.
    seed
        Of the start and of these orders.
    tolerance
        It has converged where a pass moves no weight by more than this, relative to its size, or
        to 1 where it is smaller.  0: only where nothing moves.

    Raises
    ------
    InputError
        Patterns, a start or numbers that cannot be used.
    ConvergenceError
        An answer is beyond 10¹⁰⁰: it says in which pass, and at which sample.
    """
    x = patterns_of(patterns, "oja_rule")
    tolerance = at_rest(tolerance, "oja_rule")
    count = 1 if neurons is None else whole(neurons, "oja_rule: neurons", 1)
    if count > x.shape[1]:
        raise InputError(
            f"oja_rule: neurons must be at most {x.shape[1]}, the inputs: there are no more "
            f"directions (got {count})"
        )
    several = neurons is not None
    seed = whole(seed, "oja_rule: seed", 0)
    shape = (count, x.shape[1]) if several else x.shape[1:]
    made = _learn(
        "oja_rule", x, _start(start, shape, seed, "oja_rule"), forgets=True, rate=rate,
        passes=passes, batch=batch, shuffle=shuffle, seed=seed, tolerance=tolerance,
    )  # fmt: skip
    if made.diverged:
        number, sample, neuron = made.diverged
        whose = f", neuron {neuron}" if several else ""
        largest = float((x**2).sum(axis=1).max())
        raise ConvergenceError(
            f"oja_rule diverged in pass {number}, at sample {sample}{whose}: the answer is beyond "
            f"{FARTHEST:g} at a rate of {rate:.3g}; take a rate of at most 1/max|x|² = "
            f"{1 / largest:.3g}, and a start no longer than 1",
            number,
        )
    return _result(made, several)


def _learn(
    rule: str, x: np.ndarray, start: np.ndarray, *, forgets: bool, rate: Any, passes: Any,
    batch: bool, shuffle: bool, seed: int, tolerance: float,
) -> Passes:  # fmt: skip
    """Learn from a start, (neurons, inputs)."""
    rate = positive(rate, f"{rule}: rate")
    passes = whole(passes, f"{rule}: passes", 1)
    batch, shuffle = truth(batch, f"{rule}: batch"), truth(shuffle, f"{rule}: shuffle")
    samples, inputs = x.shape
    sums, remaining = np.empty(len(start)), np.empty(inputs)

    def learn(orders: np.ndarray, path: np.ndarray, errors: np.ndarray, found: np.ndarray) -> None:
        learn_hebbian(
            int(forgets), len(errors), x.ravel(), orders, samples, inputs, len(start),
            np.float64(rate), int(batch), np.float64(FARTHEST), np.float64(tolerance),
            np.ones(start.size), path, sums, remaining, found,
        )  # fmt: skip

    return learn_in_passes(learn, start, samples, passes, shuffle, seed)


def _start(start: Any, shape: tuple[int, ...], seed: int, rule: str) -> np.ndarray:
    """Return (neurons, inputs) to start from."""
    if start is None:
        weights = np.random.default_rng(seed).standard_normal(shape)
        weights /= np.linalg.norm(weights, axis=-1, keepdims=True)
    else:
        weights = start_from(start, shape, rule)
    weights = weights.reshape(-1, shape[-1])
    if not weights.any(axis=1).all():
        raise InputError(
            f"{rule}: start must not be 0: a neuron that never answers never learns; leave it out "
            "for a random one"
        )
    return weights


def _result(made: Passes, several: bool) -> HebbianLearning:
    path = made.path if several else made.path[:, 0]
    return HebbianLearning(weights=path[-1].copy(), path=path, converged=made.converged)
