"""Proofs, counterexamples and truth tables, held against plain Python over all inputs."""

import itertools

import numpy as np
import pytest

from circuits import logic
from neurosim import Circuit, InputError, NeurosimError, convolve


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
    bits = bin(shrunk.inputs["a"]).count("1") + bin(shrunk.inputs["b"]).count("1")
    assert bits == 1  # no bit can be left out and the sum still be wrong


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
        (5, "takes a function or a circuit"),
    ],
)
def test_a_specification_that_cannot_be_is_one_clear_error(xor, spec, message):
    with pytest.raises(InputError, match=message) as caught:
        xor.check(spec)
    assert "\n" not in str(caught.value)


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
