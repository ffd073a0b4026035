"""The delta rule: neurons whose answers come nearer to the targets with each pattern."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import ConvergenceError, InputError, spelled
from ..kernels import learn_delta
from ..neurons import SLOPED, Transfer
from ..timing import positive, truth, whole
from .answers import Answering
from .passes import Passes, at_rest, learn_in_passes, start_from
from .samples import patterns_of, targets_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..circuit import Circuit

FARTHEST = 1e10  # of the largest target or first net input, or of 1: a net input beyond has left


@dataclass(frozen=True, eq=False)
class DeltaLearning(Answering):
    """What the delta rule learned, and how.

    Attributes
    ----------
    weights : (inputs,), of several neurons (neurons, inputs)
    bias : of one neuron a number, of several (neurons,); 0 where there is none
    path : the weights at the start and after each pass, (passes + 1, *weights), and where there is
        a bias it is the last of them: (passes + 1, inputs + 1) or (passes + 1, neurons, inputs + 1)
    errors : of each pass the mean of (t − y)² over patterns and neurons, (passes,), each met before
        the pattern changed the weights
    converged : whether no weight moved by more than the tolerance in the last pass
    transfer : the neurons' transfer function
    """

    weights: np.ndarray
    bias: Any
    path: np.ndarray
    errors: np.ndarray
    converged: bool
    transfer: Transfer

    def __str__(self) -> str:
        ended = "converged" if self.converged else "has not converged"
        count = len(self.errors)
        return (
            f"{ended} after {count} pass{'es' * (count != 1)}, at a mean squared error of "
            f"{self.errors[-1]:.6g}"
        )

    def circuit(self, name: str = "delta") -> Circuit:
        """Return the neurons as a circuit: input `x` of shape (inputs,), output `y`."""
        from ..circuit import Circuit

        circuit = Circuit(name)
        x = circuit.inputs("x", shape=self.weights.shape[-1:], real=True)
        circuit.output(
            circuit.rate("y", drive=self.weights @ x, bias=self.bias, transfer=self.transfer)
        )
        return circuit

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the learning curve: the mean squared error by pass.

        Parameters
        ----------
        options
            Of the curve, as `Axes.plot` takes them.
        """
        alone = ax is None
        if ax is None:
            from ..plotting import new_figure

            _, ax = new_figure()
        ax.plot(np.arange(1, len(self.errors) + 1), self.errors, **options)
        if alone:
            ax.set(xlabel="pass", ylabel="mean squared error", title=f"The delta rule {self}")
            if (self.errors > 0).all():
                ax.set_yscale("log")
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write a row a pass: its number, its error, and the weights after it, the bias last.

        Raises
        ------
        FileError
            It cannot be written there.
        """
        inputs = self.weights.shape[-1]
        names = [f"w{k + 1}" for k in range(inputs)]
        names += ["bias"] * (self.path.shape[-1] > inputs)
        if self.weights.ndim == 2:
            names = [f"{name} of {j}" for j in range(len(self.weights)) for name in names]
        errors = ["", *self.errors.tolist()]
        rows = [(n, errors[n], *weights.ravel().tolist()) for n, weights in enumerate(self.path)]
        return write_csv(path, ("pass", "error", *names), rows)


@spelled
def delta_rule(
    patterns: Any,
    targets: Any,
    *,
    rate: float,
    passes: int = 100,
    transfer: str | Transfer = "identity",
    bias: bool = True,
    start: Any = None,
    batch: bool = False,
    shuffle: bool = False,
    seed: int = 0,
    tolerance: float = 1e-10,
) -> DeltaLearning:
    """Learn by Δw = η·(t − y)·f′(u)·x, pattern by pattern (Widrow & Hoff 1960).

    For the identity f′ is 1: the lecture's linear form, Δw = η·(t − y)·x, which is the LMS rule.
    The other transfer functions have a slope that the answer tells (Rumelhart, Hinton & Williams
    1986): logistic y(1 − y), tanh 1 − y², threshold-linear 1 where the neuron answers, softplus
    1 − e^−y.

    In a batch the patterns of a pass change the weights together, by the mean of their Δw.  That
    is gradient descent on half the mean squared error; linear neurons then converge to the
    least-squares solution if η < 2/λmax (`largest_rate`).  Pattern by pattern they end in its
    neighbourhood, the nearer the smaller η, unless some weights answer every pattern.

    Parameters
    ----------
    patterns
        What is shown, x: (samples, inputs).
    targets
        What should be answered, t: (samples,) for one neuron, (samples, neurons) for several.
    rate
        η, above 0.
    passes
        Through all patterns, at most so many.
    transfer
        f: "identity", "logistic", "tanh", "threshold-linear" or "softplus".
    bias
        Whether the neurons have one; it learns as the weight of an input that is always 1.
    start
        The weights before the first pass, as in `DeltaLearning.path`; left out, 0, but a bias of
        threshold-linear neurons 1: where they are silent they do not learn.
    batch
        Whether a pass changes the weights once, at its end.
    shuffle
        Whether each pass has an order of its own; else it is that of the samples.
    seed
        Of these orders.
    tolerance
        It has converged where a pass moves no weight by more than this, relative to its size.  A
        weight smaller than 1 counts as 1 or, of inputs in a small unit, as the one by which the
        largest of them would answer the neuron's largest target (of logistic, tanh and softplus:
        would bring u to 1).  0: only where nothing moves.

    Raises
    ------
    InputError
        Shapes that do not go together, numbers that are not finite or out of range, a transfer
        function without such a slope, a threshold-linear neuron that is silent from the start.
    CircuitError
        No transfer function is called that.
    ConvergenceError
        A net input is 10¹⁰ times as large as the targets and the first net inputs, or as 1: it
        says in which pass, and at which sample.
    """
    x = patterns_of(patterns, "delta_rule")
    t = targets_of(targets, len(x), "delta_rule")
    f = _sloped(transfer)
    rate = positive(rate, "delta_rule: rate")
    passes = whole(passes, "delta_rule: passes", 1)
    seed = whole(seed, "delta_rule: seed", 0)
    bias, batch, shuffle = (
        truth(value, f"delta_rule: {name}")
        for value, name in ((bias, "bias"), (batch, "batch"), (shuffle, "shuffle"))
    )
    tolerance = at_rest(tolerance, "delta_rule")
    heard = np.column_stack([x, np.ones(len(x))]) if bias else x
    neurons, inputs = t.shape[1:], heard.shape[1]
    if start is None:
        start = np.zeros((*neurons, inputs))
        start[..., x.shape[1] :] = f.name == "threshold-linear"
    start = start_from(start, (*neurons, inputs), "delta_rule", bias).reshape(-1, inputs)
    first = heard @ start.T
    if f.name == "threshold-linear":
        _check_answers(first)
    most = FARTHEST * max(1.0, float(np.abs(first).max()), float(np.abs(t).max()))
    sums = np.empty(len(start))
    floors = _floors(heard, t.reshape(len(t), -1), f).ravel()

    def learn(orders: np.ndarray, path: np.ndarray, errors: np.ndarray, found: np.ndarray) -> None:
        learn_delta(
            f.code, heard.ravel(), t.ravel(), orders, len(x), inputs, len(start),
            np.float64(rate), int(batch), np.float64(most), np.float64(tolerance),
            floors, path, errors, sums, found,
        )  # fmt: skip

    made = learn_in_passes(learn, start, len(x), passes, shuffle, seed)
    if made.diverged:
        raise ConvergenceError(
            _why_it_diverged(made, f, rate, batch, heard, most), made.diverged[0]
        )
    path = made.path.reshape(-1, *neurons, inputs)
    weights = path[-1, ..., : x.shape[1]].copy()
    biases = path[-1, ..., -1].copy() if bias else np.zeros(neurons)
    return DeltaLearning(
        weights=weights,
        bias=biases if neurons else float(biases),
        path=path,
        errors=made.errors,
        converged=made.converged,
        transfer=f,
    )


def largest_rate(patterns: Any, *, bias: bool = True) -> float:
    """Return 2/λmax, below which linear neurons converge in a batch (Widrow & Stearns 1985).

    λmax is the largest eigenvalue of the patterns' mean correlation matrix, the mean of x·xᵀ.
    Pattern by pattern the *mean* of the weights converges below it, where each pattern is drawn at
    random from all that there are.

    Parameters
    ----------
    patterns
        (samples, inputs)
    bias
        Whether the neurons have one, which is an input that is always 1.

    Raises
    ------
    InputError
        Patterns that cannot be used.  All are 0, and there is no bias: then no rate is too large.
    """
    x = patterns_of(patterns, "largest_rate")
    bias = truth(bias, "largest_rate: bias")
    heard = np.column_stack([x, np.ones(len(x))]) if bias else x
    size = float(np.abs(heard).max())
    if size == 0:
        raise InputError(
            "largest_rate: all patterns are 0, so no rate is too large; show patterns that are not"
        )
    scaled = heard / size
    return 2 / float(np.linalg.eigvalsh(scaled.T @ scaled / len(x))[-1]) / size / size


def _sloped(transfer: str | Transfer) -> Transfer:
    f = transfer if isinstance(transfer, Transfer) else Transfer(transfer)
    if f.name in SLOPED:
        return f
    if f.name == "step":
        raise InputError(
            "delta_rule: transfer 'step' has slope 0 wherever it has one, so nothing would be "
            "learned; perceptron_rule teaches neurons of 0 and 1"
        )
    raise InputError(
        f"delta_rule: transfer must be one of {', '.join(SLOPED)}, whose answer tells their slope "
        f"(got {f.name!r})"
    )


def _floors(heard: np.ndarray, targets: np.ndarray, f: Transfer) -> np.ndarray:
    """Return as how large a small weight counts, (neurons, inputs); 0 of an input that is 0."""
    largest = np.abs(heard).max(axis=0)
    wanted = np.ones(targets.shape[1])
    if f.name in ("identity", "threshold-linear"):
        most = np.abs(targets).max(axis=0)
        wanted = np.where(most > 0, most, 1.0)
    ratios = np.zeros((wanted.size, largest.size))
    with np.errstate(over="ignore"):
        np.divide(wanted[:, None], largest, out=ratios, where=largest > 0)
    return np.minimum(ratios, 1.0)


def _check_answers(first: np.ndarray) -> None:
    silent = np.flatnonzero((first <= 0).all(axis=0))
    if silent.size:
        raise InputError(
            f"delta_rule: neuron {silent[0]} is silent at every pattern, where threshold-linear "
            "neurons do not learn; give a start= at which it answers"
        )


def _why_it_diverged(
    made: Passes, f: Transfer, rate: float, batch: bool, heard: np.ndarray, most: float
) -> str:
    assert made.diverged is not None
    number, sample, neuron = made.diverged
    whose = f", neuron {neuron}" if made.path.shape[1] > 1 else ""
    if batch:
        advice = f"take a rate below 2/λmax = {largest_rate(heard, bias=False):.3g}"
    else:
        largest = float((heard**2).sum(axis=1).max())
        advice = f"take a rate of at most 1/max|x|² = {1 / largest:.3g}"
    return (
        f"delta_rule diverged in pass {number}, at sample {sample}{whose}: the net input is beyond "
        f"{most:.3g} at a rate of {rate:.3g}; {advice}"
    )
