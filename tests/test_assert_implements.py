"""assert_implements: what it passes, and what it tells a student of a circuit that is wrong."""

import itertools
import re

import numpy as np
import pytest

from circuits import lgn, logic
from circuits.arithmetic import (
    depth_two_adder,
    full_adder,
    half_adder,
    ripple_carry_adder,
    subtractor,
    tally_adder,
)
from neurosim import Circuit, CircuitError, InputError, assert_implements
from neurosim.grading import RefutedError
from neurosim.grading.hints import GATES
from neurosim.grading.trace import trace
from neurosim.marr import Computation, Implementation


def refuted(circuit, spec, **settings):
    with pytest.raises(RefutedError) as caught:
        assert_implements(circuit, spec, **settings)
    return caught.value


def a_row_of_adders(bits, *, lost=None, backwards=False):
    """A ripple-carry adder that loses a carry, or that takes bit 0 for the most significant."""
    circuit = Circuit("adder")
    a, b = circuit.inputs("a", "b", bits=bits)
    add, sums, carry, nothing = full_adder(), [], 0, circuit.constant(0)
    for i in range(bits)[:: -1 if backwards else 1]:
        one, carry = add(a[i], b[i], carry)
        sums.append(one)
        carry = nothing if i == lost else carry
    row = [carry, *reversed(sums)] if backwards else [*sums, carry]
    circuit.output(row, "total", bits=bits + 1)
    return circuit


def two_inputs(build):
    circuit = Circuit("student")
    x, y = circuit.inputs("x", "y")
    for name, source in build(circuit, x, y).items():
        circuit.output(source, name)
    return circuit


def test_what_is_right_returns_the_proof():
    result = assert_implements(logic.xor(), lambda x, y: x ^ y)
    assert result.exhaustive
    assert result.patterns == 4


def test_a_sample_that_refutes_nothing_passes_and_says_that_it_is_no_proof():
    field = lgn.LISTING_FIELD
    domain = {"retina": (0.0, 1.0)}
    result = assert_implements(
        lgn.listing(), lambda r: field @ r, domain=domain, tolerance=1e-9, samples=50
    )
    assert "a sample is no proof" in str(result)


def test_it_is_an_assertion_that_tells_input_answers_trace_and_hint():
    error = refuted(logic.or_(), lambda x, y: x ^ y)
    assert isinstance(error, AssertionError)
    assert error.result.counterexample.inputs == {"x": 1, "y": 1}
    assert str(error).splitlines() == [
        "circuit 'or' does not do what it should on 1 of 4 inputs",
        "  input:    x = 1, y = 1",
        "  expected: z = 0",
        "  got:      z = 1",
        "  on the way:",
        "    neuron 'z' got E = 2, needs 1: fires",
        "  hint: output 'z' computes x OR y, and should compute x XOR y",
        "  hint: this is the only wrong input of 4",
    ]


def test_the_trace_is_in_the_order_of_layers_and_agrees_with_the_activities():
    circuit = half_adder()
    told = trace(circuit, {"x": 1, "y": 1}, circuit.output_places[:1])
    assert told == [
        "neuron 'xor.either' got E = 2, needs 1: fires",
        "neuron 'xor.both' got E = 2, needs 2: fires",
        "neuron 'xor.z' got E = 1, S = 1, so u = 0, needs 1: stays silent",
    ]


@pytest.mark.parametrize("x", [0, 1])
def test_the_trace_tells_bias_division_veto_delay_and_graded_answers(x):
    circuit = Circuit("cells")
    a, b = circuit.inputs("a", "b")
    late = a.delay(3e-3)
    divided = circuit.rate("divided", excite=3 * late, divide=2 * b, bias=0.5)
    vetoed = circuit.binary("vetoed", excite=a, divide=np.inf * b, threshold=0)
    signed = circuit.binary("signed", drive=a - 2 * b, threshold=-2)
    for cell in (divided, vetoed, signed):
        circuit.output(cell)
    places = circuit.output_places
    values = circuit(x, 1)
    told = trace(circuit, {"a": x, "b": 1}, places)
    u = (0.5 + 3 * x) / (1 + 2)
    assert told[0] == (
        f"neuron 'divided' got E = {3 * x}, D = 2, bias = 0.5, so u = {u:g}: answers {u:.4g}"
    )
    assert values.divided == pytest.approx(u)
    assert told[1] == f"neuron 'vetoed' got E = {x}, and is vetoed: stays silent"
    assert values.vetoed == 0
    verb = "fires" if values.signed else "stays silent"
    assert told[2] == f"neuron 'signed' got E = {x}, S = 2, so u = {x - 2}, needs -2: {verb}"


def test_a_long_way_is_cut_before_the_end():
    circuit = ripple_carry_adder(8)
    told = trace(circuit, {"a": 255, "b": 1}, circuit.output_places[-1:])
    assert len(told) == 13
    assert re.fullmatch(r"… \d+ neurons before these", told[0])
    assert told[-1] == "neuron 'full adder_8.or.z' got E = 1, needs 1: fires"


@pytest.mark.parametrize(
    ("circuit", "spec", "hint"),
    [
        (
            two_inputs(lambda c, x, y: {"z": c.binary("n", excite=x + y, threshold=3)}),
            lambda x, y: x & y,
            "output 'z' is always 0",
        ),
        (logic.nand(), lambda x, y: x & y, "output 'z' is inverted"),
        (
            two_inputs(
                lambda c, x, y: {
                    "sum": c.binary("both", excite=x + y, threshold=2),
                    "carry": logic.xor()(x, y),
                }
            ),
            lambda x, y: (x ^ y, x & y),
            "the outputs sum and carry are swapped; all else is right",
        ),
        (
            subtractor(3),
            lambda b, a: ((a - b) % 8, int(a < b)),
            "the inputs a and b are swapped; all else is right",
        ),
        (
            a_row_of_adders(4, backwards=True),
            lambda a, b: a + b,
            "the most significant bit of a, b, total is taken for the first",
        ),
        (
            a_row_of_adders(4, lost=3),
            lambda a, b: a + b,
            "wherever output 'total' is wrong, it is 16 too small: a carry into bit 4 is lost",
        ),
        (
            a_row_of_adders(3, lost=2),
            lambda a, b: a + b,
            "of output 'total' only bit 3 is ever wrong, which is always 0",
        ),
        (
            ripple_carry_adder(3),
            lambda a, b: min(a + b, 7),
            "it is wrong on exactly the inputs where a + b ≥ 8",
        ),
        (
            ripple_carry_adder(2),
            lambda a, b: 0 if a < b else a + b,
            "it is wrong on exactly the inputs where a < b",
        ),
        (
            full_adder(),
            lambda x, y, carry_in: (x ^ y ^ carry_in, 0 if x and y and not carry_in else
                                    int(x + y + carry_in > 1)),
            "this is the only wrong input of 8",
        ),
        (
            logic.or_(3),
            lambda a, b, c: int(a + b + c == 1),
            "it is wrong on exactly the inputs where 2 or more of the inputs' values are 1",
        ),
        (
            logic.or_(3),
            lambda a, b, c: 0 if a and b else int(a or b or c),
            "it is wrong on exactly the inputs where x1 = 1 and x2 = 1",
        ),
    ],
)  # fmt: skip
def test_a_hint_says_what_explains_the_mistakes(circuit, spec, hint):
    given = refuted(circuit, spec).hints
    assert any(one.startswith(hint) for one in given), given


def test_a_bit_that_is_stuck_is_no_lost_carry():
    circuit = Circuit("adder")
    a, b = circuit.inputs("a", "b", bits=3)
    total = ripple_carry_adder(3)(a, b)
    circuit.output([total[0], total[1], circuit.constant(0), total[3]], "total", bits=4)
    # 0 + 4 is wrong, and has no carry at all.
    assert refuted(circuit, lambda a, b: a + b).hints == [
        "wherever output 'total' is wrong, it is 4 too small",
        "of output 'total' only bit 2 is ever wrong, which is always 0",
    ]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_every_carry_that_is_lost_is_named(lost):
    error = refuted(a_row_of_adders(3, lost=lost), lambda a, b: a + b)
    assert error.hints[0].endswith(f"too small: a carry into bit {lost + 1} is lost")


def test_an_output_that_never_fires_is_not_called_inverted():
    circuit = two_inputs(lambda c, x, y: {"z": c.binary("n", excite=x + y, threshold=3)})
    found = refuted(circuit, lambda x, y: 1).hints
    assert found == ["output 'z' is always 0, and should always be 1", "it is wrong on every input"]


def test_a_deaf_output_is_told_what_it_does_not_hear():
    circuit = Circuit("deaf")
    x, y, _ = circuit.inputs("x", "y", "carry_in")
    circuit.output(logic.xor()(x, y), "sum")
    error = refuted(circuit, lambda x, y, c: x ^ y ^ c)
    assert error.hints[0] == "output 'sum' never depends on carry_in, and it should"


@pytest.mark.parametrize(("made", "asked"), list(itertools.permutations(list(GATES)[:4], 2)))
def test_gates_are_called_by_their_names(made, asked):
    circuit = two_inputs(lambda c, x, y: {"z": _table(c, x, y, made)})
    error = refuted(circuit, lambda x, y: asked[2 * x + y])
    names = GATES[made].format("x", "y"), GATES[asked].format("x", "y")
    expected = f"output 'z' computes {names[0]}, and should compute {names[1]}"
    inverted = all(m != a for m, a in zip(made, asked, strict=True))
    assert (expected in error.hints) != inverted


def _table(circuit, x, y, answers):
    """A neuron for each input that is answered by 1, and an OR of them."""
    rows = []
    for k, answer in enumerate(answers):
        if answer:
            on = [s for s, bit in ((x, k >> 1), (y, k & 1)) if bit]
            off = [s for s, bit in ((x, k >> 1), (y, k & 1)) if not bit]
            channels = {"excite": sum(on)} if on else {}
            channels |= {"subtract": sum(off)} if off else {}
            rows.append(circuit.binary(f"row{k}", threshold=len(on), **channels))
    return circuit.binary("z", excite=sum(rows), threshold=1)


@pytest.mark.parametrize("seed", range(5))
def test_every_hint_about_all_inputs_is_true_of_random_circuits(seed):
    """What `_where` and `_constant` say is checked against the truth table, by other means."""
    rng = np.random.default_rng(seed)
    asked = rng.integers(0, 2, 8).tolist()
    circuit = Circuit("random")
    x, y, z = circuit.inputs("x", "y", "z")
    w = rng.integers(0, 3, 3)
    out = circuit.binary("out", excite=w[0] * x + w[1] * y + w[2] * z, threshold=2)
    circuit.output(out)
    wrong = [
        bits
        for k, bits in enumerate(itertools.product((0, 1), repeat=3))
        if circuit(*bits) != asked[k]
    ]
    if not wrong:
        assert_implements(circuit, lambda x, y, z: asked[4 * x + 2 * y + z])
        return
    error = refuted(circuit, lambda x, y, z: asked[4 * x + 2 * y + z])
    assert f"on {len(wrong)} of 8 inputs" in str(error)
    for hint in error.hints:
        if "exactly the inputs where" in hint and " = " in hint:
            there = hint.split("where ")[1].split(" and ")
            literals = {part.split(" = ")[0]: int(part.split(" = ")[1]) for part in there}
            named = [
                bits
                for bits in itertools.product((0, 1), repeat=3)
                if all(dict(zip("xyz", bits, strict=True))[n] == v for n, v in literals.items())
            ]
            assert named == wrong


@pytest.mark.parametrize(
    ("circuit", "spec", "message"),
    [
        (logic.xor, lambda x, y: 1, r"takes a Circuit \(got .*\); call it, and give"),
        (3, lambda x, y: 1, r"takes a Circuit \(got 3\)$"),
        (Circuit("empty"), lambda: 1, "has no output: declare one"),
        (
            logic.xor(), lambda a, b, c: 1,
            r"has 2 inputs \(x, y\), the specification takes 3 inputs \(a, b, c\)",
        ),
        (logic.xor(), lambda x, y: (1, 2), r"has 1 output \(z\), the specification answers 2 val"),
        (half_adder(), lambda x, y: 1, r"has 2 outputs \(sum, carry\), the specification answers"),
        (
            logic.xor(), half_adder(),
            r"has 1 output \(z\), the specification, Circuit 'half adder', has 2 outputs \(sum, c",
        ),
        (
            ripple_carry_adder(2), ripple_carry_adder(3),
            r"input 'a' is a number of 2 bits; .* has a number of 3 bits there: declare inputs\('a'"
            r", bits=3\)",
        ),
        (logic.xor(), 7, r"takes a specification, a function or a circuit \(got 7\)"),
        (ripple_carry_adder(2), lambda a, b: a - b, "a whole number from 0 to 7"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_told_counted_and_named(circuit, spec, message):
    with pytest.raises(InputError, match=message):
        assert_implements(circuit, spec)


def test_a_recurrent_circuit_is_refused():
    circuit = Circuit("loop")
    x = circuit.inputs("x")
    v = circuit.binary("v", excite=x, threshold=1)
    circuit.output(circuit.connect(v, excite=v))
    with pytest.raises(CircuitError, match=r"recurrent \(v → v\)"):
        assert_implements(circuit, lambda x: x)


def test_a_graded_counterexample_has_its_trace_too():
    error = refuted(
        lgn.listing(), lambda r: r[2], domain={"retina": (0.0, 1.0)}, tolerance=1e-9, samples=20
    )
    assert error.hints == []
    assert "neuron 'response' got E = " in str(error)


def test_an_adder_of_eight_bits_that_loses_a_carry_is_told_where():
    error = refuted(a_row_of_adders(8, lost=7), lambda a, b: a + b, vectorized=True)
    # All a and b with a + b ≥ 256: 255·256/2 of 256².
    assert "on 32,640 of 65,536 inputs" in str(error)
    assert error.hints[0].endswith("it is 256 too small: a carry into bit 8 is lost")


def decimal_digits(circuit_sum=lambda a, b: a + b):
    return Computation(
        "adding digits",
        circuit_sum,
        domain={"a": range(10), "b": range(10)},
        axioms={"commutativity": lambda add, a, b: (add(a, b), add(b, a))},
    )


def test_a_computation_is_held_against_the_circuit_on_its_own_domain():
    found = assert_implements(depth_two_adder(4), decimal_digits())
    assert found.exhaustive
    assert [v.cases for v in found.verdicts] == [100, 100, 100]
    tally = Implementation(
        tally_adder(9), encode=lambda a, b: (np.arange(9) < a, np.arange(9) < b),
        decode=lambda total: int(total.sum()),
    )  # fmt: skip
    assert assert_implements(tally, decimal_digits())


def test_a_circuit_that_does_not_compute_it_is_told_with_its_layers():
    adder = depth_two_adder(4)
    broken = adder.without(adder["carry"][0])
    with pytest.raises(RefutedError) as refuted:
        assert_implements(broken, decimal_digits())
    text = str(refuted.value)
    assert "it does not compute what computation 'adding digits' says" in text
    assert "input:    a = 1, b = 1" in text
    assert "expected: 2" in text
    assert "got:      1" in text
    assert "carry = [1, 0, 0, 0]" in text
    assert not refuted.value.result


def test_a_specification_that_contradicts_itself_is_not_the_circuits_fault():
    wrong = decimal_digits(lambda a, b: a + b + (a == 2 and b == 1))
    with pytest.raises(InputError, match=r"the specification contradicts itself: .*commutativity"):
        assert_implements(depth_two_adder(4), wrong)
    with pytest.raises(InputError, match="takes a Circuit or an Implementation"):
        assert_implements(lambda a, b: a + b, decimal_digits())
    with pytest.raises(InputError, match="the levels do not take the same inputs"):
        assert_implements(logic.xor(), decimal_digits())
