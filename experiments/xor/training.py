"""Networks of none to two hidden layers, each trained on XOR from many random starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from neurosim.networks import SGD, Dense, Input, Sequential
from neurosim.progress import progress
from neurosim.result import Result

from ..proportions import CONFIDENCE, by_chance, wilson_interval

Hidden = tuple[int, ...]

PATTERNS = np.array(list(product((0.0, 1.0), repeat=2)))
TARGETS = np.array([[0.0], [1.0], [1.0], [0.0]])
NONE, TWO, EIGHT, DEEP, WIDE_DEEP = (), (2,), (8,), (2, 2), (4, 4)
NETWORKS: tuple[Hidden, ...] = (NONE, TWO, (4,), EIGHT, DEEP, WIDE_DEEP)
RATE, EPOCHS = 1.0, 2000
ROUNDING = 1e-9  # of answers of one cell after so many epochs, whose error halves in 20
RISK = 1e-2  # that two networks that learn equally often look as if they did not
# Where two patterns of unlike targets get one answer, ½, and the others are right; and where three
# get one, the part of 1s among them, ⅓ or ⅔, and the other is right.
TWO_ALIKE = np.log(2) / 2
THREE_ALIKE = 3 / 4 * (np.log(3) - 2 / 3 * np.log(2))
NEAR = 0.03  # of a loss that rests: it falls or rises to it slowly


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a network's starts.

    Attributes
    ----------
    hidden : cells in each hidden layer
    networks : one a start, trained
    losses : (starts,) the last epoch's cross-entropy, nats a pattern
    right : (starts,) how many of the four patterns are on the right side of ½
    """

    hidden: Hidden
    networks: list[Sequential]
    losses: np.ndarray
    right: np.ndarray

    @property
    def name(self) -> str:
        """Its hidden layers, as they are called in figures."""
        return " + ".join(map(str, self.hidden)) or "none"

    @property
    def learned(self) -> np.ndarray:
        """Which starts learned it, (starts,)."""
        return np.asarray(self.right == len(PATTERNS))

    @property
    def interval(self) -> tuple[float, float]:
        """Which part of all starts may learn it, at 95%."""
        return wilson_interval(int(self.learned.sum()), self.learned.size)


def network(hidden: Hidden, seed: int) -> Sequential:
    """Return a network with tanh hidden cells and one logistic output."""
    layers = [Dense(cells, activation="tanh") for cells in hidden]
    return Sequential(
        [Input((2,)), *layers, Dense(1, activation="sigmoid")], seed=seed, dtype="float64"
    )


def train_all(result: Result, starts: int, seed: int) -> Mapping[Hidden, Outcome]:
    """Train every network from every start, and claim how often it is learned."""
    random = np.random.default_rng(seed)
    seeds = random.integers(2**63, size=(len(NETWORKS), starts))
    work = [(hidden, int(own)) for hidden, row in zip(NETWORKS, seeds, strict=True) for own in row]
    made: dict[Hidden, list[Sequential]] = {hidden: [] for hidden in NETWORKS}
    for hidden, own in progress(work, "starts"):
        model = network(hidden, own)
        model.compile(SGD(RATE), "binary_crossentropy")
        model.fit(PATTERNS, TARGETS, len(PATTERNS), EPOCHS, verbose=0, shuffle=False)
        made[hidden].append(model)
    outcomes = {hidden: _outcome(hidden, networks) for hidden, networks in made.items()}
    _claim_none(result, outcomes[NONE])
    _claim_hidden(result, outcomes)
    result.table(
        "learned",
        ("hidden cells", "weights", "starts", "learned", "interval from", "interval to"),
        [
            (o.name, o.networks[0].count_params(), starts, int(o.learned.sum()), *o.interval)
            for o in outcomes.values()
        ],
    )
    return outcomes


def trained(outcomes: Mapping[Hidden, Outcome]) -> Sequential:
    """Return a network of two hidden layers that learned it, of the start with the least loss."""
    outcome = outcomes[WIDE_DEEP]
    return outcome.networks[int(outcome.losses.argmin())]


def _outcome(hidden: Hidden, networks: list[Sequential]) -> Outcome:
    answers = np.array([model.predict(PATTERNS) for model in networks])
    right = ((answers > 0.5) == (TARGETS > 0.5)).sum(axis=(1, 2))
    losses = np.array([model.history.history["loss"][-1] for model in networks])
    return Outcome(hidden, networks, losses, right)


def _claim_none(result: Result, none: Outcome) -> None:
    """Without hidden cells: the one minimum."""
    answers = np.array([model.predict(PATTERNS) for model in none.networks])
    result.claim(
        "no hidden cell: from every start it comes to answer ½ to all four patterns, furthest off",
        np.abs(answers - 0.5).max(), at_most=ROUNDING,
    )  # fmt: skip
    result.claim(
        "which is a cross-entropy of ln 2 a pattern: the mean over starts", none.losses.mean(),
        np.log(2), tolerance=ROUNDING,
    )  # fmt: skip
    lowest = min(min(model.history.history["loss"]) for model in none.networks)
    result.claim(
        "and no epoch of any start was below ln 2: the least", lowest,
        at_least=np.log(2) - ROUNDING,
    )  # fmt: skip


def _claim_hidden(result: Result, outcomes: Mapping[Hidden, Outcome]) -> None:
    """With hidden cells: how often, and where the others rest."""
    counts = {hidden: int(o.learned.sum()) for hidden, o in outcomes.items()}
    starts = outcomes[TWO].learned.size
    for hidden in NETWORKS[1:]:
        low, high = outcomes[hidden].interval
        layers = "one hidden layer" if len(hidden) == 1 else "two hidden layers"
        result.claim(
            f"{layers} of {' and '.join(map(str, hidden))}: starts of {starts} that learn XOR "
            f"({CONFIDENCE:.0%} interval {low:.0%} to {high:.0%})",
            counts[hidden], at_least=1,
        )  # fmt: skip
    for more, fewer, words in (
        (EIGHT, TWO, "eight hidden cells learn it oftener than two"),
        (WIDE_DEEP, DEEP, "two layers of four oftener than two layers of two"),
    ):
        result.claim(
            f"{words}: probability of such counts by chance (Fisher's exact test)",
            by_chance(counts[more], starts, counts[fewer], starts), at_most=RISK,
        )  # fmt: skip
    stuck = outcomes[TWO].losses[~outcomes[TWO].learned]
    rests = np.abs(stuck[:, None] / [TWO_ALIKE, THREE_ALIKE] - 1).min(axis=1) < NEAR
    result.claim(
        "two hidden cells: the part of the starts that fail which rest at ½·ln 2, where two "
        "patterns get one answer, or at ¾·(ln 3 − ⅔·ln 2), where three do",
        rests.mean(), at_least=0.5,
    )  # fmt: skip
