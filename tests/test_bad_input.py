"""What a user can get wrong when building and calling: one line that says what, where and why.

Arithmetic on sources is in test_connections, times and states in test_simulation, files in
test_files.
"""

import math

import numpy as np
import pytest
from scipy import sparse

from neurosim import (
    Circuit,
    CircuitError,
    InputError,
    NeurosimError,
    SimulationError,
    convolve,
    naka_rushton,
    power,
)


def refusal(attempt, error, message) -> str:
    """What is said: of the right kind, on one line, a ValueError as the family promises."""
    with pytest.raises(error, match=message) as caught:
        attempt()
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 400
    assert isinstance(caught.value, NeurosimError)
    assert isinstance(caught.value, ValueError)
    return text


@pytest.fixture
def circuit():
    made = Circuit("lab")
    made.inputs("x", "y")
    made.inputs("retina", shape=(3,))
    return made


NAN, INF = math.nan, math.inf
WEIGHTS = [
    (lambda c: {"excite": np.array([1, NAN, 1]) * c["retina"]}, "must not be NaN"),
    (lambda c: {"drive": np.array([[1, NAN, 1]]) @ c["retina"]}, "from retina must not be NaN"),
    (lambda c: {"excite": INF * c["x"]}, "weight from x on excite must be finite.*a veto"),
    (lambda c: {"subtract": INF * c["x"]}, "weight from x on subtract must be finite.*a veto"),
    (lambda c: {"drive": -INF * c["x"]}, "weight from x on drive must be finite.*a veto"),
    (
        lambda c: {"excite": 1e308 * c["x"] + 1e308 * c["x"]},
        r"'z': the weight from x on excite must be at most 1e\+90 either way \(got 1e\+308\)",
    ),
    (
        lambda c: {"drive": -1e91 * c["x"]},
        r"on drive must be at most 1e\+90 either way \(got -1e\+91\)",
    ),
    (lambda c: {"divide": np.array([1e91, INF, 0]) * c["retina"]}, r"on divide must be at most"),
    (
        lambda c: {"excite": -0.5 * c["x"]},
        r"must not be negative \(got -0.5\): put it on subtract=",
    ),
    (lambda c: {"subtract": -c["x"]}, r"must not be negative \(got -1\): put it on excite="),
    (lambda c: {"divide": -c["x"]}, "must not be negative .*divisive inhibition has no opposite"),
    (lambda c: {"divide": -INF * c["x"]}, r"must not be negative \(got -inf\)"),
    (
        lambda c: {"excite": c["x"] - 2 * c["y"]},
        r"the weight from y on excite must not be negative \(got -2\).*signed sum on drive=",
    ),
    (
        lambda c: {"excite": convolve(c["retina"], [1, -2, 1])},
        r"weight from retina on excite must not be negative \(got -2\)",
    ),
]


@pytest.mark.parametrize(
    ("weights", "drive", "told"),
    [
        (np.arange(4), lambda c: c["retina"], r"\(4,\) do not fit retina, of shape \(3,\)"),
        (np.arange(2), lambda c: np.ones(3) * c["x"], r"\(2,\) do not fit w \* x, of shape \(3,\)"),
        (np.ones((2, 2)), lambda c: c["x"] + c["retina"], r"\(2, 2\) do not fit retina, of shape"),
    ],
)
def test_weights_that_do_not_fit_their_source(circuit, weights, drive, told):
    told = f"'lab': weights of shape {told}"
    refusal(lambda: circuit.binary("z", excite=weights * drive(circuit)), CircuitError, told)


def test_an_overflow_is_no_veto(circuit):
    x = circuit["x"]
    message = "'lab': the weight from x must be at most 1e\\+90, the product of its factors is more"
    refusal(lambda: 1e308 * (10 * x), CircuitError, message)
    refusal(lambda: np.full(3, 1e308) * (10 * circuit["retina"]), CircuitError, "from retina must")
    refusal(lambda: x / 1e-310, CircuitError, r"the divisor of x must not be so near 0 \(got 1e-31")
    assert (INF * (10 * x)).connections[0].weight == INF


@pytest.mark.parametrize(("channels", "message"), WEIGHTS)
def test_weights(circuit, channels, message):
    text = refusal(lambda: circuit.binary("z", **channels(circuit)), CircuitError, message)
    assert "NaN" in text or text.startswith("Circuit 'lab', neuron 'z': the weight from")
    assert "z" not in circuit


@pytest.mark.parametrize("given", [1, 2.5, "x", np.ones((3, 3)), [[1, 2], [3, 4]], True, object()])
@pytest.mark.parametrize("channel", ["excite", "subtract", "divide", "drive"])
def test_what_is_no_source(circuit, channel, given):
    message = rf"neuron 'z': {channel}= takes "
    refusal(lambda: circuit.rate("z", **{channel: given}), CircuitError, message)


def test_a_list_of_sources_is_no_sum(circuit):
    given = [circuit["x"], circuit["y"]]
    refusal(
        lambda: circuit.binary("z", excite=given),
        CircuitError,
        r"neuron 'z': excite= takes a sum of sources: write a \+ b",
    )


SHAPES = [
    (
        lambda c: {"excite": np.ones((4, 3)) @ c["retina"], "shape": (5,)},
        r"retina delivers shape \(4,\) to 'z', which has shape \(5,\)",
    ),
    (
        lambda c: {"excite": c["retina"], "shape": (2, 2)},
        r"retina delivers shape \(3,\) to 'z', which has shape \(2, 2\)",
    ),
    (
        lambda c: {"excite": c["retina"], "subtract": np.ones((4, 3)) @ c["retina"]},
        r"retina delivers shape \(3,\), retina delivers \(4,\)",
    ),
    (
        lambda c: {"excite": c["retina"], "threshold": [1, 2]},
        r"neuron 'z': threshold has shape \(2,\), the neurons have \(3,\)",
    ),
    (
        lambda c: {"threshold": [1, 2], "bias": [1, 2, 3]},
        r"neuron 'z': threshold has shape \(2,\), the neurons have",
    ),
    (lambda c: {"shape": (-1,)}, r"neuron 'z': shape must not be negative \(got \(-1,\)\)"),
    (lambda c: {"shape": 2.5}, "neuron 'z': shape must be whole numbers"),
    (lambda c: {"shape": (1.7,)}, "neuron 'z': shape must be whole numbers"),
    (lambda c: {"shape": True}, "neuron 'z': shape must be whole numbers"),
    (lambda c: {"shape": "ab"}, "neuron 'z': shape must be whole numbers"),
    (lambda c: {"shape": (10**9, 10**9)}, r"neuron 'z'.*(too large|most|more than)"),
]


@pytest.mark.parametrize(("options", "message"), SHAPES)
def test_shapes(circuit, options, message):
    before = circuit.size
    refusal(lambda: circuit.binary("z", **options(circuit)), CircuitError, message)
    assert circuit.size == before


PARAMETERS = [
    ({"threshold": NAN}, r"threshold must be finite \(got nan\)"),
    ({"threshold": [1.0, INF]}, r"threshold must be finite \(got inf\)"),
    ({"bias": -INF}, r"bias must be finite \(got -inf\)"),
    ({"gain": NAN}, "gain must be finite"),
    (
        {"threshold": 1e308},
        r"neuron 'z': threshold must be at most 1e\+90 either way \(got 1e\+308\)",
    ),
    (
        {"semi_saturation": 1e200},
        r"semi_saturation must be at most 1e\+90 either way \(got 1e\+200\)",
    ),
    ({"bias": [-1e91, 1]}, r"bias must be at most 1e\+90 either way \(got -1e\+91\)"),
    ({"tau": -0.1}, r"tau must not be negative \(got -0.1\)"),
    ({"noise": -1}, r"noise must not be negative \(got -1\)"),
    ({"semi_saturation": -1}, r"semi_saturation must not be negative \(got -1\)"),
    ({"threshold": "high"}, "threshold must be a number"),
    ({"threshold": np.array([["a"], ["b"]])}, "threshold must be a number"),
    ({"threshold": None}, "threshold must be"),
    ({"threshold": 1j}, "threshold must be a number"),
    ({"transfer": "sigmoid"}, "no transfer function is called 'sigmoid'.*there are: identity"),
    ({"transfer": "tanhh"}, r"did you mean 'tanh'\?"),
    ({"transfer": np.tanh}, "no transfer function is called"),
    ({"transfer": ["tanh"]}, "no transfer function is called"),
]


@pytest.mark.parametrize(("parameters", "message"), PARAMETERS)
def test_parameters(circuit, parameters, message):
    text = refusal(lambda: circuit.rate("z", **parameters), CircuitError, message)
    assert text.startswith("Circuit 'lab', neuron 'z': ")
    assert "z" not in circuit


SILENCE = [
    (lambda c: {"bias": 0.5}, "so its bias must be 0"),
    (lambda c: {"excite": c["x"]}, r"must also be on divide= \(x is not\)"),
    (lambda c: {"excite": c["x"] + c["y"], "divide": c["x"]}, r"on divide= \(y is not\)"),
    (lambda c: {"subtract": c["x"], "divide": c["y"]}, r"on divide= \(x is not\)"),
    (lambda c: {"excite": c["x"], "divide": 0.0 * c["x"]}, r"on divide= \(x is not\)"),
    (
        lambda c: {"excite": np.eye(3) @ c["retina"], "divide": c["retina"][::-1]},
        r"on divide= \(retina\[0\] is not\)",
    ),
]


@pytest.mark.parametrize(("channels", "message"), SILENCE)
def test_nothing_over_nothing(circuit, channels, message):
    text = refusal(
        lambda: circuit.rate("z", semi_saturation=0, **channels(circuit)), CircuitError, message
    )
    assert text.startswith("Circuit 'lab', neuron 'z': with semi_saturation = 0 a silent cell")


@pytest.mark.parametrize("transfer", ["identity", "tanh"])
def test_what_can_be_negative_divides_nothing(circuit, transfer):
    circuit.rate("signed", excite=circuit["x"], transfer=transfer)
    circuit.rate("rectified", excite=circuit["x"], transfer=naka_rushton())
    message = "neuron 'z': 'signed' on divide= can be negative; rectify it first"
    for source in (circuit["signed"], circuit["signed"].delay(0.01), INF * circuit["signed"]):
        refusal(
            lambda source=source: circuit.rate("z", excite=circuit["x"], divide=source),
            CircuitError,
            message,
        )
    negative = circuit.constant([-1.0, 1.0], "k")
    refusal(
        lambda: circuit.rate("z", divide=negative),
        CircuitError,
        "constant 'k' on divide= is negative",
    )
    circuit.rate("z", divide=circuit["rectified"])


CONSTANTS = [
    ("abc", "constant 'constant' must be a number"),
    ([[1], [1, 2]], "constant 'constant' must be a number"),
    (None, "constant 'constant' must be a number"),
    ([1, NAN], r"constant 'constant' must be finite \(got nan\)"),
    ([1, -1e91], r"constant 'constant' must be at most 1e\+90 either way \(got -1e\+91\)"),
]


@pytest.mark.parametrize(("values", "message"), CONSTANTS)
def test_constants(circuit, values, message):
    before = circuit.size
    refusal(lambda: circuit.constant(values), CircuitError, message)
    assert circuit.size == before


def test_names_of_constants(circuit):
    for name in (3, "", "a.b", "two\nlines"):
        refusal(lambda name=name: circuit.constant(1, name), CircuitError, "name must")
    circuit.binary("z")
    for name in ("z", "x"):
        refusal(lambda name=name: circuit.constant(1, name), CircuitError, "is used already")
    assert [str(circuit.constant(k)) for k in range(3)] == ["constant", "constant_2", "constant_3"]
    refusal(lambda: circuit.constant(1, "constant"), CircuitError, "is used already")


def test_changed_copies(circuit):
    circuit.output(circuit.binary("z", excite=circuit["x"]))
    circuit.binary("self", excite=circuit["x"])
    assert circuit.with_parameters(self={"threshold": 2}).population("self").neurons.threshold == 2
    for attempt, message in (
        (lambda: circuit.with_parameters(z=3), r"z=dict\(threshold=2\) \(got 3\)"),
        (lambda: circuit.with_parameters(z={3: 1}), "no parameter is called '3'"),
        (lambda: circuit.without(["z"]), r"no population is called .*'z'.*; there are"),
        (lambda: circuit.without(3), "no population is called '3'"),
    ):
        refusal(attempt, CircuitError, message)


def test_a_weighted_sum_is_no_output(circuit):
    for given in (circuit["x"] + circuit["y"], np.ones((1, 3)) @ circuit["retina"]):
        refusal(
            lambda given=given: circuit.output(given),
            CircuitError,
            r"output\(\) takes a source, but (x \+ y|W @ retina) is a weighted sum: put a neuron",
        )
    refusal(
        lambda: circuit.output([circuit["x"], 2 * circuit["y"]]),
        CircuitError,
        r"stack takes sources, got <drive 2 \* y, shape \(\)>",
    )


def test_names(circuit):
    other = Circuit("elsewhere")
    stranger = other.inputs("stranger")
    used = r"Circuit 'lab': the name 'x' is used already; choose another"
    for attempt in (
        lambda: circuit.inputs("x"),
        lambda: circuit.binary("x"),
        lambda: circuit.rate("x", excite=circuit["y"]),
    ):
        refusal(attempt, CircuitError, used)
    for name in ("", "a.b", 5, None, "two\nlines", "tab\there", "\ud800"):
        refusal(lambda name=name: circuit.binary(name), CircuitError, "name must")
        refusal(lambda name=name: Circuit(name), CircuitError, "name must")
        refusal(lambda name=name: circuit.inputs(name), CircuitError, "name must")
    refusal(
        lambda: circuit["retna"], CircuitError, r"'retna' \(did you mean 'retina'\?\); there are"
    )
    refusal(lambda: circuit[0], CircuitError, "no population is called '0'")
    refusal(
        lambda: circuit.binary("z", excite=stranger),
        CircuitError,
        r"stranger belongs to Circuit 'elsewhere', not to this circuit.*call it",
    )
    refusal(lambda: circuit.output(stranger), CircuitError, "belongs to Circuit 'elsewhere'")
    refusal(lambda: circuit.connect(stranger), CircuitError, "belongs to Circuit 'elsewhere'")
    refusal(lambda: circuit.output(5), CircuitError, "takes a source or a list of sources")
    refusal(lambda: circuit.output("x"), CircuitError, "takes sources, got 'x'|takes a source")
    refusal(lambda: circuit.inputs(), CircuitError, "at least one name")


def test_bits(circuit):
    for bits in (0, 63, -1, 2.0, True, "8"):
        message = r"'a': bits must be a whole number from 1 to 62"
        refusal(lambda bits=bits: circuit.inputs("a", bits=bits), CircuitError, message)
        refusal(
            lambda bits=bits: circuit.output(circuit["retina"], "a", bits=bits),
            CircuitError,
            message,
        )
    refusal(
        lambda: circuit.inputs("a", bits=3, shape=(3,)), CircuitError, "neither shape= nor real="
    )
    refusal(
        lambda: circuit.output(circuit["retina"], "a", bits=2),
        CircuitError,
        r"output 'a' is declared with 2 bits, but has shape \(3,\)",
    )
    rates = circuit.rate("rates", shape=(3,))
    refusal(
        lambda: circuit.output(rates, "a", bits=3),
        CircuitError,
        "output 'a' has bits, so every source of it must be binary",
    )


def test_delays(circuit):
    for seconds in (-0.001, NAN, INF):
        refusal(
            lambda s=seconds: circuit["x"].delay(s),
            CircuitError,
            "delay of x must be finite and not negative",
        )
    for seconds in ("late", "1", True, np.True_, None, [1], 1j):
        refusal(lambda s=seconds: circuit["x"].delay(s), CircuitError, "a delay must be seconds")
    circuit.output(circuit.rate("z", excite=circuit["x"].delay(0.0025)))
    shown = {"x": 1.0, "y": 1.0, "retina": np.ones(3)}
    refusal(
        lambda: circuit.simulate(shown, steps=3, dt=0.001),
        CircuitError,
        r"delay of 0.0025 s is no whole number of steps of dt = 0.001 s; the nearest dt that fits",
    )
    refusal(
        lambda: circuit.simulate(shown, steps=3, dt=0.01), CircuitError, "the nearest dt .* 0.0025"
    )


def test_arguments(circuit):
    circuit.output(circuit.binary("z", excite=circuit["x"], divide=INF * circuit["y"]))
    retina = np.zeros(3)
    cases = [
        (lambda: circuit(1), "takes x, y, retina: no value for y, retina"),
        (lambda: circuit(), "no value for x, y, retina"),
        (lambda: circuit(1, 1, retina, 1), r"3 inputs \(x, y, retina of shape \(3,\)\), got 4"),
        (lambda: circuit(1, 1, retna=retina), r"no input is called 'retna'.*'retina'"),
        (lambda: circuit(1, 1, retina, x=1), "input 'x' was given twice"),
        (lambda: circuit(0.5, 1, retina), r"input 'x' takes only 0 and 1 \(got 0.5\).*real=True"),
        (lambda: circuit(1, -1, retina), r"input 'y' takes only 0 and 1 \(got -1\)"),
        (lambda: circuit(2, 1, retina), r"input 'x' takes only 0 and 1 \(got 2\)"),
        (lambda: circuit(NAN, 1, retina), r"input 'x' must be finite \(got nan\)"),
        (lambda: circuit(1, 1, [0, INF, 0]), r"input 'retina' must be finite \(got inf\)"),
        (lambda: circuit("1", 1, retina), "input 'x' must be numbers"),
        (lambda: circuit(None, 1, retina), "input 'x' must be numbers"),
        (lambda: circuit(1j, 1, retina), "input 'x' must be numbers"),
        (lambda: circuit([[1], [0, 1]], 1, retina), "input 'x' must be numbers"),
        (lambda: circuit(np.array([["a", "b"]] * 9), 1, retina), "input 'x' must be numbers"),
        (lambda: circuit(10**400, 1, retina), "input 'x' must be numbers"),
        (lambda: circuit(1, 1, [0, 1]), r"input 'retina' has shape \(3,\).* shape \(2,\)"),
        (lambda: circuit(1, 1, 1), r"input 'retina' has shape \(3,\); got values of shape \(\)"),
        (lambda: circuit(1, 1, np.zeros((2, 2, 3))), r"one more leading axis \(trials\)"),
        (lambda: circuit([1, 0], [1, 0, 1], retina), "'x' has 2 trials, input 'y' has 3"),
    ]
    for attempt, message in cases:
        refusal(attempt, InputError, message)


def test_negative_input_on_divide(circuit):
    real = circuit.inputs("real", real=True)
    circuit.output(circuit.rate("z", excite=circuit["x"], divide=real.delay(0.001)))
    shown = {"x": 1.0, "y": 1.0, "retina": np.ones(3)}
    message = r"input 'real' divides, so it must not be negative \(got -0.5\)"
    refusal(lambda: circuit(**shown, real=-0.5), InputError, message)
    for values in (-0.5, [1.0, -0.5], lambda t: -0.5):
        given = {**shown, "real": values}
        refusal(lambda given=given: circuit.simulate(given, steps=2), InputError, message)
    given = {**shown, "real": 0.5}
    refusal(
        lambda: circuit.simulate(given, steps=2, initial={"real": -0.5}),
        InputError,
        "not be negative",
    )


def test_a_binary_circuit_takes_only_binary_sources():
    gate = Circuit("gate")
    gate.output(gate.binary("z", excite=gate.inputs("x")))
    host = Circuit("host")
    rate = host.rate("rate", excite=host.inputs("x"))
    half = host.constant(0.5, "half")
    for source, name in ((rate, "rate"), (half, "half"), (rate.delay(0.01), "rate")):
        refusal(
            lambda source=source: gate(source),
            CircuitError,
            f"'gate', input 'x' takes only 0 and 1, but {name}.* can have other values; put a",
        )
    refusal(lambda: gate(2 * host["x"]), CircuitError, "takes a source, not a weighted sum")
    refusal(lambda: gate([host["x"], 1]), CircuitError, r"has shape \(2,\), the input has \(\)")
    refusal(lambda: gate(gate["x"]), CircuitError, "a circuit cannot be built inside itself")
    both = Circuit("both")
    both.inputs("a", "b")
    refusal(lambda: both(host["x"], 1), CircuitError, "'both' has no output: declare one with out")
    refusal(
        lambda: both(host["x"], gate["x"]),
        CircuitError,
        "sources of different circuits: 'host' and",
    )


def test_cycles(circuit):
    z = circuit.rate("z", excite=circuit["x"])
    circuit.connect(z, excite=z)
    circuit.output(z)
    refusal(
        lambda: circuit(1, 1, np.ones(3)),
        CircuitError,
        r"'lab' is recurrent \(z → z\), .* use simulate\(…\) .* settle\(…\)",
    )


@pytest.mark.parametrize(
    ("weight", "message"), [(1e80, r"neuron z\[1\]: .* more than 6e\+226, at step 3 \(0.004 s\)")]
)
def test_explosions(circuit, weight, message):
    z = circuit.rate("z", excite=circuit["retina"], shape=(3,))
    circuit.connect(z[1], excite=weight * z[1])
    circuit.output(z)
    shown = {"x": 1.0, "y": 1.0, "retina": np.ones(3)}
    refusal(lambda: circuit.simulate(shown, steps=9), SimulationError, message)
    static = Circuit("static")
    x = static.inputs("x", shape=2)
    static.output(static.rate("r", excite=x, transfer=power(4)))
    refusal(
        lambda: static([[1, 1], [1, 1e90]]),
        SimulationError,
        r"'static', neuron r\[1\]: .* in a static call, trial 1",
    )


@pytest.mark.parametrize("kind", ["binary", "rate"])
def test_what_sums_have_no_room_for(kind):
    """(1e308, 1e308) would be ∞ − ∞, which is no silence."""
    real = Circuit("real")
    x, y = real.inputs("x", "y", real=True)
    real.output(getattr(real, kind)("z", excite=2 * x, subtract=2 * y, threshold=0))
    message = r"'real', input 'y' must be at most 1e\+90 either way \(got -?1e\+308\)"
    refusal(lambda: real(1, -1e308), InputError, message)
    refusal(lambda: real.simulate((1, lambda t: 1e308), steps=2), InputError, message)
    if kind == "rate":
        real.connect(real["z"], excite=2 * real["z"])
        refusal(
            lambda: real.simulate((1, 1), steps=2, initial={"z": 1e307}),
            InputError,
            r"initial activity of 'z' must be at most 1.\d*e\+306 either way \(got 1e\+307\)",
        )


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.binary("y", excite=c["x"], treshold=2),
        lambda c: c.rate("y", excite=c["x"], treshold=2),
        lambda c: c.inputs("y", shap=3),
        lambda c: c.connect(c["z"], exite=c["x"]),
        lambda c: c.output(c["z"], nam="y"),
        lambda c: c.simulate(1, step=3),
        lambda c: c.settle(1, max_step=3),
        lambda c: c.check(lambda x: x, sample=3),
        lambda c: c.evaluate(1, dtyp="float32"),
        lambda c: c.settling_time(max_step=3),
        lambda c: c.draw(activites={}),
    ],
)
def test_a_misspelled_parameter_is_named_with_the_nearest(call):
    circuit = Circuit("circuit")
    circuit.output(circuit.binary("z", excite=circuit.inputs("x")))
    message = r"^Circuit 'circuit': no parameter of \w+\(\) is called .* \(did you mean"
    with pytest.raises(InputError, match=message):
        call(circuit)


def test_a_matrix_times_a_source_is_told_from_a_product():
    circuit = Circuit("circuit")
    x = circuit.inputs("x", shape=3)
    with pytest.raises(CircuitError, match=r"a matrix of weights is W @ source"):
        circuit.rate("z", excite=np.ones((2, 3)) * x)


def test_a_recurrent_circuit_is_refused_before_a_tolerance_is_asked_for():
    circuit = Circuit("loop")
    z = circuit.rate("z", excite=circuit.inputs("x"))
    circuit.connect(z, excite=0.5 * z)
    circuit.output(z)
    with pytest.raises(CircuitError, match="recurrent"):
        circuit.check(lambda x: x)


COMPARED = "a source has no value before the circuit runs; a comparison is a binary neuron with a"
OPERATORS = [
    (lambda x, y: x == 1, f"x == 1: {COMPARED}"),
    (lambda x, y: x != y, f"x != y: {COMPARED}"),
    (lambda x, y: 2 * x == y, f"2 \\* x == y: {COMPARED}"),
    (lambda x, y: np.ones(2) == x, f"x == array.*: {COMPARED}"),
    (lambda x, y: max(x, y), f"y > x: {COMPARED}"),
    (lambda x, y: min(x, y), f"y < x: {COMPARED}"),
    (lambda x, y: x <= 1, f"x <= 1: {COMPARED}"),
    (lambda x, y: x >= 1, f"x >= 1: {COMPARED}"),
    (lambda x, y: x & y, "x & y: .*AND is a binary neuron: excite=x \\+ y, threshold=2"),
    (lambda x, y: 1 | x, "x | 1: .*OR is a binary neuron"),
    (lambda x, y: x ^ y, r"x \^ y: .*circuits.logic.xor\(\)"),
    (lambda x, y: ~x, "~x: NOT is a binary neuron: subtract=x, threshold=0"),
    (lambda x, y: x**2, r"x \*\* 2: .*transfer=power\(2\)"),
]


@pytest.mark.parametrize(("attempt", "message"), OPERATORS)
def test_operators_that_make_no_drive_explain_themselves(circuit, attempt, message):
    refusal(lambda: attempt(circuit["x"], circuit["y"]), CircuitError, message)


def test_a_source_is_still_found_by_identity(circuit):
    x, y = circuit["x"], circuit["y"]
    assert x in [x, y]
    assert {x: "a", y: "b"}[y] == "b"


def test_false_is_no_drive_and_no_summand(circuit):
    x = circuit["x"]
    for value in (False, np.False_):
        refusal(
            lambda value=value: circuit.binary("z", excite=value), CircuitError,
            r"neuron 'z': excite= takes sources \(got .*False.*\)",
        )  # fmt: skip
        refusal(lambda value=value: x + value, CircuitError, "cannot be added to a source")
    circuit.binary("none", excite=sum([]))  # what is left of no sources is nothing


def test_of_a_circuits_several_outputs_one_must_be_taken(circuit):
    half = Circuit("half")
    a, b = half.inputs("a", "b")
    half.output(half.binary("sum", excite=a + b))
    half.output(half.binary("carry", excite=a + b, threshold=2))
    both = half(circuit["x"], circuit["y"])
    advice = "it has 2 outputs, take one: .sum, .carry"
    refusal(lambda: circuit.binary("z", excite=both), CircuitError, f"'z': excite= .*{advice}")
    refusal(lambda: circuit["x"] + both, CircuitError, advice)


def test_inputs_by_keyword_or_by_place_are_answered_with_one_dict(circuit):
    refusal(
        lambda: circuit.simulate(x=1, y=1, retina=np.ones(3), duration=0.1),
        InputError,
        r"simulate\(\) takes the inputs in one dict: simulate\(\{'x': …, 'y': …, 'retina': …\}, …\)"
        "; 'x' was given by itself",
    )
    refusal(
        lambda: circuit.simulate(1, 1, duration=0.1),
        InputError,
        r"simulate\(\): duration was given twice, by its place and by its name; several inputs",
    )


def test_one_is_no_plural():
    gate = Circuit("gate")
    gate.output(gate.binary("z", excite=gate.inputs("x")))
    refusal(lambda: gate(1, 1), InputError, r"takes 1 input \(x\), got 2")
    assert repr(gate) == "<circuit gate(x) → z, 1 neuron>"


def test_values_without_a_keyword_are_answered_with_the_keywords(circuit):
    x, y = circuit["x"], circuit["y"]
    refusal(
        lambda: circuit.binary("p", x + y, 1), InputError,
        r"'lab': binary\(\) takes name without a keyword \(got 3 values\); .*excite=, subtract=",
    )  # fmt: skip
    refusal(
        lambda: circuit.draw("x.png"), InputError,
        r"draw\(\) takes nothing without a keyword \(got 1 value\).*draw\(\).savefig\('",
    )  # fmt: skip
    with pytest.raises(TypeError):
        circuit.binary()


@pytest.mark.parametrize(
    ("keywords", "meant"),
    [
        ({"inhibit": 1}, "here that is subtract= or divide="),
        ({"sigma": 1}, "here that is semi_saturation="),
        ({"weights": 1}, r"here that is on the source: excite=W @ x"),
        ({"theta": 1}, "here that is threshold="),
        ({"activation": "tanh"}, "here that is transfer="),
    ],
)
def test_words_of_other_programs_are_answered_with_ours(circuit, keywords, meant):
    text = refusal(lambda: circuit.rate("z", excite=circuit["x"], **keywords), InputError, meant)
    assert text.endswith("tau, noise, shape")  # nothing is cut off
    if "activation" in keywords:
        refusal(lambda: circuit.binary("z", **keywords), InputError, "there are: name, excite")


def test_transfer_functions_by_other_names(circuit):
    refusal(
        lambda: circuit.rate("z", excite=circuit["x"], transfer="sigmoid"), CircuitError,
        r"'z': no transfer function is called 'sigmoid' \(here that is 'logistic'\)",
    )  # fmt: skip


def test_two_names_in_one_text(circuit):
    made = Circuit("two")

    def unpack():
        _x, _y = made.inputs("x y")

    refusal(unpack, CircuitError, r"x y is one neuron: .*several inputs are inputs\('x', 'y'\)")


def test_a_matrix_on_the_right_is_named_as_it_was_given(circuit):
    retina = circuit["retina"]
    assert (retina @ np.ones((3, 2))).shape == (2,)
    refusal(
        lambda: retina @ np.ones((2, 3)), CircuitError,
        r"retina of shape \(3,\) @ weights of shape \(2, 3\): the first axis must have 3",
    )  # fmt: skip


def test_a_domain_is_asked_for_with_the_circuits_own_names():
    division = Circuit("division")
    e, i = division.inputs("e", "i", real=True)
    division.output(division.rate("r", excite=e, divide=i))
    refusal(
        lambda: division.check(lambda e, i: e / (1 + i), domain=(0.1, 1), tolerance=1e-9),
        InputError, r"by name, \{'e': \(low, high\), 'i': \(low, high\)\} \(got \(0.1, 1\)\)",
    )  # fmt: skip


def test_a_drawing_has_no_window():
    made = Circuit("made")
    made.inputs("x")
    refusal(made.draw().show, InputError, r"no window .*savefig\('figure.png'\)")


# ------------------------------------------------------------------ text and truth are no numbers


@pytest.mark.parametrize("wrong", ["1", np.str_("1"), True, np.True_, np.array("1"), None, 1j])
def test_what_is_no_number_of_anything(wrong):
    made = Circuit("made")
    x = made.inputs("x", real=True)
    made.output(made.rate("z", excite=x))
    got = r"\(got .*\)"
    if wrong is not None:
        message = f"duration must be a number of seconds {got}"
        refusal(lambda: made.simulate(1, wrong), InputError, message)
    refusal(lambda: made.simulate(1, 1, wrong), InputError, f"dt must be a number of seconds {got}")
    message = f"tolerance must be a number .*{got}"
    refusal(lambda: made.settle(1, tolerance=wrong), InputError, message)
    if not isinstance(wrong, bool | np.bool_):
        message = r"initial activity of 'z' must be numbers"
        refusal(lambda: made.simulate(1, 1, initial={"z": wrong}), InputError, message)
    message = r"the domain of 'x' must be \(low, high\)"
    refusal(
        lambda: made.check(lambda x: x, tolerance=1, domain={"x": (0, wrong)}), InputError, message
    )
    message = f"stride must be a whole number from 1 {got}"
    refusal(lambda: convolve(x.reshape(1), [1], stride=wrong), CircuitError, message)


def test_a_number_beyond_all_floats():
    made = Circuit("made")
    x = made.inputs("x", real=True)
    made.output(made.rate("z", excite=x))
    refusal(lambda: made.simulate(1, 10**400), InputError, "duration must be finite")
    refusal(lambda: made.settle(1, dt=10**400), InputError, "dt must be finite")
    refusal(lambda: x.delay(10**400), CircuitError, "must be finite")


@pytest.mark.parametrize("how", [{"bits": 3}, {"real": False}])
def test_a_domain_is_for_real_inputs(how):
    made = Circuit("made")
    a = made.inputs("a", **how)
    made.output(made.binary("z", excite=a.ravel().sum()))
    refusal(
        lambda: made.check(lambda a: int(a > 0), domain={"a": (0, 1)}),
        InputError,
        "'made': input 'a' takes only 0 and 1, .*: leave it out of domain=",
    )


def test_a_domain_beyond_what_inputs_may_be():
    made = Circuit("made")
    made.output(made.rate("z", excite=made.inputs("x", real=True)))
    refusal(
        lambda: made.check(lambda x: x, tolerance=1, domain={"x": (-1e308, 1e308)}),
        InputError,
        r"both finite and at most 1e\+90 \(got \(-1e\+308, 1e\+308\)\)",
    )


@pytest.mark.parametrize("count", [1, 40_000])
def test_a_precision_that_there_is_not(count):
    made = Circuit("made")
    made.output(made.binary("z", excite=made.inputs("x")))
    shown = np.ones(count)
    for _ in range(2):  # the bit engine runs the second for certain
        refusal(
            lambda: made.evaluate(shown, dtype="float16"),
            InputError,
            r"'made': dtype must be 'float64' or 'float32' \(got 'float16'\)",
        )
        made(shown)


# ------------------------------------------------------------------ whose it is, and what it was


def test_a_weight_that_is_none_names_its_circuit(circuit):
    x, retina = circuit["x"], circuit["retina"]
    where = "Circuit 'lab': the weight"
    refusal(lambda: NAN * x, CircuitError, f"{where} from x must not be NaN")
    refusal(lambda: "2" * x, CircuitError, rf"{where} from x must be numbers \(got str\)")
    refusal(lambda: x / "2", CircuitError, r"'lab': the divisor of x must be numbers \(got str\)")
    for weights, got in (
        (np.array(["1", "2", "3"]), "an array of str_"),
        (np.array([{}, {}, {}]), "an array of object_"),
        (np.ones(3) * 1j, "an array of complex128"),
    ):
        message = rf"{where}s from retina must be numbers \(got {got}\)"
        refusal(lambda w=weights: w @ retina, CircuitError, message)
    message = r"'lab': the sparse weights from retina must be real numbers \(got complex128\)"
    refusal(lambda: sparse.eye_array(3, dtype=complex).tocsr() @ retina, CircuitError, message)
    message = "'lab': the sparse weights from retina must not be NaN"
    refusal(lambda: sparse.csr_array([[NAN, 0, 1]]) @ retina, CircuitError, message)
    message = r"'lab', convolve\(retina, …\): the kernel must be numbers"
    refusal(lambda: convolve(retina, ["1"]), CircuitError, message)


def test_nothing_may_be_added_in_any_kind_of_number(circuit):
    x = circuit["x"]
    for nothing in (0, 0.0, np.int64(0), np.float32(0)):
        assert (nothing + x).shape == (x + nothing).shape == ()
    circuit.output(circuit.binary("z", excite=x, subtract=np.int64(0)))
    refusal(lambda: np.int64(1) + x, CircuitError, "a constant drive is the neuron's bias=")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: convolve(c["x"].reshape(1), [1], strid=1), r"did you mean 'stride'\?"),
        (lambda c: convolve(c["x"].reshape(1), [1], "wrap"), r"takes image and kernel without a"),
        (lambda c: c.truth_table(3), r"truth_table\(\) takes nothing without a keyword"),
        (lambda c: c.margins(a=1), r"no parameter of margins\(\) is called 'a'; there are: none"),
        (lambda c: c.settle(1, 1e-9), r"takes inputs, several in one dict or tuple, without"),
    ],
)
def test_what_is_given_beyond_the_parameters(circuit, call, message):
    refusal(lambda: call(circuit), InputError, message)


def test_an_input_function_that_raises_is_named_with_its_time(circuit):
    circuit.output(circuit.rate("z", excite=circuit["x"]))

    def shown(time):
        return {}[time] if time > 1.5e-3 else 1.0

    message = "'lab', input 'x': its function raised KeyError at 0.002 s: 0.002"
    run = {"x": shown, "y": 0, "retina": [0, 0, 0]}
    refusal(lambda: circuit.simulate(run, steps=5), InputError, message)


def test_a_circuit_without_inputs_has_a_counterexample():
    made = Circuit("made")
    made.output(made.binary("z", excite=made.constant(1)))
    text = str(made.check(lambda: 0))
    assert "specification: the circuit answers z = 1, the specification z = 0" in text


def test_what_cannot_be_drawn(circuit):
    refusal(lambda: circuit.draw(depth=-1), InputError, r"draw\(\): depth must be a whole number")
    refusal(lambda: circuit.draw(ax=3), InputError, r"'lab': draw\(ax=\) takes .* Axes \(got 3\)")
