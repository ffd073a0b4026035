"""Learning curves: how many rows a neuron must see, and a lookup table, to be right on the others.

The neuron is biased, it can compute few functions; the table can hold any.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from circuits import logic
from neurosim import Circuit
from neurosim.plotting import COLOURS, FAINT, new_figure
from neurosim.progress import progress
from neurosim.result import Result

from .neurons import Neuron, answers_of, learned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHARES = np.array([1, 2, 4, 8, 12, 16, 20, 24, 28]) / 32  # of the rows that are trained
WEIGHT = 15  # the largest that a random threshold function has
# More than Novikoff's bound for 10 inputs, these weights and a margin of a half: 11·31,650·4.
PASSES = 2_000_000
SHORT = 20  # passes where they cannot
CHANCE = 1e-9  # that a claim about random functions fails where theory is right


class Curves(NamedTuple):
    """How many unseen rows are answered right, (functions, sizes), by learner and by what it saw.

    Attributes
    ----------
    sizes, unseen : rows trained, and the others, (sizes,)
    neuron : of threshold functions
    table : the lookup table of the same
    random : the neuron of random functions, of which few are a neuron's
    trained : whether the neuron is right on all rows of threshold functions that it saw
    """

    sizes: np.ndarray
    unseen: np.ndarray
    neuron: np.ndarray
    table: np.ndarray
    random: np.ndarray
    trained: np.ndarray


def draw_learning_curves(
    result: Result, inputs: int, functions: int, random: np.random.Generator
) -> None:
    """Measure the curves, claim what theory says of them, and draw them."""
    curves = _measure(inputs, functions, random)
    result.claim(
        f"threshold functions of {inputs} bits: neurons that are right on all rows they saw",
        int(curves.trained.sum()),
        curves.trained.size,
    )
    # Right answers on unseen rows are tosses of a fair coin; Hoeffding (1963).
    deviations = math.sqrt(2 * math.log(2 * curves.sizes.size / CHANCE))
    tosses = functions * curves.unseen
    for who, right in (
        ("a lookup table that guesses, of threshold functions", curves.table),
        ("a neuron, of random functions", curves.random),
    ):
        off = np.abs(right.sum(axis=0) - tosses / 2) / np.sqrt(tosses / 4)
        result.claim(
            f"{who}: half of its answers on unseen rows are right; largest difference in standard "
            "deviations (Hoeffding's bound)",
            off.max(),
            at_most=deviations,
        )
    least = 1 - _most_wrong(inputs, functions, curves.sizes) / curves.unseen
    means = curves.neuron.mean(axis=0) / curves.unseen
    result.claim(
        "a neuron, of threshold functions: by how much its share of right answers is above the "
        "least that theory gives (Cover 1965, Blumer et al. 1987)",
        (means - least).min(),
        at_least=0,
    )
    columns = [curves.sizes, *_mean_and_error(curves.neuron, curves.unseen), least]
    for right in (curves.table, curves.random):
        columns += _mean_and_error(right, curves.unseen)
    result.table(
        "learning-curves",
        (
            "rows", "neuron", "neuron's standard error", "neuron's least by theory",
            "lookup table", "lookup table's standard error", "neuron on random functions",
            "standard error on random functions",
        ),
        zip(*columns, strict=True),
    )  # fmt: skip
    figure, ax = new_figure(height=3.7)
    _draw(ax, curves, least, inputs)
    result.figure("learning-curves", figure)


def _measure(inputs: int, functions: int, random: np.random.Generator) -> Curves:
    """Train neurons and tables on random rows of random functions, and ask for the others."""
    count = 2**inputs
    patterns = np.arange(count)[:, None] >> np.arange(inputs) & 1
    sizes = np.unique(np.clip(np.round(SHARES * count), 1, count - 1).astype(int))
    threshold = _threshold_functions(inputs, functions, patterns, random)
    anything = random.integers(0, 2, (functions, count))
    order = np.array([random.permutation(count) for _ in range(functions)])
    neurons: list[Neuron] = []
    for k in progress(functions, "learning curves"):
        for answers, passes in ((threshold[k], PASSES), (anything[k], SHORT)):
            for size in sizes:
                rows = order[k, :size]
                neurons.append(learned(patterns[rows], answers[rows], passes))
    neuron, other = (
        answers_of(neurons, patterns).T.reshape(functions, 2, sizes.size, count).swapaxes(0, 1)
    )
    seen = np.argsort(order, axis=1)[:, None, :] < sizes[:, None]  # (functions, sizes, rows)
    guesses = random.integers(0, 2, seen.shape)
    table = _lookup_tables(np.where(seen, threshold[:, None, :], guesses), inputs)
    right = neuron == threshold[:, None, :]
    return Curves(
        sizes=sizes,
        unseen=count - sizes,
        neuron=(right & ~seen).sum(axis=2),
        table=((table == threshold[:, None, :]) & ~seen).sum(axis=2),
        random=((other == anything[:, None, :]) & ~seen).sum(axis=2),
        trained=(right | ~seen).all(axis=2),
    )


def _threshold_functions(
    inputs: int, functions: int, patterns: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Return the truth tables of neurons with random weights, (functions, rows).

    Each threshold is half of the drive by all inputs, so that a pattern and its opposite, of the
    other bits, have drives as far above it and below: about half of the answers are 1.
    """
    weights = random.integers(-WEIGHT, WEIGHT + 1, (functions, inputs))
    teachers = Circuit("random neurons")
    x = teachers.inputs("x", shape=inputs)
    teachers.output(
        teachers.binary("teachers", drive=2 * weights @ x, threshold=weights.sum(axis=1))
    )
    return np.asarray(teachers(patterns)).T


def _lookup_tables(contents: np.ndarray, inputs: int) -> np.ndarray:
    """Return what tables answer: a cell for each row, and neurons that read what stands there.

    Parameters
    ----------
    contents
        (…, rows), 0 or 1.
    """
    tables = contents.reshape(-1, contents.shape[-1])
    circuit = Circuit("lookup tables")
    number = circuit.inputs("number", bits=inputs)
    line = logic.decoder(inputs)(number)
    circuit.output(circuit.binary("tables", excite=tables @ line, threshold=1))
    return np.asarray(circuit(np.arange(tables.shape[1]))).T.reshape(contents.shape)


def _most_wrong(inputs: int, functions: int, sizes: np.ndarray) -> np.ndarray:
    """Return how many unseen rows neurons that are right on all they saw have wrong at most.

    A function with k of N rows wrong is right on m random ones with probability p(k) =
    C(N − k, m)/C(N, m), and there are at most H = 2·Σ C(N − 1, i), i ≤ n, functions of a neuron
    with n inputs (Cover 1965).  So that R neurons are right on what they saw and have k wrong in
    the mean has at most the probability (H·p(k))^R, for p is log-concave (the argument of Blumer,
    Ehrenfeucht, Haussler & Warmuth 1987); the bound is where that is the chance allowed.
    """
    count = 2**inputs
    neurons = math.log(2 * sum(math.comb(count - 1, i) for i in range(inputs + 1)))
    allowed = math.log(CHANCE / sizes.size) / functions - neurons
    return np.array([_reach(count, int(size), allowed) for size in sizes])


def _reach(count: int, size: int, allowed: float) -> float:
    """Return the largest k, from 0 to N − m, with ln p(k) at least as allowed: p falls with k."""

    def above(k: float) -> float:
        ways = gammaln(count - k + 1) - gammaln(count - k - size + 1)
        return float(ways - gammaln(count + 1) + gammaln(count - size + 1)) - allowed

    return count - size if above(count - size) >= 0 else brentq(above, 0, count - size)


def _mean_and_error(right: np.ndarray, unseen: np.ndarray) -> list[np.ndarray]:
    """Return the share of right answers, the mean over functions and its standard error."""
    share = right / unseen
    return [share.mean(axis=0), share.std(axis=0, ddof=1) / math.sqrt(len(share))]


def _draw(ax: Axes, curves: Curves, least: np.ndarray, inputs: int) -> None:
    ax.axhline(0.5, color=FAINT, linestyle=":", linewidth=0.8)
    rows = curves.sizes
    tosses = curves.table.shape[0] * curves.unseen  # few where few rows are left
    off = 2 * np.sqrt(0.25 / tosses)
    guessing = ax.fill_between(
        rows, 0.5 - off, 0.5 + off, color="0.9", linewidth=0, label="guessing, ± 2 s.d."
    )
    looks = (
        (curves.neuron, "blue", "o", "-", "neuron, threshold functions"),
        (curves.random, "green", "^", "-.", "neuron, random functions"),
        (curves.table, "vermillion", "s", "--", "lookup table"),
    )
    handles: list[Any] = []
    for right, colour, marker, dashes, name in looks:
        mean, error = _mean_and_error(right, curves.unseen)
        handles.append(
            ax.errorbar(
                rows, mean, error, color=COLOURS[colour], marker=marker, linestyle=dashes,
                markersize=3.5, linewidth=1.0, capsize=1.5, label=name,
            )
        )  # fmt: skip
    shown = least > 0.5
    if shown.any():  # for few inputs theory says no more than guessing does
        handles[1:1] = ax.plot(
            rows[shown], least[shown], color="0.6", linewidth=0.8, label="least by theory"
        )
    handles.append(guessing)
    ax.set(xlabel=f"rows trained, of {2**inputs}", ylabel="share right on rows not seen")
    ax.set(ylim=(0, 1.02), xlim=(0, 2**inputs))
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, -0.18), title="means ± s.e.")
    middle = int(np.argmin(np.abs(rows - 2 ** (inputs - 1))))
    shares = [
        _mean_and_error(right, curves.unseen)[0][middle] for right in (curves.neuron, curves.table)
    ]
    ax.set_title(
        f"After half of the rows the neuron is right on {shares[0]:.0%} of the others, "
        f"the table on {shares[1]:.0%}"
    )
