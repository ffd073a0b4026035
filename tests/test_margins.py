"""Margins against brute force: the circuit rebuilt with each number moved."""

import itertools
import math
from fractions import Fraction

import naive
import numpy as np
import pytest
from hypothesis import given, reject, settings
from random_circuits import examples, twins

from circuits import arithmetic, logic
from neurosim import Circuit, InputError, calls, critical
from neurosim import margins as margins_module
from neurosim.bits.compiler import BitProgram, compile_bits
from neurosim.calls import evaluate_places
from neurosim.patterns import input_bits


def holds(circuit, changed):
    return list(circuit.truth_table()) == list(changed.truth_table())


@pytest.mark.parametrize(
    ("gate", "low", "high"), [(logic.or_(), 0, 1), (logic.and_(), 1, 2), (logic.majority(3), 1, 2)]
)
def test_the_threshold_intervals_of_the_lectures_gates(gate, low, high):
    interval = gate.margins().of("z")
    assert (interval.low, interval.high) == (low, high)
    assert low not in interval
    assert high in interval


@pytest.mark.parametrize("make", [logic.xor, logic.and_, lambda: logic.parity(3)])
def test_every_threshold_interval_is_where_the_table_holds(make):
    circuit = make()
    for margin in circuit.margins().alone:
        if margin.parameter != "threshold" or "[" in margin.neuron:
            continue
        for theta in np.arange(-1.25, 4.5, 0.5):
            moved = circuit.with_parameters(**{margin.neuron: {"threshold": theta}})
            assert holds(circuit, moved) == (theta in margin.interval), (margin, theta)


def test_weight_intervals_are_where_the_table_holds():
    def gate(a=1.0, b=1.0, s=1.0):
        circuit = Circuit("gate")
        x, y, stop = circuit.inputs("x", "y", "stop")
        z = circuit.binary("z", excite=a * x + b * y, subtract=s * stop, threshold=1.5)
        circuit.output(z)
        return circuit

    circuit = gate()
    margins = circuit.margins()
    for channel, source, name in (
        ("excite", "x", "a"),
        ("excite", "y", "b"),
        ("subtract", "stop", "s"),
    ):
        interval = margins.of("z", channel, source)
        for weight in np.arange(0.05, 4, 0.1):
            assert holds(circuit, gate(**{name: weight})) == (weight in interval), (source, weight)


def test_the_largest_joint_change_is_exact_where_it_says_so():
    circuit = Circuit("and")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("z", excite=x + y, threshold=1.5))
    margins = circuit.margins()
    # (1, 1): 2(1 − r) = 1.5(1 + r) at r = 1/7; (1, 0): 1 + r = 1.5(1 − r) at r = 1/5.
    assert margins.together == pytest.approx(1 / 7, abs=1e-9)
    assert margins.breaks_at == margins.together

    def moved(r):
        changed = Circuit("and")
        x, y = changed.inputs("x", "y")
        weight = 1 - r
        z = changed.binary("z", excite=weight * x + weight * y, threshold=1.5 * (1 + r))
        changed.output(z)
        return changed

    assert holds(circuit, moved(0.142))
    assert not holds(circuit, moved(0.144))


def test_a_neuron_at_its_threshold_has_no_margin_and_the_table_says_why():
    margins = logic.and_().margins()
    assert margins.together == 0
    assert "no change is harmless" in str(margins)


def test_divisive_weights_and_vetoes():
    circuit = Circuit("ratio")
    x, y = circuit.inputs("x", "y")
    z = circuit.binary("z", excite=x, divide=x + y, semi_saturation=0, threshold=0.75)
    circuit.output(z)
    interval = circuit.margins().of("z", "divide", "y")
    assert (interval.low, interval.high) == (pytest.approx(1 / 3), math.inf)
    vetoed = Circuit("veto")
    x, y = vetoed.inputs("x", "y")
    vetoed.output(vetoed.binary("z", excite=x, divide=math.inf * y, threshold=0.5))
    assert {m.parameter for m in vetoed.margins().alone} == {"threshold", "excite"}


def test_margins_are_for_binary_circuits_with_few_inputs():
    with pytest.raises(InputError, match=r"2\^17 input patterns"):
        logic.or_(17).margins()


# ------------------------------------------------------------------ against fractions


class Model:
    """A circuit of single neurons and, beside it, its numbers as fractions, by place."""

    def __init__(self, seed, digits=12):
        self.rng = np.random.default_rng(seed)
        self.digits = digits
        self.unit = self.one_of((1.0, 1.0, 0.1, 1e-13, 1e7) if digits == 12 else (1.0, 1e80, 1e-70))
        self.circuit = Circuit("random")
        self.sources = list(self.circuit.inputs("a", "b", "c"))
        self.known = {}  # place → a constant's value, or the place that a delay line repeats
        self.neurons = {}  # place → {"threshold": …, (channel, source): weight, …}
        if self.rng.random() < 0.3:
            self.add_constant()
        if self.rng.random() < 0.3:
            self.sources.append(self.sources[0].delay(1e-3))
            self.known[self.circuit.size - 1] = 0
        for _ in range(self.rng.integers(1, 5)):
            self.add_neuron()
        for place in {*self.rng.choice(sorted(self.neurons), 2), max(self.neurons)}:
            self.circuit.output(self.sources[place], f"out{place}")

    def one_of(self, options):
        return options[int(self.rng.integers(len(options)))]

    def decimal(self, least=1):
        value = int(self.rng.integers(least, 31)) * self.unit / 10
        if self.digits == 17:  # products of these have more digits than NumPy's whole numbers
            value *= 1 + self.rng.random() / 100
        return float(f"{value:.{self.digits}g}")

    def add_constant(self):
        value = self.one_of((0.0, 1.0, 0.7, -0.3, 2.0))
        self.known[self.circuit.size] = value
        self.sources.append(self.circuit.constant(value))

    def add_neuron(self):
        heard = self.rng.choice(len(self.sources), min(3, len(self.sources)), replace=False)
        bare = self.rng.random() < 0.2  # σ = 0: whatever drives divides too
        numbers, drives = {}, {}
        for source in heard.tolist():
            channels = ["excite", "subtract", "drive"]
            if not self.known.get(source, 0) < 0 or source == 0:
                channels += ["divide", "veto"]
            channel = self.one_of(channels) if not bare else "excite"
            if bare and channels[-1] != "veto":
                continue
            for name in (channel, "divide") if bare else (channel,):
                weight = math.inf if name == "veto" else self.decimal()
                weight = -weight if name == "drive" and self.rng.random() < 0.5 else weight
                numbers[name, source] = weight
                to = "divide" if name == "veto" else name
                term = weight * self.sources[source]
                drives[to] = drives[to] + term if to in drives else term
        numbers |= {
            "threshold": self.decimal(-10),
            "semi_saturation": 0.0 if bare else self.one_of((1.0, 1.0, 2.5)),
            "bias": 0.0 if bare or self.rng.random() < 0.7 else self.decimal(-10),
        }
        parameters = {k: v for k, v in numbers.items() if isinstance(k, str)}
        place = self.circuit.size
        name = f"n{place}"
        self.sources.append(self.circuit.binary(name, shape=(), **drives, **parameters))
        self.neurons[place] = numbers

    def decides(self, numbers, values):
        """One neuron by its definition."""
        read = {key: naive.decimal(v) for key, v in numbers.items() if not math.isinf(v)}
        drive, pool = read["bias"], read["semi_saturation"]
        for key in numbers:
            if isinstance(key, str):
                continue
            channel, source = key
            if channel == "veto":
                if values[source] > 0:
                    return 0
            elif channel == "divide":
                pool += read[key] * values[source]
            else:
                drive += read[key] * values[source] * (-1 if channel == "subtract" else 1)
        u = drive / pool if pool else 0
        return int(u >= read["threshold"])

    def values(self, pattern, changed):
        """Every value on a pattern, with some neurons' numbers replaced."""
        values = list(pattern)
        for place in range(3, self.circuit.size):
            if place in self.neurons:
                values.append(self.decides(changed.get(place, self.neurons[place]), values))
            elif self.circuit.populations[place].role == "delay":
                values.append(values[self.known[place]])
            else:
                values.append(naive.decimal(self.known[place]))
        return values

    def table(self, changed):
        outputs = [int(o.index) for o in self.circuit.outputs]
        rows = [self.values(p, changed) for p in itertools.product((0, 1), repeat=3)]
        return [[row[k] for k in outputs] for row in rows]

    def moved(self, margin, value):
        """The table with one number replaced."""
        places = {p.name: p.start for p in self.circuit.populations}
        place = places[margin.neuron]
        key = "threshold"
        if margin.parameter != "threshold":
            key = margin.parameter, places[margin.source]
        assert self.neurons[place][key] == margin.value
        return self.table({place: self.neurons[place] | {key: value}})

    def corners(self, place, r):
        """One neuron's numbers with its threshold and each weight up or down by the fraction r."""
        own = self.neurons[place]
        free = [k for k in own if k == "threshold" or (k[0] != "veto" and not isinstance(k, str))]
        for signs in itertools.product((-1, 1), repeat=len(free)):
            yield own | {k: own[k] * (1 + s * r) for k, s in zip(free, signs, strict=True)}


def probes(margin, unit):
    """Values at which an interval is tried: at its ends and beside them, and all around."""
    found = {margin.value, 0.0, *(unit * k for k in (-7.3, -0.55, 0.35, 1.25, 2.6, 9.1, 80.0))}
    for end in (margin.interval.low, margin.interval.high):
        if math.isfinite(end):
            found |= {end, math.nextafter(end, math.inf), math.nextafter(end, -math.inf)}
            found |= {(end + margin.value) / 2, end + unit / 7, end - unit / 7}
    signed = margin.parameter in ("threshold", "drive")
    return [value for value in found if signed or value >= 0]


@pytest.mark.parametrize(
    ("seed", "digits"), [*((seed, 12) for seed in range(60)), *((seed, 17) for seed in range(60))]
)
def test_an_interval_is_exactly_where_the_table_of_fractions_holds(seed, digits):
    model = Model(seed, digits)
    whole = model.table({})
    assert [list(row[3:]) for row in model.circuit.truth_table()] == whole
    margins = model.circuit.margins().alone
    weights = [k for own in model.neurons.values() for k in own if not isinstance(k, str)]
    assert len(margins) == len(model.neurons) + sum(k[0] != "veto" for k in weights)
    for margin in margins:
        for value in probes(margin, model.unit):
            holds_there = model.moved(margin, value) == whole
            if margin.parameter == "divide" and value == 0 and value not in margin.interval:
                continue  # without its divisor a cell with σ = 0 is another: it may hold again
            assert holds_there == (value in margin.interval), (margin, value)


@pytest.mark.parametrize(
    ("seed", "digits"), [*((seed, 12) for seed in range(60, 90)), *((s, 17) for s in range(10))]
)
def test_the_joint_changes_are_where_a_neuron_and_the_table_turn(seed, digits):
    model = Model(seed, digits)
    whole = model.table({})
    margins = model.circuit.margins()
    patterns = list(itertools.product((0, 1), repeat=3))
    before = [model.values(p, {}) for p in patterns]

    def turns(r):
        return any(
            model.decides(numbers, values) != values[place]
            for place in model.neurons
            for numbers in model.corners(place, r)
            for values in before
        )

    def breaks(r):
        return any(
            model.table({place: numbers}) != whole
            for place in model.neurons
            for numbers in model.corners(place, r)
        )

    for found, happens in ((margins.together, turns), (margins.breaks_at, breaks)):
        beyond = found * (1 + 1e-9) + 1e-9
        if beyond < 1:
            assert happens(beyond)
        if found:
            assert not happens(min(found, 1) * (1 - 1e-9))


# ------------------------------------------------------------------ small and odd numbers


@pytest.mark.parametrize("unit", [1e-300, 1e-16, 1e-13, 1e-12, 1.0, 1e9, 1e80])
def test_intervals_scale_with_the_numbers(unit):
    circuit = Circuit("small")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("z", excite=unit * x + unit * y, threshold=1.5 * unit))
    margins = circuit.margins()
    weight, theta = margins.of("z", "excite", "x"), margins.of("z")
    assert (weight.low, weight.high) == pytest.approx((0.5 * unit, 1.5 * unit), rel=1e-12)
    assert (theta.low, theta.high) == pytest.approx((unit, 2 * unit), rel=1e-12)
    assert margins.together == pytest.approx(1 / 7, rel=1e-12)
    for margin in margins.alone:
        assert margin.value in margin.interval


def test_an_end_that_is_no_float_is_rounded_inwards():
    circuit = Circuit("ratio")
    x = circuit.inputs("x")
    circuit.output(circuit.binary("z", excite=10 * x, divide=2 * x, threshold=2.3))
    interval = circuit.margins().of("z", "divide", "x")  # 10 ≥ 2.3·(1 + w)
    exact = Fraction(77, 23)
    assert naive.decimal(interval.high) < exact < naive.decimal(math.nextafter(interval.high, 9))


@pytest.mark.parametrize("parts", [3, 7, 10])
def test_where_rounding_decides_a_value_still_lies_in_its_interval(parts):
    circuit = Circuit("parts")  # parts · 1/parts may be 1 or not; the engine's answer counts
    x = circuit.inputs("x", shape=parts)
    part = np.full(parts, 1 / parts)
    circuit.output(circuit.binary("z", excite=part @ x, threshold=1))
    margins = circuit.margins()
    for margin in margins.alone:
        assert margin.value in margin.interval
    assert margins.of("z").high in (pytest.approx(1), math.inf)


def test_random_floats_have_intervals_that_the_engine_confirms(rng):
    circuit = Circuit("floats")
    x = circuit.inputs("x", shape=3)
    hidden = circuit.binary("hidden", excite=rng.random((4, 3)) @ x, threshold=rng.random(4))
    circuit.output(circuit.binary("z", excite=rng.random(4) @ hidden, threshold=rng.random()))
    for margin in circuit.margins().alone:
        assert margin.value in margin.interval
        if margin.neuron != "z" or margin.parameter != "threshold":
            continue
        for end in (margin.interval.low, margin.interval.high):
            for theta in (end * (1 - 1e-9), end * (1 + 1e-9)):
                moved = circuit.with_parameters(z={"threshold": theta})
                assert holds(circuit, moved) == (theta in margin.interval)


def test_sums_on_both_sides_of_numpys_whole_numbers():
    circuit = Circuit("large")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("z", excite=9.3e18 * x + 3 * y, threshold=1))
    interval = circuit.margins().of("z")
    assert (interval.low, interval.high) == (0, 3)


def test_a_number_that_is_not_there_or_is_there_twice_is_said():
    circuit = Circuit("twice")
    x = circuit.inputs("x")
    z = circuit.binary("z", excite=x, threshold=2)
    circuit.connect(z, excite=2 * x)
    circuit.output(z)
    margins = circuit.margins()
    with pytest.raises(InputError, match="'z' has 2 numbers 'excite' from 'x'"):
        margins.of("z", "excite", "x")
    with pytest.raises(InputError, match="'z' has no numbers 'divide' from 'x'"):
        margins.of("z", "divide", "x")


def test_a_not_breaks_where_its_weight_is_gone():
    margins = logic.not_().margins()
    assert margins.breaks_at == margins.together == 1


def test_a_population_is_as_its_neurons_one_by_one():
    circuit = Circuit("matrix")
    x = circuit.inputs("x", shape=2)
    hidden = circuit.binary("hidden", excite=[[1, 1], [1, 1]] @ x, threshold=[1, 2])
    circuit.output(circuit.binary("z", drive=[1, -1] @ hidden, threshold=1))
    single = Circuit("single")
    x, y = single.inputs("x", "y")
    either = single.binary("either", excite=x + y, threshold=1)
    both = single.binary("both", excite=x + y, threshold=2)
    single.output(single.binary("z", drive=either - both, threshold=1))
    ours, theirs = circuit.margins().alone, single.margins().alone
    assert [(m.parameter, m.value, m.interval) for m in ours] == [
        (m.parameter, m.value, m.interval) for m in theirs
    ]


# ------------------------------------------------------------------ engines


@settings(max_examples=examples(60))
@given(twins(("binary",), delays=True))
def test_turned_gates_find_the_patterns_that_turned_sums_do(twin):
    circuit = twin.circuit
    if not circuit.is_binary or input_bits(circuit) > 8:
        reject()
    search = margins_module._Search(circuit, 2 ** input_bits(circuit))
    outputs = circuit.neuron_populations[-1].index.ravel()  # others matter by what follows them
    program = compile_bits(circuit, outputs, turned=True)
    if isinstance(program, str):
        reject()
    gates = critical.TurnedGates(program, search.patterns, len(search.neurons))
    sums = critical.TurnedSums(search.neurons, search.values, {*outputs.tolist()})
    for number in range(len(search.neurons)):
        np.testing.assert_array_equal(gates.critical(number), sums.critical(number))


@pytest.mark.compiled
def test_both_engines_give_the_same_margins(monkeypatch):
    adder = arithmetic.ripple_carry_adder(8)  # enough patterns for gates throughout
    found = adder.margins()
    assert any(isinstance(program, BitProgram) for program in adder.programs.values())
    search = margins_module._Search(adder, 1 << 16)
    assert isinstance(search.turned, critical.TurnedGates)
    monkeypatch.setattr(critical, "compile_bits", lambda *_, **__: "not now")
    monkeypatch.setattr(calls, "for_call", lambda *_: None)
    by_sums = arithmetic.ripple_carry_adder(8).margins()
    assert (by_sums.alone, by_sums.together) == (found.alone, found.together)
    assert by_sums.breaks_at == found.breaks_at


# ------------------------------------------------------------------ speed


def test_a_circuit_is_run_once_whatever_it_has_to_move(monkeypatch):
    runs = []

    def counted(*args):
        runs.append(args)
        return evaluate_places(*args)

    monkeypatch.setattr(calls, "evaluate_places", counted)
    found = arithmetic.ripple_carry_adder(4).margins()
    assert len(found.alone) > 100
    assert len(runs) == 1


def test_long_work_shows_progress(monkeypatch):
    shown = []

    def watched(work, description):
        shown.append(description)
        return work

    monkeypatch.setattr(margins_module, "progress", watched)
    circuit = logic.xor()
    expected = str(circuit.margins())
    assert not shown
    monkeypatch.setattr(margins_module, "LONG", 1)
    assert str(circuit.margins()) == expected
    assert shown == ["margins of xor"]


def test_a_circuit_of_no_neurons_has_no_margins():
    circuit = Circuit("none")
    x = circuit.inputs("x", shape=0)
    circuit.output(circuit.binary("z", excite=x))
    margins = circuit.margins()
    assert (margins.alone, margins.together, margins.breaks_at) == ((), math.inf, math.inf)
    assert "every relative change below inf is harmless" in str(margins)
