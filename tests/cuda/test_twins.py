"""Circuits whose layout on the card is not that of small random ones, beside the CPU engine."""

from types import SimpleNamespace

import numpy as np
import pytest

from neurosim import Circuit, Hebb, InputError, convolve, plastic
from neurosim.backend import execute, longest_stretch
from neurosim.cuda import layout, memory, running
from neurosim.kernels import cuda_jit, cuda_sums, tables
from neurosim.program import compile_program
from neurosim.scheduling import one_by_one

DT = 1e-3


def both(circuit, shown, **options):
    """Compare a run on the card with the CPU's, rates to 1e-12 and all else exactly."""
    options = {"dt": DT, "record": [p.name for p in circuit.neuron_populations]} | options
    ours = circuit.simulate(shown, device="cuda", **options)
    theirs = circuit.simulate(shown, **options)
    assert (ours.device, theirs.device) == ("cuda", "cpu")
    for name in theirs:
        compare(circuit, name, ours[name], theirs[name])
    for name, values in theirs.final_state.values.items():
        compare(circuit, name, ours.final_state.values[name], values)
    for name, values in theirs.final_state.lines.items():
        compare(circuit, name, ours.final_state.lines[name], values)
    return ours


def compare(circuit, name, found, expected):
    assert found.dtype == expected.dtype
    relative = 2e-5 if expected.dtype == np.float32 else 1e-12
    if circuit.population(name).is_binary:
        np.testing.assert_array_equal(found, expected, err_msg=name)
    else:
        np.testing.assert_allclose(found, expected, rtol=relative, atol=relative, err_msg=name)


def network(rng, kind="rate", size=70, density=1.0, **options):
    """A recurrent network with a delay, and an input to every neuron."""
    circuit = Circuit("network")
    x = circuit.inputs("x", shape=(size,), real=kind == "rate")
    z = getattr(circuit, kind)("z", excite=x, shape=(size,), **options)
    weights = np.round(rng.random((size, size)), 2) * (rng.random((size, size)) < density)
    circuit.connect(z, excite=weights @ z, subtract=0.5 * weights.T @ z.delay(2 * DT))
    circuit.output(z)
    return circuit


def kinds(circuit, trials, steps=DT):
    """The kinds of connection in a circuit's layout, and its groups' lanes."""
    program = compile_program(circuit, steps)
    made = layout.layout(program, trials)
    rows = np.asarray(made.circuit.connections)
    return set(rows[:, tables.KIND].tolist()), np.asarray(made.circuit.lanes).tolist(), made


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("trials", "density"), [(1, 1.0), (2, 0.5), (33, 1.0)])
def test_dense_and_sparse_networks(rng, trials, density, dtype):
    circuit = network(rng, density=density, transfer="tanh", tau=0.01, threshold=0.5, noise=0.1)
    both(circuit, rng.random((trials, 2, 70)), steps=2, dtype=dtype, seed=3)


def test_many_trials_are_a_matrix_product(rng):
    circuit = network(rng)
    found, lanes, made = kinds(circuit, 32)
    assert cuda_sums.PRODUCT in found
    assert lanes == [1]
    assert len(made.products) == 1
    few, lanes, _ = kinds(circuit, 31)
    assert cuda_sums.PRODUCT not in few
    assert lanes == [cuda_jit.THREADS]


@pytest.mark.parametrize("trials", [1, 32])
def test_rounded_binary_sums_are_made_in_one_order(rng, trials):
    circuit = Circuit("rounded")
    x = circuit.inputs("x", shape=(70,), real=True)
    weights = rng.random((70, 70)) ** 9
    z = circuit.binary("z", excite=weights @ x, threshold=rng.random(70))
    circuit.connect(z, subtract=0.3 * weights.T @ z)
    circuit.output(z)
    program = compile_program(circuit, DT)
    assert not program.exact
    found, lanes, _ = kinds(circuit, trials)
    assert cuda_sums.PRODUCT not in found
    assert lanes == [1]
    both(circuit, rng.random((trials, 3, 70)), steps=3)


def test_exact_binary_sums_may_be_products(rng):
    circuit = network(rng, "binary", threshold=0.5)
    assert compile_program(circuit, DT).exact
    assert cuda_sums.PRODUCT in kinds(circuit, 40)[0]
    both(circuit, (rng.random((40, 3, 70)) < 0.5).astype(float), steps=3)
    both(circuit, (rng.random((1, 3, 70)) < 0.5).astype(float), steps=3)


def test_products_of_several_steps_repeat(rng):
    both(network(rng), rng.random((32, 7, 70)), steps=7, record=["z"])


def test_binary_sums_are_no_products_where_cupy_would_round_them(rng, monkeypatch):
    monkeypatch.setenv("CUPY_TF32", "1")
    assert cuda_sums.PRODUCT not in kinds(network(rng, "binary", threshold=0.5), 40)[0]
    assert cuda_sums.PRODUCT in kinds(network(rng), 40)[0]  # of rates: as it was asked for


@pytest.mark.parametrize("border", ["zero", "reflect", "wrap", "valid"])
@pytest.mark.parametrize("trials", [1, 2])
def test_sheets(rng, border, trials, monkeypatch):
    monkeypatch.setattr("neurosim.lowering.FEW_ENTRIES", 0)  # of so small ones too
    circuit = Circuit("sheets")
    x = circuit.inputs("x", shape=(17, 19), real=True)
    separable = np.outer(rng.random(5), rng.random(7))
    narrow = rng.random((3, 4))
    first = circuit.rate("first", excite=convolve(x, separable, border=border))
    circuit.output(first)
    surround = convolve(x, rng.random((5, 7)), border=border)
    circuit.output(circuit.rate("both", excite=convolve(x, separable, border=border),
                                subtract=0.1 * surround))  # fmt: skip
    circuit.output(
        circuit.rate("late", excite=convolve(first, narrow, border=border, stride=2), tau=0.01)
    )
    channels = rng.random((2, 3, 1, 2))
    circuit.output(circuit.rate("channels", divide=convolve(x, channels, border=border), bias=1.0))
    found, _, _ = kinds(circuit, trials)
    assert {tables.SEPARABLE, tables.CONVOLUTION} <= found
    both(circuit, rng.random((trials, 2, 17, 19)), steps=2)
    shown = rng.random((trials, 17, 19))
    expected = circuit(shown)
    answered = circuit.evaluate(shown, device="cuda")
    for one, other in zip(answered, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def test_numbers_of_places_beyond_two_bytes(rng):
    circuit = Circuit("wide")
    x = circuit.inputs("x", shape=(70_000,), real=True)
    circuit.output(circuit.rate("z", excite=x[69_999] + 2 * x[3]))
    assert len(compile_program(circuit, DT).tables.wide)
    shown = rng.random(70_000)
    both(circuit, shown, steps=2, record=["z"])


def test_delay_lines_that_repeat_delay_lines(rng):
    circuit = Circuit("chain")
    x = circuit.inputs("x", shape=(3,), real=True)
    once = x.delay(2 * DT)
    for k, source in enumerate((x, once, once.delay(DT), once.delay(DT).delay(3 * DT))):
        circuit.output(circuit.rate(f"z{k}", excite=source, noise=0.1))
    both(circuit, rng.random((2, 12, 3)), steps=12, seed=9, record=["x", "z3"])
    both(circuit, rng.random(3), steps=12, trials=2, every=5)


def test_constant_inputs_of_several_trials_and_shared_ones(rng):
    circuit = Circuit("mixed")
    x, y = circuit.inputs("x", "y", shape=(2,), real=True)
    circuit.output(circuit.rate("z", excite=x + 2 * y, noise=0.5))
    shown = {"x": rng.random((3, 5, 2)), "y": rng.random(2)}
    both(circuit, shown, steps=5, seed=2**63 + 5, record=["x", "y"])


def test_static_calls_in_pieces(rng, monkeypatch):
    circuit = Circuit("layers")
    x = circuit.inputs("x", shape=(70,), real=True)
    first = circuit.rate("first", drive=rng.normal(size=(70, 70)) @ x, transfer="logistic")
    circuit.output(circuit.rate("z", drive=rng.normal(size=(66, 70)) @ first))
    assert set(layout.layout(compile_program(circuit, None), 50).products) == {1, 2}
    shown = rng.random((50, 70))
    expected = circuit(shown)
    np.testing.assert_allclose(circuit.evaluate(shown, device="cuda"), expected, rtol=1e-12)
    monkeypatch.setattr(running, "VALUES", 7 * compile_program(circuit, None).state.size)
    np.testing.assert_allclose(circuit.evaluate(shown, device="cuda"), expected, rtol=1e-12)


def test_a_fault_is_the_earliest_steps_and_of_those_the_first_trials(rng):
    circuit = Circuit("bomb")
    x = circuit.inputs("x", real=True)
    z = circuit.rate("z", excite=x, shape=(2,))
    circuit.connect(z, excite=1e80 * z)
    circuit.output(z)
    program = compile_program(circuit, DT)
    shown = np.array([0.0, 1.0, 1e90, 1e90])[:, None, None]
    run = execute(
        program, 4, 9, [shown], program.places_of(circuit.input_populations), program.place[:0],
        device="cuda", first_step=1000,
    )  # fmt: skip
    assert run.fault == (1002, 2, program.place[circuit["z"].index[0]])
    alone = execute(
        program, 1, 9, [shown[1:2]], program.places_of(circuit.input_populations),
        program.place[:0], device="cuda",
    )  # fmt: skip
    expected = execute(
        program, 1, 9, [shown[1:2]], program.places_of(circuit.input_populations),
        program.place[:0],
    )  # fmt: skip
    assert alone.fault == expected.fault


def test_a_call_of_many_trials_names_the_trial_of_its_fault(monkeypatch):
    circuit = Circuit("bomb")
    z = circuit.inputs("x", real=True)
    for name in ("a", "b", "c", "d"):
        z = circuit.rate(name, excite=1e70 * z)
    circuit.output(z)
    monkeypatch.setattr(running, "VALUES", 1)
    with pytest.raises(ValueError, match=r"neuron c: .* in a static call, trial 2"):
        circuit.evaluate(np.array([0.0, 1e-90, 1e90, 1e90]), device="cuda")


def test_asynchronous_updates_are_refused(rng):
    circuit = network(rng, size=3)
    program = compile_program(circuit, DT)
    order = program.places_of(circuit.neuron_populations)
    with pytest.raises(InputError, match="device 'cuda' has no asynchronous updates"):
        execute(
            program, 1, 1, [], order[:0], order[:0], updates=one_by_one(program, order),
            device="cuda",
        )  # fmt: skip


def test_stretches_end_before_ctrl_c_would_wait(rng):
    program = compile_program(network(rng), DT)
    assert longest_stretch(program, 1, 1, "cuda") > 10_000
    assert longest_stretch(program, 10**9, 1, "cuda") == 1
    assert longest_stretch(program, 1000, 70, "cuda") <= running.RECORDED // (8 * 70 * 1000)


# ------------------------------------------------------------------ memory


@pytest.fixture
def small_card(monkeypatch):
    """A card of as many bytes as one says."""

    def of(nbytes):
        monkeypatch.setattr(memory, "free_bytes", lambda: nbytes)

    return of


def test_too_many_trials_for_the_card(rng, small_card):
    circuit = network(rng)
    program = compile_program(circuit, 1e-3)
    small_card(memory.nbytes_of(program) + 1_000_000)
    shown = rng.random((2000, 70))
    with pytest.raises(InputError, match=r"2,000 trials of .* GiB are free there: ") as caught:
        circuit.simulate(shown[:, None], steps=1, device="cuda")
    told = str(caught.value)
    assert told.endswith("trials would fit")
    assert "\n" not in told
    fit = int(told.rsplit(":", 1)[1].split()[0].replace(",", ""))
    assert 1 <= fit < 2000
    circuit.simulate(shown[:fit, None], steps=1, device="cuda")
    with pytest.raises(InputError, match="would fit"):
        circuit.simulate(shown[: fit + 1, None], steps=1, device="cuda")


def test_a_call_is_made_in_pieces_that_fit(rng, small_card, monkeypatch):
    circuit = Circuit("call")
    x = circuit.inputs("x", shape=(40,), real=True)
    circuit.output(circuit.rate("z", excite=rng.random((60, 40)) @ x))
    shown = rng.random((50, 40))
    expected = circuit.evaluate(shown, device="cuda")
    widths = []
    run = running._Stretch.run
    monkeypatch.setattr(
        running._Stretch, "run", lambda self: widths.append(self.width) or run(self)
    )
    small_card(20 * 8 * (2 * 100 + 60 + 40))  # twenty trials' values, record and inputs
    np.testing.assert_array_equal(circuit.evaluate(shown, device="cuda"), expected)
    assert widths == [10] * 5
    small_card(8 * (2 * 100 + 60 + 40) - 1)
    with pytest.raises(InputError, match=r": 50 trials of 100 values .*: not even one trial fits"):
        circuit.evaluate(shown, device="cuda")


def test_not_even_one_trial_fits(rng, small_card):
    circuit = network(rng)
    small_card(memory.nbytes_of(compile_program(circuit, 1e-3)))
    layout.layout(compile_program(circuit, 1e-3), 1)
    small_card(10)
    with pytest.raises(InputError, match="not even one trial fits: use device='cpu'"):
        circuit.simulate(rng.random(70), steps=1, device="cuda")


def test_weights_that_do_not_fit(rng, small_card):
    circuit = network(rng)
    small_card(1000)
    with pytest.raises(InputError, match=r"device 'cuda': the weights need .* GiB, but .* free"):
        circuit.simulate(rng.random(70), steps=1, device="cuda")


def test_memory_that_others_took_meanwhile(rng, monkeypatch):
    circuit = network(rng, size=3)

    def full(*args, **kwargs):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(layout, "arrays", lambda: SimpleNamespace(asarray=full))
        with pytest.raises(InputError, match=r"the weights need .* GiB"):
            circuit.simulate(rng.random(3), steps=1, device="cuda")
    monkeypatch.setattr(running._Stretch, "_begun", full)
    with pytest.raises(InputError, match=r"1 trials of .* GiB are free there: not even one"):
        circuit.simulate(rng.random(3), steps=1, device="cuda")


def test_learning_is_refused(rng):
    circuit = Circuit("learner")
    x = circuit.inputs("x", real=True)
    circuit.output(circuit.rate("z", excite=plastic(x, Hebb(0.1))))
    assert circuit.evaluate(2.0, device="cuda") == 2.0
    with pytest.raises(InputError, match="device 'cuda' has no plastic connections"):
        circuit.simulate(2.0, steps=3, device="cuda")
    record = circuit.simulate(2.0, steps=3, device="auto")
    assert record.device == "cpu"
    assert record.weights["z.excite"] > 1
