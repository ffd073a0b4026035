"""The bit-parallel engine against the scalar engine, the oracle, and plain arithmetic."""

import math

import naive
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_circuits import examples, twins

from circuits.arithmetic import multiplier, ripple_carry_adder
from neurosim import Circuit
from neurosim.arguments import batch
from neurosim.backend import execute
from neurosim.bits import choice, engine
from neurosim.bits.compiler import BitProgram, compile_bits, compile_steps, why_not
from neurosim.bits.gates import FALSE, TRUE, Gates
from neurosim.bits.instructions import instructions
from neurosim.bits.running import BitSteps
from neurosim.kernels.tables import ADD, AND, LOAD, MAJORITY, NOT, OR, PARITY, XOR
from neurosim.program import compile_program

EXAMPLES = examples(40)
WEIGHTS = st.integers(-9, 9)
UNITS = st.tuples(st.lists(WEIGHTS, min_size=6, max_size=6), st.integers(-9, 9))
COUNTS = (0, 1, 63, 64, 65, 128, 1000)


def value_of(gates: Gates, root: int, inputs) -> bool:
    """A gate's value by its definition."""
    kind, operands = gates.gates[root]
    if root in (FALSE, TRUE):
        return root == TRUE
    if kind == LOAD:
        return bool(inputs[operands[0]])
    given_ = [value_of(gates, gate, inputs) for gate in operands]
    return {
        NOT: lambda: not given_[0],
        AND: lambda: all(given_),
        OR: lambda: any(given_),
        XOR: lambda: sum(given_) % 2 == 1,
        PARITY: lambda: sum(given_) % 2 == 1,
        MAJORITY: lambda: sum(given_) >= 2,
    }[kind]()


def patterns_of(count: int):
    return np.array([[n >> i & 1 for i in range(count)] for n in range(2**count)], dtype=np.uint8)


def everything(circuit: Circuit) -> np.ndarray:
    return np.arange(circuit.size)


def by_bits(circuit: Circuit, shown: np.ndarray, threads=None) -> np.ndarray:
    """All of a circuit's values, (patterns, values), for 0/1 inputs side by side."""
    program = compile_bits(circuit, everything(circuit))
    assert isinstance(program, BitProgram), program
    planes = np.empty((shown.shape[1], engine.words_of(len(shown))), dtype=np.uint64)
    engine.pack(shown, planes, threads)
    return engine.unpack(engine.run_planes(program, planes, threads), len(shown), threads)


# ------------------------------------------------------------------ gates


@settings(max_examples=4 * EXAMPLES)
@given(st.data(), st.lists(WEIGHTS, min_size=0, max_size=7), st.integers(-30, 30))
def test_gates_count_what_the_weighted_sum_is(data, weights, threshold):
    """Inputs may be constants, come twice, and come complemented."""
    gates = Gates()
    inputs = [gates.input(i) for i in range(4)]
    choices = [*inputs, *map(gates.not_, inputs), FALSE, TRUE]
    heard = [data.draw(st.sampled_from(choices)) for _ in weights]
    root = gates.at_least(heard, weights, threshold)
    for pattern in patterns_of(4):
        values = [value_of(gates, gate, pattern) for gate in heard]
        expected = sum(w * v for w, v in zip(weights, values, strict=True)) >= threshold
        assert value_of(gates, root, pattern) == expected


@settings(max_examples=4 * EXAMPLES)
@given(st.data(), st.integers(1, 30))
def test_simplified_gates_are_what_they_are_called(data, steps):
    gates = Gates()
    made = [FALSE, TRUE, *(gates.input(i) for i in range(3))]
    meanings = [lambda _: False, lambda _: True]
    meanings += [lambda pattern, i=i: bool(pattern[i]) for i in range(3)]
    operations = {
        "not_": lambda a: not a,
        "and_": lambda a, b: a and b,
        "or_": lambda a, b: a or b,
        "xor": lambda a, b: a != b,
    }
    for _ in range(steps):
        name = data.draw(st.sampled_from([*operations]))
        at = [data.draw(st.integers(0, len(made) - 1)) for _ in range(1 + (name != "not_"))]
        made.append(getattr(gates, name)(*(made[i] for i in at)))
        meaning, operands = operations[name], [meanings[i] for i in at]
        meanings.append(lambda p, m=meaning, o=operands: m(*(one(p) for one in o)))
    for pattern in patterns_of(3):
        for gate, meaning in zip(made, meanings, strict=True):
            assert value_of(gates, gate, pattern) == meaning(pattern)


def test_neurons_that_count_alike_share_their_gates():
    """A ripple-carry adder of threshold units is one full adder a digit, the first a half."""
    circuit = ripple_carry_adder(16)
    program = compile_bits(circuit, np.concatenate([o.index for o in circuit.outputs]))
    found = program.code.argument[:, 0].tolist()
    assert {kind: found.count(kind) for kind in set(found)} == {LOAD: 32, ADD: 15, XOR: 1, AND: 1}


@settings(max_examples=EXAMPLES)
@given(st.lists(UNITS, max_size=9))
def test_no_instruction_writes_what_it_reads(units):
    gates = Gates()
    inputs = [gates.input(i) for i in range(6)]
    roots = [gates.at_least(inputs, weights, threshold) for weights, threshold in units]
    made = instructions(gates, roots)
    for operation, answer, carry, *operands in made.code.tolist():
        assert answer > 1
        if operation != LOAD:
            assert answer not in operands
        if operation == ADD:
            assert carry not in (answer, *operands)
    assert made.code[:, 1:3].max(initial=1) < made.registers + len(roots)
    made_in_place = made.results[made.results >= made.registers].tolist()
    for place in made_in_place:  # the first root of a gate has its answer's row
        assert place == made.registers + made.results.tolist().index(place)


# ------------------------------------------------------------------ circuits


@settings(max_examples=2 * EXAMPLES)
@given(twins(("binary",), delays=True), st.integers(0, 2**32 - 1), st.sampled_from(COUNTS[1:5]))
def test_every_neuron_is_what_the_oracle_and_the_scalar_engine_say(twin, seed, patterns):
    shown = twin.shown(np.random.default_rng(seed), patterns)
    assume(isinstance(compile_bits(twin.circuit, everything(twin.circuit)), BitProgram))
    _, spread = batch(twin.circuit, shown)
    found = by_bits(twin.circuit, np.concatenate([*spread.values()], axis=1))
    scalar = twin.circuit.activities(**shown)
    for p in twin.circuit.populations:
        expected = np.asarray(scalar[p.name]).reshape(patterns, -1)
        np.testing.assert_array_equal(found[:, p.start : p.stop], expected, err_msg=p.name)
    for k in range(min(patterns, 5)):
        expected = naive.evaluate(twin.cells, twin.frame(shown, (k,)))
        np.testing.assert_array_equal(found[k], expected)


def test_a_veto_and_a_silent_pool():
    circuit = Circuit("inhibited")
    x, y, v = circuit.inputs("x", "y", "v")
    circuit.binary("vetoed", excite=2 * x + y, divide=math.inf * v, threshold=2)
    circuit.binary(
        "shunted", excite=2 * x + y, divide=x + 2 * y + v, semi_saturation=0, threshold=0.5
    )
    shown = patterns_of(3)
    found = by_bits(circuit, shown)
    x, y, v = shown.T.astype(float)
    np.testing.assert_array_equal(found[:, 3], (2 * x + y >= 2) & (v == 0))
    with np.errstate(all="ignore"):
        quotient = np.where(x + y + v == 0, 0, (2 * x + y) / (x + 2 * y + v))
    np.testing.assert_array_equal(found[:, 4], quotient >= 0.5)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("patterns", [*COUNTS, 40_000])
def test_numbers_of_patterns_and_threads(patterns, threads, rng):
    circuit = multiplier(5)
    program = compile_bits(circuit, circuit.outputs[0].index)
    a, b = rng.integers(0, 32, (2, patterns))
    planes = np.empty((10, engine.words_of(patterns)), dtype=np.uint64)
    engine.pack(a, planes[:5], threads)
    engine.pack(b, planes[5:], threads)
    results = engine.run_planes(program, planes, threads)
    np.testing.assert_array_equal(engine.unpack_as_numbers(results, patterns, threads), a * b)


@pytest.mark.parametrize("first", [0, 64, 2**16])
def test_enumerated_patterns_are_their_own_inputs(first):
    circuit = ripple_carry_adder(9)
    program = compile_bits(circuit, circuit.outputs[0].index)
    shifts = np.concatenate((np.arange(9, 18), np.arange(9)))  # a is the more significant
    results = engine.run_enumerated(program, shifts, first, first + 1000)
    number = np.arange(first, first + 1000)
    expected = (number >> 9) + (number & 511)
    np.testing.assert_array_equal(engine.unpack_as_numbers(results, 1000), expected)


@pytest.mark.parametrize("size", [1, 63, 64, 65, 130])
@pytest.mark.parametrize("patterns", COUNTS)
def test_packing_is_undone_by_unpacking(size, patterns, rng):
    values = rng.integers(0, 2, (patterns, size))
    planes = np.empty((size, engine.words_of(patterns)), dtype=np.uint64)
    engine.pack(values, planes)
    np.testing.assert_array_equal(engine.unpack(planes, patterns), values)
    lanes = np.unpackbits(planes.view(np.uint8), axis=1, bitorder="little")[:, :patterns]
    np.testing.assert_array_equal(lanes.T, values)


# ------------------------------------------------------------------ in time


@settings(max_examples=2 * EXAMPLES)
@given(
    twins(("binary",), delays=True, recurrent=True),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 5, 64, 70]),
    st.integers(1, 3),
)
def test_steps_are_the_scalar_engines(twin, seed, trials, every):
    """In two stretches, so that states, delay lines and samples are carried over."""
    circuit, steps, dt = twin.circuit, 7, 1e-3
    program = compile_program(circuit, dt)
    code = compile_steps(circuit, program)
    assume(isinstance(code, BitProgram))
    bits = BitSteps(circuit, program, code)
    random = np.random.default_rng(seed)
    places = program.places_of(circuit.input_populations)
    movie = [random.integers(0, 2, (trials, steps, places.size)).astype(float)]
    state = random.integers(0, 2, (trials, program.state.size)).astype(float)
    state[:, program.constants] = program.state[program.constants]
    rings = [random.integers(0, 2, (trials, program.ring)).astype(float)] * 2
    rings = [ring.copy() for ring in rings]
    recorded = np.arange(program.state.size)
    found, expected, now = [], [], [state, state]
    for first, last in ((0, 4), (4, 7)):
        shown = [part[:, first:last] for part in movie]
        options = {"every": every, "phase": first % every, "first_step": first}
        by_bits = bits.execute(
            trials, last - first, shown, places, recorded, state=now[0], ring=rings[0], **options
        )
        scalar = execute(
            program, trials, last - first, shown, places, recorded, state=now[1], ring=rings[1],
            keep_final=True, **options,
        )  # fmt: skip
        now = [by_bits.final, scalar.final]
        found.append(by_bits.record)
        expected.append(scalar.record)
    np.testing.assert_array_equal(np.concatenate(found, 1), np.concatenate(expected, 1))
    np.testing.assert_array_equal(*now)
    np.testing.assert_array_equal(*rings)


@pytest.mark.parametrize("trials", [64, 100])
def test_a_simulation_of_many_trials_is_its_trials_one_by_one(trials, rng, monkeypatch):
    """A latch with delays, in stretches, samples thinned out, continued."""
    monkeypatch.setattr(choice, "WORTH_COMPILING", 1)
    circuit = Circuit("latch")
    s, r = circuit.inputs("s", "r")
    q = circuit.binary("q", shape=())
    circuit.connect(q, excite=q + 2 * s.delay(2e-3), subtract=2 * r.delay(3e-3))
    circuit.output(q)
    ran = []
    run = BitSteps.execute
    monkeypatch.setattr(BitSteps, "execute", lambda *a, **k: ran.append(1) or run(*a, **k))
    shown = {name: rng.integers(0, 2, (trials, 9)) for name in ("s", "r")}
    whole = circuit.simulate(shown, steps=9, record=["s"], every=2)
    assert ran
    first = circuit.simulate({n: v[:, :5] for n, v in shown.items()}, steps=5)
    rest = circuit.simulate(
        {n: v[:, 5:] for n, v in shown.items()}, steps=4, initial=first.final_state
    )
    ran.clear()
    for k in range(0, trials, 9):
        one = circuit.simulate({n: v[k] for n, v in shown.items()}, steps=9, record=["q", "s"])
        np.testing.assert_array_equal(whole["q"][k], one["q"][0, 1::2])
        np.testing.assert_array_equal(whole["s"][k], one["s"][0, 1::2])
        np.testing.assert_array_equal(first["q"][k], one["q"][0, :5])
        np.testing.assert_array_equal(rest["q"][k], one["q"][0, 5:])
    assert not ran


def test_neurons_that_only_repeat_one_another_all_repeat_the_step_before(rng):
    """Two that swap and a chain that shifts: none may show what another has just become."""
    circuit = Circuit("swap and shift")
    x = circuit.inputs("x", real=False)
    a, b, c, d = (circuit.binary(name) for name in "abcd")
    for target, source in ((a, b), (b, a), (d, c), (c, x)):
        circuit.connect(target, excite=source)
    circuit.output(a)
    shown = rng.integers(0, 2, (64, 6))
    begin = rng.integers(0, 2, (4, 64))
    record = circuit.simulate(
        shown, steps=6, record=[*"abcd"], initial=dict(zip("abcd", begin, strict=True))
    )
    for k in range(6):
        np.testing.assert_array_equal(record["a"][:, k], begin[(k + 1) % 2])
        np.testing.assert_array_equal(record["b"][:, k], begin[k % 2])
    np.testing.assert_array_equal(record["c"], shown)
    np.testing.assert_array_equal(record["d"][:, 1:], shown[:, :-1])
    np.testing.assert_array_equal(record["d"][:, 0], begin[2])


@pytest.mark.parametrize("bits", [5, 17])
def test_a_check_by_words_finds_the_first_pattern_that_differs(bits):
    circuit, wrong = Circuit("right"), Circuit("wrong")
    for one in (circuit, wrong):
        x = one.inputs("n", bits=bits)
        last = 2**bits - 77 % 2**bits  # both differ on this pattern and nowhere else
        weights = np.where([last >> i & 1 for i in range(bits)], 1, -1)
        one.output(x, "same", bits=bits)
        hits = one.binary("hit", drive=weights @ x, threshold=bin(last).count("1"))
        one.output(hits if one is circuit else one.binary("no", excite=hits, threshold=2), "z")
    for given_ in (
        wrong,
        lambda n: (n, 0),
    ):
        found = circuit.check(given_)
        assert not found
        assert found.counterexample.inputs == {"n": last}
        assert found.patterns == last + 1
    assert circuit.check(lambda n: (n, n == last), vectorized=True)
    assert circuit.check(circuit)


@pytest.mark.parametrize("level", [0.0, 0.25, 1.0, 2.0])
def test_a_veto_is_active_at_any_level_above_0(level):
    circuit = Circuit("held")
    x = circuit.inputs("x", bits=15)
    v = circuit.constant(level, "gate")
    circuit.output(circuit.binary("z", excite=np.ones(15) @ x, divide=math.inf * v))
    circuit.output(circuit.binary("late", excite=np.ones(15) @ x, divide=math.inf * v.delay(1e-3)))
    patterns = np.arange(2**15)
    assert isinstance(compile_bits(circuit, circuit["z"].index.ravel()), BitProgram)
    for found in circuit(patterns):
        assert np.array_equal(found, (patterns > 0) & (level == 0))
    assert circuit.check(lambda x: (int(x > 0 and level == 0),) * 2)


def test_what_it_does_not_run_it_names():
    graded = Circuit("graded")
    graded.output(graded.rate("z", excite=graded.inputs("x")))
    assert why_not(graded) == "input 'x' takes any number"
    mixed = Circuit("mixed")
    x = mixed.inputs("x", real=False)
    mixed.output(mixed.rate("z", excite=x))
    assert why_not(mixed) == "'z' is graded"
    odd = Circuit("odd")
    odd.output(odd.binary("z", excite=1e9 * odd.inputs("x") + 1e-9 * odd["x"], threshold=3))
    assert "'z' do not fit" in compile_bits(odd, everything(odd))
    level = Circuit("level")
    half = level.constant(0.5)
    z = level.binary("z", excite=level.inputs("x") + half, threshold=0.5)
    assert isinstance(compile_bits(level, z.index.ravel()), BitProgram)
    assert "neither 0 nor 1" in compile_bits(level, half.index.ravel())
    assert "neither 0 nor 1" in compile_steps(level, compile_program(level, 1e-3))


def test_gates_are_made_once_sums_have_taken_as_long(rng, monkeypatch):
    monkeypatch.setattr(choice, "WORTH_COMPILING", 100)
    monkeypatch.setattr(choice, "FEW_DIGITS", 0)

    def layer(largest):
        circuit = Circuit("layer")
        x = circuit.inputs("x", shape=9)
        weights = rng.integers(1, largest + 1, (9, 9))
        weights[0, :2] = 1, largest
        circuit.output(circuit.binary("z", excite=weights @ x, threshold=largest))
        return circuit

    shown = rng.integers(2, size=(64, 9))
    for largest, calls in ((1, 2), (8, 7)):  # one digit, and 4 in the end: 100 and 400 patterns
        circuit = layer(largest)
        expected = circuit.evaluate(shown)
        for call in range(2, calls + 1):
            assert not any(isinstance(p, BitProgram) for p in circuit.programs.values()), call
            np.testing.assert_array_equal(circuit.evaluate(shown), expected)
        assert any(isinstance(p, BitProgram) for p in circuit.programs.values())
    # In time too: a single step of many neurons is not worth it.
    circuit = layer(1)
    circuit.simulate(shown[:, None], steps=1)
    assert not any(isinstance(p, BitSteps) for p in circuit.programs.values())
    circuit.simulate(shown[:, None], steps=1)
    assert any(isinstance(p, BitSteps) for p in circuit.programs.values())
