"""Weights that learn during a run, against loops that say the same step by step."""

from dataclasses import fields

import numpy as np
import pytest
from scipy import sparse

from neurosim import (
    Circuit,
    CircuitError,
    Delta,
    FileError,
    Hebb,
    InputError,
    Oja,
    Perceptron,
    convolve,
    plastic,
)
from neurosim.bits.compiler import BitProgram, compile_bits, compile_steps
from neurosim.program import compile_program

STEPS = 12
SIGNS = {"excite": 1, "subtract": -1, "drive": 1}


def learner(weights, channel="drive", rule=None, **options) -> Circuit:
    """x drives two rate neurons by fixed weights, and by others that learn."""
    circuit = Circuit("learner")
    x = circuit.inputs("x", shape=(weights.shape[1],), real=True)
    wanted = circuit.inputs("wanted", shape=(len(weights),), real=True)
    rule = rule(wanted) if callable(rule) else rule or Hebb(0.05)
    fixed = {"drive": 0.3 * np.ones(weights.shape) @ x} if channel != "drive" else {}
    drives = fixed | {channel: plastic(weights @ x, rule)}
    circuit.output(circuit.rate("z", transfer="identity", bias=0.1, **drives, **options))
    return circuit


def by_steps(weights, channel, change, shown, wanted, rate):
    """Pre at k, post at k + 1; below 0 only on drive."""
    weights, z = weights.copy(), []
    for x, t in zip(shown, wanted, strict=True):
        before = 0.1 + SIGNS[channel] * weights @ x
        y = before if channel == "drive" else before + 0.3 * x.sum()
        weights = weights + rate * change(weights, x, y, t, SIGNS[channel])
        if channel != "drive":
            weights = np.maximum(weights, 0)
        z.append(y)
    return np.array(z), weights


CHANGES = {
    "hebb": (Hebb(0.05), lambda w, x, y, t, sign: np.outer(y, x)),
    "oja": (Oja(0.05), lambda w, x, y, t, sign: y[:, None] * (x - y[:, None] * w)),
    "delta": (
        lambda wanted: Delta(0.05, wanted),
        lambda w, x, y, t, sign: sign * np.outer(t - y, x),
    ),
}


@pytest.mark.parametrize("channel", SIGNS)
@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(("trials", "threads"), [(1, None), (1, 2), (2, 3), (3, 1), (3, 2)])
def test_a_step_takes_pre_before_it_and_post_after_it(channel, name, trials, threads, rng):
    rule, change = CHANGES[name]
    weights = rng.random((2, 4))
    shown, wanted = rng.normal(size=(trials, STEPS, 4)), rng.normal(size=(trials, STEPS, 2))
    circuit = learner(weights, channel, rule)
    record = circuit.simulate({"x": shown, "wanted": wanted}, steps=STEPS, threads=threads)
    assert list(record.weights) == [f"z.{channel}"]
    for k in range(trials):
        z, learned = by_steps(weights, channel, change, shown[k], wanted[k], 0.05)
        np.testing.assert_allclose(record["z"][k], z, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(
            record.weights[f"z.{channel}"][k], learned, rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("kind", ["dense", "scattered", "sparse"])
@pytest.mark.parametrize("threads", [1, 2])
def test_neurons_that_hear_each_other_learn_together(kind, threads, rng):
    """More sources than are summed at a time; what is heard changes while it is learned."""
    n, steps, rate = 37, 9, 0.002
    weights = rng.normal(size=(n, n + 600)) / 20
    present = rng.random(weights.shape) < (0.2 if kind == "sparse" else 2)
    circuit = Circuit("net")
    x = circuit.inputs("x", shape=(600,), real=True)
    v = circuit.rate("v", shape=(n,), tau=4e-3, transfer="tanh")
    order = rng.permutation(n + 600) if kind == "scattered" else np.arange(n + 600)
    parts = {"v": weights[:, :n] * present[:, :n], "x": weights[:, n:] * present[:, n:]}
    if kind == "sparse":
        parts = {name: sparse.csr_array(part) for name, part in parts.items()}
    if kind == "scattered":
        within = np.argsort(order[order < n]), np.argsort(order[order >= n])
        heard = {"v": v[within[0]], "x": x[within[1]]}
        parts = {"v": parts["v"][:, within[0]], "x": parts["x"][:, within[1]]}
    else:
        heard = {"v": v, "x": x}
    for name, part in parts.items():
        circuit.connect(v, drive=plastic(part @ heard[name], Hebb(rate)))
    circuit.output(v)
    shown, start = rng.normal(size=(steps, 600)), rng.normal(size=n)
    record = circuit.simulate(
        shown, steps=steps, dt=1e-3, initial={"v": start}, threads=threads, record=["v"]
    )
    w, y, decay = weights * present, start, np.exp(-1e-3 / 4e-3)
    for k in range(steps):
        before = np.concatenate([y, shown[k]])
        target = np.tanh(w @ before)
        y = target + (y - target) * decay
        np.testing.assert_allclose(record["v"][0, k], y, rtol=1e-9, atol=1e-12)
        w = w + rate * np.outer(y, before) * present
    for name, columns, chosen in (
        ("v.drive", slice(0, n), "v"),
        ("v.drive_2", slice(n, None), "x"),
    ):
        expected = w[:, columns]
        if kind == "scattered":
            expected = expected[:, within[0 if chosen == "v" else 1]]
        if kind == "sparse":
            expected = expected[present[:, columns]]
        np.testing.assert_allclose(record.weights[name][0], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("transfer", ["threshold-linear", "logistic", "tanh", "softplus"])
def test_delta_with_slope_goes_down_the_squared_error(transfer, rng):
    """Its change is −η times the gradient of ½(wanted − z)², by differences of the call."""
    weights, x, wanted = rng.random(4), rng.random(4), 0.3

    def cell(weights):
        circuit = Circuit("sloped")
        source, t = circuit.inputs("x", shape=(4,), real=True), circuit.inputs("t", real=True)
        rule = Delta(1.0, t, slope=True)
        drive = plastic(weights @ source, rule)
        circuit.output(circuit.rate("z", bias=0.4, drive=drive, transfer=transfer))
        return circuit

    def error(weights):
        return 0.5 * (wanted - cell(weights)(x, wanted)) ** 2

    record = cell(weights).simulate({"x": x, "t": wanted}, steps=1)
    tiny = 1e-6 * np.eye(4)
    gradient = np.array([(error(weights + d) - error(weights - d)) / 2e-6 for d in tiny])
    change = record.weights["z.drive"][0] - weights
    assert np.abs(change).max() > 1e-3
    np.testing.assert_allclose(change, -gradient, rtol=1e-5, atol=1e-8)


def test_a_slope_is_that_of_the_neurons_as_they_are_now():
    """Another transfer function has another slope, or none that its answer tells."""

    def cell(transfer):
        circuit = Circuit("sloped")
        x, t = circuit.inputs("x", "t", real=True)
        circuit.output(
            circuit.rate("z", drive=plastic(x, Delta(1.0, t, slope=True)), transfer=transfer)
        )
        return circuit

    shown = {"x": 0.8, "t": 0.1}
    built = cell("logistic").simulate(shown, steps=3).weights["z.drive"]
    changed = cell("tanh").with_parameters(z={"transfer": "logistic"})
    np.testing.assert_array_equal(changed.simulate(shown, steps=3).weights["z.drive"], built)
    with pytest.raises(CircuitError, match="'z': the slope of transfer 'power' does not follow"):
        cell("tanh").with_parameters(z={"transfer": "power"})


@pytest.mark.parametrize("channel", ["excite", "subtract", "divide", "drive"])
def test_delta_takes_the_answer_to_its_teacher_on_every_channel(channel):
    circuit = Circuit("taught")
    x, t = circuit.inputs("x", "t", real=True)
    rest = {} if channel == "excite" else {"excite": 2 * x}
    drive = plastic(0.1 * x, Delta(0.3, t))
    circuit.output(circuit.rate("z", transfer="identity", **rest, **{channel: drive}))
    wanted = 0.7
    record = circuit.simulate({"x": 1.0, "t": wanted}, steps=200)
    assert record["z"][0, -1] == pytest.approx(wanted, abs=1e-6)


def test_a_weight_that_became_too_small_is_0():
    """Halved by each step it is exact; below 1e-300, where numbers are soon slow, it is none."""
    circuit = Circuit("halving")
    x, t = circuit.inputs("x", "t", real=True)
    circuit.output(circuit.rate("z", drive=plastic(x, Delta(0.5, t)), transfer="identity"))

    def left(steps):
        return circuit.simulate({"x": 1.0, "t": 0.0}, steps=steps).weights["z.drive"].item()

    assert left(900) == 0.5**900
    assert left(1100) == 0


def test_a_neuron_may_be_the_teacher(rng):
    """It is asked for what it does after the step, an input for what it showed in it."""
    circuit = Circuit("pupil")
    x = circuit.inputs("x", shape=(3,), real=True)
    true, weights = rng.normal(size=3), np.zeros(3)
    master = circuit.rate("master", drive=true @ x, transfer="identity")
    rule = Delta(0.1, master)
    circuit.output(circuit.rate("z", drive=plastic(weights @ x, rule), transfer="identity"))
    shown = rng.normal(size=(STEPS, 3))
    record = circuit.simulate(shown, steps=STEPS)
    for row in shown:
        weights = weights + 0.1 * (true @ row - weights @ row) * row
    np.testing.assert_allclose(record.weights["z.drive"][0], weights, rtol=1e-12)


def test_ojas_rule_finds_what_varies_most(rng):
    """The first principal component, of length 1 (Oja 1982)."""
    circuit = Circuit("oja")
    x = circuit.inputs("x", shape=(3,), real=True)
    drive = plastic(rng.normal(size=3) @ x, Oja(0.002))
    circuit.output(circuit.rate("z", drive=drive, transfer="identity"))
    axes, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    shown = rng.normal(size=(20_000, 3)) * [2.0, 0.7, 0.3] @ axes.T
    learned = circuit.simulate(shown, steps=len(shown), every=len(shown)).weights["z.drive"][0]
    _, vectors = np.linalg.eigh(shown.T @ shown)
    assert np.linalg.norm(learned) == pytest.approx(1, abs=0.03)
    assert abs(learned @ vectors[:, -1]) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("channel", ["excite", "drive"])
def test_a_weight_of_a_channel_stops_at_0(channel):
    circuit = Circuit("falling")
    x = circuit.inputs("x", real=True)
    drive = plastic(0.3 * x, Hebb(-0.5))
    circuit.output(circuit.rate("z", bias=1.0, **{channel: drive}))
    record = circuit.simulate(1.0, steps=2)
    # post 1.3 makes 0.3 − 0.65 = −0.35 of it, then 0.65 another −0.325
    after = {"excite": 0.0, "drive": -0.675}[channel]
    assert record.weights[f"z.{channel}"][0, 0] == pytest.approx(after)


def test_pools_learn_too(rng):
    circuit = Circuit("pool")
    x = circuit.inputs("x", shape=(3,), real=True)
    weights = rng.random(3)
    circuit.output(circuit.rate("z", bias=1.0, divide=plastic(weights @ x, Hebb(0.1))))
    shown = rng.random(3)
    record = circuit.simulate(shown, steps=STEPS)
    for k in range(STEPS):
        y = 1 / (1 + weights @ shown)
        assert record["z"][0, k] == pytest.approx(y, rel=1e-12)
        weights = weights + 0.1 * y * shown
    np.testing.assert_allclose(record.weights["z.divide"][0], weights, rtol=1e-12)


def test_a_binary_neuron_learns_the_perceptrons_rule(rng):
    """AND in Rosenblatt's way: whole numbers all along, and right in the end."""
    circuit = Circuit("perceptron")
    x = circuit.inputs("x", shape=(2,), real=False)
    one = circuit.constant(1.0, "one")
    wanted = circuit.inputs("wanted", real=False)
    z = circuit.binary("z", drive=plastic(np.zeros(2) @ x, Perceptron(1.0, wanted)), threshold=1)
    circuit.connect(z, drive=plastic(0 * one, Perceptron(1.0, wanted)))
    circuit.output(z)
    patterns = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    shown = np.tile(patterns, (20, 1))
    record = circuit.simulate({"x": shown, "wanted": shown.all(axis=1).astype(int)}, steps=80)
    w, b = np.zeros(2), 0.0
    for k, row in enumerate(shown):
        y = float(w @ row + b >= 1)
        assert record["z"][0, k] == y
        w, b = w + (row.all() - y) * row, b + (row.all() - y)
    np.testing.assert_array_equal(record.weights["z.drive"][0], w)
    np.testing.assert_array_equal(record.weights["z.drive_2"][0], [b])
    learned = circuit.with_weights(record)
    np.testing.assert_array_equal(learned(patterns, 0), patterns.all(axis=1))
    assert (circuit(patterns, 0) == 0).all()  # the circuit itself is what it was


def test_sparse_and_single_connections_keep_their_shape(rng):
    circuit = Circuit("sparse")
    x = circuit.inputs("x", shape=(5,), real=True)
    kept = sparse.random_array((3, 5), density=0.4, rng=rng, format="csr")
    z = circuit.rate("z", drive=plastic(kept @ x, Hebb(0.1)), transfer="identity", bias=1.0)
    circuit.connect(z[1:], excite=plastic(x[:2], Hebb(0.2)))  # one to one, part of the neurons
    circuit.output(z)
    shown = rng.normal(size=5)
    record = circuit.simulate(shown, steps=STEPS)
    dense, single = kept.toarray(), np.ones(2)
    present = dense != 0
    for k in range(STEPS):
        y = 1 + dense @ shown
        y[1:] += single * shown[:2]
        np.testing.assert_allclose(record["z"][0, k], y, rtol=1e-11)
        dense = dense + 0.1 * np.outer(y, shown) * present
        single = np.maximum(single + 0.2 * y[1:] * shown[:2], 0)
    assert record.weights["z.drive"].shape == (1, kept.nnz)
    np.testing.assert_allclose(record.weights["z.drive"][0], dense[present], rtol=1e-11)
    np.testing.assert_allclose(record.weights["z.excite"][0], single, rtol=1e-11)


def test_a_run_continues_with_what_it_learned(rng):
    weights = rng.random((2, 3))
    circuit = learner(weights, tau=0.01)
    shown = {"x": rng.normal(size=(2, STEPS, 3)), "wanted": np.zeros((2, STEPS, 2))}
    whole = circuit.simulate(shown, steps=STEPS)
    first = circuit.simulate({n: v[:, :5] for n, v in shown.items()}, steps=5)
    rest = circuit.simulate(
        {n: v[:, 5:] for n, v in shown.items()}, steps=STEPS - 5, initial=first.final_state
    )
    np.testing.assert_array_equal(rest["z"], whole["z"][:, 5:])
    np.testing.assert_array_equal(rest.weights["z.drive"], whole.weights["z.drive"])
    np.testing.assert_array_equal(first.weights["z.drive"].shape, (2, 2, 3))
    other = learner(rng.random((1, 2)))
    state = first.final_state
    with pytest.raises(InputError, match="other plastic connections"):
        other.simulate((np.ones(2), np.zeros(1)), steps=1, initial=_without_values(state))


def _without_values(state):
    return type(state)(state.step, state.dt, {}, {}, state.weights)


def test_a_state_with_learned_weights_is_taken_whole_or_refused(rng):
    one, five = learner(np.ones((1, 1))), learner(np.ones((1, 5)))
    state = one.simulate((np.ones(1), np.zeros(1)), steps=3).final_state
    with pytest.raises(InputError, match="other plastic connections"):
        five.simulate((np.ones(5), np.zeros(1)), steps=1, initial=_without_values(state))
    fixed = Circuit("fixed")
    fixed.output(fixed.rate("z", excite=fixed.inputs("x", real=True)))
    with pytest.raises(InputError, match="other plastic connections"):
        fixed.simulate(1.0, steps=1, initial=_without_values(state))
    with pytest.raises(InputError, match=r"settle circuit.with_weights\(record\)"):
        one.settle((np.ones(1), np.zeros(1)), initial=state)


def test_a_teacher_may_come_late_by_whole_steps(rng):
    def taught(seconds):
        return lambda wanted: Delta(0.5, wanted.delay(seconds))

    shown = {"x": np.ones(1), "wanted": rng.random((9, 1))}
    record = learner(np.zeros((1, 1)), rule=taught(2e-3)).simulate(shown, steps=9)
    wanted = np.concatenate([np.zeros((2, 1)), shown["wanted"]])  # nothing was shown before
    change = CHANGES["delta"][1]
    _, learned = by_steps(np.zeros((1, 1)), "drive", change, np.ones((9, 1)), wanted[:9], 0.5)
    np.testing.assert_allclose(record.weights["z.drive"][0], learned, rtol=1e-12)
    with pytest.raises(CircuitError, match="whole number of steps"):
        learner(np.zeros((1, 1)), rule=taught(1.5e-3)).simulate(shown, steps=9)


def test_a_call_is_exact_whether_or_not_weights_may_learn():
    circuit = Circuit("decimals")
    x = circuit.inputs("x", shape=(2,), real=False)
    weights = plastic(np.array([0.1, 0.7]) @ x, Hebb(0.0))
    circuit.output(circuit.binary("z", drive=weights, threshold=0.8))
    assert circuit([1, 1]) == 1
    assert circuit.check(lambda x: int(x.all()))
    assert isinstance(compile_bits(circuit, circuit.output_places), BitProgram)
    assert compile_steps(circuit, compile_program(circuit, 1e-3)) == "its weights learn"


def test_float32_learns_alike(rng):
    weights = rng.random((2, 3)).astype(np.float32)
    shown = {"x": rng.normal(size=(STEPS, 3)), "wanted": rng.normal(size=(STEPS, 2))}
    records = [
        learner(weights, "drive", lambda wanted: Delta(0.1, wanted)).simulate(
            shown, steps=STEPS, dtype=dtype
        )
        for dtype in ("float64", "float32")
    ]
    double, single = (record.weights["z.drive"] for record in records)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, rtol=0, atol=1e-5)


def test_one_teacher_for_all_neurons(rng):
    circuit = Circuit("class")
    x, t = circuit.inputs("x", shape=(2,), real=True), circuit.inputs("t", real=True)
    weights = rng.random((3, 2))
    circuit.output(
        circuit.rate("z", drive=plastic(weights @ x, Delta(0.1, t)), transfer="identity")
    )
    shown = rng.random(2)
    record = circuit.simulate({"x": shown, "t": 1.0}, steps=1)
    expected = weights + 0.1 * np.outer(1 - weights @ shown, shown)
    np.testing.assert_allclose(record.weights["z.drive"][0], expected, rtol=1e-12)


def test_nothing_learns_in_calls_checks_and_settling(rng):
    weights = rng.random((2, 3))
    circuit = learner(weights)
    shown = (rng.random(3), np.zeros(2))
    np.testing.assert_allclose(circuit(*shown), 0.1 + weights @ shown[0], rtol=1e-12)
    np.testing.assert_allclose(circuit.settle(shown).outputs, circuit(*shown), rtol=1e-9)
    assert circuit.check(
        lambda x, wanted: 0.1 + weights @ x,
        domain={"x": (0, 1), "wanted": (0, 1)}, tolerance=1e-9, samples=20,
    )  # fmt: skip


def test_instances_of_a_circuit_learn_apart(rng):
    one = learner(np.ones((1, 2)), rule=lambda wanted: Delta(0.1, wanted))
    host = Circuit("host")
    a, b = host.inputs("a", "b", shape=(2,), real=True)
    t = host.inputs("t", shape=(1,), real=True)
    for source in (a, b):
        host.output(one(source, t), f"z {host.name_of(source.index)}"[:3] + str(len(host.outputs)))
    shown = {"a": rng.normal(size=2), "b": rng.normal(size=2), "t": np.ones(1)}
    record = host.simulate(shown, steps=5)
    assert list(record.weights) == ["learner.z.drive", "learner_2.z.drive"]
    for name, source in zip(record.weights, "ab", strict=True):
        given = {"x": shown[source], "wanted": shown["t"]}
        alone = one.simulate(given, steps=5).weights["z.drive"]
        np.testing.assert_array_equal(record.weights[name], alone)


def test_a_circuit_that_learns_is_saved_whole(tmp_path, rng):
    path = tmp_path / "learner.json"
    rules = Hebb(0.05), Oja(0.05), lambda t: Delta(0.05, t), lambda t: Delta(0.05, t, slope=True)
    for rule in rules:
        circuit = learner(rng.random((2, 3)), "subtract", rule)
        circuit.save(path)
        again = Circuit.load(path)
        shown = (rng.normal(size=3), rng.normal(size=2))
        expected = circuit.simulate(shown, steps=STEPS)
        found = again.simulate(shown, steps=STEPS)
        np.testing.assert_array_equal(found["z"], expected["z"])
        np.testing.assert_array_equal(found.weights["z.subtract"], expected.weights["z.subtract"])


@pytest.mark.parametrize(
    ("part", "instead", "told"),
    [
        ('"rule": "delta"', '"rule": "hebb"', "has no teacher"),
        ('"rule": "delta"', '"rule": "belief"', "no learning rule is called"),
        ('"rate": 0.05', '"rate": "x"', "rate"),
        ('"rule": "delta"', '"rule": "oja"', "has no teacher"),
        ('"rate": 0.05', '"rate": 0.05, "slope": 1', "slope must be True or False"),
        ('"rule": "delta"', '"slope": true, "rule": "perceptron"', "has no slope"),
        ('"rule": "delta"', '"rule": "perceptron"', "use Delta"),
        ('"teacher"', '"tutor"', "tutor"),
    ],
)
def test_a_file_of_a_rule_that_is_none_is_refused(part, instead, told, tmp_path):
    path = tmp_path / "learner.json"
    learner(np.ones((2, 3)), "excite", lambda wanted: Delta(0.05, wanted)).save(path)
    text = path.read_text()
    assert part in text
    path.write_text(text.replace(part, instead))
    with pytest.raises(FileError, match=told):
        Circuit.load(path)


def test_a_summary_says_what_learns():
    assert "plastic (hebb)" in learner(np.ones((1, 2))).summary()


def test_what_cannot_learn_is_refused(rng):
    circuit = Circuit("no")
    x = circuit.inputs("x", shape=(4, 4), real=True)
    other = Circuit("other").inputs("t")
    with pytest.raises(CircuitError, match="share their weights"):
        plastic(convolve(x, np.ones((3, 3))), Hebb(0.1))
    for rate in (float("nan"), 10**400, np.complex128(1), True, "0.1", None, np.array([0.1])):
        with pytest.raises(CircuitError, match="rate must be a finite number"):
            Hebb(rate)
    with pytest.raises(CircuitError, match=r"rate must be at most 1e\+90"):
        Hebb(1e300)
    with pytest.raises(CircuitError, match="takes a learning rule"):
        plastic(x, 0.1)
    with pytest.raises(CircuitError, match="takes a source"):
        plastic(1.0, Hebb(0.1))
    with pytest.raises(CircuitError, match="teacher must be a source"):
        Delta(0.1, 3)
    t = circuit.inputs("t", real=True)
    with pytest.raises(CircuitError, match="slope must be True or False"):
        Delta(0.1, t, slope="yes")
    with pytest.raises(CircuitError, match="neuron 'f': a binary neuron has no slope: use Percep"):
        circuit.binary("f", excite=plastic(x[0], Delta(0.1, t, slope=True)))
    with pytest.raises(CircuitError, match="slope of transfer 'power' does not follow"):
        circuit.rate("g", excite=plastic(x[0], Delta(0.1, t, slope=True)), transfer="power")
    with pytest.raises(CircuitError, match="teaches binary neurons; use Delta"):
        circuit.rate("h", excite=plastic(x[0], Perceptron(0.1, t)))
    with pytest.raises(CircuitError, match="veto cannot be plastic"):
        circuit.rate("a", divide=plastic(np.inf * x, Hebb(0.1)))
    with pytest.raises(CircuitError, match="divisor of binary neurons"):
        circuit.binary("b", excite=x, divide=plastic(x, Hebb(0.1)))
    with pytest.raises(CircuitError, match="belongs to"):
        circuit.rate("c", excite=plastic(x, Delta(0.1, other)))
    with pytest.raises(CircuitError, match="teacher x has shape"):
        circuit.rate("d", excite=plastic(np.ones((2, 16)) @ x, Delta(0.1, x)))
    with pytest.raises(CircuitError, match="must not be negative"):
        circuit.rate("e", excite=plastic(-1 * x, Hebb(0.1)))
    record = learner(np.ones((1, 2))).simulate((np.ones(2), np.ones(1)), steps=1)
    with pytest.raises(InputError, match="takes a trial"):
        learner(np.ones((1, 2))).with_weights(record, trial=1)
    with pytest.raises(InputError, match="plastic connection"):
        circuit.with_weights(record)
    with pytest.raises(InputError, match="has 3 weights"):
        learner(np.ones((1, 3))).with_weights(record)
    wild = learner(np.ones((1, 2)), rule=Hebb(1e60))
    with pytest.raises(InputError, match="learn more slowly"):
        wild.with_weights(wild.simulate((np.ones(2), np.ones(1)), steps=2))


@pytest.mark.parametrize("rule", [Hebb, Oja, Delta, Perceptron])
def test_help_names_what_a_rule_takes(rule):
    for field in fields(rule):
        assert f"\n    {field.name} : " in rule.__doc__
