"""Safety margins: how far thresholds and weights may move before a truth table breaks.

Each neuron's decision is bias + E − S ≥ θ·(σ + D) on every input pattern.  Moving one of its
numbers turns the decision on single patterns, one after the other and each at a point known in
advance; what the outputs then are does not depend on which number was moved.  So each neuron's
decision is turned once, to see on which patterns an output hangs on it: these are *critical*, and
a number may move until it turns the first of them.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .calls import evaluate_places
from .errors import InputError
from .layering import layers_of
from .patterns import enumerated, input_bits
from .populations import VETO, Population, Projection
from .progress import progress

if TYPE_CHECKING:
    from .circuit import Circuit

MARGIN_BITS = 16  # input bits up to which every pattern is tried
CHUNK = 1 << 12  # patterns that are evaluated at a time
LONG = 1 << 21  # decisions in all from which it shows progress
EXACT = 2**62  # below which sums are whole numbers
ROUNDING = 2.0**-53  # of a sum that is not


@dataclass(frozen=True)
class Interval:
    """Where one number may lie, everything else as it is; `low_open` leaves `low` itself out."""

    low: float
    high: float
    low_open: bool
    high_open: bool

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def __str__(self) -> str:
        left = "(" if self.low_open or math.isinf(self.low) else "["
        right = ")" if self.high_open or math.isinf(self.high) else "]"
        return f"{left}{_told(self.low)}, {_told(self.high)}{right}"


@dataclass(frozen=True)
class Margin:
    """One threshold or weight, its value, and where it may lie.

    Attributes
    ----------
    neuron : the neuron's name
    parameter : "threshold", or the channel of a weight
    source : where a weight comes from; empty for a threshold
    """

    neuron: str
    parameter: str
    source: str
    value: float
    interval: Interval


@dataclass(frozen=True, eq=False)
class Margins:
    """The margins of a circuit of binary neurons; prints as a table.

    Attributes
    ----------
    alone : a `Margin` for each threshold and each weight, moved alone
    together : the largest relative change that all of them may make at once, in any direction:
        below it no neuron decides differently on any input pattern
    breaks_at : the smallest relative change with which the numbers of one neuron break the truth
        table (∞: none does); where it is `together`, all of them at once break it no sooner
    """

    circuit: str
    alone: tuple[Margin, ...]
    together: float
    breaks_at: float

    def of(self, neuron: str, parameter: str = "threshold", source: str = "") -> Interval:
        """Return the interval of one threshold, or of the weight from one source.

        Raises
        ------
        InputError
            A number that the circuit does not have.
        """
        for margin in self.alone:
            if (margin.neuron, margin.parameter, margin.source) == (neuron, parameter, source):
                return margin.interval
        raise InputError(f"no margin of {parameter} of {neuron!r} from {source!r}")

    def __str__(self) -> str:
        rows = [("neuron", "number", "value", "may lie in")]
        rows += [
            (
                m.neuron,
                m.parameter + (f" from {m.source}" if m.source else ""),
                f"{m.value:g}",
                str(m.interval),
            )
            for m in self.alone
        ]
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        lines = [
            "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows
        ]
        exact = (
            ""
            if self.breaks_at == self.together
            else f" (a change of {self.breaks_at:.4g} is known to break it)"
        )
        together = (
            f"every relative change below {self.together:.4g} is harmless"
            if self.together
            else "no change is harmless: a neuron decides exactly at its threshold"
        )
        lines.append(f"all at once: {together}{exact}")
        return "\n".join(lines)


def margins(circuit: Circuit) -> Margins:
    """Return how far each threshold and weight may move, alone and all at once.

    A number means its shortest decimal, as in a run; an interval's ends are rounded so that no
    number outside it counts as inside.

    Raises
    ------
    InputError
        Neurons that are not binary; inputs that take other numbers than 0 and 1; more than 2^16
        input patterns; no output.
    CircuitError
        A recurrent circuit.
    """
    if not circuit.is_binary:
        raise InputError(f"{circuit}: margins() is for circuits of binary neurons")
    bits = input_bits(circuit)
    if bits > MARGIN_BITS:
        raise InputError(f"{circuit} has 2^{bits} input patterns; margins tries 2^{MARGIN_BITS}")
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    return _Search(circuit, 2**bits).margins()


# ------------------------------------------------------------------ one neuron

Active = Callable[[int], np.ndarray]  # on which patterns the value at a place is active


@dataclass(frozen=True, eq=False)
class _Weight:
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
        return _decimal(self.value) * self.heard


@dataclass(frozen=True, eq=False)
class _Sum:
    """A number and what each active place adds to it, in some unit."""

    base: float
    terms: list[tuple[int, float]]

    def over(self, active: Active, count: int) -> np.ndarray:
        """Return the sum on each of `count` patterns."""
        total = np.full(count, self.base)
        for place, weight in self.terms:
            total = total + weight * active(place)
        return total

    def sizes(self) -> _Sum:
        """Return the sum of what the places add, whatever its sign."""
        return _Sum(0, [(place, abs(weight)) for place, weight in self.terms])


class _Neuron:
    """One binary neuron: it fires where `drive` = bias + E − S is not below `bar` = θ·(σ + D).

    Both are counted in one unit, in whole numbers where these stay exact; `pool` = σ + D in one
    of its own.
    """

    def __init__(self, population: Population, row: int, weights: list[_Weight], order: int):
        assert population.neurons is not None

        def own(name: str) -> float:
            value = np.broadcast_to(getattr(population.neurons, name), population.shape)
            return float(value.ravel()[row])

        self.place = population.start + row
        self.order = order
        self.weights = [w for w in weights if w.channel != VETO]
        self.vetoes = [w.root for w in weights if w.channel == VETO and w.heard]
        self.threshold = own("threshold")
        self.theta, sigma = _decimal(self.threshold), _decimal(own("semi_saturation"))
        signs = {"subtract": -1, "excite": 1, "drive": 1}
        heard = [(w.root, signs[w.channel] * w.amount) for w in self.weights if w.channel in signs]
        pooled = [(w.root, w.amount) for w in self.weights if w.channel == "divide"]
        lifted = [(root, self.theta * amount) for root, amount in pooled]
        drive = (_decimal(own("bias")), heard)
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


class _Decision:
    """A neuron on every pattern: what it decides, by how much, and what hangs on it."""

    def __init__(self, neuron: _Neuron, values: np.ndarray, critical: np.ndarray):
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
            self.net = np.where(wrong, np.where(self.on, 0.0, -ROUNDING * size), self.net)

    # ------------------------------------------------------------ one number

    def of_threshold(self) -> Interval:
        """θ turns a pattern when it passes that pattern's u; at u itself it fires."""
        turns = self.critical & ~self.vetoed
        low = max(self._inputs(turns & ~self.on), default=None)
        high = min(self._inputs(turns & self.on), default=None)
        return Interval(_below(low, -math.inf), _below(high, math.inf), True, False)

    def _inputs(self, at: np.ndarray) -> Iterator[Fraction]:
        """Yield every u = (bias + E − S)/(σ + D) on these patterns."""
        neuron = self.neuron
        unit = neuron.unit / neuron.pool_unit
        for net, pool in set(zip(self.net[at].tolist(), self.pool[at].tolist(), strict=True)):
            yield neuron.theta + Fraction(net) / Fraction(pool) * unit if pool else Fraction(0)

    def of_weight(self, weight: _Weight) -> Interval:
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
        value, unit = _decimal(weight.value), self.neuron.unit / slope
        starts = value - Fraction(off.max().item()) * unit if off.size else None
        stops = value - Fraction(on.min().item()) * unit if on.size else None
        if slope > 0:
            low, high, low_open = _above(stops, -math.inf), _above(starts, math.inf), False
        else:
            low, high, low_open = _below(starts, -math.inf), _below(stops, math.inf), True
        if low < least:
            low, low_open = least, self._needs(weight)
        return Interval(low, high, low_open or math.isinf(low), slope > 0)

    def _needs(self, weight: _Weight) -> bool:
        """Return whether without this weight a silent pool (0/0 = 0) breaks the table."""
        if weight.channel != "divide":
            return False
        own = float(weight.amount / self.neuron.pool_unit)
        silent = self.active(weight.root) & self.free & (self.pool == own)
        return bool((silent & self.critical & (self.on != (self.neuron.threshold <= 0))).any())

    # ------------------------------------------------------------ all its numbers

    def tolerance(self) -> tuple[float, float]:
        """Return the relative change at which some, and a critical, pattern turns (∞: none)."""
        # All moved by r against a decision: |net| − r·reach ∓ r²·|θD| reaches 0.
        neuron, count = self.neuron, len(self.on)
        bar = neuron.bar.over(self.active, count).astype(float)
        divided = bar - neuron.bar.base
        sizes = neuron.drive.sizes().over(self.active, count)
        reach = sizes + abs(neuron.bar.base) + 2 * np.abs(divided)
        net, square = np.abs(self.net).astype(float), np.where(self.on, divided, -divided)
        with np.errstate(invalid="ignore", divide="ignore"):
            change = 2 * net / (reach + np.sqrt(reach**2 + 4 * square * net))
        change = np.where(self.net == 0, 0.0, change)
        turns = self.free & (reach > 0) & (change <= 1)  # NaN: nothing turns it
        return (
            float(change[turns].min(initial=math.inf)),
            float(change[turns & self.critical].min(initial=math.inf)),
        )


# ------------------------------------------------------------------ the circuit


class _Search:
    """A circuit's neurons and what each of its values is on every pattern."""

    def __init__(self, circuit: Circuit, count: int):
        self.circuit = circuit
        self.count = count
        self.root, self.heard = _roots(circuit)
        self.outputs = {int(p) for o in circuit.outputs for p in self.root[o.index.ravel()]}
        self.values = self._evaluated()
        self.neurons = list(self._neurons())
        self.followers: dict[int, list[_Neuron]] = {}
        for neuron in self.neurons:
            for place in neuron.heard:
                self.followers.setdefault(place, []).append(neuron)

    def margins(self) -> Margins:
        alone: list[Margin] = []
        changes = []
        neurons: Iterable[_Neuron] = self.neurons
        if len(self.neurons) * self.count >= LONG:
            neurons = progress(neurons, f"margins of {self.circuit.name}")
        for neuron in neurons:
            decision = _Decision(neuron, self.values, self._critical(neuron))
            alone += self._alone(neuron, decision)
            changes.append(decision.tolerance())
        together = min((some for some, _ in changes), default=math.inf)  # of no neuron at all
        breaks_at = min((critical for _, critical in changes), default=math.inf)
        if math.isclose(together, breaks_at, rel_tol=1e-12):
            breaks_at = together
        return Margins(self.circuit.name, tuple(alone), together, breaks_at)

    def _alone(self, neuron: _Neuron, decision: _Decision) -> Iterator[Margin]:
        name = self.circuit.name_of(neuron.place)
        yield Margin(name, "threshold", "", neuron.threshold, decision.of_threshold())
        for weight in neuron.weights:
            source = self.circuit.name_of(weight.place)
            yield Margin(name, weight.channel, source, weight.value, decision.of_weight(weight))

    def _critical(self, neuron: _Neuron) -> np.ndarray:
        """Return on which patterns an output is wrong once this neuron decides otherwise."""
        critical = np.full(self.count, neuron.place in self.outputs)
        turned = {neuron.place: np.ones(self.count, dtype=bool)}
        waiting: list[tuple[int, int]] = []
        reached: dict[int, _Neuron] = {}

        def reach(place: int) -> None:
            for follower in self.followers.get(place, ()):
                if follower.place not in reached:
                    reached[follower.place] = follower
                    heapq.heappush(waiting, (follower.order, follower.place))

        reach(neuron.place)
        while waiting and not critical.all():
            follower = reached[heapq.heappop(waiting)[1]]
            heard = [turned[place] for place in follower.heard if place in turned]
            at = np.flatnonzero(np.logical_or.reduce(heard) & ~critical)
            now = follower.fires(self._turned(turned, at), at.size)
            other = at[now != self.values[follower.place, at]]
            if not other.size:
                continue
            if follower.place in self.outputs:
                critical[other] = True
            turned[follower.place] = np.zeros(self.count, dtype=bool)
            turned[follower.place][other] = True
            reach(follower.place)
        return critical

    def _turned(self, turned: dict[int, np.ndarray], at: np.ndarray) -> Active:
        """Return what is active on the patterns `at` once some places have turned on some."""

        def active(place: int) -> np.ndarray:
            values = self.values[place, at]
            return values ^ turned[place][at] if place in turned else values

        return active

    def _evaluated(self) -> np.ndarray:
        """Return whether each place is active on each pattern: (places, patterns)."""
        active = np.empty((self.circuit.size, self.count), dtype=bool)
        places = np.arange(self.circuit.size)
        for first in range(0, self.count, CHUNK):
            last = min(first + CHUNK, self.count)
            arrays = enumerated(self.circuit, first, last)
            active[:, first:last] = evaluate_places(self.circuit, arrays, places).T > 0
        for population in self.circuit.populations:
            if population.values is not None:  # whatever it is: `heard` says what it sends
                active[population.start : population.stop] = True
        return active

    def _neurons(self) -> Iterator[_Neuron]:
        layers = layers_of(self.circuit)
        arriving: dict[int, list[Projection]] = {}
        for projection in self.circuit.projections:
            arriving.setdefault(projection.target, []).append(projection)
        for position, population in enumerate(self.circuit.populations):
            if population.neurons is None:
                continue
            weights = self._weights(population, arriving.get(position, []))
            for row, own in enumerate(weights):
                yield _Neuron(population, row, own, layers[position])

    def _weights(self, population: Population, arriving: list[Projection]) -> list[list[_Weight]]:
        """Return the weights that arrive at each neuron of a population."""
        weights: list[list[_Weight]] = [[] for _ in range(population.size)]
        for projection in arriving:
            matrix = projection.connection.matrix(population.shape).tocoo()
            places = projection.connection.source.index.ravel()[matrix.col].tolist()
            entries = zip(matrix.row.tolist(), places, matrix.data.tolist(), strict=True)
            for row, place, value in entries:
                if value != 0:
                    root = int(self.root[place])
                    heard = self.heard.get(root, Fraction(1))
                    weights[row].append(_Weight(projection.channel, value, place, root, heard))
        return weights


def _roots(circuit: Circuit) -> tuple[np.ndarray, dict[int, Fraction]]:
    """Return what stands at each place behind any delay lines, and the constants by place."""
    root = np.arange(circuit.size)
    constants: dict[int, Fraction] = {}
    for p in circuit.populations:  # a delay line comes after what it repeats
        if p.delayed is not None:
            root[p.start : p.stop] = root[p.delayed.ravel()]
        elif p.values is not None:
            numbers = map(_decimal, p.values.ravel().tolist())
            constants |= dict(zip(range(p.start, p.stop), numbers, strict=True))
    return root, constants


# ------------------------------------------------------------------ numbers


@lru_cache(maxsize=1 << 16)
def _decimal(value: float) -> Fraction:
    """Return the number that a float's shortest decimal writes."""
    return Fraction(repr(float(value)))


def _counted(
    *sums: tuple[Fraction, list[tuple[int, Fraction]]],
) -> tuple[Fraction, list[_Sum]]:
    """Return a unit and sums counted in it: in whole numbers, or in floats if these are too large.

    Floats are scaled by a power of 2, which rounds nothing.
    """
    numbers = [n for base, terms in sums for n in (base, *(weight for _, weight in terms))]
    parts = math.lcm(*(n.denominator for n in numbers))
    count: Callable[[Fraction], float]
    if sum(map(abs, numbers)) * parts < EXACT:
        unit, count = Fraction(1, parts), int
    else:
        lengths = [n.numerator.bit_length() - n.denominator.bit_length() for n in numbers if n]
        unit, count = Fraction(2) ** max(lengths), float
    return unit, [
        _Sum(count(base / unit), [(place, count(weight / unit)) for place, weight in terms])
        for base, terms in sums
    ]


def _below(exact: Fraction | None, otherwise: float) -> float:
    """Return the largest float whose decimal is not above a number."""
    if exact is None:
        return otherwise
    nearest = _nearest(exact)
    if math.isinf(nearest) or _decimal(nearest) <= exact:
        return nearest
    return math.nextafter(nearest, -math.inf)


def _above(exact: Fraction | None, otherwise: float) -> float:
    """Return the smallest float whose decimal is not below a number."""
    return otherwise if exact is None else -_below(-exact, math.inf)


def _nearest(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.copysign(math.inf, exact)


def _told(value: float) -> str:
    return ("−∞" if value < 0 else "∞") if math.isinf(value) else f"{value:g}"
