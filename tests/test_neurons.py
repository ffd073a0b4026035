"""Transfer functions and parameters: values from the textbook, and what is refused."""

import math

import naive
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from neurosim import Binary, Circuit, CircuitError, Rate, Transfer, naka_rushton, power
from neurosim.kernels import rules
from neurosim.neurons import TRANSFERS
from neurosim.program import compile_program

ALL = [Transfer(name) for name in TRANSFERS]
NUMBERS = st.floats(-50, 50)


@given(NUMBERS, st.sampled_from(ALL))
@example(0.0, Transfer("step"))
@example(-745.0, Transfer("logistic"))
def test_a_transfer_function_is_the_oracles(x, f):
    expected = naive.transfer(f.name, f.parameters, x) if abs(x) > 1e-9 or x == 0 else f(x)
    assert math.isclose(f(x), expected, rel_tol=1e-13, abs_tol=1e-15)


@pytest.mark.parametrize("f", ALL, ids=str)
def test_transfer_functions_at_the_ends(f):
    assert f.non_negative == (f.name not in ("identity", "tanh"))
    values = f(np.array([-1e308, -1e3, -1.0, 0.0, 1.0, 1e3]))
    assert not np.isnan(values).any()
    assert (np.diff(values) >= 0).all()
    assert not f.non_negative or (values >= 0).all()
    assert f(-math.inf) == {"identity": -math.inf, "tanh": -1}.get(f.name, 0)
    bounded = {"step": 1, "logistic": 1, "tanh": 1, "naka-rushton": 1}
    assert f(math.inf) == bounded.get(f.name, math.inf)
    assert math.isnan(f(math.nan)) or f.name == "step"


def test_landmarks_of_the_transfer_functions():
    logistic, step, softplus = Transfer("logistic"), Transfer("step"), Transfer("softplus")
    h = 1e-6
    assert math.isclose((logistic(h) - logistic(-h)) / (2 * h), 0.25, rel_tol=1e-9)
    assert (step(-1e-12), step(0.0)) == (0, 1)
    assert math.isclose(softplus(0.0), math.log(2))
    assert naka_rushton(30.0, 0.2, 3.0)(0.2) == 15
    assert power(3)(2.0) == 8
    assert power(0.5)(-4.0) == 0
    assert Transfer("exponential")(1.0) == math.e
    np.testing.assert_array_equal(Transfer("threshold-linear")([[-1, 2]]), [[0, 2]])


def counted(monkeypatch, name):
    """The arguments of each call of a rule from here on."""
    calls, rule = [], getattr(rules, name)
    monkeypatch.setattr(rules, name, lambda *values: calls.append(values) or rule(*values))
    return calls


def test_a_transfer_function_of_an_image_is_that_of_its_grey_values(monkeypatch):
    calls = counted(monkeypatch, "transfer")
    image = np.arange(10_000).reshape(100, 100) % 7 - 3.0
    np.testing.assert_array_equal(power(2)(image), np.maximum(image, 0) ** 2)
    assert len(calls) == 7
    assert np.isnan(power(2)([math.nan, 1.0, math.nan])).tolist() == [True, False, True]


def test_time_constants_one_a_neuron():
    tau = np.array([[0.0, 0.01], [0.02, 0.01]])
    circuit = Circuit("relaxing")
    circuit.output(circuit.rate("z", bias=1.0, tau=tau))
    found = circuit.simulate(steps=1)["z"][0, 0]
    expected = [[1 - rules.decay(1e-3, t) for t in row] for row in tau.tolist()]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_time_constants_that_are_alike_are_computed_once(monkeypatch):
    circuit = Circuit("relaxing")
    tau = np.tile([0.0, 0.01, 0.03, 0.02], 1000)
    circuit.output(circuit.rate("z", bias=1.0, tau=tau, noise=0.5))
    decays, scales = counted(monkeypatch, "decay"), counted(monkeypatch, "noise_scale")
    parameters = compile_program(circuit, 1e-3).tables.parameters
    assert len(decays) == len(scales) == 4
    for value in (rules.decay(1e-3, 0.03), 0.5 * rules.noise_scale(1.0, 1e-3, 0.03)):
        assert (parameters == value).sum() == 1000


@pytest.mark.parametrize("silent", [0.0, -1.0, -1e90])
def test_a_silent_rectified_cell_is_zero(silent):
    for name in ("threshold-linear", "power", "naka-rushton"):
        circuit = Circuit("silent")
        circuit.output(circuit.rate("z", drive=circuit.inputs("x"), transfer=name))
        assert circuit(silent) == 0


@given(st.floats(1e-6, 1e3), st.floats(1e-6, 1e3), NUMBERS, NUMBERS)
def test_relaxing_twice_half_a_step_is_relaxing_once(dt, tau, y, target):
    whole = rules.relax(y, target, rules.decay(dt, tau))
    half = rules.decay(dt / 2, tau)
    twice = rules.relax(rules.relax(y, target, half), target, half)
    assert math.isclose(whole, twice, rel_tol=1e-9, abs_tol=1e-9)
    assert rules.relax(y, target, rules.decay(dt, 0)) == target


def test_relaxing_at_once_survives_a_difference_that_overflows():
    assert rules.relax(1.7e308, -1.7e308, 0.0) == -1.7e308


@given(st.floats(1e-4, 10), st.floats(1e-4, 10))
def test_noise_leaves_its_own_deviation(dt, tau):
    """y ← yd + (1 − d)·s·c·ξ is stationary with variance s² for the scale c."""
    d = rules.decay(dt, tau)
    scale = rules.noise_scale(1.0, dt, tau)
    assert math.isclose((1 - d) ** 2 * scale**2 / (1 - d**2), 1, rel_tol=1e-9)
    assert rules.noise_scale(0.7, dt, 0) == 0.7


def test_net_input_of_silence_and_of_a_veto():
    assert rules.net_input(0.0, 0.0, False) == 0
    assert rules.net_input(3.0, 2.0, True) == 0
    assert rules.net_input(math.inf, 2.0, True) == 0
    assert rules.net_input(3.0, 2.0, False) == 1.5


@given(NUMBERS)
@example(0.0)
def test_the_answer_tells_the_slope(x):
    slopes = {
        "identity": 1,
        "threshold-linear": int(x > 0),
        "logistic": 0.25 / math.cosh(x / 2) ** 2,
        "tanh": 1 / math.cosh(x) ** 2,
        "softplus": 1 / (1 + math.exp(-x)),
    }
    for name, expected in slopes.items():
        found = rules.slope_at_answer(TRANSFERS[name].code, Transfer(name)(x))
        assert math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-15)


def test_flush():
    assert rules.flush(1e-301, 1e-300) == 0
    assert rules.flush(-1e-299, 1e-300) == -1e-299
    assert math.isnan(rules.flush(math.nan, 1e-300))
    assert rules.flush(-math.inf, 1e-300) == -math.inf


def test_parameters_are_one_number_or_one_a_neuron():
    circuit = Circuit("layer")
    z = circuit.rate("z", threshold=[1, 2, 3], gain=2, tau=np.float32(0.5))
    assert z.shape == (3,)
    neurons = circuit.population("z").neurons
    assert isinstance(neurons.gain, float)
    assert isinstance(neurons.tau, float)
    with pytest.raises(ValueError, match="read-only"):
        neurons.threshold[0] = 5


def test_parameters_given_are_not_kept_by_reference():
    theta = np.array([1.0, 2.0])
    circuit = Circuit("layer")
    circuit.output(circuit.binary("z", threshold=theta, bias=1.0))
    theta[:] = -9
    assert circuit().tolist() == [1, 0]


def test_records_are_frozen():
    for neurons in (Binary(), Rate()):
        with pytest.raises(AttributeError):
            neurons.threshold = 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Transfer("sigmoid"), r"no transfer function is called 'sigmoid'.*there are"),
        (lambda: Transfer("logistc"), r"did you mean 'logistic'\?"),
        (lambda: power(0), r"'power': exponent must be finite and above 0 \(got 0\)"),
        (lambda: power(math.nan), "exponent must be finite"),
        (lambda: naka_rushton(maximum=-1), "maximum must be finite and above 0"),
        (lambda: Transfer("tanh", (1.0,)), r"takes 0 parameters \(none\), got 1"),
        (lambda: Transfer("naka-rushton", (1.0,)), "takes 3 parameters"),
        (lambda: Transfer("power", ("two",)), "exponent must be finite and above 0"),
        (lambda: Transfer(np.tanh), "no transfer function is called"),
    ],
)
def test_bad_transfer_functions(make, message):
    with pytest.raises(CircuitError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)
