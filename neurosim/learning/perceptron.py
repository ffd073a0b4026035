"""The perceptron's learning rule: a threshold neuron that learns from its mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ConvergenceError, InputError, spelled
from ..exactness import LARGEST
from ..kernels import learn_perceptron
from ..timing import positive, truth, whole
from .passes import orders_of, start_from
from .perceptron_learning import RULE, PerceptronLearning, to_undo, unit_of
from .samples import in_one_array, labels_of, patterns_of
from .separation import folded, meeting

KEPT = 100_000  # changes of weights, of which the samples are kept
PATIENCE = 100  # passes before it is asked whether there is an end to wait for
ENDLESS = 1e12  # mistakes that only undo the start: more would take days
STRETCH = 1 << 24  # products between two looks at Ctrl-C: some hundredths of a second
LANES = 8  # of the widest vectors: rows are filled up with zeros to whole ones
SHOWN = 6  # samples that an error tells


@spelled
def perceptron_rule(
    patterns: Any,
    labels: Any,
    *,
    rate: float = 1.0,
    passes: int | None = None,
    start: Any = None,
    shuffle: bool = False,
    seed: int = 0,
    only_mistakes: bool = True,
) -> PerceptronLearning:
    """Learn w and b of a threshold neuron: w ← w + η·y·x where y·(w·x + b) ≤ 0 (Rosenblatt 1958).

    The bias is the weight of an input of 1.  If a plane parts the classes, the rule finds one
    after at most (R/γ)² mistakes (Novikoff 1962); else it never comes to rest.

    Parameters
    ----------
    patterns
        x, (samples, inputs).
    labels
        y, 0 and 1, −1 and +1 or truth values: (samples,) for one neuron, or (samples, neurons) for
        several, each of which learns by itself from the same patterns.
    rate
        η, the size of a change, from 1e-90 to 1e90; from w = 0 it scales the weights, and changes
        no mistake.
    passes
        At most so many over all patterns.  Left out: as many as it takes.
    start
        The weights and, last, the bias, (inputs + 1,), or (neurons, inputs + 1); left out, 0.
    shuffle
        Whether each pass has an order of its own.  Else the patterns come as they stand.
    seed
        Of these orders.
    only_mistakes
        False: the lecture's literal Δw = η·y·x, from every pattern, right or wrong.  Each pass then
        adds the same, so that it never comes to rest and needs `passes`; Novikoff's bound does not
        hold, and it does not learn AND of 0 and 1.

    Raises
    ------
    InputError
        Shapes that do not fit, values that are not finite, labels of another kind or of one class.
    ConvergenceError
        Without `passes`: no plane parts the classes, which is asked after 100 passes, and some of
        the samples that stand in each other's way are told; or the gap is so narrow that rounding
        hides it.
    """
    x = patterns_of(patterns, RULE)
    y = labels_of(labels, len(x), RULE)
    lower = int(np.min(in_one_array(labels, f"{RULE}: labels", "whole numbers")))
    rate = _rate(rate)
    shuffle = truth(shuffle, f"{RULE}: shuffle")
    only_mistakes = truth(only_mistakes, f"{RULE}: only_mistakes")
    seed = whole(seed, f"{RULE}: seed", 0)
    if passes is not None:
        passes = whole(passes, f"{RULE}: passes", 1)
    elif not only_mistakes:
        raise InputError(
            f"{RULE}: with only_mistakes=False every pattern changes the weights, and they never "
            "come to rest; give passes="
        )
    shape = (*y.shape[1:], x.shape[1] + 1)
    first = np.zeros(shape) if start is None else start_from(start, shape, RULE, bias=True)
    learner = _Learner(x, y, lower, rate, first, only_mistakes, seed if shuffle else None)
    if passes is not None:
        learner.learn(passes)
        return learner.result()
    learner.learn(PATIENCE)
    if not learner.rests:
        most = _bound_or_raise(learner.result())
        while not learner.rests:
            learner.learn(len(learner.mistakes))
            if (learner.mistakes.sum(axis=0) > most).any():
                raise ConvergenceError(
                    f"{RULE} stopped after {len(learner.mistakes)} passes: it made more mistakes "
                    "than Novikoff's bound allows, so rounding undoes what is learned; bring "
                    "inputs, rate and start to one size",
                    len(learner.mistakes),
                )
    return learner.result()


class _Learner:
    """Neurons on their way: what they have learned so far, flat, as the kernel takes it."""

    def __init__(
        self, patterns: np.ndarray, labels: np.ndarray, lower: int, rate: float, start: np.ndarray,
        only_mistakes: bool, seed: int | None,
    ):  # fmt: skip
        self.patterns, self.labels, self.lower = patterns.copy(), labels, lower
        self.rate, self.start, self.only_mistakes = rate, start, only_mistakes
        self.unit = unit_of(rate, start)
        self.samples, self.inputs = len(patterns), patterns.shape[1] + 1
        self.width = -(-self.inputs // LANES) * LANES
        self.neurons = labels.size // self.samples
        self.rows = np.zeros((self.samples, self.width))
        self.rows[:, : self.inputs] = folded(patterns)
        self.weights = np.zeros((self.neurons, self.width))
        self.weights[:, : self.inputs] = start / self.unit
        self.mistakes = np.zeros((0, self.neurons), dtype=np.int64)
        self.updates = np.empty((KEPT, 2), dtype=np.int64)
        self.counts = np.zeros(2, dtype=np.int64)
        self.random = None if seed is None else np.random.default_rng(seed)

    @property
    def rests(self) -> bool:
        """Whether no further pass would change anything."""
        return self.only_mistakes and bool(len(self.mistakes)) and not self.mistakes[-1].any()

    def learn(self, passes: int) -> None:
        """Learn so many passes more, or until it rests."""
        at_once = max(1, STRETCH // (self.rows.size * self.neurons))
        parts = [self.mistakes]
        while passes > 0:
            parts.append(self._stretch(min(passes, at_once)))
            passes -= at_once
            if self.only_mistakes and not parts[-1][-1].any():
                break
        self.mistakes = np.concatenate(parts)

    def _stretch(self, passes: int) -> np.ndarray:
        """Return the mistakes of so many passes, or until one is without: (passes, neurons)."""
        mistakes = np.zeros((passes, self.neurons), dtype=np.int64)
        before = int(self.counts[0])
        learn_perceptron(
            int(not self.only_mistakes), self.rows.reshape(-1), self.labels.reshape(-1),
            orders_of(self.random, self.samples, passes), self.samples, self.width, self.neurons,
            np.float64(self.rate / self.unit), self.weights.reshape(-1), mistakes.reshape(-1),
            self.updates.reshape(-1), np.zeros(self.neurons), self.counts,
        )  # fmt: skip
        return mistakes[: int(self.counts[0]) - before]

    def result(self) -> PerceptronLearning:
        """Return what is learned so far."""
        weights = self.unit * self.weights[:, : self.inputs]
        mistakes, updates = self.mistakes, self.updates[: self.counts[1]].copy()
        bias: Any = weights[:, -1]
        if self.labels.ndim == 1:
            weights, mistakes, updates = weights[0], mistakes[:, 0], updates[:, 0]
            bias = float(weights[-1])
        return PerceptronLearning(
            weights=weights[..., :-1],
            bias=bias,
            mistakes_by_pass=mistakes,
            converged=not mistakes[-1].any(),
            updates=updates,
            rate=self.rate,
            only_mistakes=self.only_mistakes,
            start=self.start,
            patterns=self.patterns,
            labels=self.labels,
            lower=self.lower,
        )


def _rate(rate: Any) -> float:
    rate = positive(rate, f"{RULE}: rate")
    if not 1 / LARGEST <= rate <= LARGEST:
        raise InputError(f"{RULE}: rate must be from {1 / LARGEST:g} to {LARGEST:g} (got {rate:g})")
    return rate


def _bound_or_raise(result: PerceptronLearning) -> np.ndarray:
    """Return how many mistakes each neuron can make, or raise ConvergenceError: there is no end."""
    passes = len(result.mistakes_by_pass)
    labels = result.labels.reshape(len(result.labels), -1)
    for j, y in enumerate(labels.T):
        met = meeting(result.patterns, y)
        if met is None:
            continue
        whose = f" of neuron {j}" if result.labels.ndim == 2 else ""
        told = [_listed(met.rows[y[met.rows] == label]) for label in (1, -1)]
        raise ConvergenceError(
            f"{RULE} stopped after {passes} passes: no plane parts the classes{whose}, as a mean "
            f"of {told[0]} of the one is a mean of {told[1]} of the other; give other inputs, or "
            "passes= to stop after so many without this error",
            passes,
        )
    most = np.atleast_1d(result.bound)
    if not np.isfinite(most).all():
        raise ConvergenceError(
            f"{RULE} stopped after {passes} passes: a plane parts the classes, but the margin is "
            f"below 1e-10 of the longest pattern, {result.radius:.3g}, and rounding hides it; "
            "center the inputs and bring them to one size",
            passes,
        )
    more = float(np.max(to_undo(result)))
    if more > ENDLESS:
        raise ConvergenceError(
            f"{RULE} stopped after {passes} passes: from such a start it may take {more:.2g} "
            "mistakes; start nearer to 0, or take a larger rate",
            passes,
        )
    return most


def _listed(rows: np.ndarray) -> str:
    """Return samples by number, a few of many."""
    numbered = ", ".join(str(n) for n in np.sort(rows)[:SHOWN]) + ", …" * (rows.size > SHOWN)
    return f"sample{'s' * (rows.size > 1)} {numbered}"
