"""Proofs, counterexamples and truth tables, held against plain Python over all inputs."""

import itertools
import tracemalloc
from decimal import Decimal

import numpy as np
import pytest

from circuits import logic
from circuits.arithmetic import depth_two_adder, ripple_carry_adder
from neurosim import Circuit, InputError, NeurosimError, convolve, verification


@pytest.fixture
def xor():
    return logic.xor()


def adder(bits, wrong=False):
    """Two numbers of bits to their sum, by depth two; `wrong` spoils the last carry."""
    circuit = Circuit("adder")
    a, b = circuit.inputs("a", "b", bits=bits)
    carry, sums = None, []
    for i in range(bits):
        weights = 2.0 ** np.arange(i + 1)
        top = 2.0 ** (i + 1) + (1 if wrong and i == bits - 1 else 0)
        carries = circuit.binary(
            f"c{i}", excite=weights @ a[: i + 1] + weights @ b[: i + 1], threshold=top
        )
        heard = a[i] + b[i] if carry is None else a[i] + b[i] + carry
        sums.append(circuit.binary(f"s{i}", excite=heard, subtract=2 * carries, threshold=1))
        carry = carries
    circuit.output([*sums, carry], "sum", bits=bits + 1)
    return circuit


def test_a_truth_table_lists_every_pattern_first_input_most_significant(xor):
    assert list(xor.truth_table()) == [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    numbers = adder(2).truth_table()
    assert [row[:2] for row in numbers] == list(itertools.product(range(4), repeat=2))
    assert all(a + b == total for a, b, total in numbers)


def test_a_truth_table_prints_and_shows_as_html(xor):
    table = xor.truth_table()
    assert str(table).splitlines()[0] == "x  y  |  z"
    assert table._repr_html_().count("<tr>") == 5


def test_a_proof_says_so(xor):
    result = xor.check(lambda x, y: x ^ y)
    assert result
    assert result.exhaustive
    assert str(result) == "Proved: circuit 'xor' equals its specification on all 4 inputs."


@pytest.mark.parametrize("vectorized", [False, True])
def test_the_counterexample_is_the_first_in_truth_table_order(vectorized):
    wrong = adder(4, wrong=True)
    expected = next(
        (a, b) for a, b in itertools.product(range(16), repeat=2) if wrong(a, b) != a + b
    )
    result = wrong.check(lambda a, b: a + b, vectorized=vectorized)
    assert not result
    found = result.counterexample
    assert (found.inputs["a"], found.inputs["b"]) == expected
    assert found.expected == {"sum": sum(expected)}
    assert found.got == {"sum": wrong(*expected)}
    assert set(found.activities) == {p.name for p in wrong.populations}
    assert found.activities["c3"] == 0


def test_another_circuit_is_a_specification(xor):
    assert xor.check(logic.parity(2, size="log"))
    assert not xor.check(logic.or_())


@pytest.mark.compiled
def test_beyond_the_limit_it_samples_and_says_so_and_shrinks():
    wide = adder(20)
    result = wide.check(lambda a, b: a + b, samples=500, seed=3)
    assert result
    assert not result.exhaustive
    assert "a sample is no proof" in str(result)
    narrow = adder(12).with_parameters(s3={"threshold": 2})
    shrunk = narrow.check(lambda a, b: a + b, samples=1000).counterexample
    for name, number in shrunk.inputs.items():  # no bit can be left out and the sum still be wrong
        for bit in (1 << k for k in range(12) if number >> k & 1):
            less = {**shrunk.inputs, name: number - bit}
            assert narrow(**less) == less["a"] + less["b"]


@pytest.mark.compiled
def test_real_inputs_are_checked_on_a_domain_within_a_tolerance():
    circuit = Circuit("double")
    x = circuit.inputs("x")
    circuit.output(circuit.rate("y", excite=2 * x))
    domain = {"x": (-1.0, 1.0)}
    assert circuit.check(lambda x: max(0.0, 2 * x), domain=domain, tolerance=1e-12)
    failed = circuit.check(lambda x: 2 * x, domain=domain, tolerance=1e-12)
    assert failed.counterexample.inputs["x"] < 0
    assert failed.counterexample.got["y"] == 0


def test_shaped_inputs_reach_the_specification_as_arrays():
    circuit = Circuit("edges")
    image = circuit.inputs("image", shape=(2, 3))
    drive = convolve(image, [[-1, 1]], border="valid")
    circuit.output(circuit.binary("edge", drive=drive, threshold=1))

    def spec(image):
        return (image[:, 1:] - image[:, :-1] >= 1).astype(int)

    assert circuit.check(spec)
    assert circuit.check(lambda image: np.array([spec(one) for one in image]), vectorized=True)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (lambda x, y: ~x, r"returned -1 for output 'z'.*\(at x = 0, y = 0\); for NOT write 1 - x"),
        (lambda x, y: 2, r"returned 2 for output 'z', which is a whole number from 0 to 1"),
        (lambda x, y: (x, y), "which has shape"),
        (lambda x, y: 1 / x, r"raised ZeroDivisionError: .*\(at x = 0, y = 0\)"),
        (lambda x: x, "raised TypeError"),
        (lambda x, y: "a", r"must return numbers for output 'z' \(got a\)"),
        (lambda x, y: None, "must return numbers"),
        (lambda x, y: 1j, "must return numbers"),
        (lambda x, y: 0.5, "returned 0.5 for output 'z', which is a whole number"),
        (lambda x, y: float("nan"), "returned nan for output 'z', which is a whole number"),
        (lambda x, y: 10**30, f"returned {10**30} for output 'z'"),
        (lambda x, y: [[1], [1, 2]], "which has shape"),
        (5, "takes a function or a circuit"),
    ],
)
def test_a_specification_that_cannot_be_is_one_clear_error(xor, spec, message):
    with pytest.raises(InputError, match=message) as caught:
        xor.check(spec)
    assert "\n" not in str(caught.value)


def test_a_number_for_an_output_of_some_shape_is_told_what_is_wanted():
    circuit = Circuit("pair")
    x = circuit.inputs("x", shape=(2,))
    circuit.output(circuit.binary("z", excite=x, threshold=1))
    with pytest.raises(
        InputError, match=r"shape \(2,\).*; return a list or an array of that shape$"
    ):
        circuit.check(lambda x: 0)
    assert circuit.check(lambda x: [x[0], x[1]])


def test_what_cannot_be_checked_is_one_clear_error(xor):
    graded = Circuit("graded")
    x = graded.inputs("x")
    y = graded.rate("y", excite=x)
    for ask in (graded.truth_table, graded.margins, lambda: graded.check(lambda x: x)):
        with pytest.raises(NeurosimError):
            ask()
    graded.output(y)
    with pytest.raises(InputError, match="tolerance="):
        graded.check(lambda x: x)
    with pytest.raises(InputError, match="from where to sample"):
        graded.check(lambda x: x, tolerance=1e-9)
    with pytest.raises(InputError, match="domain= takes a range"):
        graded.check(lambda x: x, tolerance=1e-9, domain=(0, 1))
    with pytest.raises(InputError, match="cannot be compared: their inputs differ"):
        xor.check(logic.not_())
    with pytest.raises(InputError, match=r"2\^18 input patterns"):
        logic.majority(18).truth_table()


# ------------------------------------------------------------------ large numbers


def wires(bits, *, broken=0):
    """A number handed on; its lowest `broken` bits are lost."""
    circuit = Circuit("wires")
    a = circuit.inputs("a", bits=bits)
    none = circuit.constant(0)
    circuit.output([none] * broken + [a[i] for i in range(broken, bits)], "b", bits=bits)
    return circuit


@pytest.mark.parametrize("bits", [53, 54, 60, 62])
def test_answers_beyond_2_to_the_53_are_compared_exactly(bits):
    assert wires(bits).check(lambda a: a, samples=300)
    assert wires(bits).check(lambda a: np.int64(a), samples=300)
    top = 2 ** (bits - 1)
    found = wires(bits).check(lambda a: a ^ 1 if a >= top else a, samples=300).counterexample
    assert found.inputs["a"] == top
    assert found.expected == {"b": top + 1}
    assert found.got == {"b": top}


@pytest.mark.parametrize("vectorized", [False, True])
def test_a_difference_in_the_last_of_60_bits_is_found(vectorized):
    lossy = wires(60, broken=7)
    result = lossy.check(lambda a: (a >> 7 << 7) + (a >> 59), samples=500, vectorized=vectorized)
    assert not result


def test_large_whole_numbers_beside_floats_stay_exact():
    def spec(a):
        return a if a % 2 else float(a) if a < 2**53 else a

    assert wires(60).check(spec, samples=300)
    assert wires(4).check(float)


@pytest.mark.parametrize(
    "spec",
    [
        lambda a: a + 2**60,
        lambda a: np.full(len(a), 2.0**60),
        lambda a: np.full(len(a), 2**60, "O"),
    ],
)
def test_a_vectorized_answer_one_beyond_the_range_is_refused(spec):
    with pytest.raises(InputError, match=f"whole number from 0 to {2**60 - 1}"):
        wires(60).check(spec, samples=10, vectorized=True)


# ------------------------------------------------------------------ arguments


def ratio():
    """A rate neuron that one real input drives and another divides."""
    circuit = Circuit("ratio")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.rate("r", excite=x, divide=y))
    return circuit


@pytest.mark.compiled
def test_the_domain_of_an_input_that_divides_must_not_be_negative():
    def spec(x, y):
        return max(x, 0) / (1 + y)

    domain = {"x": (0, 1), "y": (-0.5, 1)}
    with pytest.raises(InputError, match=r"'y' divides, so its domain must not be negative"):
        ratio().check(spec, tolerance=1e-6, domain=domain)
    assert ratio().check(spec, tolerance=1e-6, domain={"x": (-1, 1), "y": (0, 1)})


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        ({"x": 1}, r"domain of 'x' must be \(low, high\).*got 1"),
        ({"x": (0, 1, 2)}, r"domain of 'x' must be \(low, high\)"),
        ({"x": ("a", "b")}, r"domain of 'x' must be \(low, high\)"),
        ({"x": "12"}, r"domain of 'x' must be \(low, high\)"),
        ({"x": (1, 0)}, r"low ≤ high"),
        ({"x": (0, float("nan"))}, r"low ≤ high"),
        ({"x": (-1e308, 1e308)}, r"both finite"),
        ({"xx": (0, 1)}, r"no input is called 'xx' \(did you mean 'x'\?\)"),
        ({1: (0, 1)}, r"no input is called '1'"),
    ],
)
def test_a_domain_that_cannot_be_is_one_clear_error(xor, domain, message):
    for circuit, options in ((ratio(), {"tolerance": 1e-9}), (xor, {})):  # proofs look at it too
        with pytest.raises(InputError, match=message) as caught:
            circuit.check(lambda x, y: x, domain=domain, **options)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tolerance": -1}, r"tolerance must be a finite number from 0 \(got -1\)"),
        ({"tolerance": float("nan")}, "tolerance must be a finite number from 0"),
        ({"tolerance": float("inf")}, "tolerance must be a finite number from 0"),
        ({"tolerance": "a"}, "tolerance must be a finite number from 0"),
        ({"tolerance": None}, "tolerance must be a finite number from 0"),
        ({"samples": 0}, r"samples must be a whole number from 1 \(got 0\)"),
        ({"samples": -5}, "samples must be a whole number from 1"),
        ({"samples": 2.5}, "samples must be a whole number from 1"),
        ({"seed": -1}, r"seed must be a whole number from 0 \(got -1\)"),
        ({"seed": "a", "samples": 5}, "seed must be a whole number from 0"),
        ({"sample": 5}, r"did you mean 'samples'\?"),
    ],
)
def test_an_argument_out_of_its_range_is_one_clear_error(xor, options, message):
    with pytest.raises(InputError, match=message) as caught:
        xor.check(lambda x, y: x ^ y, **options)
    assert "\n" not in str(caught.value)


def test_a_tolerance_does_not_excuse_whole_numbers(xor):
    assert xor.check(lambda x, y: x ^ y, tolerance=1)
    assert not xor.check(lambda x, y: 1, tolerance=1)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (lambda x, y: x[:3], r"of shape \(3,\); for 4 patterns it must have shape \(4,\)"),
        (lambda x, y: x[:, None], r"of shape \(4, 1\); for 4 patterns"),
        (lambda x, y: x / None, "the specification raised TypeError"),
        (lambda x, y: "a", r"must return numbers for output 'z' \(got a\)"),
        (lambda x, y: None, r"must return numbers for output 'z' \(got None\)"),
        (lambda x, y: [[1], [1, 2]], "rows of different lengths; for 4 patterns"),
        (lambda x, y: ~x, r"returned -1 .*\(at x = 0, y = 0\)"),
        (lambda x, y: x / 2, r"returned 0.5 .*\(at x = 1, y = 0\)"),
    ],
)
def test_a_vectorized_specification_that_cannot_be_is_one_clear_error(xor, spec, message):
    with pytest.raises(InputError, match=message) as caught:
        xor.check(spec, vectorized=True)
    assert "\n" not in str(caught.value)


def test_a_vectorized_specification_may_answer_one_number_for_all():
    circuit = Circuit("always")
    x = circuit.inputs("x")
    circuit.output(circuit.binary("z", excite=x, threshold=0))
    assert circuit.check(lambda x: 1, vectorized=True)
    assert circuit.check(lambda x: np.True_, vectorized=True)


def test_several_outputs_are_a_tuple_in_either_way():
    circuit = logic_pair()
    assert circuit.check(lambda x, y: (x & y, x | y))
    assert circuit.check(lambda x, y: (x & y, x | y), vectorized=True)
    for vectorized in (False, True):
        with pytest.raises(InputError, match=r"a tuple of 2 values \(both, either\)"):
            circuit.check(lambda x, y: x, vectorized=vectorized)


def logic_pair():
    circuit = Circuit("pair")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("both", excite=x + y, threshold=2))
    circuit.output(circuit.binary("either", excite=x + y, threshold=1))
    return circuit


@pytest.mark.compiled
def test_a_counterexample_of_many_patterns_is_one_pattern(monkeypatch):
    monkeypatch.setattr(verification, "FAST_CHUNK", 1 << 20)
    right = adder(10)
    wrong = right.with_parameters(s3={"threshold": 2})
    assert not wrong.check(right)  # and both compiled
    tracemalloc.start()
    found = wrong.check(right)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not found
    assert peak < 20 << 20  # patterns written out would take 8 bytes each and a value
    assert found.engine == "bits"  # however early it was found


def test_shrinking_asks_for_what_nobody_can_answer_and_goes_on():
    wide = adder(20)
    found = wide.check(lambda a, b: a // b, samples=1000)
    assert not found
    assert found.counterexample.inputs["b"] > 0


def test_a_sample_is_drawn_piece_by_piece(monkeypatch):
    wide = adder(8)
    specified = []

    def spec(a, b):
        specified.append((a, b))
        return a + b

    assert wide.check(spec, samples=100)
    whole = specified.copy()
    specified.clear()
    monkeypatch.setattr(verification, "CHUNK", 7)
    assert wide.check(spec, samples=100)
    assert specified == whole


def test_a_table_shows_large_numbers_whole():
    circuit = Circuit("wide")
    x = circuit.inputs("x")
    circuit.output(circuit.binary("z", excite=np.ones(21) * x, shape=21), bits=21)
    table = circuit.truth_table()
    assert "2097151" in str(table)
    assert "<td>2097151</td>" in table._repr_html_()


def test_a_proof_within_a_tolerance_says_so():
    circuit = Circuit("bits")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x", real=False)))
    assert "equals its specification to within 0.5 on all 2" in str(
        circuit.check(lambda x: x + 0.4, tolerance=0.5)
    )
    assert "equals its specification on all" in str(
        logic.xor().check(lambda x, y: x ^ y, tolerance=0.5)
    )


@pytest.mark.parametrize("answer", [10**400, -(10**400)])
def test_a_graded_answer_beyond_all_floats_differs(answer):
    circuit = Circuit("graded")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x", real=False)))
    assert not circuit.check(lambda x: answer, tolerance=1e-9)


def test_an_undefined_decimal_is_no_whole_number(xor):
    with pytest.raises(InputError, match="returned NaN for output"):
        xor.check(lambda x, y: Decimal("nan"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"samples": 10**30}, r"samples must be below 2\^53"),
        ({"tolerance": 10**400}, "tolerance must be a finite number"),
    ],
)
def test_absurd_numbers_are_refused(xor, options, message):
    with pytest.raises(InputError, match=message):
        xor.check(lambda x, y: x ^ y, **options)


@pytest.mark.compiled
def test_a_result_says_which_engine_ran_it_and_why():
    few = logic.xor().check(lambda x, y: x ^ y)
    assert few.engine == "cpu: few patterns"
    adder = ripple_carry_adder(8)
    assert adder.check(depth_two_adder(8)).engine == "bits"
    assert adder.check(depth_two_adder(8), samples=10).engine == "cpu: few patterns"
    graded = Circuit("graded")
    x = graded.inputs("x", bits=16)
    graded.output(graded.rate("z", excite=np.ones(16) @ x))
    found = graded.check(lambda n: np.array([int(i).bit_count() for i in n]), vectorized=True,
                         tolerance=1e-9)  # fmt: skip
    assert found
    assert found.engine == "cpu: 'z' is graded"
    fine = Circuit("fine")
    x = fine.inputs("x", bits=16)
    weights = np.full(16, 1e9)
    weights[0] = 1e-9
    fine.output(fine.binary("z", excite=weights @ x, threshold=1.0))
    assert "do not fit integer counters" in fine.check(lambda n: n > 1, vectorized=True).engine
