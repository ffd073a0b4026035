"""Gates, tables, expressions and selectors against plain Python; latches and rings in time."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from circuits import arithmetic, logic
from neurosim import Circuit, CircuitError


def units(circuit):
    return sum(p.size for p in circuit.neuron_populations)


def table(circuit):
    """The answers to every pattern of single inputs, the first most significant."""
    n = len(circuit.input_populations)
    patterns = np.array(list(itertools.product((0, 1), repeat=n)))
    return circuit(*patterns.T).tolist()


def expected(function, n):
    return [int(function(*bits)) for bits in itertools.product((0, 1), repeat=n)]


GATES = {
    "and": (logic.and_, lambda *x: all(x)),
    "or": (logic.or_, lambda *x: any(x)),
    "nand": (logic.nand, lambda *x: not all(x)),
    "nor": (logic.nor, lambda *x: not any(x)),
    "xor": (logic.xor, lambda *x: sum(x) % 2),
    "xnor": (logic.xnor, lambda *x: 1 - sum(x) % 2),
    "majority": (logic.majority, lambda *x: 2 * sum(x) > len(x)),
    "parity": (logic.parity, lambda *x: sum(x) % 2),
}


@pytest.mark.parametrize("n", [1, 2, 3, 5])
@pytest.mark.parametrize("name", GATES)
def test_gates_equal_their_function_on_every_input(name, n):
    make, function = GATES[name]
    assert table(make(n)) == expected(function, n)


def test_gates_are_called_with_numbers():
    assert logic.and_()(1, 0) == 0
    assert logic.and_()(1, 1) == 1
    assert logic.or_()(x=0, y=1) == 1
    assert [logic.not_()(x) for x in (0, 1)] == [1, 0]
    assert logic.majority()(x1=1, x2=0, x3=1) == 1


@pytest.mark.parametrize("make", [logic.and_, logic.or_, logic.nand, logic.nor, logic.majority])
def test_a_gate_is_one_unit(make):
    assert units(make(5)) == 1
    assert units(logic.not_()) == 1


def test_xor_has_three_units_in_layers_or_two_with_a_shortcut():
    for size, count in (("layers", 3), ("log", 2)):
        circuit = logic.xor(size=size)
        assert circuit.check(lambda x, y: x ^ y)
        assert units(circuit) == count
    assert units(logic.xnor()) == 3


def test_xor_is_not_xor_any_more_without_one_of_its_units():
    for name in ("either", "both", "z"):
        assert not logic.xor().without(name).check(lambda x, y: x ^ y)


@pytest.mark.parametrize("n", range(1, 11))
def test_parity_needs_n_plus_one_units_in_layers_and_a_logarithm_with_shortcuts(n):
    layers, log = logic.parity(n), logic.parity(n, "log")
    assert layers.check(lambda *x: sum(x) % 2)
    assert log.check(layers)
    assert units(layers) == n + 1
    assert units(log) == int(np.ceil(np.log2(n + 1)))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_every_truth_table_can_be_built(n):
    for outputs in itertools.product((0, 1), repeat=2**n):
        circuit = logic.from_table(outputs)
        assert table(circuit) == list(outputs)
        assert units(circuit) == 1 + min(sum(outputs), 2**n - sum(outputs))


@pytest.mark.compiled
def test_a_table_of_sixteen_inputs(rng):
    outputs = rng.integers(0, 2, 2**16)
    x = np.arange(2**16)
    circuit = logic.from_table(outputs)
    sample = rng.integers(0, 2**16, 50)
    bits = [(x[sample] >> k) & 1 for k in reversed(range(16))]
    assert circuit(*bits).tolist() == outputs[sample].tolist()


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_every_symmetric_function_takes_at_most_n_hidden_units(n):
    for values in itertools.product((0, 1), repeat=n + 1):
        circuit = logic.symmetric(values)
        assert table(circuit) == expected(lambda *x, f=values: f[sum(x)], n)
        assert units(circuit) == 1 + sum(a != b for a, b in itertools.pairwise(values)) <= n + 1


# ---------------------------------------------------------------- expressions

NAMES = ("a", "b", "c", "d")


def texts():
    """Random expressions in Python's operators, with and without needless parentheses."""
    atoms = st.sampled_from([*NAMES, "0", "1"])

    def larger(inner):
        joined = st.builds(" ".join, st.tuples(inner, st.sampled_from("&|^"), inner).map(list))
        return st.one_of(joined, inner.map("({})".format), inner.map("~ ({})".format))

    return st.recursive(atoms, larger, max_leaves=8)


def in_words(text):
    for symbol, word in (("&", "and"), ("|", "or"), ("^", "xor"), ("~", "not")):
        text = text.replace(symbol, word)
    return text


@given(texts())
def test_an_expression_is_what_python_makes_of_it(text):
    patterns = np.array(list(itertools.product((0, 1), repeat=len(NAMES)))).T
    values = dict(zip(NAMES, patterns, strict=True))
    python = np.broadcast_to(eval(text, {}, values) & 1, 16)  # of our own making, ~ & ^ | and bits
    for written in (text, in_words(text)):
        circuit = logic.expression(written)
        names = [p.name for p in circuit.input_populations]
        answer = circuit(**{name: values[name] for name in names})
        assert np.array_equal(np.broadcast_to(answer, 16), python)


def test_expression_of_every_operator():
    circuit = logic.expression("a and not (b or c) xor d")
    assert circuit.check(lambda a, b, c, d: (a and not (b or c)) ^ d)
    assert [p.name for p in circuit.input_populations] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a and b and not c", 1),  # NOT only turns excitation into inhibition
        ("not (a or b)", 1),
        ("not a", 1),
        ("a", 1),
        ("not not 0", 1),
        ("a xor b", 3),
        ("not (a xor b xor c)", 4),
        ("(a and b) or (a and b and c) or not (a and b)", 4),  # NAND is not AND: built beside it
        ("(a xor b) and (c or (a xor b))", 5),  # a part that is written twice is built once
    ],
)
def test_units_of_an_expression(text, count):
    assert units(logic.expression(text)) == count


@pytest.mark.parametrize("text", ["p ∧ ¬q", "p AND Not q"])
def test_operators_of_other_spellings(text):
    assert logic.expression(text).check(lambda p, q: int(p and not q))


def test_names_need_not_be_latin():
    assert logic.expression("下雨 and not 帶傘")(1, 0) == 1


def test_precedence_is_not_and_xor_or():
    assert logic.expression("a or b xor c and not d").check(
        lambda a, b, c, d: a or (b ^ (c and not d))
    )


def test_an_expression_can_be_used_in_another_circuit():
    circuit = Circuit()
    p, q = circuit.inputs("p", "q")
    circuit.output(logic.expression("a and not b")(p, q))
    assert circuit(1, 0) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expression '', character 1: a name, 0, 1, not .* needed \\(got the end\\)"),
        ("a and", "character 6: a name.*got the end"),
        ("a b", "character 3: an operator .* or the end is needed \\(got 'b'\\)"),
        ("a and (b or ) c", "character 13: a name.*got '\\)'"),
        ("(a or b", "character 8: .*closing parenthesis is needed \\(got the end\\)"),
        ("a)", "character 2: an operator"),
        ("a + b", "character 3: an operator.*got '\\+'"),
        ("2 and a", "character 1: a name.*got '2'"),
        ("a.b", "character 2: an operator"),
        ("__import__('os')", "character 11: an operator"),
        ("(" * 61 + "a" + ")" * 61, "character 62: there are more than 60 parentheses"),
        ("not " * 61 + "a", "more than 60"),
        ("a" * 1001, "at most 1,000 characters"),
        (None, "takes text \\(got NoneType\\)"),
    ],
)
def test_bad_text_is_refused_with_its_place(text, message):
    with pytest.raises(CircuitError, match=message) as refused:
        logic.expression(text)
    assert "\n" not in str(refused.value)


# ---------------------------------------------------------------- selecting


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_decoder_lights_the_line_of_its_number(bits):
    circuit = logic.decoder(bits)
    assert np.array_equal(circuit(np.arange(2**bits)), np.eye(2**bits))
    assert units(circuit) == 2**bits


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_multiplexer_passes_on_the_selected_datum(bits):
    circuit = logic.multiplexer(bits)
    assert circuit.check(lambda data, select: data[select])
    assert units(circuit) == 2**bits + 1


# ---------------------------------------------------------------- sequential


def test_latch_holds_what_it_was_told():
    set_ = np.zeros(40, dtype=int)
    reset = np.zeros(40, dtype=int)
    reset[0:2] = set_[10:12] = reset[20:22] = set_[30:32] = 1
    record = logic.sr_latch().simulate((set_, reset), steps=40)
    q, not_q = record["q"][0], record["not_q"][0]
    for first, value in ((2, 0), (12, 1), (22, 0), (32, 1)):
        assert (q[first : first + 8] == value).all()
        assert (not_q[first : first + 8] == 1 - value).all()


def test_latch_holds_either_bit_from_any_start():
    latch = logic.sr_latch()
    for q in (0, 1):
        record = latch.simulate((0, 0), steps=10, initial={"q": q, "not_q": 1 - q})
        assert (record["q"] == q).all()


def test_latch_races_without_a_first_pulse():
    record = logic.sr_latch().simulate((0, 0), steps=6)
    assert record["q"][0].tolist() == record["not_q"][0].tolist() == [1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8])
def test_ring_oscillator_has_period_2n(n):
    ring = logic.ring_oscillator(n).simulate(steps=8 * n)["ring"][0]
    repeats = [p for p in range(1, 4 * n) if np.array_equal(ring[p:], ring[:-p])]
    assert repeats[0] == 2 * n
    assert (ring[: 2 * n].sum(axis=0) == n).all()  # each cell is active half of the time
    for cell in range(1, n):  # and one step later than the one before
        assert np.array_equal(ring[1:, cell], ring[:-1, cell - 1])


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: logic.and_(0), "and: n must be a whole number from 1 to 256 \\(got 0\\)"),
        (lambda: logic.or_(2.0), "or: n must be a whole number .*got 2.0"),
        (lambda: logic.majority(True), "majority: n must be a whole number"),
        (lambda: logic.nand(257), "nand: n .* to 256"),
        (lambda: logic.xor(-1), "xor: n must be"),
        (lambda: logic.xnor("3"), "xnor: n must be"),
        (lambda: logic.xor(2, "tree"), "xor: size must be 'layers' or 'log' \\(got 'tree'\\)"),
        (lambda: logic.from_table([0, 1, 1]), "2, 4, 8, … outputs.*\\(got 3\\)"),
        (lambda: logic.from_table([1]), "outputs.*\\(got 1\\)"),
        (lambda: logic.from_table([]), "outputs.*\\(got 0\\)"),
        (lambda: logic.from_table([0, 1, 2, 0]), "a list of 0 and 1 \\(got 2 at 2\\)"),
        (lambda: logic.from_table("0110"), "a list of 0 and 1 \\(got '0110'\\)"),
        (lambda: logic.from_table([[0, 1], [1, 0]]), "a list of 0 and 1 \\(got \\[0, 1\\] at 0\\)"),
        (lambda: logic.from_table([0, float("nan")]), "got nan at 1"),
        (lambda: logic.symmetric([1]), "at least two values \\(got 1\\)"),
        (lambda: logic.symmetric(5), "a list of 0 and 1 \\(got 5\\)"),
        (lambda: logic.decoder(0), "decoder: bits must be a whole number from 1 to 12"),
        (lambda: logic.multiplexer(13), "multiplexer: bits .* to 12 \\(got 13\\)"),
        (lambda: logic.ring_oscillator(0), "ring_oscillator: n must be"),
    ],
)
def test_bad_sizes_and_tables_are_refused(make, message):
    with pytest.raises(CircuitError, match=message):
        make()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: logic.xor(1, 0), r"xor\(\) makes a circuit; call what it made: xor\(\)\(1, 0\)"),
        (lambda: logic.and_(1, 0), r"and_\(\) makes a circuit; .*: and_\(\)\(1, 0\)"),
        (lambda: logic.not_(1), r"not_\(\)\(1\)"),
        (lambda: arithmetic.half_adder(1, 1), r"half_adder\(\)\(1, 1\)"),
    ],
)
def test_the_inputs_of_a_gate_are_not_given_to_what_makes_it(call, message):
    with pytest.raises(CircuitError, match=message):
        call()


def test_a_latch_has_no_truth_table():
    with pytest.raises(CircuitError, match=r"recurrent .* outputs follow from its past too"):
        logic.sr_latch().truth_table()
