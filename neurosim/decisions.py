"""What one binary neuron decides on every input pattern, and by how much.

It fires where bias + E − S ≥ θ·(σ + D).  Moving one of these numbers turns the decision on single
patterns, one after the other and each at a point known in advance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .intervals import Interval, above, below, decimal
from .populations import VETO, Population

EXACT = 2**62  # below which sums are NumPy's whole numbers; larger ones are Python's, and slower
ROUNDING = 53  # binary digits of a sum that the engine rounds

Active = Callable[[int], np.ndarray]  # on which patterns the value at a place is active


@dataclass(frozen=True, eq=False)
class Weight:
    """One synapse.

    Attributes
    ----------
    place, root : where it comes from, and what stands there behind any delay lines
    heard : what an active source sends: 1, or a constant's value
    """

    channel: str
    value: float
    place: int
    root: int
    heard: Fraction

    @property
    def amount(self) -> Fraction:
        """What it adds to E, S, E − S (on `drive`) or D where its source is active."""
        return decimal(self.value) * self.heard


@dataclass(frozen=True, eq=False)
class _Sum:
    """A number and what each active place adds to it, all of them whole, in some unit."""

    base: int
    terms: list[tuple[int, int]]
    dtype: np.dtype

    def over(self, active: Active, count: int) -> np.ndarray:
        """Return the sum on each of `count` patterns."""
        total = np.full(count, self.base, dtype=self.dtype)
        for place, weight in self.terms:
            total = total + weight * active(place).astype(self.dtype)
        return total

    def sizes(self) -> _Sum:
        """Return the sum of what the places add, whatever its sign."""
        return _Sum(0, [(place, abs(weight)) for place, weight in self.terms], self.dtype)


class BinaryNeuron:
    """One binary neuron: it fires where `drive` = bias + E − S is not below `bar` = θ·(σ + D).

    Both are counted in one unit, in whole numbers; `pool` = σ + D in one of its own.
    """

    def __init__(self, population: Population, row: int, weights: list[Weight], layer: int):
        assert population.neurons is not None

        def own(name: str) -> float:
            value = np.broadcast_to(getattr(population.neurons, name), population.shape)
            return float(value.ravel()[row])

        self.place = population.start + row
        self.layer = layer
        self.weights = [w for w in weights if w.channel != VETO]
        self.vetoes = [w.root for w in weights if w.channel == VETO and w.heard]
        self.threshold = own("threshold")
        self.theta, sigma = decimal(self.threshold), decimal(own("semi_saturation"))
        signs = {"subtract": -1, "excite": 1, "drive": 1}
        heard = [(w.root, signs[w.channel] * w.amount) for w in self.weights if w.channel in signs]
        pooled = [(w.root, w.amount) for w in self.weights if w.channel == "divide"]
        lifted = [(root, self.theta * amount) for root, amount in pooled]
        drive = (decimal(own("bias")), heard)
        self.unit, (self.drive, self.bar) = _counted(drive, (self.theta * sigma, lifted))
        self.pool_unit, (self.pool,) = _counted((sigma, pooled))

    @property
    def heard(self) -> set[int]:
        """The places that its decision depends on."""
        return {*self.vetoes, *(w.root for w in self.weights)}

    def net(self, active: Active, count: int) -> np.ndarray:
        """Return `drive` − `bar` on each pattern."""
        return self.drive.over(active, count) - self.bar.over(active, count)

    def silent(self, active: Active, count: int) -> np.ndarray | None:
        """Return where 0/0 = 0 is its input, which needs σ = 0; None for nowhere."""
        return None if self.pool.base else self.pool.over(active, count) == 0

    def vetoed(self, active: Active, count: int) -> np.ndarray:
        """Return on which patterns it is vetoed."""
        found = np.zeros(count, dtype=bool)
        for place in self.vetoes:
            found |= active(place)
        return found

    def fires(self, active: Active, count: int) -> np.ndarray:
        """Return on which patterns it fires."""
        decided = self.net(active, count) >= 0
        silent = self.silent(active, count)
        if silent is not None:
            decided = np.where(silent, self.threshold <= 0, decided)
        return decided & ~self.vetoed(active, count)


class Decision:
    """A neuron on every pattern: what it decides, by how much, and what hangs on it."""

    def __init__(self, neuron: BinaryNeuron, values: np.ndarray, critical: np.ndarray):
        self.neuron = neuron
        self.active = values.__getitem__
        self.critical = critical
        count = len(critical)
        self.on = values[neuron.place]
        self.vetoed = neuron.vetoed(self.active, count)
        self.pool = neuron.pool.over(self.active, count)
        # A vetoed cell, and one whose pool is silent, answer alike whatever the weights are.
        self.free = ~self.vetoed & (self.pool > 0)
        self.net = neuron.net(self.active, count)
        self._agree()

    def _agree(self) -> None:
        """Hold `net` to what the engine decided, where rounding decided it."""
        wrong = self.free & ((self.net >= 0) != self.on)
        if wrong.any():
            neuron = self.neuron
            size = neuron.drive.sizes().over(self.active, len(self.on)) + abs(neuron.drive.base)
            size = size + np.abs(neuron.bar.over(self.active, len(self.on)))
            self.net = np.where(wrong, np.where(self.on, 0, -1 - (size >> ROUNDING)), self.net)

    # ------------------------------------------------------------ one number

    def of_threshold(self) -> Interval:
        """θ turns a pattern when it passes that pattern's u; at u itself it fires."""
        turns = self.critical & ~self.vetoed
        low = max(self._inputs(turns & ~self.on), default=None)
        high = min(self._inputs(turns & self.on), default=None)
        return Interval(below(low, -math.inf), below(high, math.inf), True, False)

    def _inputs(self, at: np.ndarray) -> Iterator[Fraction]:
        """Yield u = (bias + E − S)/(σ + D) on these patterns, the least and largest among them."""
        neuron = self.neuron
        unit = neuron.unit / neuron.pool_unit
        nets, pools = self.net[at], self.pool[at]
        if not neuron.pool.terms and nets.size:  # one pool on every pattern: the ends will do
            pairs = {(int(end), int(pools[0])) for end in (nets.min(), nets.max())}
        else:
            pairs = set(zip(nets.tolist(), pools.tolist(), strict=True))
        for net, pool in pairs:
            yield neuron.theta + Fraction(net, pool) * unit if pool else Fraction(0)

    def of_weight(self, weight: Weight) -> Interval:
        """A weight turns a pattern in which its source is active when `net` passes 0.

        A pattern whose `net` is 0 fires.
        """
        least = -math.inf if weight.channel == "drive" else 0.0
        slope = {"subtract": Fraction(-1), "divide": -self.neuron.theta}.get(weight.channel, 1)
        slope *= weight.heard
        if slope == 0:
            return Interval(least, math.inf, math.isinf(least), True)
        turns = self.active(weight.root) & self.free & self.critical
        off, on = self.net[turns & ~self.on], self.net[turns & self.on]
        value, unit = decimal(weight.value), self.neuron.unit / slope
        starts = value - int(off.max()) * unit if off.size else None
        stops = value - int(on.min()) * unit if on.size else None
        if slope > 0:
            low, high, low_open = above(stops, -math.inf), above(starts, math.inf), False
        else:
            low, high, low_open = below(starts, -math.inf), below(stops, math.inf), True
        if low < least:
            low, low_open = least, self._needs(weight)
        return Interval(low, high, low_open or math.isinf(low), slope > 0)

    def _needs(self, weight: Weight) -> bool:
        """Return whether without this weight a silent pool (0/0 = 0) breaks the table."""
        if weight.channel != "divide":
            return False
        own = int(weight.amount / self.neuron.pool_unit)
        silent = self.active(weight.root) & self.free & (self.pool == own)
        return bool((silent & self.critical & (self.on != (self.neuron.threshold <= 0))).any())

    # ------------------------------------------------------------ all its numbers

    def tolerance(self) -> tuple[float, float]:
        """Return the relative change at which some, and a critical, pattern turns (∞: none)."""
        # All moved by r against a decision: |net| − r·reach ∓ r²·|θD| reaches 0.
        neuron, count = self.neuron, len(self.on)
        divided = neuron.bar.over(self.active, count) - neuron.bar.base
        reach = neuron.drive.sizes().over(self.active, count) + abs(neuron.bar.base)
        reach = reach + 2 * np.abs(divided)
        scale = int(reach.max(initial=1))  # only ratios count
        divided, reach, net = (_floats(v, scale) for v in (divided, reach, np.abs(self.net)))
        square = np.where(self.on, divided, -divided)
        with np.errstate(invalid="ignore", divide="ignore"):
            change = 2 * net / (reach + np.sqrt(reach**2 + 4 * square * net))
        change = np.where(self.net == 0, 0.0, change)
        turns = self.free & (reach > 0) & (change <= 1)  # NaN: nothing turns it
        return (
            float(change[turns].min(initial=math.inf)),
            float(change[turns & self.critical].min(initial=math.inf)),
        )


def _floats(values: np.ndarray, scale: int) -> np.ndarray:
    """Return whole numbers in another unit, as floats."""
    if values.dtype.kind == "O":
        return np.array([value / scale for value in values.tolist()], dtype=float)
    return values / scale


def _counted(
    *sums: tuple[Fraction, list[tuple[int, Fraction]]],
) -> tuple[Fraction, list[_Sum]]:
    """Return a unit and sums counted in it, in whole numbers."""
    numbers = [n for base, terms in sums for n in (base, *(weight for _, weight in terms))]
    parts = math.lcm(*(n.denominator for n in numbers))
    fits = sum(map(abs, numbers)) * parts < EXACT
    dtype = np.dtype(np.int64 if fits else object)
    return Fraction(1, parts), [
        _Sum(int(base * parts), [(p, int(weight * parts)) for p, weight in terms], dtype)
        for base, terms in sums
    ]
